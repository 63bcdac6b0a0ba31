import { commandRow, commandTable, type CommandName } from './commands'
import { optionTable, shortFlag, type OptionName } from './options'
import type { Style } from './style'
import { alignColumns } from './table'

const usage = 'migrate [CONFIG] [COMMAND] [ARGUMENTS] [OPTIONS]'
const names = Object.keys(commandTable) as CommandName[]

/** The page that `migrate help` shows, derived from the tables. Pure. */
export function renderHelp(style: Style): string {
  const commands = names.map((name) => [shortSignature(name), commandRow(name).summary])
  return [
    `${style.bold('Usage:')} ${usage}`,
    '',
    'CONFIG is an ini file (default development.ini) or a postgres:// or embedded: address.',
    'COMMAND is upgrade unless another is named; options may stand anywhere.',
    '',
    style.bold('Commands:'),
    ...listed(commands, style),
    '',
    style.bold('Options:'),
    ...listed((Object.keys(optionTable) as OptionName[]).map(optionCells), style),
    '',
    'A version is digits, latest, next, previous or 0; an existing folder in its place is the',
    "scripts' folder. A duration is 500ms, 5s, 2min or 1h.",
    '',
    'Exit status: 0 done, or nothing to do; 1 a migration failed or was refused; 2 the call or',
    'the settings are wrong; 3 the answer of a check is no; 130 and 143 stopped by a signal.',
  ].join('\n')
}

/** The page of one command. Pure. */
export function renderCommandHelp(name: CommandName, style: Style): string {
  const row = commandRow(name)
  return [
    `${style.bold('Usage:')} migrate [CONFIG] ${signature(name)} [OPTIONS]`,
    '',
    `${row.summary[0]?.toUpperCase()}${row.summary.slice(1)}.`,
    ...(row.detail === undefined ? [] : [row.detail]),
    '',
    style.bold('Options:'),
    ...listed(row.options.toSorted(byTable).map(optionCells), style),
  ].join('\n')
}

function signature(name: CommandName): string {
  return [name, ...commandRow(name).arguments].join(' ')
}

/** The overview says of folders below, once for all commands. */
function shortSignature(name: CommandName): string {
  return signature(name).replace(' [folder]', '')
}

const order = Object.keys(optionTable)

function byTable(a: OptionName, b: OptionName): number {
  return order.indexOf(a) - order.indexOf(b)
}

/** Long forms stand below each other, with room for a short one before. */
function optionCells(name: OptionName): string[] {
  const { flags, summary } = optionTable[name]
  return [shortFlag(name) ? flags : `    ${flags}`, summary]
}

function listed(rows: readonly string[][], style: Style): string[] {
  const cells = rows.map(([name = '', summary = '']) => [
    { text: name, paint: style.cyan },
    summary,
  ])
  return alignColumns(cells).map((line) => `  ${line}`)
}
