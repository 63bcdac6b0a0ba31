import { MigrationError } from '../errors'
import {
  checkArgument,
  count,
  flag,
  oneOf,
  text,
  type Check,
  type Shape,
} from '../settings/value/arguments'

const target: Check = {
  what: 'digits, latest, next, previous or 0 as a text',
  holds: (value) => typeof value === 'string' && /^(?:\d+|latest|next|previous)$/.test(value),
}

const revisions: Check = {
  what: 'a list of revisions',
  holds: (value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && /^\d+$/.test(one)),
}

const targets: Check = {
  what: `${target.what}, or a list of those`,
  holds: (value) => target.holds(value) || (Array.isArray(value) && value.every(target.holds)),
}

const namedTargets: Check = {
  what: 'a text, or a list of texts',
  holds: (value) => text.holds(value) || (Array.isArray(value) && value.every(text.holds)),
}

const command = oneOf('upgrade', 'downgrade', 'to', 'mark', 'rebuild')

const shapes: Readonly<Record<string, Shape>> = {
  upgrade: { command, target, count, only: targets, force: flag },
  downgrade: { command, target, count, only: targets, force: flag },
  to: { command, target },
  mark: { command, target, only: target, count, revisions },
  rebuild: { command, target: text, answer: oneOf('done', 'not done') },
}

const required: Readonly<Record<string, readonly string[]>> = { to: ['target'] }

/**
 * Checks what a caller asks for: JavaScript has no types, and a downgrade by mistake loses data. Pure.
 * @param named whether scripts have names, so that any text may be a target
 * @throws {MigrationError} USAGE
 */
export function checkRequest(request: unknown, { named = false }: { named?: boolean } = {}): void {
  const name = (request as { command?: unknown } | null | undefined)?.command
  const known = typeof name === 'string' && Object.hasOwn(shapes, name) ? shapes[name] : undefined
  const shape = known && named ? withNames(known) : known
  // an unknown command is what is wrong, whatever else the request has
  if (!shape) return checkArgument('the request', commandOf(request), { command }, ['command'])
  checkArgument('the request', request, shape, required[String(name)])
  refuseBesideOnly(request as Record<string, unknown>)
}

/** Where scripts have names, those are targets too. */
function withNames(shape: Shape): Shape {
  const named = new Map([
    [target, text],
    [targets, namedTargets],
  ])
  return Object.fromEntries(
    Object.entries(shape).map(([key, check]) => [key, named.get(check) ?? check]),
  )
}

function commandOf(request: unknown): unknown {
  if (typeof request !== 'object' || request === null) return request
  return { command: (request as { command?: unknown }).command }
}

/** `only` names one script; a target and a count together bound a run from both sides. */
function refuseBesideOnly({ only, target, count, force }: Record<string, unknown>): void {
  if (only === undefined && force !== undefined) {
    throw new MigrationError('USAGE', 'the request has force without only', {
      hint: 'Name the script that is to run alone with only.',
    })
  }
  if (only === undefined || (target === undefined && count === undefined)) return
  const other = target === undefined ? 'count' : 'target'
  throw new MigrationError('USAGE', `the request has both only and ${other}`, {
    hint: 'Give one of them.',
  })
}
