import type { Command } from 'commander'
import type { Io } from './terminal/io'

/** How the command stands in a program of the caller's. */
export interface MigrateCommandOptions {
  /** Its name there; default `migrate`. */
  name?: string
  /** The ini file or address that it works with unless the command line names one. */
  config?: string
  /** What it touches of the process; default: the process itself. */
  io?: Io
}

/**
 * The whole command line of typetrek as one command of a program that commander parses. It sets
 * `process.exitCode`, and ends nothing. Options of its own follow it: where the program has options of the same
 * name, call `enablePositionalOptions()` on the program.
 *
 * @example
 * import { createMigrateCommand } from 'typetrek/command'
 *
 * const program = new Command('shop').enablePositionalOptions()
 * program.addCommand(createMigrateCommand({ config: 'config/shop.ini' }))
 * await program.parseAsync() // shop migrate status --json
 */
export function createMigrateCommand({
  name = 'migrate',
  config,
  io,
}: MigrateCommandOptions = {}): Command {
  const { Command: CommandClass } = require('commander') as typeof import('commander')
  const command = new CommandClass(name)
    .description('migrates the database; "help" after it lists its commands')
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async () => {
      process.exitCode = await runWith(command.args, config, io)
    })
  return command
}

async function runWith(
  words: readonly string[],
  config: string | undefined,
  io: Io | undefined,
): Promise<number> {
  const { main } = await import('./main.js')
  const { processIo } = await import('./terminal/process-io.js')
  const own = io ?? processIo()
  return main(await withConfig(words, config, own.cwd), own)
}

/** An ini file or an address that the command line names is the one. */
async function withConfig(
  words: readonly string[],
  config: string | undefined,
  cwd: string,
): Promise<readonly string[]> {
  if (config === undefined) return words
  const { commandTable } = await import('./commands.js')
  const { namesConfig } = await import('./arguments/parse.js')
  return namesConfig(words[0], cwd, commandTable) ? words : [config, ...words]
}
