import { execFile } from 'node:child_process'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { MigrationError } from '../errors'
import { commitFiles } from './git'
import { gitEnvironment, openGit } from './git-open'
import { commitWith } from './other-vcs'

/** How a program says that it knows a file, and how it renames one. */
interface Moving {
  knows: readonly string[]
  move: readonly string[]
}

const programs: Readonly<Record<string, Moving>> = {
  hg: { knows: ['files'], move: ['mv'] },
  svn: { knows: ['info'], move: ['mv'] },
  fossil: { knows: ['ls'], move: ['mv', '--hard'] },
  bzr: { knows: ['ls', '--versioned'], move: ['mv'] },
  brz: { knows: ['ls', '--versioned'], move: ['mv'] },
}

/**
 * Renames a file, by the version control program where that knows the file: git, hg, svn, fossil and bzr
 * say whether they do. For any other program, the file is renamed alone.
 * @throws {MigrationError} GIT_FAILED
 */
export async function moveFile(from: string, to: string, vcs: string): Promise<void> {
  const refuse = (error: Error): never => {
    throw refused(vcs, from, error)
  }
  if (vcs === 'git' && (await isTracked(from))) {
    const git = await openGit(dirname(from), gitEnvironment(process.env))
    await git.raw(['mv', '--', from, to]).catch(refuse)
    return
  }
  const program = Object.hasOwn(programs, vcs) ? programs[vcs] : undefined
  if (program && (await isKnown(vcs, program, from)))
    await runIn(vcs, [...program.move, from, to], from).catch(refuse)
  else await rename(from, to)
}

async function isKnown(vcs: string, { knows }: Moving, file: string): Promise<boolean> {
  const answer = await runIn(vcs, [...knows, file], file).catch(() => '')
  return answer.trim() !== ''
}

/** Runs a program in the folder of a file, and gives what it prints. */
async function runIn(vcs: string, args: readonly string[], file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(vcs, args, { cwd: dirname(file) })
  return stdout
}

/**
 * Removes files, by the version control program that has them: from it and from the folder.
 * @throws {MigrationError} GIT_FAILED, USAGE where the settings name no program
 */
export async function removeFiles(files: readonly string[], vcs: string): Promise<void> {
  const [first] = files
  if (first === undefined) return
  requireVcs(vcs)
  const removing = vcs === 'git' ? removeByGit(files, first) : removeBy(vcs, files, first)
  await removing.catch((error: Error) => {
    throw new MigrationError('GIT_FAILED', `${vcs} rm was refused`, {
      detail: error.message.trim(),
      hint: 'Remove the files by hand.',
      file: first,
      cause: error,
    })
  })
}

/**
 * Files that nobody else has are not removed.
 * @throws {MigrationError} USAGE
 */
export function requireVcs(vcs: string): void {
  if (vcs !== 'none') return
  throw new MigrationError('USAGE', 'vcs = none, so that removed files could not be had back', {
    hint: 'Remove them by hand, or name the version control program with vcs.',
  })
}

async function removeByGit(files: readonly string[], first: string): Promise<void> {
  const git = await openGit(dirname(first), gitEnvironment(process.env))
  await git.raw(['--literal-pathspecs', 'rm', '--quiet', '--', ...files])
}

/** fossil leaves the files in the folder. */
async function removeBy(vcs: string, files: readonly string[], first: string): Promise<void> {
  await runIn(vcs, ['rm', ...files], first)
  for (const file of files) await rm(file, { force: true })
}

/**
 * Adds a new file by the version control program; where that is git and has no repository here, nothing is
 * added.
 * @returns whether it was added
 * @throws {MigrationError} GIT_FAILED; the file stays
 */
export async function addFile(file: string, vcs: string): Promise<boolean> {
  if (vcs === 'none' || (vcs === 'git' && !(await isRepository(dirname(file))))) return false
  const request = { files: [file], message: '', commit: false }
  if (vcs === 'git') await commitFiles(request)
  else await commitWith(vcs, request)
  return true
}

async function isRepository(folder: string): Promise<boolean> {
  try {
    const git = await openGit(folder, gitEnvironment(process.env))
    return (await git.raw(['rev-parse', '--is-inside-work-tree'])).trim() === 'true'
  } catch {
    return false
  }
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
