import type { Entry } from '../../src/journal/model/entry'

/**
 * Entries from a short text, in the order of their ids:
 *
 * - `3` ran, `=3` was marked, `-3` was reverted;
 * - `3x` failed and left nothing, `3x2` failed after two statements, `3…2` runs and has done two;
 * - `3*` ran, and the journal kept no SQL that reverts it; `3~` ran with a text that differs.
 */
export function historyOf(text: string): Entry[] {
  const ordinals = new Map<string, number>()
  return wordsOf(text).map((word, index) => {
    const [, sign = '', revision = '', sort = '', done = '0'] = form.exec(word) ?? []
    if (revision === '') throw new Error(`no entry: ${word}`)
    const ordinal = (ordinals.get(revision) ?? 0) + 1
    if (sort !== 'x') ordinals.set(revision, ordinal)
    return entryOf({
      id: String(index + 1),
      revision,
      kind: revision === '0' ? 'setup' : 'sql',
      operation: sign === '-' ? 'rollback' : sign === '=' ? 'run_skip' : 'run',
      ordinal,
      outcome: sort === 'x' ? 'error' : sort === '…' ? 'running' : 'success',
      statementsDone: Number(done),
      checksum: sort === '~' ? 'another' : `checksum of ${revision}`,
      revertible: sort !== '*',
    })
  })
}

const form = /^([-=]?)(\d+)([x…*~]?)(\d+)?$/

export function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** An entry of which only what matters is said. */
export function entryOf(said: Partial<Entry>): Entry {
  return {
    id: '1',
    revision: '1',
    title: '',
    kind: 'sql',
    operation: 'run',
    ordinal: 1,
    outcome: 'success',
    attempt: 1,
    statementsDone: 0,
    checksum: '',
    checksumKind: 'sql',
    doneChecksum: null,
    revertible: true,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    durationMs: null,
    ...said,
  }
}
