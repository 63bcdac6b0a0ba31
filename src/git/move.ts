import { execFile } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { MigrationError } from '../errors'
import { gitEnvironment, openGit } from './git-open'

/**
 * Renames a file, by the version control program where that knows the file: git itself says whether it
 * does, hg, svn and bzr move it. For any other program, the file is renamed alone.
 * @throws {MigrationError} GIT_FAILED
 */
export async function moveFile(from: string, to: string, vcs: string): Promise<void> {
  if (vcs === 'git' && (await isTracked(from))) {
    const git = await openGit(dirname(from), gitEnvironment(process.env))
    await git.raw(['mv', '--', from, to]).catch((error: Error) => {
      throw refused(vcs, from, error)
    })
    return
  }
  if (['hg', 'svn', 'bzr'].includes(vcs)) {
    await promisify(execFile)(vcs, ['mv', from, to], { cwd: dirname(from) }).catch(
      (error: Error) => {
        throw refused(vcs, from, error)
      },
    )
    return
  }
  await rename(from, to)
}

/** Removes files that git tracks from it and from the folder; the others from the folder alone is not done. */
export async function removeTracked(files: readonly string[]): Promise<void> {
  const [first] = files
  if (first === undefined) return
  const git = await openGit(dirname(first), gitEnvironment(process.env))
  await git.raw(['--literal-pathspecs', 'rm', '--quiet', '--', ...files]).catch((error: Error) => {
    throw new MigrationError('GIT_FAILED', 'git rm was refused', {
      detail: error.message.trim(),
      hint: 'Remove the files by hand.',
      file: first,
      cause: error,
    })
  })
}

/** True for a file that git has in its index; false where there is no git or no repository. */
async function isTracked(file: string): Promise<boolean> {
  try {
    const git = await openGit(dirname(file), gitEnvironment(process.env))
    return (await git.raw(['--literal-pathspecs', 'ls-files', '--', file])).trim() !== ''
  } catch {
    return false
  }
}

function refused(vcs: string, file: string, cause: Error): MigrationError {
  return new MigrationError('GIT_FAILED', `${vcs} mv was refused`, {
    detail: cause.message.trim(),
    hint: `See what ${vcs} says; no file was renamed.`,
    file,
    cause,
  })
}
