import { findSourceMap, SourceMap, type SourceMapPayload } from 'node:module'

/** Source maps of what was compiled here, as base64 until a stack asks for one. */
const texts = new Map<string, string>()
const maps = new Map<string, SourceMap>()
let installed = false
/** True where Node, whose own support may be turned on later, has no function that we pass frames on to. */
let leftToUs = false

/**
 * Takes the source map off a compiled text and remembers it, so that stacks name the lines of the source.
 * Node's own support parses the map of every file as it is loaded, which for hundreds of scripts takes as
 * long as all the rest of loading them; here one is parsed when an error has a frame in its file. Where
 * Node's support is on, the text stays as it is; also for a debugger, whose breakpoints are in the source. Sets `Error.prepareStackTrace` for the process, once, and
 * passes on to what stood there.
 *
 * @see https://v8.dev/docs/stack-trace-api#customizing-stack-traces
 */
export function withoutSourceMap(file: string, code: string): string {
  const at = process.sourceMapsEnabled ? -1 : code.lastIndexOf(comment)
  if (at < 0) return code
  texts.set(file, code.slice(at + comment.length).trimEnd())
  maps.delete(file)
  install()
  return isDebugged() ? code : code.slice(0, at)
}

/** Node was started for a debugger (`--inspect`, `--inspect-brk`), or a program, such as an editor's, opened it to one. */
function isDebugged(): boolean {
  const options = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`
  if (options.includes('--inspect')) return true
  const { moduleLoadList } = process as { moduleLoadList?: readonly string[] }
  // to load it for nothing would take 3 ms
  if (!moduleLoadList?.includes('NativeModule inspector')) return false
  const { url } = require('node:inspector') as typeof import('node:inspector')
  return url() !== undefined
}

const comment = '\n//# sourceMappingURL=data:application/json;base64,'

function install(): void {
  if (installed) return
  installed = true
  const earlier = Error.prepareStackTrace?.bind(Error)
  leftToUs = earlier === undefined
  Error.prepareStackTrace = (error, frames) => {
    const placed = frames.map(inSource)
    return earlier ? earlier(error, placed) : `${headOf(error)}${placed.map(lineOf).join('')}`
  }
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error)
  } catch {
    return 'Error' // what was thrown has a name or a message that cannot be read
  }
}

function lineOf(frame: NodeJS.CallSite): string {
  return `\n    at ${textOf(frame)}`
}

/** V8's own words for a frame, which its type does not declare. */
function textOf(frame: object): string {
  return (frame as { toString(): string }).toString()
}

/** The same frame, at the place in the source. */
function inSource(frame: NodeJS.CallSite): NodeJS.CallSite {
  const file = frame.getFileName() ?? undefined
  const line = frame.getLineNumber()
  const column = frame.getColumnNumber()
  if (file === undefined || line === null || column === null) return frame
  const found = mapOf(file)?.findEntry(line - 1, column - 1)
  if (!found || !('originalLine' in found)) return frame
  const [newLine, newColumn] = [found.originalLine + 1, found.originalColumn + 1]
  const own: Record<string, unknown> = {
    getLineNumber: () => newLine,
    getColumnNumber: () => newColumn,
    toString: () =>
      textOf(frame).replace(`${file}:${line}:${column}`, `${file}:${newLine}:${newColumn}`),
  }
  return new Proxy(frame, {
    get(target, name) {
      const mine = typeof name === 'string' ? own[name] : undefined
      if (mine !== undefined) return mine
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function mapOf(file: string): SourceMap | undefined {
  const text = texts.get(file)
  if (text === undefined)
    return leftToUs && process.sourceMapsEnabled ? findSourceMap(file) : undefined
  const known = maps.get(file)
  if (known) return known
  const json = Buffer.from(text, 'base64').toString()
  const map = new SourceMap(JSON.parse(json) as SourceMapPayload)
  maps.set(file, map)
  return map
}
