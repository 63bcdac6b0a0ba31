import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { withFolder } from './folder'

const run = promisify(execFile)

/** A real git repository with one commit, on branch `main`. */
export interface Repository {
  folder: string
  /** Runs git there and gives what it printed, without the last line's end. */
  git(...args: string[]): Promise<string>
}

/** Gives a test a repository with these files, all committed; removed afterwards. */
export async function withRepository(
  files: Readonly<Record<string, string>>,
  work: (repository: Repository) => Promise<void>,
): Promise<void> {
  await withFolder({ 'readme.md': 'a project\n', ...files }, async (folder) => {
    await work(await startRepository(folder))
  })
}

/** Makes a repository of a folder, everything in it committed. */
export async function startRepository(folder: string): Promise<Repository> {
  const repository = repositoryIn(folder)
  const { git } = repository
  await git('init', '--quiet', '--initial-branch=main')
  await git('config', 'user.name', 'Ann')
  await git('config', 'user.email', 'ann@example.org')
  await git('config', 'commit.gpgsign', 'false')
  await git('add', '--all')
  await git('commit', '--quiet', '--message=start')
  return repository
}

/** git in a folder, with none of the machine's own configuration. */
export function repositoryIn(folder: string): Repository {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  return {
    folder,
    git: async (...args) => {
      const { stdout } = await run('git', args, { cwd: folder, env })
      return stdout.replace(/\n$/, '')
    },
  }
}
