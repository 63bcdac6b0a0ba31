import { MigrationError } from '../errors'
import { usualLayout, type ScriptLayout } from '../script/layout/layout'
import { systemFailure } from '../system-error'
import { toolVersion } from '../version'
import { rowOf, type Commands } from './arguments/command-row'
import { commandTable, type Command } from './commands'
import type { Context, SettingsReader } from './context/command-context'
import { statusOfSignal, type Io } from './terminal/io'
import { envelope, errorMember, failureMembers, stepsDone } from './render/json'
import { checkLog } from './terminal/log'
import { Output } from './terminal/output'
import { stopwatch } from './terminal/stopwatch'
import { parse, type Call } from './arguments/parse'
import { listenForSignals } from './context/signals'

export type { Io, StopSignal } from './terminal/io'

/** What the command line is made of. */
export interface Program {
  commands: Readonly<Record<string, Command>>
  layout: ScriptLayout
  /** Where settings come from; default: `readSettings`. */
  settings?: SettingsReader
}

/**
 * The command line: understands `argv` (without node and the program), does what it says, and gives
 * the exit status. Touches nothing of the process but through `io`, and never throws for an expected
 * failure: that is printed, and is 1 where a migration failed or was refused, 2 where the call or the
 * settings are wrong, 3 where the answer of a check is no, 75 where the same call may succeed later, 130 and
 * 143 after SIGINT and SIGTERM.
 */
export async function main(
  argv: readonly string[],
  io: Io,
  { commands, layout, settings }: Program = { commands: commandTable, layout: usualLayout },
): Promise<number> {
  let call: Call
  try {
    call = await understand(argv, io, commands)
    checkLog(call.options.log, io.env)
  } catch (error) {
    return fail(error, { io, output: earlyOutput(argv, io), commands })
  }
  const output = new Output(io, call.options)
  const context: Context = { call, commands, programLayout: layout, io, output, settings }
  const stopListening = listenForSignals(context)
  hideAddresses(argv, output)
  const logEnd = logRun(context)
  try {
    const handler = commands[call.command]?.load()
    if (!handler) throw new Error(`no command ${call.command}`)
    return logEnd(await handler(context))
  } catch (error) {
    return logEnd(fail(error, context))
  } finally {
    stopListening()
  }
}

/**
 * A version that is no number may be the name of one, where the settings say that scripts have names; to
 * find out, they are read, but only where the call cannot be understood otherwise.
 */
async function understand(argv: readonly string[], io: Io, commands: Commands): Promise<Call> {
  try {
    return parse(argv, io.cwd, commands)
  } catch (error) {
    const { callByName } =
      require('./context/named-versions') as typeof import('./context/named-versions')
    const call = await callByName(argv, io, commands)
    if (call) return call
    throw error
  }
}

/** The first and the last event of a command that has any. */
function logRun({ call, commands, output }: Context): (exitStatus: number) => number {
  const { command } = call
  const passed = stopwatch()
  const logs = rowOf(commands, command).options.includes('log')
  if (logs) output.event('info', 'run_started', { command, typetrek: toolVersion })
  return (exitStatus) => {
    const durationMs = Math.round(passed())
    const outcome = exitStatus === 0 ? 'success' : exitStatus === 3 ? 'no' : 'error'
    const level = outcome === 'error' ? 'error' : 'info'
    if (logs) output.event(level, 'run_ended', { command, outcome, exitStatus, durationMs })
    return exitStatus
  }
}

/** For a call that could not be understood: what it says about the output still counts. */
function earlyOutput(argv: readonly string[], io: Io): Output {
  const end = argv.indexOf('--')
  const given = new Set(end === -1 ? argv : argv.slice(0, end))
  const output = new Output(io, {
    json: given.has('--json'),
    verbose: given.has('--verbose') || given.has('-v'),
    quiet: given.has('--quiet') || given.has('-q'),
    color: !given.has('--no-color'),
    ...logOption(argv),
  })
  hideAddresses(argv, output)
  return output
}

function logOption(argv: readonly string[]): { log?: string } {
  const at = argv.indexOf('--log')
  const joined = argv.find((word) => word.startsWith('--log='))?.slice('--log='.length)
  const log = at === -1 ? joined : argv[at + 1]
  return log === undefined ? {} : { log }
}

/** A URL in the wrong place must not be quoted with its password. */
function hideAddresses(argv: readonly string[], output: Output): void {
  const texts = argv.flatMap((word) => [word, word.replace(/^--[a-z-]+=/, '')])
  const suspects = texts.filter((text) => /[:=]/.test(text))
  if (suspects.length === 0) return
  const { secretsIn } = require('../settings/origins') as typeof import('../settings/origins')
  output.hide(suspects.flatMap((text) => [...secretsIn('url', text), ...suspectsOf(text)]))
}

/** An address that can be read says itself which part is the password. */
function suspectsOf(text: string): string[] {
  const { parseAddress } =
    require('../settings/address/address') as typeof import('../settings/address/address')
  const { meansAddress, suspectsIn } =
    require('../settings/value/mask') as typeof import('../settings/value/mask')
  if (!meansAddress(text) || 'address' in parseAddress(text)) return []
  return suspectsIn(text)
}

type Failing = Pick<
  Context,
  'io' | 'output' | 'commands' | 'inOneTransaction' | 'stoppedBy' | 'place'
> & {
  call?: Call
}

function fail(thrown: unknown, context: Failing): number {
  const { call, commands, io, output, inOneTransaction = false, place } = context
  const { withNextStep } = require('./render/next-step') as typeof import('./render/next-step')
  const error = withNextStep(systemFailure(thrown) ?? thrown, call?.command)
  const exitStatus = exitStatusFor(error, context)
  const runsSteps = call !== undefined && isWrite(call, commands)
  output.document(envelope('error', exitStatus, place, failureMembers(error, runsSteps)))
  if (output.logs) {
    output.event('error', 'error', { error: errorMember(error) })
    return exitStatus
  }
  const { renderDoneBefore, renderError } =
    require('./render/render-error') as typeof import('./render/render-error')
  const before = renderDoneBefore(stepsDone(error), inOneTransaction)
  const view = { style: output.noteStyle, cwd: io.cwd, verbose: output.verbose, before }
  output.error(renderError(error, view))
  return exitStatus
}

function isWrite({ command, options }: Call, commands: Commands): boolean {
  return rowOf(commands, command).writes === true && !options.dryRun
}

function exitStatusFor(error: unknown, { stoppedBy }: Failing): number {
  if (!(error instanceof MigrationError)) return 1
  if (error.code === 'INTERRUPTED' && stoppedBy) return statusOfSignal[stoppedBy]
  return error.exitStatus
}
