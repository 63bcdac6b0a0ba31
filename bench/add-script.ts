import { readdir, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Contestant, repository, typetrek } from './contestants'
import { contest, type Contest, withFolder } from './contest'
import { compiler, writeEntities } from './entities'
import { measure } from './measure'
import type { BenchScript } from './scripts'
import { urlOf } from './server'
import type { Stage } from './stage'

const typeorm = join(repository, 'node_modules', 'typeorm', 'cli.js')
const register = join(repository, 'bench', 'node_modules', 'ts-node', 'register')

/** TypeScript as the application is written, or what a build made of it. */
type Source = 'ts-node' | 'compiled'

/** What an application looks like, and how much was done before. */
interface Application {
  count: number
  source: Source
  /** Scripts that are older than the newest; default: ten tables in each. */
  history?: number
}

/** The next script after one column was changed: what TypeORM generates, and what typetrek proves. */
export async function addScript(stage: Stage): Promise<Contest[]> {
  const contests: Contest[] = []
  for (const count of [20, 100, 500].map((one) => Math.ceil(one * stage.scale)))
    for (const source of ['ts-node', 'compiled'] as const)
      contests.push(await next(stage, { count, source }))
  contests.push(await next(stage, { count: 20, source: 'compiled', history: 300 }))
  return contests
}

async function next(stage: Stage, application: Application): Promise<Contest> {
  const { count, source, history } = application
  const { server, rounds, only } = stage
  const title = `the next script, ${count} tables, ${source}${history ? `, after ${history} scripts` : ''}`
  const scripts = await server.withDatabase((name) =>
    allScripts(application, urlOf(server.port, name)),
  )
  const contestants = [
    generate(application),
    own('add_script, warm', application, 'warm'),
    own('add_script --no-verify, warm', application, 'warm', '--no-verify'),
    own('add_script, cold', application, 'cold'),
  ]
  return contest({ title, server, rounds, scripts, only }, contestants)
}

/**
 * `warm`: the scratch server runs, and knows all scripts but the newest. `cold`: it was made once and is not
 * running.
 */
function own(
  name: string,
  { count, source }: Application,
  state: 'warm' | 'cold',
  ...options: string[]
): Contestant {
  const entities = source === 'compiled' ? 'build/*.js' : 'entity/*.ts'
  const keep = state === 'warm' ? '5min' : '0'
  const all = typetrek(
    name,
    `typeorm.entities = ${entities}\nvcs = none\nlock_timeout = 60s\nscratch.keep = ${keep}\n`,
  )
  const upgrade = all.command('', '')
  const command = [...upgrade.slice(0, -1), 'add_script', 'change', ...options]
  return {
    ...all,
    environment: { XDG_CACHE_HOME: cache },
    async prepare(folder, url) {
      await all.prepare?.(folder, url)
      await writeEntities(folder, { count, changed: true }, url)
      await measure(upgrade, folder)
      await withoutNewest(join(folder, 'migration'), () =>
        measure([...command, '--dry-run'], folder, { XDG_CACHE_HOME: cache }),
      )
      // the server of a cold start has stopped by then
      if (state === 'cold') await new Promise((settle) => setTimeout(settle, 4000))
    },
    command: () => command,
  }
}

/** An earlier command did not know the newest script yet. */
async function withoutNewest(scripts: string, work: () => Promise<unknown>): Promise<void> {
  const newest = (await readdir(scripts)).toSorted().at(-1)!
  await rename(join(scripts, newest), join(scripts, '..', newest))
  await work()
  await rename(join(scripts, '..', newest), join(scripts, newest))
}

/** Of this process: what other runs left counts for nothing. */
const cache = join(tmpdir(), `typetrek-bench-cache-${process.pid}`)

function generate({ count, source }: Application): Contestant {
  const upgrade = typetrek('')
  const [preload, file] =
    source === 'compiled' ? [[], 'data-source.js'] : [['-r', register], 'data-source.ts']
  return {
    ...upgrade,
    name: 'migration:generate',
    environment: { TS_NODE_TRANSPILE_ONLY: 'true', TS_NODE_COMPILER: compiler },
    async prepare(folder, url) {
      await upgrade.prepare?.(folder, url)
      await writeEntities(folder, { count, changed: true }, url)
      await measure(upgrade.command('', ''), folder)
    },
    command: () => [
      process.execPath,
      ...preload,
      typeorm,
      'migration:generate',
      '-d',
      file,
      'Change',
    ],
  }
}

/** As TypeORM would make the tables, ten in each; a history changes one table before the newest is made. */
async function allScripts(
  { count, history = 0 }: Application,
  url: string,
): Promise<BenchScript[]> {
  const queries = await schemaQueries(count, url)
  const parts = Math.max(2, Math.ceil(count / 10))
  const size = Math.ceil(queries.length / parts)
  const tables = Array.from({ length: Math.ceil(queries.length / size) }, (_, at) =>
    queries.slice(at * size, (at + 1) * size).join(';\n'),
  )
  const changes = Array.from({ length: history }, (_, at) =>
    at % 2 === 0
      ? `ALTER TABLE thing1 ADD COLUMN old${at} text`
      : `ALTER TABLE thing1 DROP COLUMN old${at - 1}`,
  )
  const all = [...tables.slice(0, -1), ...changes, ...tables.slice(-1)]
  return all.map((sql, at) => ({
    number: at + 1,
    stamp: String(1_700_000_000_000 + at),
    name: `part_${at + 1}`,
    sql: `${sql};\n`,
  }))
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
