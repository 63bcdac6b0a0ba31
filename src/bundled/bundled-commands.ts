import type { OptionName } from '../cli/arguments/option-table'
import { usageError } from '../cli/arguments/usage-error'
import { commandTable, type Command } from '../cli/commands'

/** What works on the journal and the scripts alone. */
const own = [
  'upgrade',
  'downgrade',
  'to',
  'setup',
  'mark',
  'skip',
  'rebuild',
  'adopt',
  'status',
  'plan',
  'dry_upgrade',
  'dry_downgrade',
  'next_version',
  'unlock',
  'list',
  'errors',
  'trace',
  'url',
  'environ',
  'version',
  'help',
] as const satisfies readonly (keyof typeof commandTable)[]

/** They say where scripts are and how to read them, which is settled. */
const settled: ReadonlySet<OptionName> = new Set(['directory', 'runner', 'layout'])

/** The commands of a bundle. The others are known, and refused. */
export const bundledCommands: Readonly<Record<string, Command>> = Object.fromEntries(
  Object.entries<Command>(commandTable).map(([name, row]) => [
    name,
    (own as readonly string[]).includes(name) ? withoutFolder(row) : refused(name, row),
  ]),
)

function withoutFolder(row: Command): Command {
  return {
    ...row,
    arguments: row.arguments.filter((one) => one !== '[folder]'),
    options: row.options.filter((one) => !settled.has(one)),
  }
}

function refused(name: string, row: Command): Command {
  const parse = () => {
    const hint = `Run migrate ${name} where the project is: it needs a scratch server or the folder of scripts.`
    throw usageError(`a bundle has no command ${name}`, hint)
  }
  return { ...row, hidden: true, parse }
}
