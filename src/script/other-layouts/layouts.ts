import { MigrationError } from '../../errors'
import type { LayoutName } from '../../settings/value/setting-types'
import { usualLayout, type ScriptLayout } from '../layout/layout'

/* Loaded when one is named: every other command would wait for them. */
const layouts: Readonly<Record<Exclude<LayoutName, 'graph'>, () => ScriptLayout>> = {
  typetrek: () => usualLayout,
  typeorm: () => usualLayout,
  dbmate: () => (require('./marker-layouts') as typeof import('./marker-layouts')).dbmate,
  diesel: () => (require('./folder-layouts') as typeof import('./folder-layouts')).diesel,
  drizzle: () => (require('./drizzle') as typeof import('./drizzle')).drizzle,
  flyway: () => (require('./flyway') as typeof import('./flyway')).flyway,
  'flyway-dotted': () => (require('./flyway') as typeof import('./flyway')).dottedFlyway,
  'golang-migrate': () => (require('./plain-files') as typeof import('./plain-files')).plainFiles,
  goose: () => (require('./marker-layouts') as typeof import('./marker-layouts')).goose,
  'node-pg-migrate': () =>
    (require('./node-pg-migrate') as typeof import('./node-pg-migrate')).nodePgMigrate,
  prisma: () => (require('./folder-layouts') as typeof import('./folder-layouts')).prisma,
  refinery: () => (require('./refinery') as typeof import('./refinery')).refinery,
  'sql-migrate': () =>
    (require('./marker-layouts') as typeof import('./marker-layouts')).sqlMigrate,
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
