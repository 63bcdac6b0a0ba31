/** Says of a path below the scripts' folder, with `/`, whether what is there is no script. */
export type Ignores = (path: string) => boolean

/** Hidden files, tests, barrels and declarations: no script has such a name. */
const never =
  /(?:^|\/)(?:\.[^/]*|node_modules|__[^/]*__|index\.[cm]?[jt]s|[^/]*\.(?:spec|test)\.[cm]?[jt]s|[^/]*\.d\.[cm]?ts)$/i

/**
 * Reads the patterns of `ignore`: globs, which add to what is never a script; `!glob` takes a name out
 * again. One without a `/` is about a name at any depth, and about a folder with all that is in it.
 */
export function readIgnore(patterns: readonly string[]): Ignores {
  if (patterns.length === 0) return (path) => never.test(path)
  const matches = matcher(patterns.filter((pattern) => !pattern.startsWith('!')))
  const except = matcher(patterns.flatMap((one) => (one.startsWith('!') ? one.slice(1) : [])))
  return (path) => (never.test(path) || matches(path)) && !except(path)
}

function matcher(patterns: readonly string[]): Ignores {
  if (patterns.length === 0) return () => false
  const picomatch = require('picomatch') as typeof import('picomatch')
  const tests = patterns.map((pattern) => {
    const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '')
    const matches = picomatch(plain, { dot: true })
    return (path: string) => matches(plain.includes('/') ? path : nameOf(path))
  })
  return (path) => tests.some((test) => test(path))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
