import { MigrationError } from '../../errors'
import type { JournalState } from '../../journal/model/applied-state'
import type { Entry } from '../../journal/model/entry'
import { nearest } from '../../settings/value/nearest'
import type { Script } from '../../script/script'
import type { Plan, Request, Step } from '../plan'
import type { Survey } from '../survey'
import { refuseUnusable } from '../usable'
import { refuseAlone, type Scheme } from './scheme'

/** Orders two versions: negative where the first comes before the second. */
export type CompareVersions = (a: string, b: string) => number

/** Nothing is applied. */
export const noVersion = '0'

/** Names, by their characters, as trek orders them. Pure. */
export const compareNames: CompareVersions = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

/** Numbers, or several with dots between them: 9 comes before 57, and 1.9 before 1.10. Pure. */
export const compareNumbers: CompareVersions = (a, b) => {
  const [left, right] = [a.split('.'), b.split('.')]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = Number(left[at] ?? 0) - Number(right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** An entry for a version that is kept somewhere else, which says nothing else of it. Pure. */
export function versionEntry(version: string, script?: Script): Entry {
  return {
    id: '0',
    revision: version,
    title: script?.title ?? '',
    kind: script?.kind ?? 'sql',
    operation: 'run',
    ordinal: 1,
    outcome: 'success',
    attempt: 1,
    statementsDone: 0,
    checksum: '',
    checksumKind: 'sql',
    doneChecksum: null,
    revertible: false,
    startedAt: '',
    finishedAt: null,
    durationMs: null,
  }
}

/**
 * One version says what is applied: every script up to it. A script that comes later with a smaller
 * version is taken as applied.
 */
export function versionScheme(compare: CompareVersions): Scheme {
  const surveyed = (scripts: readonly Script[], state: JournalState): Survey => {
    const current = state.applied.at(-1)?.revision
    const isApplied = ({ revision }: Script) =>
      current !== undefined && compare(revision, current) <= 0
    const sorted = scripts.toSorted((a, b) => compare(a.revision, b.revision))
    const known = sorted.some(
      ({ revision }) => current !== undefined && compare(revision, current) === 0,
    )
    return {
      applied: sorted.filter(isApplied).map((script) => versionEntry(script.revision, script)),
      pending: sorted.filter((one) => !isApplied(one)).map((script) => ({ script, late: false })),
      missing: known ? [] : state.applied,
      changed: [],
      unfinished: [],
    }
  }
  return {
    survey: surveyed,
    plan(scripts, state, request) {
      const found = surveyed(scripts, state)
      refuseUnusable(found)
      const current = state.applied.at(-1)?.revision ?? noVersion
      const steps = stepsFor({ scripts, found, current, compare }, request)
      return { ...found, steps, notices: [] } satisfies Plan
    },
  }
}

interface Versions {
  scripts: readonly Script[]
  found: Survey
  /** The version that is kept. */
  current: string
  compare: CompareVersions
}

function stepsFor(versions: Versions, request: Request): Step[] {
  refuseAlone(request)
  switch (request.command) {
    case 'upgrade':
      return ups(versions, request.target, request.count)
    case 'mark':
      return ups(versions, request.only ?? request.target, request.count).map((step) => ({
        ...step,
        operation: 'run_skip',
      }))
    case 'downgrade':
      return downs(versions, request.target, request.count)
    case 'to':
      return eitherWay(versions, request.target)
    case 'rebuild':
      throw new MigrationError('USAGE', 'a version says nothing of a script that failed', {
        hint: 'Run upgrade: it starts with the script that failed.',
      })
  }
}

function eitherWay(versions: Versions, target: string): Step[] {
  if (target === 'next') return ups(versions, undefined, 1)
  if (target === 'latest') return ups(versions)
  if (target === 'previous') return downs(versions, undefined, 1)
  const bound = resolve(versions, target)
  const isUp = versions.compare(bound, versions.current) > 0 && bound !== noVersion
  return isUp ? ups(versions, bound) : downs(versions, bound)
}

function ups(versions: Versions, target?: string, count?: number): Step[] {
  const { found, current, compare } = versions
  const isAll = target === undefined || target === 'latest'
  const bound = isAll || target === 'next' ? undefined : resolve(versions, target)
  let from = current
  return found.pending
    .filter(({ script }) => bound === undefined || compare(script.revision, bound) <= 0)
    .slice(0, target === 'next' ? 1 : count)
    .map(({ script }) => {
      const step = stepOf(script, 'up', from, script.revision)
      from = script.revision
      return step
    })
}

function downs(versions: Versions, target?: string, count?: number): Step[] {
  const { scripts, found, compare } = versions
  const isOne = target === undefined || target === 'previous'
  const bound = isOne ? undefined : resolve(versions, target)
  const names = new Map(scripts.map((script) => [script.revision, script]))
  const newestFirst = found.applied.toReversed().map(({ revision }) => names.get(revision)!)
  const above = newestFirst.filter(
    ({ revision }) => bound === undefined || bound === noVersion || compare(revision, bound) > 0,
  )
  const reverted = above.slice(0, count ?? (isOne ? 1 : undefined))
  return reverted.map((script) => {
    const below = newestFirst[newestFirst.indexOf(script) + 1]?.revision ?? noVersion
    if (script.kind === 'sql' && !script.downgrade) throw irreversible(script)
    return stepOf(script, 'down', script.revision, below)
  })
}

function stepOf(script: Script, direction: 'up' | 'down', from: string, to: string): Step {
  return {
    revision: script.revision,
    title: script.title,
    kind: script.kind,
    direction,
    operation: direction === 'up' ? 'run' : 'rollback',
    ordinal: 1,
    late: false,
    script,
    from,
    to,
  }
}

/** A version in full, or a file's name without what is behind its last dot. */
function resolve({ scripts, current, compare }: Versions, target: string): string {
  if (/^0+$/.test(target)) return noVersion
  const all = [...scripts.map(({ revision }) => revision), current]
  const found = all.find(
    (one) => one === target || compare(one, target) === 0 || one.replace(/\.\w+$/, '') === target,
  )
  if (found !== undefined) return found
  const meant = nearest(target, all)
  throw new MigrationError('UNKNOWN_REVISION', `no script has the version ${target}`, {
    hint: meant ? `Did you mean ${meant}?` : 'Run status to see the versions.',
  })
}

function irreversible({ revision, file }: Script): MigrationError {
  return new MigrationError('IRREVERSIBLE', `script ${revision} has no downgrade`, {
    file,
    hint: 'Write a new script that undoes it, or give it a downgrade.',
  })
}
