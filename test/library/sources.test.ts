import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { QueryRunner } from 'typeorm'
import { execute, migrateTo, plan, type ScriptContext, type ScriptObject } from '../../src'
import { readScripts } from '../../src/script/source/read-scripts'
import { settingsFor } from '../../src/settings/library'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

const revisionsOf = async (scripts: Parameters<typeof settingsFor>[0]) => {
  const found = await readScripts(await settingsFor(scripts))
  return found.map(({ revision, title }) => `${revision}_${title}`)
}

const files = {
  'users/migration/1_users.sql': 'SELECT 1',
  'users/migration/3_users_name.sql': 'SELECT 1',
  'users/migration/notes.sql.txt': '',
  'orders/migration/2_orders.sql': 'SELECT 1',
  'orders/readme.md': '',
  'billing/migration/empty.md': '',
}

test('several folders share one history, in the order of revisions', async () => {
  await withFolder(files, async (root) => {
    const folders = ['users', 'orders', 'billing'].map((one) => join(root, one, 'migration'))

    assert.deepEqual(await revisionsOf(folders), ['1_users', '2_orders', '3_users_name'])
  })
})

test('a glob names folders, or files, and what it does not name is no script', async () => {
  await withFolder(files, async (root) => {
    const all = ['1_users', '2_orders', '3_users_name']

    assert.deepEqual(await revisionsOf(join(root, '*/migration')), all)
    assert.deepEqual(await revisionsOf(join(root, '**/*.sql')), all)
    assert.deepEqual(await revisionsOf(join(root, '**/[12]_*.{sql,ts}')), all.slice(0, 2))
    assert.deepEqual(await revisionsOf([join(root, 'u*/migration'), join(root, 'orders/*')]), all)
  })
})

test('a glob that finds nothing is an error, and so are folders without a script', async () => {
  await withFolder(files, async (root) => {
    for (const scripts of [join(root, '*/migrations'), [join(root, 'billing/migration')]]) {
      const { code, message } = await failureOf(revisionsOf(scripts))
      assert.equal(code, 'FOLDER_EMPTY')
      assert.match(message, new RegExp(`no scripts in ${root}`))
    }
    const absent = await failureOf(
      revisionsOf([join(root, 'users/migration'), join(root, 'nowhere')]),
    )
    assert.equal(absent.code, 'FOLDER_NOT_FOUND')
  })
})

test('one revision in two folders is an error that names both', async () => {
  await withFolder({ 'a/1_x.sql': '', 'b/1_y.sql': '' }, async (root) => {
    const { code, detail } = await failureOf(revisionsOf([join(root, 'a'), join(root, 'b')]))

    assert.equal(code, 'REVISION_TAKEN')
    assert.equal(detail, `${join(root, 'a/1_x.sql')}\n${join(root, 'b/1_y.sql')}`)
  })
})

test('a script that is a value has the checksum of the file that it stands for', async () => {
  const sql = '-- MIGRATE UP\r\nCREATE TABLE a ();\n-- MIGRATE DOWN\nDROP TABLE a;\n'
  const files = { '1_a.sql': sql, '2_b.sql': 'SELECT 2', '2_downgrade.sql': 'SELECT 3' }
  await withFolder(files, async (root) => {
    const inFolder = await readScripts(await settingsFor(root))
    const values = await readScripts(
      await settingsFor([
        { name: '1_a', sql },
        { name: '2_b.sql', sql: 'SELECT 2', downgradeSql: 'SELECT 3' },
      ]),
    )
    const told = (scripts: typeof values) =>
      scripts.map(({ revision, title, kind, checksum, upgrade, downgrade }) => {
        return [revision, title, kind, checksum, upgrade?.text, downgrade?.text]
      })

    assert.deepEqual(told(values), told(inFolder))
  })
})

const wrong: [string, object, string][] = [
  ['an unknown key', { name: '1_a', sqll: 'SELECT 1' }, 'USAGE'],
  ['a wrong type', { name: '1_a', sql: 1 }, 'USAGE'],
  ['neither SQL nor functions', { name: '1_a' }, 'SCRIPT_INVALID'],
  ['only a downgrade', { name: '1_a', downgradeSql: 'SELECT 1' }, 'SCRIPT_INVALID'],
  ['a module and functions', { name: '1_a', module: {}, upgrade: () => 0 }, 'SCRIPT_INVALID'],
  ['a name without a number', { name: 'first', sql: 'SELECT 1' }, 'SCRIPT_NAME_INVALID'],
  ['a name of a companion', { name: '1_downgrade', sql: 'SELECT 1' }, 'SCRIPT_NAME_INVALID'],
]

test('a script that is a value is refused where it has a fault', async () => {
  for (const [fault, value, expected] of wrong) {
    const { code } = await failureOf(revisionsOf([value]))
    assert.equal(code, expected, fault)
  }
  const taken = await failureOf(
    revisionsOf([
      { name: '1_a', sql: '' },
      { name: '01_b', sql: ' ' },
    ]),
  )
  assert.equal(taken.code, 'USAGE') // an empty text is none
})

class AddC1700000000003 {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE c ()')
  }
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE c')
  }
}

interface Tenant {
  tenant: string
}

const values: ScriptObject[] = [
  {
    name: '1_a',
    sql: '-- MIGRATE UP\nCREATE TABLE a (tenant text);\n-- MIGRATE DOWN\nDROP TABLE a',
  },
  {
    name: '2_b',
    async upgrade(queryRunner, context) {
      const { tenant } = context.caller as Tenant
      await queryRunner.query('INSERT INTO a VALUES ($1)', [tenant])
    },
    async downgrade(queryRunner) {
      await queryRunner.query('DELETE FROM a')
    },
  },
  { name: '3_c', module: { AddC1700000000003 } },
  {
    name: '4_d',
    sql: 'CREATE TABLE d ()',
    downgradeSql: 'DROP TABLE d',
    upgrade: (_: QueryRunner, context: ScriptContext) => context.runSql(),
    downgrade: (_: QueryRunner, context: ScriptContext) => context.runSql(),
  },
  {
    name: '5_e',
    transaction: false,
    upgrade: async (queryRunner) => {
      await queryRunner.query('CREATE INDEX CONCURRENTLY a_tenant ON a (tenant)')
    },
    downgrade: async (queryRunner) => {
      await queryRunner.query('DROP INDEX a_tenant')
    },
  },
]

test('scripts that are values run up and down: SQL, functions, classes, with the context of the caller', async () => {
  await withDatabase(async ({ url, query }) => {
    const planned = await plan(url, values)
    assert.equal(planned.scripts, null)
    await execute(url, planned, { context: { tenant: 'acme' } satisfies Tenant })

    assert.deepEqual(await query('SELECT tenant FROM a'), [{ tenant: 'acme' }])
    const journal = () =>
      query<{ one: string }>(
        "SELECT kind || ' ' || file || ' ' || operation AS one FROM migration_journal ORDER BY id",
      )
    assert.deepEqual(
      (await journal()).map(({ one }) => one),
      ['sql 1_a.sql run', 'ts 2_b.js run', 'ts 3_c.js run', 'mixed 4_d.js run', 'ts 5_e.js run'],
    )
    const stored = JSON.parse(JSON.stringify(await plan(url, values, { target: '0' }))) as never
    assert.equal((await failureOf(execute(url, stored))).code, 'USAGE')
    await execute(url, stored, { scripts: values })
    assert.equal((await journal()).length, 10)
  })
})

test('a function without a downgrade cannot be reverted, and the plan says so', async () => {
  await withDatabase(async ({ url }) => {
    const one = [{ name: '1_a', upgrade: () => Promise.resolve() }]
    await migrateTo(url, one)

    assert.equal((await failureOf(plan(url, one, { target: '0' }))).code, 'IRREVERSIBLE')
  })
})
