import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { withFolder } from '../support/folder'
import { isClean, readReport, renderReport, reportVariable } from './report'

const call = promisify(execFile)

/** Records in a process of its own, as a test file does. */
async function recordIn(folder: string, ...rows: object[]): Promise<void> {
  const report = JSON.stringify(join(__dirname, 'report.js'))
  const text = `for (const row of ${JSON.stringify(rows)}) require(${report}).record(row)`
  const env = { PATH: process.env['PATH'], [reportVariable]: folder }
  await call(process.execPath, ['-e', text], { env })
}

test('the rows of one fault are summed over processes, and one bad number makes the run fail', async () => {
  await withFolder({}, async (folder) => {
    await Promise.all([
      recordIn(folder, { fault: 'kill', injected: 3, lost: 0, twice: 0, differ: 0 }),
      recordIn(
        folder,
        { fault: 'kill', injected: 4, lost: 0, twice: 0, differ: 0 },
        { fault: 'cut', injected: 12, lost: 0, twice: 0, differ: 0 },
      ),
    ])

    const rows = readReport(folder)

    assert.equal(isClean(rows), true)
    assert.equal(
      renderReport(rows),
      `fault  times injected  scripts lost  scripts run twice  catalogs that differ
-----  --------------  ------------  -----------------  --------------------
cut                12             0                  0                     0
kill                7             0                  0                     0
-----  --------------  ------------  -----------------  --------------------
all                19             0                  0                     0`,
    )
    for (const wrong of ['lost', 'twice', 'differ']) {
      const row = { fault: 'kill', injected: 1, lost: 0, twice: 0, differ: 0, [wrong]: 1 }
      assert.equal(isClean([...rows, row]), false, wrong)
    }
  })
})
