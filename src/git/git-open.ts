import type { SimpleGit } from 'simple-git'

/** Those of git's own variables that say who commits when; simple-git refuses or drops the others. */
const identity = [
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_AUTHOR_DATE',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
  'GIT_COMMITTER_DATE',
]

const guarded = ['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'SSH_ASKPASS']

/**
 * The environment for git: messages in English, since their words decide what we advise, and nothing
 * that points it at another repository, another index or another program. The locale stays, which hooks
 * read files and names by.
 */
export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = Object.entries(env).filter((pair): pair is [string, string] => {
    const name = pair[0].toUpperCase()
    const own = name.startsWith('GIT_') && !identity.includes(name)
    return pair[1] !== undefined && !own && !guarded.includes(name)
  })
  return { ...Object.fromEntries(kept), LANGUAGE: 'C' }
}

/** git in a folder that is there. A command that ends with anything but 0 is an error. */
export async function openGit(folder: string, env: Record<string, string>): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git')
  const git = simpleGit({
    baseDir: folder,
    allowEnvironment: identity,
    errors: (error, { exitCode, stdErr, stdOut }) => {
      if (error || exitCode === 0) return error
      const text = Buffer.concat([...stdErr, ...stdOut]).toString('utf8')
      return new Error(text.trim() || `git ended with ${exitCode}`)
    },
  })
  return git.env(env)
}
