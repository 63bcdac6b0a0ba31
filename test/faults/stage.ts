import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { fingerprint } from '../support/history-snapshot'
import { crashTestServer, type TestServer } from '../support/server'
import { pgDump } from '../support/pg-dump'
import { startProxy, type Guard, type Proxy } from '../support/proxy'
import { kitSchema, ledger, shut } from './gates'
import { startMigrate, type MigrateProcess } from './process'
import type { Scenario } from './scenario'

/** A scenario set up in a database and a folder of its own, with a proxy in front of the server. */
export interface Stage {
  database: TestDatabase
  folder: string
  proxy: Proxy
  /** Starts the scenario's command in a process of its own, through the proxy. */
  start(): MigrateProcess
  /**
   * Runs a command undisturbed, past the proxy unless told otherwise, and returns its output.
   * @throws when it fails
   */
  plainly(command?: readonly string[], config?: 'plain.ini' | 'hurt.ini'): Promise<string>
  /** What plain runs have written so far. */
  told(): string
  /** True once a plain run of the scenario's own command has ended. */
  readonly over: boolean
  /** Where the test may stop the server: stops it at once and starts it again. */
  crash: (() => Promise<void>) | undefined
}

/** How a scenario ended, to be compared with one that was not disturbed. */
export interface Ending {
  ledger: readonly string[]
  journal: readonly string[]
  catalog: readonly string[]
  /** The output of `pg_dump -s`, where it was asked for. */
  dump: string | undefined
}

export interface StageOptions {
  major?: number
  /** A server of the test's own, which it may stop; default: one of the run's. */
  server?: TestServer
}

/** Sets a scenario up, up to the command that is to be hurt. */
export async function withStage(
  scenario: Scenario,
  guard: Guard,
  work: (stage: Stage) => Promise<void>,
  { major = 18, server }: StageOptions = {},
): Promise<void> {
  await withDatabase(
    (database) =>
      withFolder(scenario.files, async (folder) => {
        const proxy = await startProxy(database.connection, guard)
        try {
          await database.query(scenario.fromNothing ? kitSchema : `${kitSchema};${ledger}`)
          const crash = server && (() => crashTestServer(server))
          const stage = await stageOn(scenario, database, folder, proxy, crash)
          for (const command of scenario.before ?? []) await stage.plainly(command)
          if (scenario.cutAt !== undefined) await cutOff(scenario, stage, scenario.cutAt)
          await work(stage)
        } finally {
          await proxy.close()
        }
      }),
    { major, ...(server && { server }) },
  )
}

/** Kills a first run at a gate, and its backend there, so that its work is half done. */
async function cutOff({ command }: Scenario, { database, folder }: Stage, number: number) {
  const gate = await shut(database, number)
  const migrator = startMigrate(folder, ['plain.ini', ...command])
  const backend = await gate.arrived(() => migrator.over)
  migrator.child.kill('SIGKILL')
  const { output } = await migrator.ended
  if (backend === undefined) throw new Error(`it never came to gate ${number}: ${output}`)
  await database.query('SELECT pg_terminate_backend($1, 5000)', [backend])
  await gate.open()
}

async function stageOn(
  scenario: Scenario,
  database: TestDatabase,
  folder: string,
  proxy: Proxy,
  crash: Stage['crash'],
): Promise<Stage> {
  const { user, name } = { user: database.connection.user, name: database.name }
  const write = (file: string, url: string) =>
    writeFile(
      join(folder, file),
      `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\n${scenario.settings ?? ''}`,
    )
  await write('plain.ini', database.url)
  await write('hurt.ini', `postgres://${user}@127.0.0.1:${proxy.port}/${name}`)
  let told = ''
  let over = false
  return {
    database,
    folder,
    proxy,
    crash,
    told: () => told,
    get over() {
      return over
    },
    start: () => startMigrate(folder, ['hurt.ini', ...scenario.command]),
    async plainly(command = scenario.command, config = 'plain.ini') {
      const onWrite = (text: string) => (told += text)
      const { status, ...written } = await migrate([config, ...command], {
        cwd: folder,
        onWrite,
      })
      over = command === scenario.command
      const output = written.stderr + written.stdout
      if (status !== 0)
        throw new Error(`a plain ${command.join(' ')} ended with ${status}: ${output}`)
      return output
    },
  }
}

/** What the ledger, the journal and the catalog say; `dumped`: the catalog as pg_dump tells it, which is slow. */
export async function endingOf(
  database: TestDatabase,
  scenario: Scenario,
  dumped: boolean,
): Promise<Ending> {
  const journal = scenario.settings?.includes('elsewhere') ? 'elsewhere.' : ''
  const rows = await database.query<{ script: string }>('SELECT script FROM ledger ORDER BY script')
  const entries = await database.query<{ entry: string }>(
    `SELECT revision || ' ' || replace(operation, 'run_partial', 'run') AS entry
       FROM ${journal}migration_journal WHERE outcome <> 'error' ORDER BY 1`,
  )
  return {
    ledger: rows.map(({ script }) => script),
    journal: entries.map(({ entry }) => entry),
    catalog: await fingerprint(database),
    dump: dumped ? await pgDump(database.connection) : undefined,
  }
}
