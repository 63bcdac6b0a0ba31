import { execFile, type ExecFileOptions } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isAbsent } from '../../src/absence'
import { findState } from '../../src/database/embedded/place/home'
import { holder } from '../../src/database/embedded/place/folder-lock'
import { isAlive } from '../../src/database/embedded/place/process'
import { guard } from './guard'

/** The operating system's user whom a clone belongs to, where that is not ourselves. */
export interface CloneUser {
  uid: number
  gid: number
}

/** What a program in a clone came to. */
export interface Ran {
  status: number
  stdout: string
  stderr: string
}

/** A copy of this repository as git would clone it, built, with its packages. */
export interface Clone {
  folder: string
  /** Runs a program in it, with an environment that names no database. */
  run(program: string, ...args: readonly string[]): Promise<Ran>
  /** A folder beside it, for a project that uses it. */
  beside: string
  /** Runs a program there, with further variables. */
  runBeside(
    variables: Readonly<Record<string, string>>,
    program: string,
    ...args: readonly string[]
  ): Promise<Ran>
}

const call = promisify(execFile)
const repository = join(__dirname, '../../..')
const ignored = new Set(['.git', '.env', '.postgres', 'node_modules', 'dist'])

/**
 * Gives a test a clone in a 0700 folder of its own, removed afterwards with the embedded servers that
 * were used in it.
 * @param below path from that folder to the clone
 * @param user whom all of it belongs to and who runs the programs; such a user may not enter where
 *   this repository is, so the packages are copied and not linked
 */
export async function withClone(
  { below = 'typetrek', user }: { below?: string | undefined; user?: CloneUser | undefined },
  work: (clone: Clone) => Promise<void>,
): Promise<void> {
  const home = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-clone-'))
  guard([home])
  const folder = join(home, below)
  const beside = join(home, 'project')
  try {
    await copyRepository(folder)
    await (user ? copyPackages(folder) : linkPackages(folder))
    if (user) await call('chown', ['-R', `${user.uid}:${user.gid}`, home])
    const own = { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8' }
    await work({
      folder,
      beside,
      run: (program, ...args) => run({ cwd: folder, env: own, ...user }, program, args),
      runBeside: (variables, program, ...args) =>
        run({ cwd: beside, env: { ...own, ...variables }, ...user }, program, args),
    })
  } finally {
    await removeServers(join(beside, '.postgres'), user)
    await removeServers(join(folder, '.postgres'), user)
    await removeServers(join(home, '.cache/typetrek'), user)
    await rm(home, { recursive: true, force: true })
  }
}

/** What git would clone, and what `npm ci` builds; git itself may not trust a folder of another user's. */
async function copyRepository(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const names = (await readdir(repository)).filter((name) => !ignored.has(name))
  await Promise.all([...names, 'dist/src', 'dist/example-app'].map((name) => copy(name, folder)))
}

async function copy(name: string, folder: string): Promise<void> {
  const filter = (path: string) => !ignored.has(basename(path))
  await cp(join(repository, name), join(folder, name), { recursive: true, filter })
}

/** Each by itself, so that what is cached beside them goes with the clone. */
async function linkPackages(folder: string): Promise<void> {
  const from = join(repository, 'node_modules')
  await mkdir(join(folder, 'node_modules'))
  for (const name of await readdir(from)) {
    if (!name.startsWith('.')) await symlink(join(from, name), join(folder, 'node_modules', name))
  }
}

/** What the program and the embedded server need; the rest builds and tests. */
async function copyPackages(folder: string): Promise<void> {
  const from = join(repository, 'node_modules')
  const to = join(folder, 'node_modules')
  for (const name of await packagesOf(repository)) {
    await mkdir(dirname(join(to, name)), { recursive: true })
    await call('cp', ['-R', join(from, name), join(to, name)])
  }
}

/** The packages that a package needs, and those that these need, as far as they are installed. */
async function packagesOf(folder: string, found = new Set<string>()): Promise<Set<string>> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageNeeds
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  for (const name of Object.keys({
    ...dependencies,
    ...optionalDependencies,
    ...peerDependencies,
  })) {
    const path = join(repository, 'node_modules', name)
    if (found.has(name) || !existsSync(path)) continue
    found.add(name)
    await packagesOf(path, found)
  }
  return found
}

type PackageNeeds = Partial<
  Record<'dependencies' | 'optionalDependencies' | 'peerDependencies', Record<string, string>>
>

function run(options: ExecFileOptions, program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((settle, fail) => {
    execFile(program, [...args], { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code
      if (typeof status === 'number') settle({ status, stdout, stderr })
      else fail(error ?? new Error(`${program} ended without a status`))
    })
  })
}

/** Stops every embedded server whose folder is below, and removes what it keeps elsewhere. */
async function removeServers(below: string, user: CloneUser | undefined): Promise<void> {
  for (const path of await foldersIn(below)) {
    const state = user ? path : await findState(path)
    if (state === undefined) continue
    const supervisor = await holder(state)
    if (supervisor?.alive) process.kill(supervisor.pid, 'SIGTERM')
    while (supervisor && (await isAlive(supervisor.pid))) await pause(20)
    await rm(state, { recursive: true, force: true })
  }
}

async function foldersIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((error: unknown) => {
    if (isAbsent(error)) return []
    throw error
  })
  const paths = names.map((name) => join(path, name))
  const kinds = await Promise.all(paths.map((one) => lstat(one)))
  return paths.filter((_, at) => kinds[at]?.isDirectory())
}
