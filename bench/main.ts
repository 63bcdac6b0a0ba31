import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Contest } from './contest'
import { machineText, tableText } from './render'
import { scenarios } from './scenarios'
import { startBenchServer, stopServers } from './server'

const usage = `npm run bench -- [SCENARIO …] [--rounds N] [--scale 0.1] [--postgresql 15] [--data FOLDER] [--only NAME …] [--tables N …] [--json FILE]
scenarios: ${Object.keys(scenarios).join(', ')} (default: all)
--data puts the server's data on a disk instead of into memory
--only leaves out who is neither named nor what the ratios are times of
--tables gives the sizes of the application of add-script; default: 20, 100 and 500`

/** Runs the scenarios one after the other on one server, and prints each as soon as it is done. */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      scale: { type: 'string', default: '1' },
      postgresql: { type: 'string', default: '15' },
      data: { type: 'string' },
      only: { type: 'string', multiple: true },
      tables: { type: 'string', multiple: true },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const names = positionals.length > 0 ? positionals : Object.keys(scenarios)
  const unknown = names.filter((name) => scenarios[name] === undefined)
  if (values.help || unknown.length > 0) {
    console.error([...unknown.map((name) => `no scenario ${name}`), usage].join('\n'))
    return values.help ? 0 : 2
  }
  const rounds = Number(values.rounds)
  const { only } = values
  const tables = values.tables?.map(Number)
  const major = Number(values.postgresql)
  const server = await startBenchServer(major, values.data)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stopServers().finally(() => process.exit(130)))
  }
  const machine = machineText(major, rounds)
  const contests: Contest[] = []
  try {
    console.log(`${machine}\n`)
    for (const name of names) {
      const done = await scenarios[name]!({
        server,
        major,
        rounds,
        scale: Number(values.scale),
        ...(only && { only }),
        ...(tables && { tables }),
      })
      for (const one of done) console.log(`${tableText(one)}\n`)
      contests.push(...done)
    }
  } finally {
    await server.stop()
  }
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify({ machine, contests }, null, 2)}\n`)
  }
  return contests.some(({ failures = [] }) => failures.length > 0) ? 1 : 0
}

main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
