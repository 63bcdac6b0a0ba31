import { rowOf, type CommandRow, type Commands } from './command-row'
import { optionTable, shortFlag, type OptionName } from './option-table'
import type { Style } from '../text/style'
import { wrapWords } from '../text/text'

const usage = 'migrate [CONFIG] [COMMAND] [ARGUMENTS] [OPTIONS]'

/** How a page is set. */
export interface Page {
  style: Style
  /** No line is wider. */
  columns: number
}

/** The page that `migrate help` shows, derived from the tables. Pure. */
export function renderHelp(page: Page, all: Commands): string {
  const { style } = page
  const shown = Object.entries(all).filter(([, row]) => !row.hidden)
  const commands = shown.map(([name, row]) => [shortSignature(name, row), row.summary])
  return [
    ...wrapped(`${style.bold('Usage:')} ${usage}`, page),
    '',
    ...wrapped(
      'CONFIG is an ini file (default development.ini) or a postgres:// or embedded: address. COMMAND is upgrade unless another is named; options may stand anywhere.',
      page,
    ),
    '',
    style.bold('Commands:'),
    ...listed(commands, page),
    '',
    style.bold('Options:'),
    ...listed((Object.keys(optionTable) as OptionName[]).map(optionCells), page),
    '',
    ...wrapped(
      "A version is digits, latest, next, previous or 0; an existing folder in its place is the scripts' folder. A duration is 500ms, 5s, 2min or 1h.",
      page,
    ),
    '',
    ...wrapped(
      'Exit status: 0 done, or nothing to do; 1 a migration failed or was refused; 2 the call or the settings are wrong; 3 the answer of a check is no; 75 try again later; 130 and 143 stopped by a signal.',
      page,
    ),
  ].join('\n')
}

/** The page of one command. Pure. */
export function renderCommandHelp(name: string, page: Page, commands: Commands): string {
  const { style } = page
  const row = rowOf(commands, name)
  return [
    ...wrapped(`${style.bold('Usage:')} migrate [CONFIG] ${signature(name, row)} [OPTIONS]`, page),
    '',
    ...wrapped(`${row.summary[0]?.toUpperCase()}${row.summary.slice(1)}.`, page),
    ...(row.detail === undefined ? [] : wrapped(row.detail, page)),
    '',
    style.bold('Options:'),
    ...listed(row.options.toSorted(byTable).map(optionCells), page),
  ].join('\n')
}

function signature(name: string, row: CommandRow): string {
  return [name, ...row.arguments].join(' ')
}

/** The overview says of folders below, once for all commands. */
function shortSignature(name: string, row: CommandRow): string {
  return signature(name, row).replace(' [folder]', '')
}

const order = Object.keys(optionTable)

function byTable(a: OptionName, b: OptionName): number {
  return order.indexOf(a) - order.indexOf(b)
}

/** Long forms are aligned, with room for a short one before. */
function optionCells(name: OptionName): string[] {
  const { flags, summary } = optionTable[name]
  return [shortFlag(name) ? flags : `    ${flags}`, summary]
}

/** The summaries are in a column of their own, or below the names where that would be too narrow. */
function listed(rows: readonly string[][], { style, columns }: Page): string[] {
  const widest = Math.max(...rows.map(([name = '']) => name.length))
  const left = widest + 4
  const isNarrow = columns - left < narrowest
  return rows.flatMap(([name = '', summary = '']) => {
    const lines = wrapWords(summary, columns - (isNarrow ? 6 : left))
    const head = `  ${style.cyan(name)}`
    if (isNarrow) return [head, ...lines.map((line) => `      ${line}`)]
    const [first = '', ...rest] = lines
    const padding = ' '.repeat(left - 2 - name.length)
    return [`${head}${padding}${first}`, ...rest.map((line) => ' '.repeat(left) + line)]
  })
}

/** A column of fewer cells is hard to read. */
const narrowest = 24

function wrapped(text: string, { columns }: Page): string[] {
  return wrapWords(text, columns)
}
