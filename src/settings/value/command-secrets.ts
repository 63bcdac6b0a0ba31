const word = String.raw`[\w-]*(?:pas+(?:word|wd|phrase)?|pwd|secret|token|credentials?|api-?_?key|access-?_?key|auth)`
/** Not `--secret-id` or `--token-file`, which only say where one is. */
const name = `${word}(?![\\w-])`
const given = String.raw`(?:'([^']*)'|"([^"]*)"|([^\s'"|&;()]+))`

const patterns = [
  // TOKEN=value, --token=value, ?token=value
  new RegExp(`(?<![\\w-])(?:${name})=${given}`, 'gi'),
  // --token value
  new RegExp(`(?<!\\S)-{1,2}${name}\\s+${given}`, 'gi'),
  // a header, such as X-Vault-Token: value
  new RegExp(
    `(?<![\\w-])(?:${name}|authorization):\\s*(?:(?:bearer|basic|token)\\s+)?${given}`,
    'gi',
  ),
  // curl -u user:value
  new RegExp(String.raw`(?<!\S)(?:-u|--user)[\s=]+['"]?[^\s:'"]+:${given}`, 'gi'),
]

/**
 * What looks like a secret in a command line: the values of variables, options and headers whose names say
 * so. What a variable or another command gives (`$TOKEN`) is none. Pure.
 */
export function secretsInCommand(command: string): string[] {
  const found = patterns.flatMap((pattern) =>
    Array.from(command.matchAll(pattern), ([, single, double, bare]) => single ?? double ?? bare),
  )
  const secrets = found.filter((text) => text !== undefined && !/^(?:$|[$`-])/.test(text))
  return [...new Set(secrets as string[])]
}
