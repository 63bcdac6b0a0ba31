import { resolve } from 'node:path'
import type { SettingFlags, SettingsRequest } from '../../settings/read-settings'
import type { Settings } from '../../settings/value/setting-types'
import { placeOf, type DatabasePlace } from '../render/database-member'
import type { Io, StopSignal } from '../terminal/io'
import { envelope } from '../render/json'
import type { Output } from '../terminal/output'
import type { Commands } from '../arguments/command-row'
import { usualLayout, type ScriptLayout } from '../../script/layout/layout'
import type { Call } from '../arguments/parse'
import { alignColumns } from '../text/table'

/** Reads settings for a call. */
export type SettingsReader = (request: SettingsRequest) => Promise<Settings>

/** What a command has at hand. */
export interface Context {
  call: Call
  /** All commands, for help and completion. */
  commands: Commands
  /** How folders are laid out where the settings say nothing; `layoutOf` says how one is. */
  programLayout: ScriptLayout
  /** Where settings come from; absent: `readSettings`. */
  settings?: SettingsReader | undefined
  io: Io
  output: Output
  /** The signal that stopped the run, for the exit status. */
  stoppedBy?: StopSignal
  /** What a signal does while work runs that can be stopped. */
  stop?: (name: StopSignal) => void
  /** For what is said after a failure: known once the settings are read. */
  inOneTransaction?: boolean
  /** What the command is about: known once the settings are read. */
  place?: DatabasePlace
}

/** A command's answer with `--json`: what it says, and how it ended. */
export function answer(context: Context, members: object, exitStatus = 0): void {
  const outcome = exitStatus === 0 ? 'success' : 'no'
  context.output.document(envelope(outcome, exitStatus, context.place, members))
}

/** Does what a command says and gives the exit status; failures are thrown. */
export type Handler = (context: Context) => Promise<number>

/**
 * Reads the settings that the call names and gives the output the texts that are secret. Reads files
 * only.
 * @throws {MigrationError} SETTINGS_NOT_FOUND, SETTINGS_INVALID
 */
export async function settingsOf(context: Context): Promise<Settings> {
  const { call, io, output } = context
  const { readSettings } =
    require('../../settings/read-settings') as typeof import('../../settings/read-settings')
  const settings = await (context.settings ?? readSettings)({
    config: call.config,
    cwd: io.cwd,
    env: io.env,
    flags: flagsOf(call, io.cwd),
    runnerArguments: call.runnerArguments,
  })
  output.hide(settings.secrets)
  context.place = placeOf(settings)
  context.inOneTransaction = settings.transaction === 'all'
  if (output.verbose && call.command !== 'environ') {
    output.note(renderSettings(settings).join('\n'))
  }
  return settings
}

/** How the scripts' folder of these settings is laid out. */
export function layoutOf(
  { programLayout }: Pick<Context, 'programLayout'>,
  { layout }: Pick<Settings, 'layout'>,
): ScriptLayout {
  const isOwn = layout === 'typetrek' || layout === 'graph'
  if (isOwn || programLayout !== usualLayout) return programLayout
  const { layoutNamed } =
    require('../../script/other-layouts/layouts') as typeof import('../../script/other-layouts/layouts')
  return layoutNamed(layout)
}

/** Options as settings: they come before everything else. */
export function flagsOf({ options, folder }: Call, cwd: string): SettingFlags {
  return {
    directory: folder === undefined ? undefined : resolve(cwd, folder),
    runner: options.runner,
    layout: options.layout,
    transaction: options.transaction,
    other_tools: options.otherTools,
    lock_wait: options.lockWait,
    lock_timeout: options.lockTimeout,
    statement_timeout: options.statementTimeout,
    wait: options.wait,
    strict: options.strict,
  }
}

/** One aligned line for each setting: key, value with secrets masked, where it comes from. */
export function renderSettings({ origins }: Settings): string[] {
  return alignColumns(origins.map(({ key, shown, from }) => [key, shown, `(${from})`]))
}
