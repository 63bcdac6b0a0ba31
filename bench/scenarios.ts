import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { addScript } from './add-script'
import { bootTogether } from './boot'
import {
  asTypeScript,
  bare,
  type Contestant,
  floor,
  peers,
  repository,
  typeorm,
  typetrek,
} from './contestants'
import { type Contest, contest, rowOf, tableOf } from './contest'
import { measure, type Measured } from './measure'
import { startProxy } from './proxy'
import { startBenchServer } from './server'
import { schemaContest } from './schema'
import { statementScripts, tableScripts } from './scripts'
import type { Stage } from './stage'

/** Everything that is measured, by the name that the command line takes. */
export const scenarios: Readonly<Record<string, (stage: Stage) => Promise<Contest[]>>> = {
  local,
  'slow-disk': slowDisk,
  distant,
  idle,
  start,
  typescript,
  many,
  schema: async (stage) => [await schemaContest(stage)],
  boot: async (stage) => [await bootTogether(stage)],
  'add-script': addScript,
}

const each = typetrek('typetrek')
const all = typetrek('typetrek, transaction = all', 'transaction = all\n')

async function local({ server, rounds, scale, only }: Stage): Promise<Contest[]> {
  const count = Math.round(1000 * scale)
  const title = `${count} scripts, local`
  const scripts = tableScripts(count)
  return [await contest({ title, server, rounds, only, scripts }, [floor, each, all, ...peers])]
}

/** Each flush of the log waits 10 ms, as on a disk that spins or is shared; who commits often takes a minute. */
async function slowDisk({ major, rounds, scale, only = [each.name, all.name, 'psql'] }: Stage) {
  const server = await startBenchServer(major, undefined, [
    'commit_delay=10000',
    'commit_siblings=0',
  ])
  try {
    const [found] = await local({ server, major, rounds, scale, only })
    return found ? [{ ...found, title: `${found.title}, a disk that takes 10 ms to sync` }] : []
  } finally {
    await server.stop()
  }
}

async function distant({ server, rounds, scale, only }: Stage): Promise<Contest[]> {
  const count = Math.round(200 * scale)
  const title = `${count} scripts, a server 10 ms away`
  const proxy = await startProxy(server.port, 10)
  try {
    const options = { title, server, port: proxy.port, rounds, only, scripts: tableScripts(count) }
    return [await contest(options, [floor, each, all, ...peers])]
  } finally {
    await proxy.close()
  }
}

async function idle({ server, rounds, scale, only }: Stage): Promise<Contest[]> {
  const count = Math.round(1000 * scale)
  const before = tableScripts(count)
  const nothing = {
    title: `nothing to do, ${count} applied`,
    server,
    rounds,
    only,
    before,
    scripts: [],
  }
  const [next] = tableScripts(count + 1).slice(count)
  const one = { ...nothing, title: `one to do, ${count} applied`, scripts: next ? [next] : [] }
  return [
    await contest(nothing, [bare, each, ...peers.filter(({ name }) => name !== 'psql')]),
    await contest(one, [bare, each]),
  ]
}

async function start({ rounds }: Stage): Promise<Contest[]> {
  const programs = {
    "node -e ''": [process.execPath, '-e', ''],
    'migrate version': [process.execPath, join(repository, 'bin', 'migrate'), 'version'],
  }
  const found = new Map<string, Measured[]>()
  for (let round = 0; round < rounds * 4; round++)
    for (const [name, command] of Object.entries(programs))
      found.set(name, [...(found.get(name) ?? []), await measure(command, repository)])
  const rows = [...found].map(([name, measured]) => rowOf(name, measured))
  return [tableOf('a process that asks no server', rows)]
}

async function typescript({ server, rounds, scale, only }: Stage): Promise<Contest[]> {
  const count = Math.round(500 * scale)
  const scripts = statementScripts(count)
  const cold = withCache(typetrek('typetrek, .ts, compiled anew', '', asTypeScript))
  const warm = compiled({ ...cold, name: 'typetrek, .ts, compiled before' })
  const contests = [
    await contest({ title: `${count} TypeScript scripts, local`, server, rounds, only, scripts }, [
      typeorm,
      cold,
      warm,
    ]),
  ]
  const proxy = await startProxy(server.port, 10)
  try {
    const title = `${count} TypeScript scripts, a server 10 ms away`
    const options = { title, server, port: proxy.port, rounds: Math.min(rounds, 3), only, scripts }
    contests.push(await contest(options, [typeorm, warm]))
  } finally {
    await proxy.close()
  }
  return contests
}

/** What is compiled is kept beside the scripts, so that it goes with them. */
function withCache(contestant: Contestant): Contestant {
  return {
    ...contestant,
    async write(folder, scripts) {
      await mkdir(join(folder, 'node_modules'))
      await contestant.write(folder, scripts)
    },
  }
}

function compiled(contestant: Contestant): Contestant {
  const loader = JSON.stringify(join(repository, 'dist/src/script/typescript/load-module.js'))
  const code = `const { loadModule } = require(${loader})
const load = async () => {
  for (const name of require('fs').readdirSync('migration')) await loadModule(process.cwd() + '/migration/' + name)
}
load()`
  return {
    ...contestant,
    async write(folder, scripts) {
      await contestant.write(folder, scripts)
      await measure([process.execPath, '-e', code], folder)
    },
  }
}

async function many({ server, rounds, scale, only }: Stage): Promise<Contest[]> {
  const contests: Contest[] = []
  for (const count of [1000 * scale, 10_000 * scale].map(Math.round)) {
    const options = {
      title: `${count} scripts`,
      server,
      rounds,
      only,
      scripts: tableScripts(count),
    }
    contests.push(await contest(options, [floor, each]))
  }
  const perThousand = contests.map(({ title, rows }, index) => {
    const [row] = rows.slice(1)
    if (!row) throw new Error('a contest without its second row')
    const milliseconds = row.milliseconds / (index === 0 ? 1 : 10)
    return { ...row, name: title, milliseconds }
  })
  return [...contests, tableOf('time for a tenth of 10,000 scripts', perThousand)]
}
