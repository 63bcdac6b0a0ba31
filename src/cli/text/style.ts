import type { Colors } from 'picocolors/types'

/** Paints texts; where colour is off, every function gives its text back. */
export type Style = Pick<Colors, 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'>

export const plain: Style = {
  bold: String,
  dim: String,
  red: String,
  green: String,
  yellow: String,
  cyan: String,
}

/** Colour only on a terminal, never with NO_COLOR (https://no-color.org), TERM=dumb or `--no-color`. */
export function styleFor(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  allowed: boolean,
): Style {
  if (!isTerminal || !allowed || env['NO_COLOR'] || env['TERM'] === 'dumb') return plain
  // asks for the stream of the process as it is loaded
  const { createColors } = require('picocolors') as typeof import('picocolors')
  return createColors(true)
}
