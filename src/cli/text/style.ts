import { createColors } from 'picocolors'

/** Paints texts; where colour is off, every function gives its text back. */
export type Style = Pick<
  ReturnType<typeof createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>

export const plain: Style = createColors(false)

/** Colour only on a terminal, never with NO_COLOR (https://no-color.org), TERM=dumb or `--no-color`. */
export function styleFor(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  allowed: boolean,
): Style {
  return isTerminal && allowed && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
    ? createColors(true)
    : plain
}
