import { execFile, type ExecFileException } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { MigrationError } from '../errors'
import type { GitRequest } from './git-errors'

/**
 * Hands files to another version control program than git: `<vcs> add FILES`, then
 * `<vcs> commit -m MESSAGE FILES`, in the folder of the files, as hg, svn, fossil, bzr and cvs take it.
 * @throws {MigrationError} GIT_FAILED; the files stay
 */
export async function commitWith(vcs: string, request: GitRequest): Promise<void> {
  const { files, others = [], message, commit } = request
  const folder = dirname(files[0] ?? others[0] ?? '.')
  const run = (...args: string[]) => runProgram(vcs, args, folder, request)
  if (files.length > 0) await run('add', ...files)
  if (!commit) return
  await run('commit', '-m', message, ...files, ...others)
}

function runProgram(
  vcs: string,
  args: readonly string[],
  cwd: string,
  { files }: GitRequest,
): Promise<void> {
  return new Promise((done, fail) => {
    const child = execFile(vcs, args, { cwd }, (error, _, stderr) => {
      if (error) fail(refused(vcs, args[0] ?? '', files, error, stderr))
      else done()
    })
    // a program that asks something gets no answer, and does not wait for one
    child.stdin?.on('error', () => undefined).end()
  })
}

function refused(
  vcs: string,
  verb: string,
  files: readonly string[],
  error: ExecFileException,
  stderr: string,
): MigrationError {
  const absent = error.code === 'ENOENT'
  const names = files.map((file) => basename(file)).join(' ')
  const fact = absent ? `there is no program ${vcs}` : `${vcs} ${verb} was refused`
  return new MigrationError('GIT_FAILED', `the script is written, but ${fact}`, {
    detail: absent ? undefined : stderr.trim() || error.message,
    hint: `The script stays: ${vcs} add and ${vcs} commit ${names} by hand, or ${absent ? 'correct vcs in the settings' : 'remove it and start again'}.`,
    file: files[0],
    cause: error,
  })
}
