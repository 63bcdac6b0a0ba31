import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { applyDiff, isUnifiedDiff, readUnifiedDiff } from '../../src/add-script/source/unified-diff'
import { withFolder } from '../support/folder'

function diffOf(folder: string, ...options: string[]): Promise<string> {
  return new Promise((done, fail) => {
    execFile('diff', [...options, 'old.sql', 'new.sql'], { cwd: folder }, (error, stdout) => {
      if (error && error.code !== 1) fail(error)
      else done(stdout)
    })
  })
}

/** The same numbers on every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) / 16777216
  }
}

function someText(random: () => number, from: readonly string[]): string {
  const lines = from.flatMap((line) => {
    const dice = random()
    if (dice < 0.1) return []
    if (dice < 0.2) return [line, `new ${Math.floor(random() * 5)}`]
    return dice < 0.25 ? [`${line}\r`] : [line]
  })
  return lines.join('\n') + (random() < 0.5 && lines.length > 0 ? '\n' : '')
}

test('both versions come out of what diff -u says, with any context', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = randomFrom(seed)
    const lines = Array.from({ length: 30 }, (_, at) => ['', '-- a', '+ b', `line ${at}`][at % 4]!)
    const [old, next] = [someText(random, lines), someText(random, lines)]
    await withFolder({ 'old.sql': old, 'new.sql': next }, async (folder) => {
      const diff = await diffOf(folder, `-U${seed % 4}`)
      if (old === next) return assert.equal(diff, '')

      const [file] = readUnifiedDiff(diff) ?? []

      assert.ok(isUnifiedDiff(diff), `seed ${seed}`)
      assert.deepEqual([file?.from, file?.to], ['old.sql', 'new.sql'])
      assert.equal(applyDiff(next, file!.patch, 'backward'), old, `seed ${seed}`)
      assert.equal(applyDiff(old, file!.patch, 'forward'), next, `seed ${seed}`)
    })
  }
})

test('a text that is no version of the file is noticed', () => {
  const [file] = readUnifiedDiff('--- a/x\n+++ b/x\n@@ -2 +2 @@\n-old\n+new\n') ?? []

  assert.equal(applyDiff('1\nold\n', file!.patch, 'forward'), '1\nnew\n')
  assert.equal(applyDiff('1\nother\n', file!.patch, 'forward'), undefined)
  assert.equal(applyDiff('1\n', file!.patch, 'forward'), undefined)
  assert.equal(applyDiff('0\n1\nold\n', file!.patch, 'forward'), undefined)
})

test("git's header is read: prefixes, quoted names, new and removed files", () => {
  const paths = (from: string, to: string) => {
    const [file] =
      readUnifiedDiff(`diff --git x\n--- ${from}\n+++ ${to}\n@@ -1 +1 @@\n-a\n+b\n`) ?? []
    return [file?.from, file?.to]
  }

  assert.deepEqual(paths('a/s.sql', 'b/s.sql'), ['s.sql', 's.sql'])
  assert.deepEqual(paths('/dev/null', 'b/s.sql'), [undefined, 's.sql'])
  assert.deepEqual(paths('i/s.sql', 'w/s.sql'), ['s.sql', 's.sql'])
  assert.deepEqual(paths('"a/sch\\303\\251ma \\"x\\".sql"', 'b/y'), ['schéma "x".sql', 'y'])
  assert.deepEqual(paths('s.sql\t2026-01-01 12:00', 's.sql\t2026-01-02'), ['s.sql', 's.sql'])
})

test('an empty context line may have lost its space', () => {
  const [file] = readUnifiedDiff('--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n') ?? []

  assert.equal(applyDiff('a\n\nb\n', file!.patch, 'forward'), 'a\n\nc\n')
})

test('a hunk that is cut off is no diff', () => {
  assert.equal(readUnifiedDiff('--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-a\n+b\n'), undefined)
})

test('SQL with comments is no diff', () => {
  assert.equal(isUnifiedDiff('--- a title\n-- +++ nothing\nALTER TABLE a ADD b int;\n'), false)
})

test('the diffs of several files are told apart', () => {
  const one = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'

  assert.equal(readUnifiedDiff(one + one.replaceAll('/x', '/y'))?.length, 2)
})
