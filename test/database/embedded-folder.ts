import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { acquireEmbedded, type EmbeddedLease } from '../../src/database/embedded/client'
import { findState, openHome } from '../../src/database/embedded/place/home'
import { holder } from '../../src/database/embedded/place/folder-lock'
import { isAlive } from '../../src/database/embedded/place/process'
import { withFolder } from '../support/folder'
import { until } from '../support/until'

const copy = promisify(execFile)
const clientModule = join(__dirname, '../../src/database/embedded/client.js')

/** Gives a test the path of an embedded server that is not there yet; stops and removes it afterwards. */
export async function withCold(work: (path: string) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const path = join(folder, 'server')
    try {
      await work(path)
    } finally {
      await remove(path)
    }
  })
}

let template: string | undefined

/** Gives a test the path of an embedded server that was used before and has been stopped since. */
export async function withEmbedded(work: (path: string) => Promise<void>): Promise<void> {
  await withCold(async (path) => {
    const { state } = await openHome(path)
    template ??= await makeTemplate()
    await copy('cp', ['-a', template, join(state, 'data')])
    await work(path)
  })
}

/** A copy takes a tenth of the time that initdb needs. */
async function makeTemplate(): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-template-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await withCold(async (path) => {
    await withLease(path, async () => undefined)
    await stop(path)
    await copy('cp', ['-a', join((await findState(path)) ?? '', 'data'), folder])
  })
  return join(folder, 'data')
}

/** Stops what runs at the path. */
async function stop(path: string): Promise<void> {
  const state = await findState(path)
  const supervisor = state === undefined ? undefined : await holder(state)
  if (supervisor?.alive) process.kill(supervisor.pid, 'SIGTERM')
  if (supervisor) await untilEnded(supervisor.pid)
}

/** Stops what runs at the path and removes its state, wherever that is. */
export async function remove(path: string): Promise<void> {
  await stop(path)
  const state = await findState(path)
  if (state !== undefined) await rm(state, { recursive: true, force: true })
}

/** Uses the server for as long as the work lasts. */
export async function withLease<Result>(
  path: string,
  work: (lease: EmbeddedLease) => Promise<Result>,
  major?: number,
): Promise<Result> {
  const lease = await acquireEmbedded({ path, database: 'app', major, here: __dirname })
  try {
    return await work(lease)
  } finally {
    await lease.release()
  }
}

export async function query(
  { connection }: Pick<EmbeddedLease, 'connection'>,
  sql: string,
): Promise<unknown[]> {
  const client = new Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

/** Another process with a lease of its own. */
export interface OtherProcess {
  child: ChildProcess
  lease: Pick<EmbeddedLease, 'connection'>
  /** Tells it to release, and waits for its end. */
  finish(): Promise<number | null>
}

const program = `
  const { acquireEmbedded } = require(process.argv[1])
  const request = { path: process.argv[2], database: 'app', here: process.argv[1] }
  acquireEmbedded(request).then(async (lease) => {
    console.log(JSON.stringify(lease.connection))
    for await (const _ of process.stdin);
    await lease.release()
  }).catch((error) => {
    console.log(JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } }))
  })`

/** Starts another process, a leader of its own process group, that holds a lease until told. */
export async function otherProcess(
  path: string,
  user?: { uid: number; gid: number },
): Promise<OtherProcess> {
  const child = spawn(process.execPath, ['-e', program, clientModule, path], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  })
  const ended = new Promise<number | null>((settle) => child.once('exit', settle))
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line) as { error?: object } & EmbeddedLease['connection']
    if (told.error) throw Object.assign(new Error(), told.error)
    const finish = () => {
      child.stdin.end()
      return ended
    }
    return { child, lease: { connection: told }, finish }
  }
  throw new Error('the other process said nothing')
}

export async function serverPid(lease: Pick<EmbeddedLease, 'connection'>): Promise<number> {
  const text = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"
  return Number((await query(lease, text))[0])
}

/** Waits until a process has ended. */
export async function untilEnded(pid: number): Promise<void> {
  await until(async () => !(await isAlive(pid)))
}
