import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigrationError } from '../../src/errors'
import { emptyState, foldEntries } from '../../src/journal/model/applied-state'
import { planSteps } from '../../src/plan/planner'
import { survey } from '../../src/plan/survey'
import { entryOf } from '../journal/history'
import { planOf, scriptOf, scriptsOf, stepsText, usual } from './situation'

/** `2#3`: the step of revision 2 makes the third claim on it. */
function claims(scripts: string, history: string, request: string): string {
  const { steps } = planOf(scripts, history, request)
  return steps.map(({ revision, ordinal }) => `${revision}#${ordinal}`).join(' ')
}

test('each operation on a revision makes the next claim on it', () => {
  assert.equal(claims('1 2', '', 'upgrade'), '1#1 2#1')
  assert.equal(claims('1 2', '1 2', 'downgrade 0'), '2#2 1#2')
  assert.equal(claims('1 2', '1 2 -2 -1', 'upgrade'), '1#3 2#3')
  assert.equal(claims('1 2', '1 2 -2', 'mark'), '2#3')
})

test('a failure uses no claim up', () => {
  assert.equal(claims('1', '1x 1x', 'upgrade'), '1#1')
})

test('a dead run is taken over with the claim that it made', () => {
  const [step] = planOf('1', '1…2', 'upgrade').steps

  assert.equal(step?.ordinal, 1)
  assert.equal(step?.resume?.statementsDone, 2)
  assert.equal(step?.operation, 'run_partial')
})

test('a dead run that had done nothing is taken over and runs from the start', () => {
  const [step] = planOf('1', '1…', 'upgrade').steps

  assert.equal(step?.resume?.outcome, 'running')
  assert.equal(step?.operation, 'run')
})

test('a run that failed half-way goes on with a claim of its own', () => {
  const [step] = planOf('1', '1x2', 'upgrade').steps

  assert.equal(step?.ordinal, 1)
  assert.equal(step?.resume?.id, '1')
  assert.equal(step?.operation, 'run_partial')
})

test('a mark ends what a dead run left, and runs nothing', () => {
  const [step] = planOf('1', '1…2', 'mark').steps

  assert.equal(step?.operation, 'run_skip')
  assert.equal(step?.ordinal, 1)
  assert.equal(step?.resume?.id, '1')
})

test('a mark after a failure half-way has nothing to take over', () => {
  const [step] = planOf('1', '1x2', 'mark').steps

  assert.equal(step?.operation, 'run_skip')
  assert.equal(step?.resume, undefined)
})

test('a rollback that was cut off is taken over with its claim', () => {
  const [step] = planOf('1', '1 -1…1', 'downgrade').steps

  assert.equal(step?.ordinal, 2)
  assert.equal(step?.resume?.operation, 'rollback')
})

test('a step whose file is gone has no script and the title of its entry', () => {
  const state = foldEntries([entryOf({ revision: '2', title: 'people' })])

  const [step] = planSteps([], state, { command: 'downgrade' }, usual).steps

  assert.equal(step?.script, undefined)
  assert.equal(step?.title, 'people')
})

test('an unknown revision is answered with the nearest ones', () => {
  const scripts = '20250101000000 20260101120000 20260101120500 20260301000000'
  assert.throws(
    () => planOf(scripts, '20240101000000', 'upgrade 20260101120001'),
    new MigrationError('UNKNOWN_REVISION', 'no script has revision 20260101120001', {
      hint: 'The nearest are 20260101120000, 20260101120500, 20260301000000.',
    }),
  )
  assert.throws(() => planOf('', '', 'upgrade 1'), { hint: /There are no scripts yet/ })
})

test('a revision that only the journal knows is among the nearest', () => {
  assert.throws(() => planOf('10', '12', 'downgrade 11'), { hint: 'The nearest are 10, 12.' })
})

test('the survey tells pending, late, missing, changed and unfinished scripts', () => {
  const plan = planOf('1 2 3 5 6', '1~ 3 4 5x1', 'upgrade')

  assert.deepEqual(
    {
      applied: plan.applied.map(({ revision }) => revision),
      pending: plan.pending.map(({ script, late }) => `${script.revision}${late ? ' late' : ''}`),
      missing: plan.missing.map(({ revision }) => revision),
      changed: plan.changed.map(({ script }) => script.revision),
      unfinished: plan.unfinished.map(({ revision }) => revision),
      notices: plan.notices,
    },
    {
      applied: ['1', '3', '4'],
      pending: ['2 late', '5', '6'],
      missing: ['4'],
      changed: ['1'],
      unfinished: ['5'],
      notices: [
        { kind: 'notice', code: 'LATE', scripts: [{ revision: '2', title: '' }] },
        { kind: 'notice', code: 'MISSING', scripts: [{ revision: '4', title: '' }] },
        { kind: 'notice', code: 'CHANGED', scripts: [{ revision: '1', title: '' }] },
      ],
    },
  )
})

test('a notice names late scripts only where they are to run', () => {
  assert.deepEqual(planOf('1 2', '2', 'mark').notices, [])
  assert.deepEqual(planOf('1 2', '2', 'downgrade').notices, [])
})

test('the error for late scripts names them and the newest applied', () => {
  assert.throws(() => planOf('1 2 9 10', '9 10', 'upgrade', { lateScripts: 'refuse' }), {
    message: 'pending scripts are older than 10: 1, 2',
  })
})

test('checksums are compared only within one kind', () => {
  const script = scriptOf('1', { kind: 'ts' })
  const compiled = entryOf({ checksum: 'of the build', checksumKind: 'js' })
  const edited = entryOf({ checksum: 'of the source', checksumKind: 'ts' })

  assert.equal(survey([script], foldEntries([compiled])).changed.length, 0)
  assert.equal(survey([script], foldEntries([edited])).changed.length, 1)
})

test('an entry without a checksum counts as unchanged', () => {
  assert.equal(survey(scriptsOf('1'), foldEntries([entryOf({ checksum: '' })])).changed.length, 0)
})

test('a database without a journal has nothing applied and everything pending', () => {
  const plan = planSteps(scriptsOf('1 2'), emptyState, { command: 'upgrade' }, usual)

  assert.equal(stepsText(plan.steps), 'up 1, up 2')
  assert.equal(
    plan.pending.some(({ late }) => late),
    false,
  )
})
