import { MigrationError } from '../../errors'
import { IrregularFile, readRegular } from '../../regular-file'
import { maskPasswords } from '../../settings/value/mask'
import { redactor } from '../../settings/value/redact'
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
  const text = source.kind === 'file' ? fileText(source.value) : await commandText(source)
  const [password = ''] = text.split(/\r?\n/, 1)
  if (password !== '') return password
  throw failed(`${subjectOf(source)} gave no password`, 'Its first line is the password.')
}

const subjectOf = ({ kind, value }: PasswordSource) =>
  kind === 'file' ? `password_file ${value}` : 'password_command'

function fileText(path: string): string {
  try {
    return readRegular(path, longest).toString('utf8')
  } catch (error) {
    const irregular = error instanceof IrregularFile ? `it ${error.problem}` : undefined
    const why = irregular ?? systemFact(error)?.fact ?? (error as Error).message
    throw failed(`cannot read password_file ${path}: ${why}`, 'Check the path and its rights.')
  }
}

/** Of a file and of what a command prints: no password comes near it. */
const longest = 64 * 1024
/** No server waits longer for a password, by its default authentication_timeout. */
const patience = 60_000

async function commandText({ value, here }: PasswordSource): Promise<string> {
  const hint = 'Run it by hand, in the folder of the settings.'
  const late = failed(`password_command did not end within ${patience / 1000} s`, hint)
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(late), patience)
  try {
    const bounds = { signal: stop.signal, most: longest }
    const { status, stdout, stderr } = await runUserCommand(value, here, bounds)
    if (status === 0) return stdout
    throw failed(`password_command ended with ${status}`, hint, withoutSecrets(stderr, stdout))
  } catch (error) {
    if (error instanceof RangeError) throw failed(`password_command: ${error.message}`, hint)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** What a command that failed says, without what it printed as the password, and what looks like one. */
function withoutSecrets(stderr: string, stdout: string): string {
  const printed = stdout.split(/\r?\n/).filter((line) => line.trim().length > 0)
  const text = stderr.trim().replace(/\b(bearer|basic)\s+\S{8,}/gi, '$1 ***')
  return redactor(printed)(maskPasswords(text))
}

function failed(message: string, hint: string, detail?: string): MigrationError {
  return new MigrationError('PASSWORD_FAILED', message, { hint, detail: detail || undefined })
}
