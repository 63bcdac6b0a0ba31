import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'
import type { Settings } from '../../settings/value/setting-types'

/** What lets a script run as the role of the settings, if any; `restoreSession` takes it back. */
export function asRole({ role }: Pick<Settings, 'role'>, local: boolean): string[] {
  return role === undefined ? [] : [`SET ${local ? 'LOCAL ' : ''}ROLE ${quoteIdentifier(role)}`]
}

/**
 * Makes sure, before anything runs, that the user who connects may become that role. One round trip,
 * and none where the settings name no role.
 * @throws {MigrationError} ROLE_REFUSED
 */
export async function checkRole(session: Session, { role }: Pick<Settings, 'role'>): Promise<void> {
  if (role === undefined) return
  const [found] = await session.query<{ member: boolean; login: string }>(
    `SELECT pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER') AS member, session_user::pg_catalog.text AS login
       FROM pg_catalog.pg_roles AS r WHERE r.rolname ${eq} ${quoteLiteral(role)}`,
  )
  if (found?.member) return
  const name = quoteIdentifier(role)
  if (!found) {
    throw new MigrationError('ROLE_REFUSED', `the server has no role ${name}`, {
      hint: `Create it with CREATE ROLE ${name}, or look at role in the settings.`,
    })
  }
  const login = quoteIdentifier(found.login)
  throw new MigrationError('ROLE_REFUSED', `user ${login} may not become role ${name}`, {
    hint: `GRANT ${name} TO ${login}.`,
  })
}
