import type { CommandRow, Commands } from './command-row'
import { longFlag, optionTable, shortFlag, takesValue, type OptionName } from './option-table'

const options = Object.keys(optionTable) as OptionName[]

/** A completion script for bash, zsh or fish, derived from the tables. Pure. */
export function renderCompletion(shell: string, commands: Commands): string {
  if (shell === 'bash') return bash(commands)
  if (shell === 'zsh') return zsh(commands)
  if (shell === 'fish') return fish(commands)
  throw new Error(`no completion for ${shell}`)
}

/** Commands and their options by the command that is on the line; else every option. */
function bash(all: Commands): string {
  const cases = Object.entries(all).map(
    ([name, row]) => `      ${name}) options='${flagsOf(row)}'; break ;;`,
  )
  return `_migrate() {
  local word options='${options.map(longFlag).join(' ')}' current=\${COMP_WORDS[COMP_CWORD]}
  local commands='${Object.keys(all).join(' ')}'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
${cases.join('\n')}
    esac
  done
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current") $(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _migrate migrate`
}

function flagsOf(row: CommandRow): string {
  return row.options.map(longFlag).join(' ')
}

function zsh(all: Commands): string {
  const rows = Object.entries(all).map(
    ([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`,
  )
  const flags = options.map((name) => `    ${quoted(zshOption(name))}`)
  return `#compdef migrate
_migrate() {
  local -a commands=(
${rows.join('\n')}
  )
  local -a options=(
${flags.join('\n')}
  )
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
  else
    _alternative 'commands:command:(('"\${(j: :)\${(q)commands}}"'))' 'files:file:_files'
  fi
}
compdef _migrate migrate`
}

function zshOption(name: OptionName): string {
  return `${longFlag(name)}:${optionTable[name].summary.replaceAll(':', '\\:')}`
}

function fish(all: Commands): string {
  const rows = Object.entries(all).map(
    ([name, { summary }]) => `complete -c migrate -a ${name} -d ${quoted(summary)}`,
  )
  const flags = options.map((name) => {
    const short = shortFlag(name)
    const form = `${short ? `-s ${short.slice(1)} ` : ''}-l ${longFlag(name).slice(2)}`
    const value = takesValue(name) ? ' -r' : ''
    return `complete -c migrate ${form}${value} -d ${quoted(optionTable[name].summary)}`
  })
  return [...rows, ...flags].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
