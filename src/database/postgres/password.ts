import { readFile } from 'node:fs/promises'
import { MigrationError } from '../../errors'
import { systemFact } from '../../system-error'
import { runUserCommand } from '../../user-shell'
import type { ConnectionParts, PasswordSource } from '../../settings/value/setting-types'

/**
 * Connection options whose password is fetched for each connection where the settings say so; others as
 * they are. pg and TypeORM take a function in the password's place.
 * @param secrets what was fetched is added, so that it is never printed
 */
export function withPassword(
  { passwordFrom, ...parts }: ConnectionParts,
  secrets: readonly string[],
): ConnectionParts {
  if (!passwordFrom) return parts
  const fetch = async () => {
    const password = await fetchPassword(passwordFrom)
    if (!secrets.includes(password)) (secrets as string[]).push(password)
    return password
  }
  return { ...parts, password: fetch as unknown as string }
}

/**
 * The command's first line, or the file's.
 * @throws {MigrationError} PASSWORD_FAILED
 */
async function fetchPassword(source: PasswordSource): Promise<string> {
  const text = source.kind === 'file' ? await fileText(source.value) : await commandText(source)
  const [password = ''] = text.split(/\r?\n/, 1)
  if (password !== '') return password
  throw failed(`${subjectOf(source)} gave no password`, 'Its first line is the password.')
}

const subjectOf = ({ kind, value }: PasswordSource) =>
  kind === 'file' ? `password_file ${value}` : 'password_command'

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const why = systemFact(error)?.fact ?? (error as Error).message
    throw failed(`cannot read password_file ${path}: ${why}`, 'Look at the path and its rights.')
  }
}

async function commandText({ value, here }: PasswordSource): Promise<string> {
  const { status, stdout, stderr } = await runUserCommand(value, here)
  if (status === 0) return stdout
  const hint = 'Run it by hand, in the folder of the settings.'
  throw failed(`password_command ended with ${status}`, hint, stderr.trim())
}

function failed(message: string, hint: string, detail?: string): MigrationError {
  return new MigrationError('PASSWORD_FAILED', message, { hint, detail: detail || undefined })
}
