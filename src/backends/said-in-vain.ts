import { MigrationError } from '../errors'
import type { MigrationKey } from '../settings/migration-keys'
import type { SettingOrigin, Settings } from '../settings/value/setting-types'

/** What only PostgreSQL has, beside what says by itself that it works there alone. */
const ofPostgres: ReadonlySet<string> = new Set<MigrationKey | `typeorm.${string}`>([
  'role',
  'safe',
  'isolation',
  'journal_schema',
  'lock_timeout',
  'statement_timeout',
  'schema_extra',
  'typeorm.password_command',
  'typeorm.password_file',
  'typeorm.direct_url',
])

/** What runners and configuration modules do themselves; an ini may say it of its own database. */
const ofScripts: ReadonlySet<string> = new Set<MigrationKey>([
  'layout',
  'transaction',
  'lock_timeout',
  'statement_timeout',
  'strict',
  'other_tools',
])

/**
 * Refuses what somebody has said to MySQL or SQLite and only PostgreSQL can do: scripts would run as another
 * role than was said, or without a limit.
 * @throws {MigrationError} SETTINGS_INVALID
 */
export function refuseOfPostgres(
  { origins, safe }: Pick<Settings, 'origins' | 'safe'>,
  engine: string,
): void {
  const said = origins.filter(
    ({ key, from }) => ofPostgres.has(key) && from !== 'default' && !(key === 'safe' && safe),
  )
  refuse(said, `works on PostgreSQL only, not on ${engine}`)
}

/** The same for options of a call that a runner, or a version that is kept anywhere, knows nothing of. */
export function refuseOfScripts({ origins }: Pick<Settings, 'origins'>): void {
  const said = origins.filter(({ key, from }) => ofScripts.has(key) && from.startsWith('flag '))
  refuse(said, 'has no meaning for a runner, or for a version that is kept anywhere')
}

function refuse(said: readonly SettingOrigin[], fact: string): void {
  const [first, ...others] = said
  if (!first) return
  const name = ({ key, from }: SettingOrigin) => `${key} (${from})`
  throw new MigrationError('SETTINGS_INVALID', `${first.key} ${fact}`, {
    detail: [first, ...others].map(name).join(', '),
    hint: 'Remove it: it has no effect here.',
  })
}
