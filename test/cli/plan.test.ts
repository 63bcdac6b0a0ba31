import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lacksDowngrade } from '../../src/script/lacks-downgrade'
import { withApplication } from './application'

const down = '-- MIGRATE DOWN\nSELECT 0;\n'
const code = 'export async function upgrade() {}\n'

test('plan downgrade over irreversible scripts names every one, and lists no step', async () => {
  const files = {
    'migration/1_a.sql': 'SELECT 1',
    'migration/2_b.sql': `-- MIGRATE UP\nSELECT 2;\n${down}`,
    'migration/3_c.ts': code,
    'migration/4_d.sql': 'SELECT 4',
  }
  await withApplication(files, async ({ run }) => {
    await run('upgrade')

    for (const line of [
      'plan downgrade 0',
      'downgrade 0 --dry-run',
      'plan to 0',
      'dry_downgrade 0',
    ]) {
      const { status, stdout, stderr } = await run(line)
      assert.deepEqual([status, stdout], [1, ''], line)
      assert.match(stderr, /^error: 3 scripts cannot be reverted\n/)
      assert.match(
        stderr,
        /\n {2}4_d has no downgrade: .*\n {2}3_c has no downgrade: .*\n {2}1_a has no downgrade: /,
      )
      assert.match(stderr, /\nhint: Write a new script that undoes them/)
    }
    assert.match((await run('plan downgrade')).stderr, /^error: script 4 has no downgrade\n/)
  })
})

test('plan says of each script whether it is irreversible or runs outside a transaction, and sums up the same', async () => {
  const files = {
    'migration/1_a.sql': `-- MIGRATE UP\nCREATE TABLE a (i int);\n${down}`,
    'migration/2_b.sql': 'CREATE INDEX CONCURRENTLY ON a (i);\n',
  }
  await withApplication(files, async ({ run }) => {
    const each = await run('plan')
    const none = await run('plan --transaction none')
    const all = await run('plan --transaction all')

    assert.match(
      each.stdout,
      /\n {2}up {2}1 {2}a\n {2}up {2}2 {2}b {2}not in a transaction, irreversible\n2 scripts would be applied, 1 of them each in a transaction of its own\n$/,
    )
    assert.match(none.stdout, /\n2 scripts would be applied, outside a transaction\n$/)
    assert.equal(all.status, 1)
    assert.match(
      all.stderr,
      /^error: script 2_b cannot run inside one transaction with the others\n/,
    )
    assert.match(
      (await run('plan upgrade 1 --transaction all')).stdout,
      /, all in one transaction\n$/,
    )
  })
})

const modules: readonly [text: string, lacks: boolean][] = [
  [code, true],
  ['// no downgrade\nexport const upgrade = async () => {}', true],
  [`${code}export async function downgrade() {}`, false],
  ['export class A1 implements MigrationInterface { async up() {} async down() {} }', false],
  ["export * from './other'", false],
  ["export { upgrade } from './other'", false],
  ['export class A1 extends Base { async up() {} }', false],
  ["module.exports = require('./other')", false],
]

for (const [text, lacks] of modules) {
  test(`a module's text ${lacks ? 'shows' : 'does not show'} that it has no downgrade: ${text}`, () => {
    assert.equal(lacksDowngrade(text), lacks)
  })
}
