import { MigrationError } from '../errors'
import type { Entry } from '../journal/model/entry'
import { compareDigits, newestOf, revisionGap } from '../script/revision'
import type { Direction, Script } from '../script/script'
import { numbered } from './numbering/repeatable-scripts'
import type { PendingScript, Target } from './plan'

interface Known {
  scripts: readonly Script[]
  applied: readonly Entry[]
  pending: readonly PendingScript[]
}

/**
 * Turns a target into the revision that bounds the work: up to and including it, or down to it,
 * leaving it applied. Leading zeros do not count. Pure.
 *
 * @throws {MigrationError} UNKNOWN_REVISION with the nearest ones; USAGE for a word that makes no
 *   sense in this direction.
 */
export function resolveTarget(direction: Direction, target: Target, known: Known): string {
  if (/^\d+$/.test(target)) return resolveDigits(direction, target.replace(/^0+(?=\d)/, ''), known)
  const word = direction === 'up' ? upWord(target, known) : downWord(target, known)
  if (word !== undefined) return word
  throw new MigrationError(
    'USAGE',
    `"${target}" is not a version to ${direction === 'up' ? 'upgrade' : 'downgrade'} to`,
    {
      hint:
        direction === 'up'
          ? 'Give digits, latest or next.'
          : 'Give digits, previous, or 0 for everything.',
    },
  )
}

function upWord(word: string, known: Known): string | undefined {
  if (word === 'next') return known.pending[0]?.script.revision ?? '0'
  if (word === 'latest') return newestKnown(known)
  return undefined
}

function downWord(word: string, known: Known): string | undefined {
  if (word === 'latest') return newestKnown(known)
  if (word !== 'previous') return undefined
  return (
    numbered(known.applied)
      .map(({ revision }) => revision)
      .toSorted(compareDigits)
      .at(-2) ?? '0'
  )
}

function newestKnown({ scripts, applied }: Known): string {
  return newestOf(numbered([...scripts, ...applied]).map(({ revision }) => revision)) ?? '0'
}

function resolveDigits(direction: Direction, revision: string, known: Known): string {
  if (revision === '0') {
    if (direction === 'down') return '0'
    throw new MigrationError('USAGE', 'cannot upgrade to 0, the empty database', {
      hint: 'To revert everything, run downgrade 0.',
    })
  }
  const all = [...new Set([...known.scripts, ...known.applied].map((one) => one.revision))]
  if (all.includes(revision)) return revision
  const nearest = nearestRevisions(revision, all)
  throw new MigrationError('UNKNOWN_REVISION', `no script has revision ${revision}`, {
    hint: nearest.length
      ? `The nearest are ${nearest.join(', ')}.`
      : 'There are no scripts yet: run generate to write the first.',
  })
}

/** Those that begin alike, else the neighbours by value. */
function nearestRevisions(revision: string, all: readonly string[]): string[] {
  const shared = (other: string) => {
    let n = 0
    while (n < other.length && other[n] === revision[n]) n++
    return n
  }
  const distance = (other: string) => revisionGap(other, revision)
  return all
    .toSorted((a, b) => shared(b) - shared(a) || (distance(a) < distance(b) ? -1 : 1))
    .slice(0, 3)
    .toSorted(compareDigits)
}
