import { longFlag, mayHaveValue, optionTable, type OptionName } from '../arguments/option-table'
import type { Call } from '../arguments/parse'
import { shellWord } from '../../change/model/option-values'

/** A call as it can be typed again, with more options after its own. An address shows no password. Pure. */
export function commandLine({ config, command, words, options }: Call, more: readonly string[]) {
  const given = Object.entries(options).flatMap(([name, value]) => flagsFor(name, value))
  const added = more.filter((flag) => !given.includes(flag))
  const before = ['migrate', ...(config === undefined ? [] : [shellWord(config)]), command]
  return [...before, ...words.map(shellWord), ...given, ...added].join(' ')
}

function flagsFor(name: string, value: unknown): string[] {
  if (!isOption(name)) return []
  const flag = longFlag(name)
  if (typeof value === 'boolean') return isAsWritten(name, value) ? [flag] : []
  if (mayHaveValue(name)) return [value === '' ? flag : `${flag}=${shellWord(String(value))}`]
  const values = Array.isArray(value) ? value.map(String) : [String(value)]
  return values.map((one) => `${flag} ${shellWord(one)}`)
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(optionTable, name)
}

/** `--no-commit` stands for false, `--yes` for true. */
function isAsWritten(name: OptionName, value: boolean): boolean {
  return optionTable[name].flags.startsWith('--no-') ? !value : value
}
