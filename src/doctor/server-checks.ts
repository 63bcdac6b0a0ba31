import type { Session } from '../database/postgres/session'
import { divided, eq, minus } from '../database/sql/operators'
import { quoteLiteral } from '../database/sql/quote'
import { isBehindPooler } from '../run/lock/probe'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'

/** What one check found. */
export interface Diagnosis {
  /** `problem`: a command will fail; `warning`: it may. */
  is: 'fine' | 'warning' | 'problem'
  check: string
  /** A lowercase fact. */
  fact: string
  /** A full sentence with the next step; null where all is well. */
  hint: string | null
  /** Only where a file is at fault. */
  file?: string
}

/** A check that found nothing wrong. */
export function fine(check: string, fact: string): Diagnosis {
  return { is: 'fine', check, fact, hint: null }
}

interface ServerFacts {
  version: string
  major: number
  standby: boolean
  create: boolean | null
  seconds: number
}

const oldest = 12
/** Seconds between two clocks that make times in the journal misleading. */
const skew = 5

/** Reads only. */
export async function checkServer(session: Session, settings: Settings): Promise<Diagnosis[]> {
  const now = Date.now() / 1000
  const [row] = await session.query<ServerFacts & Record<string, unknown>>(
    `SELECT pg_catalog.current_setting('server_version') AS version,
            pg_catalog.current_setting('server_version_num')::pg_catalog.int4 ${divided} 10000 AS major,
            pg_catalog.pg_is_in_recovery() AS standby,
            (SELECT pg_catalog.has_schema_privilege(oid, 'CREATE') FROM pg_catalog.pg_namespace
              WHERE nspname ${eq} ${quoteLiteral(settings.journal.schema)}) AS create,
            (extract(epoch FROM pg_catalog.clock_timestamp())::pg_catalog.float8 ${minus} ${now}::pg_catalog.float8) AS seconds`,
  )
  const facts = row!
  return [
    ...checkVersion(facts),
    checkRights(facts, settings),
    checkClock(facts),
    await checkPooler(session, settings),
  ]
}

function checkVersion({ version, major, standby }: ServerFacts): Diagnosis[] {
  const server = `PostgreSQL ${version}`
  return [
    major >= oldest
      ? fine('server', server)
      : {
          is: 'problem',
          check: 'server',
          fact: `${server} is older than ${oldest}`,
          hint: `Upgrade the server: typetrek is tested from PostgreSQL ${oldest} on.`,
        },
    ...(standby
      ? [
          {
            is: 'problem',
            check: 'server',
            fact: 'the server is a standby, which takes no writes',
            hint: 'Name the primary server in typeorm.url.',
          } as const,
        ]
      : []),
  ]
}

function checkRights({ create }: ServerFacts, { journal }: Settings): Diagnosis {
  const check = 'rights'
  if (create) return fine(check, `may create tables in the schema ${journal.schema}`)
  if (create === null) {
    const fact = `the schema ${journal.schema}, which is to hold the journal, is not there`
    const hint = 'Create it, or name another one with journal_schema.'
    return { is: 'warning', check, fact, hint }
  }
  const fact = `this role may not create tables in the schema ${journal.schema}`
  const hint = `Grant it CREATE on the schema ${journal.schema}, or set journal_schema.`
  return { is: 'problem', check, fact, hint }
}

function checkClock({ seconds }: ServerFacts): Diagnosis {
  const off = Math.round(Math.abs(seconds))
  if (off <= skew) return fine('clock', `within ${skew} s of the server's`)
  return {
    is: 'warning',
    check: 'clock',
    fact: `this machine's clock and the server's differ by ${off} s`,
    hint: 'Synchronise them: new scripts are numbered by this machine, and the journal is timed by the server.',
  }
}

async function checkPooler(session: Session, { database }: Settings): Promise<Diagnosis> {
  const direct = database.kind === 'postgres' && database.direct !== undefined
  if (!(await isBehindPooler(session)) && !session.pooled) return fine('pooler', 'none on the way')
  if (direct) return fine('pooler', 'one on the way, and typeorm.direct_url goes past it')
  return {
    is: 'warning',
    check: 'pooler',
    fact: 'a pooler is on the way to the server',
    hint: 'Set typeorm.direct_url to an address of the server itself, for scripts outside a transaction.',
  }
}

/** The extensions that pending SQL creates, where the server has none of that name. Reads only. */
export async function checkExtensions(
  session: Session,
  pending: readonly Script[],
): Promise<Diagnosis[]> {
  const created = /\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([\w-]+)"?/gi
  const names = new Set(
    pending.flatMap((script) => {
      const text = script.problem ? '' : (script.upgrade?.text ?? '')
      return Array.from(text.matchAll(created), ([, name = '']) => name.toLowerCase())
    }),
  )
  if (names.size === 0) return []
  const rows = await session.query<{ name: string }>(
    'SELECT name::pg_catalog.text AS name FROM pg_catalog.pg_available_extensions',
  )
  const available = new Set(rows.map(({ name }) => name))
  return [...names].map((name) =>
    available.has(name)
      ? fine('extensions', `${name} is available`)
      : {
          is: 'problem',
          check: 'extensions',
          fact: `the server has no extension ${name}, which a pending script creates`,
          hint: 'Install its package on the server, or leave it out of the script.',
        },
  )
}
