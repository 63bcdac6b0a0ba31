import { AsyncLocalStorage } from 'node:async_hooks'
import { format } from 'node:util'

type Print = (line: string) => void
type Printer = Record<string, (...values: unknown[]) => void>

const names = ['log', 'info', 'warn', 'error', 'debug'] as const
const captures = new AsyncLocalStorage<Print>()
let users = 0
let restore = (): void => undefined

/**
 * Gives `print` each line that the work prints to the console while it runs; what others print meanwhile
 * goes where it always goes.
 */
export async function capturingPrints<Result>(
  print: Print,
  work: () => Promise<Result>,
): Promise<Result> {
  if (users++ === 0) restore = patch()
  try {
    return await captures.run(print, work)
  } finally {
    if (--users === 0) restore()
  }
}

function patch(): () => void {
  const printer = globalThis['console'] as unknown as Printer
  const before = Object.fromEntries(names.map((name) => [name, printer[name]!]))
  for (const name of names) {
    printer[name] = (...values) => {
      const print = captures.getStore()
      if (!print) return before[name]!.apply(printer, values)
      for (const line of format(...values).split('\n')) print(line)
    }
  }
  return () => Object.assign(printer, before)
}
