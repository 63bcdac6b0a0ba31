import { MigrationError } from '../../errors'

/** What pg keeps of a Client's state, and its types do not show. */
interface ClientState {
  _connecting?: boolean
  _connected?: boolean
  _ending?: boolean
  _ended?: boolean
  _queryable?: boolean
}

/**
 * Refuses what lends no connection. A Client that was never connected is not connected here: it can be
 * connected only once, so closing it afterwards would leave the caller one that is of no more use.
 * @throws {MigrationError} USAGE
 */
export function refuseUnusable(lent: object): void {
  const reason = reasonOf(lent)
  if (reason) throw new MigrationError('USAGE', reason[0], { hint: reason[1] })
}

function reasonOf(lent: object): readonly [string, string] | undefined {
  if ('createQueryRunner' in lent) return typeReason(lent as Parameters<typeof typeReason>[0])
  if ('startTransaction' in lent) return runnerReason(lent as Parameters<typeof runnerReason>[0])
  if ('totalCount' in lent) {
    const { ending } = lent as { ending?: boolean }
    return ending ? ['the pg Pool has been ended', 'Give one that is open.'] : undefined
  }
  if ('execProtocolRaw' in lent) {
    const { closed } = lent as { closed?: boolean }
    return closed ? ['the PGlite has been closed', 'Give one that is open.'] : undefined
  }
  if ('query' in lent && 'on' in lent) return clientReason(lent as ClientState)
  return [
    'the database given is no DataSource, QueryRunner, pg Pool or Client, and no PGlite',
    'Give one of these, an address, or a function that makes a backend.',
  ]
}

interface TypedSource {
  options?: { type?: string }
  isInitialized?: boolean
}

function typeReason(
  lent: TypedSource | undefined,
  what = 'DataSource',
): readonly [string, string] | undefined {
  const type = lent?.options?.type
  if (type === undefined || type === 'postgres') return undefined
  return [
    `the ${what} is for ${type}`,
    'Of MySQL, MariaDB and SQLite the functions that plan and run scripts take one; everything else works on PostgreSQL only.',
  ]
}

const released = [
  'the QueryRunner has been released',
  'Make another one with dataSource.createQueryRunner().',
] as const

/** @throws {MigrationError} USAGE for a QueryRunner that has been released, of whatever database */
export function refuseReleased({ isReleased }: { isReleased: boolean }): void {
  if (isReleased) throw new MigrationError('USAGE', released[0], { hint: released[1] })
}

function runnerReason(lent: {
  isReleased?: boolean
  dataSource?: TypedSource
  connection?: TypedSource
}): readonly [string, string] | undefined {
  if (lent.isReleased) return released
  const source = lent.dataSource ?? lent.connection
  const type = typeReason(source, 'QueryRunner')
  if (type ?? source?.isInitialized !== false) return type
  return [
    "the QueryRunner's DataSource is not initialized",
    'Await dataSource.initialize() first, or give the DataSource itself.',
  ]
}

function clientReason(lent: ClientState): readonly [string, string] | undefined {
  const { _connecting, _connected, _ending, _ended } = lent
  if (_ending === true || _ended === true) {
    return ['the pg Client has been ended', 'Give one that is connected.']
  }
  const unknown = _connecting === undefined && _connected === undefined
  if (unknown || _connecting === true || _connected === true) return undefined
  return [
    'the pg Client is not connected',
    'Await client.connect() first; it stays open afterwards.',
  ]
}
