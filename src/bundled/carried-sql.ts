import { readFile } from 'node:fs/promises'
import { requireRegular } from '../regular-file'
import type * as usual from '../script/folder/schema-file'

/*
 * The SQL files of a bundle. In its program this file replaces script/folder/schema-file.
 */

let textAt: (file: string) => string | undefined = () => undefined

/** Says which files this process has, by absolute path. */
export function carrySql(texts: (file: string) => string | undefined): void {
  textAt = texts
}

/** The text out of the bundle, else that of a file: one that the caller of the library names. */
export const readSqlText: typeof usual.readSqlText = async (file) => {
  const text = textAt(file)
  if (text !== undefined) return text
  requireRegular(file)
  return readFile(file, 'utf8')
}

/** The whole text: what is in a bundle is in memory. */
export const readSchemaFile: typeof usual.readSchemaFile = async (file) => {
  const text = (await readSqlText(file)).replace(/^\uFEFF/, '')
  const options = { transaction: true, settings: [] }
  return { part: { text, file, line: 1, options }, data: [] }
}

/** No data is left in a file. */
export const dataOf: typeof usual.dataOf = async function* () {}

/** No data was taken out. */
export const isDataLine: typeof usual.isDataLine = () => false
