import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyState } from '../../src/journal/model/applied-state'
import type { Request } from '../../src/plan/plan'
import {
  compareNames,
  compareNumbers,
  versionEntry,
  versionScheme,
} from '../../src/plan/scheme/version-scheme'
import { PlainScript } from '../../src/script/named/plain-script'
import { readRunnerFolder } from '../../src/script/named/runner-folder'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { fc } from '../support/property'

const script = (revision: string) =>
  new PlainScript({ revision, title: '', kind: 'ts', file: `/s/${revision}.ts`, text: '' })

const options = { lateScripts: 'run', strict: false } as const

function planned(names: readonly string[], current: string | undefined, request: Request): string {
  const applied = current === undefined ? [] : [versionEntry(current)]
  const { plan } = versionScheme(compareNumbers)
  const { steps } = plan(names.map(script), { ...emptyState, applied }, request, options)
  return steps.map(({ direction, from, to }) => `${direction} ${from}>${to}`).join(', ')
}

const four = ['9', '57', '10', '1.5']

test('what is above the version is pending, in its order, whatever the order of the files', () => {
  assert.equal(
    planned(four, undefined, { command: 'upgrade' }),
    'up 0>1.5, up 1.5>9, up 9>10, up 10>57',
  )
  assert.equal(planned(four, '9', { command: 'upgrade', count: 1 }), 'up 9>10')
  assert.equal(planned(four, '9', { command: 'to', target: '57' }), 'up 9>10, up 10>57')
  assert.equal(planned(four, '57', { command: 'upgrade' }), '')
})

test('down reverts one, or so far that the target stays; after the first, nothing is kept', () => {
  assert.equal(planned(four, '57', { command: 'downgrade' }), 'down 57>10')
  assert.equal(planned(four, '57', { command: 'downgrade', target: '9' }), 'down 57>10, down 10>9')
  assert.equal(planned(four, '9', { command: 'downgrade', target: '0' }), 'down 9>1.5, down 1.5>0')
  assert.equal(planned(four, undefined, { command: 'downgrade' }), '')
})

test('a script that comes later with a smaller version is taken as applied', () => {
  assert.equal(planned([...four, '11'], '57', { command: 'upgrade' }), '')
})

test('an unknown target is answered with the nearest', () => {
  assert.throws(() => planned(four, '9', { command: 'to', target: '58' }), {
    code: 'UNKNOWN_REVISION',
  })
})

test('both orders are orders', () => {
  const version = fc
    .array(fc.nat(20), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('.'))
  for (const compare of [compareNames, compareNumbers]) {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        assert.equal(Math.sign(compare(a, b)) + Math.sign(compare(b, a)), 0)
        if (compare(a, b) <= 0 && compare(b, c) <= 0) assert.ok(compare(a, c) <= 0)
      }),
    )
  }
  assert.ok(compareNumbers('1.9', '1.10') < 0 && compareNames('1.9', '1.10') > 0)
  assert.equal(compareNumbers('00.00.01', '0.0.1'), 0)
})

test('an empty folder, and one that is not there, are refused', async () => {
  await withFolder({ 'README.md': '', '.hidden': '' }, async (directory) => {
    assert.equal(
      (await failureOf(readRunnerFolder({ directory, ignore: [] }))).code,
      'FOLDER_EMPTY',
    )
    const absent = { directory: `${directory}/none`, ignore: [] }
    assert.equal((await failureOf(readRunnerFolder(absent))).code, 'FOLDER_NOT_FOUND')
  })
})
