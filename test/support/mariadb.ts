import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DataSource } from 'typeorm'

/** Why tests on MariaDB are skipped; false where it is installed. */
export const noMariadb =
  has('mariadbd') && has('mariadb-install-db') ? false : 'mariadb-server is not installed'

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** A server of a test's own, reached by its socket. */
export interface Mariadb {
  socket: string
  /** Options of a DataSource for a database. */
  options(database?: string): ConstructorParameters<typeof DataSource>[0]
  stop(): Promise<void>
}

/** Makes a server in a folder of its own and starts it; nothing is kept safe. */
export async function startMariadb(): Promise<Mariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'typetrek-maria-'))
  const data = join(folder, 'data')
  const socket = join(folder, 's')
  const { username } = userInfo()
  const own = ['--no-defaults', `--datadir=${data}`, `--user=${username}`]
  const made = spawnSync('mariadb-install-db', [
    ...own,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ])
  if (made.status !== 0) throw new Error(String(made.stderr))
  const fast = [
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=8M',
    '--skip-log-bin',
    // a machine has so many of them, and several servers at once use them up
    '--innodb-use-native-aio=0',
  ]
  const server = spawn('mariadbd', [...own, `--socket=${socket}`, '--skip-networking', ...fast], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  server.stderr.on('data', (text: Buffer) => (said = `${said}${String(text)}`.slice(-2000)))
  const options = (database?: string) =>
    ({ type: 'mariadb', socketPath: socket, username: 'root', password: '', database }) as const
  await ready(options(), server).catch((cause: unknown) => {
    server.kill('SIGKILL')
    throw new Error(`mariadbd does not start: ${said}`, { cause })
  })
  return {
    socket,
    options: (database) =>
      ({ ...options(database) }) as ConstructorParameters<typeof DataSource>[0],
    async stop() {
      server.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ready(options: object, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error('mariadbd has ended')
    const dataSource = new DataSource(options as ConstructorParameters<typeof DataSource>[0])
    const up = await dataSource.initialize().then(
      () => true,
      () => false,
    )
    if (up) return dataSource.destroy()
    await pause(100)
  }
  throw new Error('mariadbd does not start')
}
