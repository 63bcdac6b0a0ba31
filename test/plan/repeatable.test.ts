import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder, writeFiles } from '../support/folder'

test('a repeatable script runs last, again when it changed or something was reverted, and is no version', async () => {
  await withDatabase(async ({ url, query }) => {
    const files = {
      'development.ini': `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = m\n`,
      'm/1_a.sql':
        '-- MIGRATE UP\nCREATE TABLE a (id int);\n-- MIGRATE DOWN\nDROP TABLE a CASCADE;\n',
      'm/R__b.sql': 'CREATE OR REPLACE VIEW b AS SELECT id FROM a;',
      'm/R__c.sql': 'CREATE OR REPLACE VIEW c AS SELECT id FROM b;',
    }
    await withFolder(files, async (cwd) => {
      const ran = async (line: string) => {
        const { status, stdout, stderr } = await migrate([...line.split(' '), '--json'], { cwd })
        assert.equal(status, 0, stderr)
        const { steps } = JSON.parse(stdout) as { steps: { title: string; direction: string }[] }
        return steps.map(({ title, direction }) => `${direction} ${title}`).join(', ')
      }
      assert.equal(await ran('upgrade'), 'up a, up R__b, up R__c')
      assert.equal(await ran('upgrade'), '')
      await writeFiles(cwd, {
        'm/R__c.sql': 'CREATE OR REPLACE VIEW c AS SELECT id, 1 AS one FROM b;',
      })
      assert.equal(await ran('plan'), 'up R__c')
      await writeFiles(cwd, {
        'm/2_d.sql': 'CREATE TABLE d ();',
        'm/3_e.sql': 'CREATE TABLE e ();',
      })
      assert.equal(await ran('upgrade 2'), 'up d')
      assert.equal(await ran('upgrade'), 'up e, up R__c')
      await query('DROP TABLE d, e')
      await writeFiles(cwd, {
        'm/2_d.sql': '-- MIGRATE UP\nCREATE TABLE d ();\n-- MIGRATE DOWN\nSELECT 1;\n',
        'm/3_e.sql': '-- MIGRATE UP\nCREATE TABLE e ();\n-- MIGRATE DOWN\nSELECT 1;\n',
      })
      assert.equal(await ran('downgrade 0'), 'down e, down d, down a')
      assert.equal(await ran('upgrade'), 'up a, up d, up e, up R__b, up R__c')
      const status = await migrate(['status', '--check'], { cwd })
      assert.equal(status.status, 0, status.stdout)
    })
  })
})
