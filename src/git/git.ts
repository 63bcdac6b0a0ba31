import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SimpleGit } from 'simple-git'
import { gitEnvironment, openGit } from './git-open'
import { refusal, type GitRequest, type GitStage } from './git-errors'

export type { GitRequest } from './git-errors'

/**
 * Adds exactly these files and commits them alone; whatever else is in the index stays there as it is.
 * Where git refuses, the files stay and the index is put back as it was.
 * @returns the commit; undefined where nothing was to be committed
 * @throws {MigrationError} GIT_FAILED
 */
export async function commitFiles(request: GitRequest): Promise<string | undefined> {
  const paths = [...request.files, ...(request.others ?? [])]
  const [first = ''] = paths
  const stage = async <Result>(name: GitStage, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw refusal(name, error, request)
    }
  }
  const git = await stage('open', () => openGit(dirname(first), gitEnvironment(process.env)))
  const top = await stage('open', () => git.raw(['rev-parse', '--show-toplevel']))
  await git.cwd(top.replace(/\r?\n$/, ''))
  if (request.commit) await refuseState(git, request)
  await refuseIgnored(git, request)
  const before = await stage('add', () => indexEntries(git, paths))
  try {
    await stage('add', () => git.raw(['add', '--', ...paths.map(literally)]))
    if (!request.commit) return undefined
    const message = `--message=${request.message}`
    await stage('commit', () =>
      git.raw(['commit', '--quiet', '--only', message, '--', ...paths.map(literally)]),
    )
  } catch (error) {
    await putBack(git, before)
    throw error
  }
  return (await git.raw(['rev-parse', 'HEAD'])).trim()
}

/**
 * No character of a path is a pattern. The option `--literal-pathspecs` would say so to every git that a
 * hook starts, too.
 */
function literally(path: string): string {
  return `:(literal)${path}`
}

async function refuseState(git: SimpleGit, request: GitRequest): Promise<void> {
  const is = (...args: string[]) =>
    git.raw(args).then(
      () => true,
      () => false,
    )
  if (!(await is('symbolic-ref', '--quiet', 'HEAD'))) throw refusal('detached', undefined, request)
  for (const head of ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD']) {
    if (await is('rev-parse', '--quiet', '--verify', head)) {
      throw refusal('merge', undefined, request)
    }
  }
}

async function refuseIgnored(git: SimpleGit, request: GitRequest): Promise<void> {
  const ignored = await git.raw(['check-ignore', '--', ...request.files]).catch(() => '')
  if (ignored.trim() !== '') throw refusal('ignored', undefined, request)
}

interface IndexEntry {
  path: string
  /** `100644,<hash>,<name>`; absent where the index has no such file. */
  entry?: string
}

/** What the index has of these files, to be put back. */
async function indexEntries(git: SimpleGit, paths: readonly string[]): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = []
  for (const path of paths) {
    const listed = await git.raw(['ls-files', '--stage', '-z', '--', literally(path)])
    const [, mode, hash, name] = /^(\d+) (\w+) \d\t([^\0]*)/.exec(listed) ?? []
    entries.push({ path, ...(mode !== undefined && { entry: `${mode},${hash},${name}` }) })
  }
  return entries
}

/** What is refused a second time, by a locked index for one, was not changed the first time. */
async function putBack(git: SimpleGit, before: readonly IndexEntry[]): Promise<void> {
  for (const { path, entry } of before) {
    const change =
      entry === undefined ? ['--force-remove', '--', path] : ['--add', '--cacheinfo', entry]
    await git.raw(['update-index', ...change]).catch(() => undefined)
  }
}

/**
 * The real paths of what git has otherwise, or not at all, in the repository that a folder is in.
 * @param only looks at these files alone, which must be there
 */
export async function changedFiles(folder: string, only?: readonly string[]): Promise<string[]> {
  const git = await openGit(folder, gitEnvironment(process.env))
  const top = (await git.raw(['rev-parse', '--show-toplevel'])).replace(/\r?\n$/, '')
  const paths = only ? await Promise.all(only.map((file) => realpath(file))) : []
  const how = ['--porcelain', '-z', '--no-renames', '--untracked-files=all']
  const status = await git.raw(['status', ...how, '--', ...paths.map(literally)])
  const entries = status.split('\0').filter((entry) => entry !== '')
  const home = await realpath(top)
  return entries.map((entry) => join(home, entry.slice(3)))
}

/** True when git has a newer or an older version of the file than the folder. */
export async function isDirty(file: string): Promise<boolean> {
  return (await changedFiles(dirname(file), [file])).length > 0
}
