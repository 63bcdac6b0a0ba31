import { isCommand } from '../commands'
import { renderCompletion } from '../completion'
import type { Handler } from '../context'
import { renderCommandHelp, renderHelp } from '../help'
import { readVersions, versionsText } from '../versions'

/** Shows all commands, or one of them in full. */
export const help: Handler = async ({ call, output }) => {
  const [topic] = call.words
  const { style } = output
  output.result(topic && isCommand(topic) ? renderCommandHelp(topic, style) : renderHelp(style))
  return 0
}

/** Prints the versions of this program and of what it stands on, without loading any of it. */
export const version: Handler = async ({ output }) => {
  const versions = readVersions()
  output.document(versions)
  output.result(versionsText(versions))
  return 0
}

/** Prints a completion script. */
export const completion: Handler = async ({ call, output }) => {
  output.result(renderCompletion(call.words[0] ?? ''))
  return 0
}
