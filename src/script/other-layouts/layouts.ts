import { MigrationError } from '../../errors'
import type { LayoutName } from '../../settings/value/setting-types'
import { usualLayout, type ScriptLayout } from '../layout/layout'

/* Loaded when one is named: every other command would wait for them. */
const layouts: Readonly<Record<Exclude<LayoutName, 'graph'>, () => ScriptLayout>> = {
  typetrek: () => usualLayout,
  typeorm: () => usualLayout,
  dbmate: () => (require('./dbmate') as typeof import('./dbmate')).dbmate,
  diesel: () => (require('./diesel') as typeof import('./diesel')).diesel,
  drizzle: () => (require('./drizzle') as typeof import('./drizzle')).drizzle,
  flyway: () => (require('./flyway') as typeof import('./flyway')).flyway,
  'flyway-dotted': () => (require('./flyway') as typeof import('./flyway')).dottedFlyway,
  'golang-migrate': () => (require('./plain-files') as typeof import('./plain-files')).plainFiles,
  goose: () => (require('./goose') as typeof import('./goose')).goose,
  'node-pg-migrate': () =>
    (require('./node-pg-migrate') as typeof import('./node-pg-migrate')).nodePgMigrate,
  prisma: () => (require('./prisma') as typeof import('./prisma')).prisma,
  refinery: () => (require('./refinery') as typeof import('./refinery')).refinery,
  'sql-migrate': () => (require('./sql-migrate') as typeof import('./sql-migrate')).sqlMigrate,
  sqlx: () => (require('./sqlx') as typeof import('./sqlx')).sqlx,
  supabase: () => (require('./plain-files') as typeof import('./plain-files')).plainFiles,
}

/**
 * The layout that the settings name. Steps of a graph have no numbers, and are read by code of their own.
 * @throws {MigrationError} SETTINGS_INVALID for `graph`
 */
export function layoutNamed(name: LayoutName): ScriptLayout {
  if (name !== 'graph') return layouts[name]()
  throw new MigrationError('SETTINGS_INVALID', 'scripts of layout graph have no numbers', {
    hint: 'upgrade, downgrade, to, status and the journal work with them; this does not.',
  })
}
