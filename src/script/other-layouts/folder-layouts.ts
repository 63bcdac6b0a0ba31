import { dirname, join } from 'node:path'
import { textIfThere } from '../../system-error'
import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import type { SqlPart } from '../script'
import { readOneText } from '../sections/marked-sections'

/** A layout of one folder a script, with the upgrade in the file `up` and what reverts it in `down.sql`. */
function inFolders(up: string, pattern: RegExp): ScriptLayout {
  return {
    ...usualLayout,
    zero: true,
    nested: up,
    readName: (fileName) => readName(fileName, up, pattern),
    nameFor({ revision, title, extension, role }) {
      const folder = title === '' ? revision : `${revision}_${title}`
      if (extension !== 'sql') return `${folder}.${extension}`
      return `${folder}/${role === 'downgrade' ? 'down.sql' : up}`
    },
  }
}

function readName(fileName: string, up: string, pattern: RegExp): NameReading {
  const [folder = '', file] = fileName.split('/')
  if (file === undefined) return usualLayout.readName(fileName)
  const [, number, title = ''] = pattern.exec(folder) ?? []
  if (number === undefined || (file !== up && file !== 'down.sql')) return { is: 'ignored' }
  const revision = number.replaceAll('-', '').replace(/^0+(?=\d)/, '')
  const role = file === up ? 'script' : 'downgrade'
  return { is: 'script', revision, title, extension: 'sql', role }
}

/**
 * `<timestamp>_<title>/migration.sql`, with a `down.sql` beside it where somebody has written one.
 * @see https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
 */
export const prisma: ScriptLayout = {
  ...inFolders('migration.sql', /^(\d+)(?:[_-](.*))?$/s),
  sections: readOneText,
  part: (...text) => readOneText(...text).upgrade,
}

/**
 * `<date>_<title>/up.sql` and `down.sql`, and `metadata.toml` with `run_in_transaction = false`. The date
 * without its `-` is the number.
 * @see https://docs.diesel.rs/main/diesel_migrations/index.html
 */
export const diesel: ScriptLayout = {
  ...inFolders('up.sql', /^(\d[\d-]*)(?:_(.*))?$/s),
  sections: (...text) => ({ upgrade: part(...text) }),
  part,
}

function part(text: string, file: string, shown?: string): SqlPart {
  const { upgrade } = readOneText(text, file, shown)
  if (!/^\s*run_in_transaction\s*=\s*false\b/m.test(metadataOf(file))) return upgrade
  return { ...upgrade, options: { ...upgrade.options, transaction: false } }
}

function metadataOf(file: string): string {
  return textIfThere(join(dirname(file), 'metadata.toml')) ?? ''
}
