import type { Dotenv } from './ini/dotenv'
import type { Sourced } from './value/problems'

/** The process's environment and the `.env` beside, which it comes before. */
export interface Environment {
  process: Readonly<Record<string, string | undefined>>
  dotenv?: Dotenv
  /** How to name the `.env` file. */
  dotenvFile?: string
}

type Layer = (name: string) => Sourced | undefined

/** A variable that is set and not empty, with its place; the process before `.env`. */
export function variable(environment: Environment, name: string): Sourced | undefined {
  return processLayer(environment)(name) ?? dotenvLayer(environment)(name)
}

function processLayer({ process }: Environment): Layer {
  return (name) => {
    const value = Object.hasOwn(process, name) ? process[name] : undefined
    return value ? { value, from: `environment ${name}` } : undefined
  }
}

function dotenvLayer({ dotenv, dotenvFile = '.env' }: Environment): Layer {
  return (name) => {
    const entry = dotenv?.entries.get(name)
    if (!entry?.value) return undefined
    const { value, line } = entry
    return { value, from: `${dotenvFile}:${line}`, file: dotenvFile, line }
  }
}

/**
 * The address that the environment names, as keys of TypeORM: `DB_URL` or `DATABASE_URL`, then
 * `DB_HOST DB_PORT DB_UNIX_SOCKET DB_NAME DB_USER DB_USERNAME DB_PASSWORD`, then their bare forms. What
 * the process says comes before `.env`; within one of them, what the URL says comes before the rest.
 *
 * The bare names `HOST PORT UNIX_SOCKET USERNAME PASSWORD` mean other things on most machines (a
 * shell's HOST, a web server's PORT): they count only where `DB` stands beside them, or where a host, a
 * user and a password are there together. The database is then the user's own, as for libpq.
 */
export function environmentAddress(environment: Environment): {
  url?: Sourced
  /** Comes before the URL: named by the process, while the URL is in `.env`. */
  over: Map<string, Sourced>
  /** Fills what the URL leaves open. */
  under: Map<string, Sourced>
} {
  const own = processLayer(environment)
  const file = dotenvLayer(environment)
  const ownUrl = own('DB_URL') ?? own('DATABASE_URL')
  const url = ownUrl ?? file('DB_URL') ?? file('DATABASE_URL')
  const ownParts = namedParts(own)
  const under = new Map([...namedParts(file), ...ownParts])
  const over = url && !ownUrl ? ownParts : new Map<string, Sourced>()
  return { ...(url ? { url } : {}), over, under }
}

function namedParts(layer: Layer): Map<string, Sourced> {
  const bare: Layer = countsBare(layer) ? layer : () => undefined
  return present({
    host: layer('DB_UNIX_SOCKET') ?? layer('DB_HOST') ?? bare('UNIX_SOCKET') ?? bare('HOST'),
    port: layer('DB_PORT') ?? bare('PORT'),
    username: layer('DB_USERNAME') ?? layer('DB_USER') ?? bare('USERNAME'),
    password: layer('DB_PASSWORD') ?? bare('PASSWORD'),
    database: layer('DB_NAME') ?? bare('DB'),
  })
}

/** The bare names that are set and count for nothing, since `DB` is not there. */
export function namesWithoutDatabase(environment: Environment): string[] {
  return [processLayer(environment), dotenvLayer(environment)].flatMap((layer) =>
    countsBare(layer) ? [] : bareNames.filter((name) => layer(name) !== undefined),
  )
}

function countsBare(layer: Layer): boolean {
  if (layer('DB')) return true
  const host = layer('UNIX_SOCKET') ?? layer('HOST')
  return [host, layer('USERNAME'), layer('PASSWORD')].every((found) => found !== undefined)
}

const bareNames = ['HOST', 'PORT', 'UNIX_SOCKET', 'USERNAME', 'PASSWORD']

/**
 * What PostgreSQL's own variables give to an address that leaves it open, as keys of TypeORM:
 * `PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE`, and `PGSSLMODE` as `sslmode`.
 */
export function postgresVariables(environment: Environment): Map<string, Sourced> {
  return present({
    host: variable(environment, 'PGHOST'),
    port: variable(environment, 'PGPORT'),
    username: variable(environment, 'PGUSER'),
    password: variable(environment, 'PGPASSWORD'),
    database: variable(environment, 'PGDATABASE'),
    sslmode: variable(environment, 'PGSSLMODE'),
  })
}

function present(parts: Record<string, Sourced | undefined>): Map<string, Sourced> {
  const entries = Object.entries(parts)
  return new Map(entries.filter((entry): entry is [string, Sourced] => entry[1] !== undefined))
}
