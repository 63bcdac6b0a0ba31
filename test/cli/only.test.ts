import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMigrator } from '../../src/migrator/pick-migrator'
import { readSettings } from '../../src/settings/read-settings'
import { withApplication } from './application'

const script = (name: string, more = '') =>
  `-- MIGRATE UP\nCREATE TABLE ${name} (i int PRIMARY KEY);\n${more}-- MIGRATE DOWN\nDROP TABLE ${name} CASCADE;\n`

const files = {
  'migration/1_a.sql': script('a'),
  'migration/2_b.sql': script('b', 'CREATE VIEW v AS SELECT i FROM a;\n'),
  'migration/3_c.sql': script(
    'c',
    'ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (i) REFERENCES a (i);\n',
  ),
  'migration/4_d.sql': script('d'),
}

test('--only takes one script alone: past its neighbours only once that is agreed to', async () => {
  await withApplication(files, async ({ run }) => {
    const terminal = { stdin: true, stderr: true }
    const order = async () => {
      const { stdout } = await run('status --json')
      const { applied } = JSON.parse(stdout) as { applied: { revision: string }[] }
      return applied.map(({ revision }) => revision).join()
    }
    const next = await run('upgrade --only 1')
    const refused = await run('upgrade --only 3')
    const planned = await run('plan upgrade --only 3 --force')
    const declined = await run('upgrade --only 3', { terminal, input: 'n\n' })
    const asked = await run('upgrade --only 3', { terminal, input: 'y\n' })
    assert.equal(await order(), '1,3')
    const again = await run('upgrade --only 3')
    await run('upgrade')
    const middle = await run('downgrade --only 1 --json')
    const shown = await run('downgrade --only 1', { terminal, input: 'n\n' })
    const forced = await run('downgrade --only 1 --force')
    assert.equal(await order(), '3,2,4')
    const both = await run('upgrade --only 1 --to 2')
    const alone = await run('downgrade --force')

    assert.equal(next.status, 0, next.stderr)
    assert.match(
      refused.stderr,
      /^error: script 3_c is not the next to apply\n {2}Pending before it: 2_b\.\nhint: /m,
    )
    assert.match(
      planned.stdout,
      /up +3 +c\n[^]*notice: 3_c goes alone, though these are pending before it: 2_b\n/,
    )
    assert.match(
      declined.stderr,
      /3_c goes alone, though these are pending before it: 2_b\nApply it in .*nothing was done/s,
    )
    assert.equal(asked.status, 0, asked.stderr)
    assert.match(again.stdout, /nothing to do/)
    assert.equal(
      (JSON.parse(middle.stdout) as { error: { code: string } }).error.code,
      'OUT_OF_ORDER',
    )
    assert.match(
      shown.stderr,
      /1_a goes alone, though these were applied after it: 3_c, 2_b, 4_d\nconstraint fk on table c depends on it\nview v depends on it\nRevert it in /,
    )
    assert.equal(forced.status, 0, forced.stderr)
    assert.match(both.stderr, /--only and --to contradict each other/)
    assert.match(alone.stderr, /--force counts only with --only/)
  })
})

test('runScripts and runDowngradeScripts take a list, upwards by revision and downwards by application', async () => {
  await withApplication(files, async ({ cwd }) => {
    const settings = await readSettings({ cwd, env: {} })
    const migrator = await openMigrator(settings)
    try {
      const revisions = ({ steps }: { steps: readonly { revision: string }[] }) =>
        steps.map(({ revision }) => revision)
      const up = await migrator.runScripts(['4', '1', '3', '1'])
      const rest = await migrator.runScripts(['2', '4'])
      const down = await migrator.runDowngradeScripts(['1', '4', '2'])

      assert.deepEqual(revisions(up), ['1', '3', '4'])
      assert.deepEqual(revisions(rest), ['2'])
      assert.deepEqual(revisions(down), ['2', '4', '1'])
      await assert.rejects(migrator.runScripts(['9']), { code: 'UNKNOWN_REVISION' })
      await assert.rejects(migrator.runDowngradeScripts(['latest']), { code: 'USAGE' })
    } finally {
      await migrator.close()
    }
  })
})
