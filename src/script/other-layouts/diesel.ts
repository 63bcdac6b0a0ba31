import { dirname, join } from 'node:path'
import { textIfThere } from '../../system-error'
import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import type { SqlPart } from '../script'
import { readOneText } from '../sections/marked-sections'

/**
 * `<date>_<title>/up.sql` and `down.sql`, and `metadata.toml` with `run_in_transaction = false`. The date
 * without its `-` is the number.
 * @see https://docs.diesel.rs/main/diesel_migrations/index.html
 */
export const diesel: ScriptLayout = {
  ...usualLayout,
  zero: true,
  nested: 'up.sql',
  readName,
  nameFor({ revision, title, extension, role }) {
    const folder = title === '' ? revision : `${revision}_${title}`
    if (extension !== 'sql') return `${folder}.${extension}`
    return `${folder}/${role === 'downgrade' ? 'down' : 'up'}.sql`
  },
  sections: (...text) => ({ upgrade: part(...text) }),
  part,
}

function readName(fileName: string): NameReading {
  const [folder = '', file] = fileName.split('/')
  if (file === undefined) return usualLayout.readName(fileName)
  const [, date, title = ''] = /^(\d[\d-]*)(?:_(.*))?$/s.exec(folder) ?? []
  if (date === undefined || !/^(?:up|down)\.sql$/.test(file)) return { is: 'ignored' }
  const revision = date.replaceAll('-', '').replace(/^0+(?=\d)/, '')
  const role = file === 'up.sql' ? 'script' : 'downgrade'
  return { is: 'script', revision, title, extension: 'sql', role }
}

function part(text: string, file: string, shown?: string): SqlPart {
  const { upgrade } = readOneText(text, file, shown)
  if (!/^\s*run_in_transaction\s*=\s*false\b/m.test(metadataOf(file))) return upgrade
  return { ...upgrade, options: { ...upgrade.options, transaction: false } }
}

function metadataOf(file: string): string {
  return textIfThere(join(dirname(file), 'metadata.toml')) ?? ''
}
