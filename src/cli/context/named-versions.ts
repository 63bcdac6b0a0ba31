import { readSettings } from '../../settings/read-settings'
import type { Commands } from '../arguments/command-row'
import { parse, type Call } from '../arguments/parse'
import type { Io } from '../terminal/io'
import { flagsOf } from './command-context'

/** The call, where its versions are names and the settings say that scripts have them. */
export async function callByName(
  argv: readonly string[],
  io: Io,
  commands: Commands,
): Promise<Call | undefined> {
  try {
    const call = parse(argv, io.cwd, commands, { named: true })
    const { config } = call
    const flags = flagsOf(call, io.cwd)
    const { layout, database } = await readSettings({ config, cwd: io.cwd, env: io.env, flags })
    const { kind } = database
    return layout === 'graph' || kind === 'runner' || kind === 'versions' ? call : undefined
  } catch {
    return undefined // what was wrong with the call in the first place is reported
  }
}
