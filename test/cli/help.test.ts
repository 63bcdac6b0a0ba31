import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { commandTable } from '../../src/cli/commands'
import { RunMeter } from '../../src/cli/render/progress'
import { cellWidth } from '../../src/cli/text/text'
import { migrate } from '../support/cli'

const pages = [['help'], ...Object.keys(commandTable).map((name) => ['help', name])]

for (const columns of [40, 60, 80, 120]) {
  test(`no line of help is wider than a terminal of ${columns} columns`, async () => {
    for (const argv of pages) {
      const { stdout } = await migrate(argv, { cwd: '/', stdoutColumns: columns })
      const wide = stdout.split('\n').filter((line) => cellWidth(line) > columns)
      assert.deepEqual(wide, [], argv.join(' '))
    }
  })
}

test('help is 80 columns wide where nothing says the width, and COLUMNS says it', async () => {
  const widest = (text: string) => Math.max(...text.split('\n').map(cellWidth))
  const usual = await migrate(['help'], { cwd: '/' })
  const narrow = await migrate(['help'], { cwd: '/', env: { COLUMNS: '60' }, stdoutColumns: 100 })

  assert.ok(widest(usual.stdout) > 70 && widest(usual.stdout) <= 80)
  assert.ok(widest(narrow.stdout) <= 60)
})

test('colours take no room on a page of help', async () => {
  const terminal = { stdout: true }
  const painted = await migrate(['help', 'add_script'], { cwd: '/', terminal, stdoutColumns: 60 })
  const plain = await migrate(['help', 'add_script'], { cwd: '/', stdoutColumns: 60 })

  assert.equal(stripVTControlCharacters(painted.stdout), plain.stdout)
})

test('the moving line shows the time of the script that runs, not of the run', () => {
  let now = 0
  const progress = new RunMeter(() => now)
  const steps = ['1', '2'].map((revision) => ({ revision, title: '' }))

  now = 500
  assert.equal(progress.now().elapsedMs, 500)
  progress.planned(steps)
  progress.started(steps[0]!, 0)
  now = 2000
  assert.deepEqual(progress.now(), { done: 0, step: steps[0], total: 2, elapsedMs: 1500 })
  progress.finished(0)
  now = 2100
  assert.deepEqual(progress.now(), { done: 1, step: steps[1], total: 2, elapsedMs: 100 })
  progress.started(steps[1]!, 1)
  assert.equal(progress.now().elapsedMs, 0)
})
