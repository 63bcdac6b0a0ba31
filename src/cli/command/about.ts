import { renderCompletion } from '../arguments/completion'
import { answer, type Handler } from '../context/command-context'
import { renderCommandHelp, renderHelp } from '../arguments/help'
import type { Io } from '../terminal/io'
import { readVersions, versionsText } from '../arguments/versions'

/** Shows all commands, or one of them in full. */
export const help: Handler = async ({ call, commands, io, output }) => {
  const [topic] = call.words
  const page = { style: output.style, columns: widthOf(io) }
  output.result(topic ? renderCommandHelp(topic, page, commands) : renderHelp(page, commands))
  return 0
}

/** The terminal's width where help goes to one; COLUMNS says it elsewhere. */
function widthOf({ env, stdoutColumns }: Io): number {
  const said = Number(env['COLUMNS'])
  return said > 0 && Number.isInteger(said) ? said : (stdoutColumns ?? 80)
}

/** Prints the versions of this program and of its dependencies, without loading any of it. */
export const version: Handler = async (context) => {
  const versions = readVersions()
  answer(context, { versions })
  context.output.result(versionsText(versions))
  return 0
}

/** Prints a completion script. */
export const completion: Handler = async ({ call, commands, output }) => {
  output.result(renderCompletion(call.words[0] ?? '', commands))
  return 0
}
