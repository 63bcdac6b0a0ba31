import { basename, dirname } from 'node:path'
import { MigrationError } from '../errors'

/** What git is to do with new files. */
export interface GitRequest {
  /** Absolute paths of the new script's files. */
  files: readonly string[]
  /** Absolute paths of changed files that go with them. */
  others?: readonly string[]
  message: string
  /** False: the files are only added to the index. */
  commit: boolean
}

/** How far git had come. */
export type GitStage = 'open' | 'detached' | 'merge' | 'ignored' | 'add' | 'commit'

/** The error that says what git refused, and what to do about it. The script is there all the same. */
export function refusal(stage: GitStage, error: unknown, request: GitRequest): MigrationError {
  const text = error === undefined ? '' : messageOf(error)
  const [fact, advice] = reasonFor(stage, text)
  const files = request.files.map((file) => basename(file)).join(' ')
  const name = basename(dirname(request.files[0] ?? ''))
  const then = request.commit ? `git add and git commit ${files}` : `git add ${files}`
  return new MigrationError('GIT_FAILED', `the script is written, but ${fact}`, {
    detail: text || undefined,
    hint: `${advice.replace('FOLDER', name)} The script stays and the index is as it was: ${then} by hand, or remove it and start again.`,
    file: request.files[0],
    cause: error,
  })
}

function reasonFor(stage: GitStage, text: string): readonly [fact: string, advice: string] {
  if (stage === 'detached') {
    return [
      'HEAD is detached, so that a commit would be on no branch',
      'Go to a branch with git switch.',
    ]
  }
  if (stage === 'merge') {
    return ['a merge is in progress', 'Finish it with git commit, or give it up.']
  }
  if (stage === 'ignored') {
    return ['git ignores the file', 'Take the folder FOLDER out of .gitignore, or set vcs = none.']
  }
  const known = reasons.find(([pattern]) => pattern.test(text))
  if (known) return [known[1], known[2]]
  if (stage === 'commit') return ['git commit was refused', 'A hook may be why: see what it says.']
  return [`git ${stage === 'add' ? 'add' : 'rev-parse'} was refused`, 'See what git says.']
}

const reasons: readonly (readonly [pattern: RegExp, fact: string, advice: string])[] = [
  [/ENOENT/, 'there is no git', 'Install git, or set vcs = none.'],
  [
    /not a git repository/,
    'its folder is in no git repository',
    'Make one with git init, or set vcs = none.',
  ],
  [
    /must be run in a work tree/,
    'the repository has no working tree',
    'Work in a clone of it, or set vcs = none.',
  ],
  [/dubious ownership/, 'git does not trust the repository', 'Do what git says of safe.directory.'],
  [
    /identity unknown|unable to auto-detect email|empty ident/i,
    'git does not know who you are',
    'Set git config user.name and user.email.',
  ],
  [
    /index\.lock|Unable to create .*\.lock|could not lock|cannot lock/i,
    'the index is locked',
    'Another git is at work, or one that died left the lock file.',
  ],
  [
    /failed to sign|gpg|signing|ssh-keygen|Load key|failed to write commit object/i,
    'the commit could not be signed',
    'Check commit.gpgsign and user.signingkey.',
  ],
  [/during a (?:merge|cherry-pick|revert)/, 'a merge is in progress', 'Finish it, or give it up.'],
]

/** True for a folder of which git has no version. */
export function isNoRepository(error: unknown): boolean {
  return /not a git repository|must be run in a work tree/.test(messageOf(error))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error)
}
