import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Contestant, repository, typetrek } from './contestants'
import { contest, type Contest, withFolder } from './contest'
import { compiler, writeEntities, writeEntity } from './entities'
import { measure } from './measure'
import type { BenchScript } from './scripts'
import { urlOf } from './server'
import type { Stage } from './stage'

const typeorm = join(repository, 'node_modules', 'typeorm', 'cli.js')
const register = join(repository, 'bench', 'node_modules', 'ts-node', 'register')

/** TypeScript as the application is written, or what a build made of it. */
type Source = 'ts-node' | 'compiled'

/** What an application looks like. */
interface Application {
  count: number
  source: Source
}

/**
 * What earlier commands left. `warm`: a script was added and applied, then the next entity is edited. `others`:
 * besides, somebody else's script came and was applied, which no command here has replayed. `stopped`: as
 * `warm`, but the scratch server has stopped since. `cold`: nothing, not even a cluster or compiled code.
 */
type State = 'warm' | 'others' | 'stopped' | 'cold'

/** How one run of typetrek differs from the others of its contest. */
interface Variant {
  state: State
  /** Scripts between the oldest and the newest. */
  history?: number
  options?: readonly string[]
}

/** The next script after one column was changed: what TypeORM generates, and what typetrek proves. */
export async function addScript(stage: Stage): Promise<Contest[]> {
  const counts = stage.tables ?? [20, 100, 500].map((one) => Math.ceil(one * stage.scale))
  const contests: Contest[] = []
  for (const count of counts)
    for (const source of ['ts-node', 'compiled'] as const)
      contests.push(await next(stage, { count, source }))
  return contests
}

async function next(stage: Stage, application: Application): Promise<Contest> {
  const { server, rounds, only, scale } = stage
  const history = Math.ceil(300 * scale)
  const title = `the next script, ${application.count} tables, ${application.source}`
  const scripts = await server.withDatabase((name) =>
    allScripts(application.count, urlOf(server.port, name)),
  )
  const contestants = [
    generate(application),
    own('add_script, warm', application, { state: 'warm' }),
    own(`add_script, warm, after ${history} scripts`, application, { state: 'warm', history }),
    own("add_script, somebody's script is new", application, { state: 'others' }),
    own('add_script --no-verify, warm', application, { state: 'warm', options: ['--no-verify'] }),
    own('add_script, server stopped', application, { state: 'stopped' }),
    own('add_script, cold', application, { state: 'cold' }),
  ]
  return contest({ title, server, rounds, scripts, only }, contestants)
}

/** Numbers of the entities that are changed one after the other; the last change is measured. */
function changesIn(count: number): [first: number, second: number, last: number] {
  return [Math.ceil(count / 2), Math.ceil(count / 3), count]
}

function own(name: string, application: Application, variant: Variant): Contestant {
  const { state, history = 0, options = [] } = variant
  const entities = application.source === 'compiled' ? 'build/*.js' : 'entity/*.ts'
  const keep = state === 'stopped' ? '0' : '5min'
  const ini = `typeorm.entities = ${entities}\nvcs = none\nlock_timeout = 60s\nscratch.keep = ${keep}\n`
  const all = typetrek(name, ini)
  const upgrade = all.command('', '')
  const adding = (title: string) => [...upgrade.slice(0, -1), 'add_script', title, ...options]
  return {
    ...all,
    write: (folder, scripts) => all.write(folder, withHistory(scripts, history)),
    environment: (folder) => environmentOf(folder, state),
    async prepare(folder, url) {
      await all.prepare?.(folder, url)
      const work = { folder, url, count: application.count, upgrade }
      if (state === 'cold') return readyFor(work)
      await develop(work, adding('first'), state)
    },
    command: () => adding('last'),
  }
}

/** What is kept between commands is kept in the folder of the run, and goes with it. */
function environmentOf(folder: string, state: State): Record<string, string> {
  const cache = { XDG_CACHE_HOME: join(folder, 'cache') }
  return state === 'cold' ? { ...cache, NODE_DISABLE_COMPILE_CACHE: '1' } : cache
}

interface Work {
  folder: string
  url: string
  count: number
  upgrade: readonly string[]
}

/** A developer's day until the last entity is edited. */
async function develop(work: Work, adding: readonly string[], state: State): Promise<void> {
  const { folder, url, count, upgrade } = work
  const [first, second, last] = changesIn(count)
  const environment = environmentOf(folder, state)
  await writeEntities(folder, { count, changed: [first] }, url)
  await measure(upgrade, folder, environment)
  await measure(adding, folder, environment)
  if (state === 'others') {
    await writeEntity(folder, second, true)
    await writeScript(folder, second)
  }
  await measure(upgrade, folder, environment)
  await writeEntity(folder, last, true)
  // nobody edits faster; and a server that does not stay has stopped by then
  await pause(state === 'stopped' ? 4000 : 2000)
}

/** The same, with no command that makes a scratch database. */
async function readyFor({ folder, url, count, upgrade }: Work): Promise<void> {
  const [first, , last] = changesIn(count)
  await writeEntities(folder, { count, changed: [first, last] }, url)
  await writeScript(folder, first)
  await measure(upgrade, folder)
}

/** Somebody's script for a changed entity, newer than all. */
async function writeScript(folder: string, entity: number): Promise<void> {
  const sql = `ALTER TABLE "thing${entity}" ALTER COLUMN "name" TYPE character varying(120);\n`
  await writeFile(join(folder, 'migration', `20990101000000_thing${entity}.sql`), sql)
}

function generate({ count, source }: Application): Contestant {
  const all = typetrek('migration:generate')
  const [preload, file] =
    source === 'compiled' ? [[], 'data-source.js'] : [['-r', register], 'data-source.ts']
  const command = [process.execPath, ...preload, typeorm, 'migration:generate', '-d', file, 'Last']
  return {
    ...all,
    environment: () => ({ TS_NODE_TRANSPILE_ONLY: 'true', TS_NODE_COMPILER: compiler }),
    async prepare(folder, url) {
      await all.prepare?.(folder, url)
      await readyFor({ folder, url, count, upgrade: all.command('', '') })
    },
    command: () => command,
  }
}

/** A history changes one table before the newest script is made. */
function withHistory(scripts: readonly BenchScript[], count: number): BenchScript[] {
  const changes = Array.from({ length: count }, (_, at) => ({
    name: `change_${at}`,
    sql:
      at % 2 === 0
        ? `ALTER TABLE thing1 ADD COLUMN old${at} text;\n`
        : `ALTER TABLE thing1 DROP COLUMN old${at - 1};\n`,
  }))
  return numbered([...scripts.slice(0, -1), ...changes, ...scripts.slice(-1)])
}

function numbered(scripts: readonly Pick<BenchScript, 'name' | 'sql'>[]): BenchScript[] {
  return scripts.map(({ name, sql }, at) => {
    const stamp = String(1_700_000_000_000 + at)
    return { number: at + 1, stamp, name, sql }
  })
}

/** As TypeORM would make the tables, ten in each. */
async function allScripts(count: number, url: string): Promise<BenchScript[]> {
  const queries = await schemaQueries(count, url)
  const size = Math.ceil(queries.length / Math.max(2, Math.ceil(count / 10)))
  const parts = Array.from({ length: Math.ceil(queries.length / size) }, (_, at) =>
    queries.slice(at * size, (at + 1) * size),
  )
  return numbered(
    parts.map((part, at) => ({ name: `part_${at + 1}`, sql: `${part.join(';\n')};\n` })),
  )
}

async function schemaQueries(count: number, url: string): Promise<string[]> {
  return withFolder(async (folder) => {
    await writeEntities(folder, { count }, url)
    const code = `const source = require('./data-source.js').default
source.initialize().then(async () => {
  const { upQueries } = await source.driver.createSchemaBuilder().log()
  require('fs').writeFileSync('queries.json', JSON.stringify(upQueries.map(({ query }) => query)))
  await source.destroy()
})`
    await measure([process.execPath, '-e', code], folder)
    const { default: queries } = (await import(join(folder, 'queries.json'), {
      with: { type: 'json' },
    })) as { default: string[] }
    return queries
  })
}
