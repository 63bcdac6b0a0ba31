import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import { readOneText } from '../sections/marked-sections'

const main = 'migration.sql'

/**
 * `<timestamp>_<title>/migration.sql`, with a `down.sql` beside it where somebody has written one.
 * @see https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
 */
export const prisma: ScriptLayout = {
  ...usualLayout,
  zero: true,
  nested: main,
  readName,
  nameFor({ revision, title, extension, role }) {
    const folder = title === '' ? revision : `${revision}_${title}`
    if (extension !== 'sql') return `${folder}.${extension}`
    return `${folder}/${role === 'downgrade' ? 'down.sql' : main}`
  },
  sections: readOneText,
  part: (...text) => readOneText(...text).upgrade,
}

function readName(fileName: string): NameReading {
  const [folder = '', file] = fileName.split('/')
  if (file === undefined) return usualLayout.readName(fileName)
  const [, digits, title = ''] = /^(\d+)(?:[_-](.*))?$/s.exec(folder) ?? []
  const known = file === main || file === 'down.sql'
  if (digits === undefined || !known) return { is: 'ignored' }
  const revision = digits.replace(/^0+(?=\d)/, '')
  const role = file === main ? 'script' : 'downgrade'
  return { is: 'script', revision, title, extension: 'sql', role }
}
