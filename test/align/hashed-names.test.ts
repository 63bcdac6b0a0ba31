import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataSource, DefaultNamingStrategy, type EntitySchema, type Table } from 'typeorm'
import { withProject, type Project } from '../cli/project'
import { few } from '../support/scope'

const tables = 14

/** Entities as an application has them, with constraints and indexes that TypeORM names by hashes. */
const entities = `
const { EntitySchema } = require(${JSON.stringify(require.resolve('typeorm'))})
module.exports = Array.from({ length: ${tables} }, (_, at) => new EntitySchema({
  name: 'thing' + at,
  columns: {
    id: { type: 'int', primary: true, generated: 'increment' },
    email: { type: 'varchar', unique: true },
    label: { type: 'text', nullable: true },
    state: { type: 'enum', enum: ['on', 'off'], default: 'on' },
    score: { type: 'numeric', default: 0 },
  },
  indices: [{ columns: ['label', 'score'] }, { columns: ['label'], unique: true, where: "state = 'on'" }],
  checks: [{ expression: '"score" >= 0' }],
  relations: {
    parent: { type: 'many-to-one', target: 'thing' + at, nullable: true, onDelete: 'CASCADE' },
    other: { type: 'many-to-one', target: 'thing' + (at + 1) % ${tables}, nullable: true },
  },
}))
`

/** Names as a person gives them. */
class PlainNames extends DefaultNamingStrategy {
  override primaryKeyName(table: Table | string) {
    return `${nameOf(table)}_pkey`
  }
  override uniqueConstraintName(table: Table | string, columns: string[]) {
    return `${nameOf(table)}_${columns.join('_')}_key`
  }
  override foreignKeyName(table: Table | string, columns: string[]) {
    return `${nameOf(table)}_${columns.join('_')}_fkey`
  }
  override indexName(table: Table | string, columns: string[], where?: string) {
    return `${nameOf(table)}_${columns.join('_')}_${where === undefined ? 'idx' : 'some'}`
  }
  override checkConstraintName(table: Table | string) {
    return `${nameOf(table)}_score`
  }
}

function nameOf(table: Table | string): string {
  return (typeof table === 'string' ? table : table.name).split('.').at(-1)!
}

/** The schema of the entities under plain names. */
async function plainSchema({ cwd, database: { connection, major } }: Project): Promise<string> {
  const { host, port, user, database } = connection
  const dataSource = new DataSource({
    ...{ type: 'postgres', host, port, username: user, database },
    entities: require(join(cwd, 'entities.js')) as EntitySchema[],
    namingStrategy: new PlainNames(),
  })
  await dataSource.initialize()
  try {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log()
    const sequences = Array.from(
      { length: tables },
      (_, at) => `ALTER SEQUENCE thing${at}_id_seq RENAME TO numbers_of_thing${at}`,
    )
    // what has a name from PostgreSQL 18 on is nobody's difference
    const required = 'ALTER TABLE thing0 RENAME CONSTRAINT thing0_email_not_null TO required'
    const names = major >= 18 ? [...sequences, required] : sequences
    const statements = [...upQueries.map(({ query }) => query), ...names]
    return `${statements.join(';\n')};\n`.replaceAll('_state_enum', '_state')
  } finally {
    await dataSource.destroy()
  }
}

for (const major of few([18], [14, 18]))
  test(`${tables} tables with names of a person's get those of TypeORM on PostgreSQL ${major}`, async () => {
    const work = async (project: Project) => {
      const { cwd, run, newest } = project
      await writeFile(join(cwd, 'migration/1_first.sql'), await plainSchema(project))
      const upgraded = await run('upgrade')
      assert.equal(upgraded.status, 0, upgraded.stderr)
      const ini = await readFile(join(cwd, 'development.ini'), 'utf8')
      await writeFile(join(cwd, 'development.ini'), `${ini}typeorm.entities = entities.js\n`)
      const { stdout, stderr } = await run('align --from entities --json')
      const { renames, undecided, left } = JSON.parse(stdout) as Record<string, unknown[]>
      assert.deepEqual([undecided, left], [[], []], stderr.slice(0, 300))
      assert.equal(renames?.length, tables * 9)
      const text = await newest()
      assert.match(text, /ALTER INDEX thing0_pkey RENAME TO "PK_[0-9a-f]{27}"/)
      assert.equal((await run('upgrade')).status, 0)
      const check = await run('add_script --from entities --check')
      assert.equal(check.status, 0, check.stdout)
    }
    await withProject({ 'entities.js': entities }, work, { major })
  })
