import { usualLayout, type ScriptLayout } from '../layout/layout'
import { readOneText } from '../sections/marked-sections'

/**
 * `<version>_<title>.up.sql` and `.down.sql`, or one file that is all upgrade.
 * @see https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md
 * @see https://supabase.com/docs/guides/deployment/database-migrations
 */
export const plainFiles: ScriptLayout = {
  ...usualLayout,
  zero: true,
  sections: readOneText,
  part: (...text) => readOneText(...text).upgrade,
}
