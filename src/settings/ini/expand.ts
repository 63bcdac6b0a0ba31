import type { Ini } from './ini'
import { nearest } from '../value/nearest'

/** What a value may refer to. */
export interface ExpansionScope {
  ini: Ini
  section: string
  /** `here`, `__file__`: taken as they are; a key of the same name in the section comes first. */
  variables: Readonly<Record<string, string>>
  env: (name: string) => string | undefined
  /** True: `${ENV}` stays as it is, and the result is a text that expands to the value. */
  keepVariables?: boolean | undefined
}

export type Expansion =
  | { value: string }
  | {
      /** One lowercase line; never quotes a value. */
      problem: string
      hint?: string
    }

/** The raw value of a key in a section, `[DEFAULT]` included, or undefined. */
export function rawEntry(ini: Ini, section: string, key: string) {
  return ini.sections.get(section)?.entries.get(key) ?? ini.defaults.get(key)
}

/**
 * Expands a key's value: `%(here)s`, `%(__file__)s` and `%(name)s` (a key of the same section or of
 * `[DEFAULT]`, itself expanded), `%%` for `%`; `${ENV}`, `${ENV:-default}` (used where the variable is
 * unset or empty; itself expanded), `$${` for `${`. What a variable of the environment holds is taken
 * as it is. Another lone `%`, an unknown name, a circle and an unset variable are problems. Only
 * values that are asked for are expanded: `format = %(asctime)s` of a logging section is no problem.
 * Gives undefined for a key that the section does not have.
 */
export function expandKey(scope: ExpansionScope, key: string): Expansion | undefined {
  const entry = rawEntry(scope.ini, scope.section, key)
  if (!entry) return undefined
  try {
    const way: Way = { path: [key], depth: 0, spent: { steps: 0, length: 0 } }
    return { value: expandText(entry.value, scope, way) }
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error
    return { problem: error.message, ...(error.hint ? { hint: error.hint } : {}) }
  }
}

class ExpansionProblem extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message)
  }
}

/** How an expansion came here, and what all of it has cost so far. */
interface Way {
  /** The keys on the way, to notice a circle. */
  path: readonly string[]
  depth: number
  spent: { steps: number; length: number }
}

const deepest = 50
const mostSteps = 10_000
const longest = 1024 * 1024

/** A value in which each key names the one before twice doubles with each. */
function spend({ depth, spent, path }: Way, length: number): void {
  spent.steps += 1
  spent.length += length
  if (depth <= deepest && spent.steps <= mostSteps && spent.length <= longest) return
  const what =
    depth > deepest
      ? `references more than ${deepest} deep`
      : spent.steps > mostSteps
        ? `more than ${mostSteps} references`
        : 'more than 1 MiB of text'
  throw new ExpansionProblem(`${path[0]} expands to ${what}`, 'Write the value out.')
}

function expandText(text: string, scope: ExpansionScope, way: Way): string {
  spend(way, text.length)
  let out = ''
  let at = 0
  while (at < text.length) {
    const mark = text.slice(at).search(/[%$]/)
    if (mark === -1) return out + text.slice(at)
    out += text.slice(at, at + mark)
    at += mark
    const [piece, length] = expandMark(text.slice(at), scope, way)
    out += piece
    at += length
  }
  return out
}

/** Expands what `rest` begins with; gives the text for it and how many characters it replaces. */
function expandMark(rest: string, scope: ExpansionScope, way: Way): [string, number] {
  if (rest.startsWith('%%')) return [scope.keepVariables ? '%%' : '%', 2]
  if (rest.startsWith('$${')) return [scope.keepVariables ? '$${' : '${', 3]
  if (rest.startsWith('${')) return expandVariable(rest, scope, way)
  if (rest.startsWith('$')) return ['$', 1]
  const name = /^%\(([^)]+)\)s/.exec(rest)
  if (!name?.[1]) {
    throw new ExpansionProblem(
      'value has a lone "%"',
      'Write %% for each % that is meant as such, also in the %XX of a URL-encoded password.',
    )
  }
  return [expandName(name[1], scope, way), name[0].length]
}

function below({ path, depth, spent }: Way, ...key: string[]): Way {
  return { path: [...path, ...key], depth: depth + 1, spent }
}

function expandName(name: string, scope: ExpansionScope, way: Way): string {
  const { path } = way
  if (path.includes(name)) {
    throw new ExpansionProblem(`%(${name})s goes round in a circle: ${[...path, name].join(' → ')}`)
  }
  const entry = rawEntry(scope.ini, scope.section, name)
  if (entry) return expandText(entry.value, scope, below(way, name))
  const variable = Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined
  if (variable !== undefined) {
    spend(way, variable.length)
    return scope.keepVariables ? unexpanded(variable) : variable
  }
  const known = [
    ...(scope.ini.sections.get(scope.section)?.entries.keys() ?? []),
    ...scope.ini.defaults.keys(),
    ...Object.keys(scope.variables),
  ]
  const meant = nearest(name, known)
  throw new ExpansionProblem(
    `%(${name})s names no key of [${scope.section}] or [DEFAULT]`,
    meant && `Did you mean %(${meant})s?`,
  )
}

function expandVariable(rest: string, scope: ExpansionScope, way: Way): [string, number] {
  const end = closingBrace(rest)
  const match = /^([A-Za-z_]\w*)(?::-([^]*))?$/.exec(rest.slice(2, end))
  if (end === -1 || !match?.[1]) {
    throw new ExpansionProblem(
      'value has "${" that begins no ${NAME} or ${NAME:-default}',
      'Write $${ for a ${ that is meant as such.',
    )
  }
  const [, name, fallback] = match
  if (scope.keepVariables) return [keptVariable(name, fallback, scope, way), end + 1]
  const value = scope.env(name)
  if (value !== undefined && (value !== '' || fallback === undefined)) {
    spend(way, value.length)
    return [value, end + 1]
  }
  if (fallback !== undefined) return [expandText(fallback, scope, below(way)), end + 1]
  throw new ExpansionProblem(
    `environment variable ${name} is not set`,
    `Set ${name}, or write \${${name}:-default}.`,
  )
}

function keptVariable(
  name: string,
  fallback: string | undefined,
  scope: ExpansionScope,
  way: Way,
): string {
  if (fallback === undefined) return `\${${name}}`
  return `\${${name}:-${expandText(fallback, scope, below(way))}}`
}

/** A text that expands to the one given. Pure. */
export function unexpanded(text: string): string {
  return text.replaceAll('%', '%%').replaceAll('${', '$${')
}

/** Index of the `}` that closes the `${` at the start, those of defaults inside counted; -1 for none. */
function closingBrace(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith('${', at)) depth += 1
    else if (text[at] === '}' && --depth === 0) return at
  }
  return -1
}
