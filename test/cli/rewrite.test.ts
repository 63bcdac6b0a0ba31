import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withProject, type Project } from './project'

const typeorm = JSON.stringify(require.resolve('typeorm'))
const decorators =
  '{"compilerOptions": {"experimentalDecorators": true, "emitDecoratorMetadata": true}}'

const entities = (key: string) => `
import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn } from ${typeorm}
@Entity() export class Person {
  @PrimaryGeneratedColumn(${key}) id!: string
  @Column({ unique: true }) email!: string
}
@Entity() export class Pet {
  @PrimaryGeneratedColumn(${key}) id!: string
  @ManyToOne(() => Person, { nullable: false, onDelete: 'CASCADE' }) owner!: Person
}
@Entity() @Index(['holder', 'day']) export class Permit {
  @PrimaryGeneratedColumn('identity') id!: number
  @ManyToOne(() => Person, { onDelete: 'SET NULL' }) holder!: Person
  @Column({ type: 'date' }) day!: string
}`

async function settle({ cwd, database }: Project, name: string, text: string): Promise<void> {
  const url = database.url.replaceAll('%', '%%')
  const scratch = `scratch.url = ${url}\nscratch.prefer = url\n`
  await writeFile(join(cwd, name), text)
  const ini = `[migration]\ntypeorm.url = ${url}\ntypeorm.entities = ${name}\nvcs = none\n${scratch}`
  await writeFile(join(cwd, 'development.ini'), ini)
}

test('a generated key of entities becomes a bigint with what refers to it, by --online=rewrite', () =>
  withProject(
    { 'tsconfig.json': decorators, 'migration/1_first.sql': 'SELECT 1' },
    async (project) => {
      const { run, database, cwd } = project
      await settle(project, 'one.ts', entities(''))
      const first = await run('add_script first')
      assert.equal(first.status, 0, first.stderr)
      await run('upgrade')
      await database.query(`INSERT INTO person (email) VALUES ('a'), ('b');
      INSERT INTO pet ("ownerId") VALUES (1), (2); INSERT INTO permit ("holderId", day) VALUES (2, '2026-01-01'), (NULL, '2026-01-02')`)
      await settle(project, 'two.ts', entities(`{ type: 'bigint' }`))

      const wrong = await run('add_script --online=rewriting wide')
      assert.equal(wrong.status, 2, wrong.stderr)
      const added = await run('add_script --online=rewrite --online-rows 300 --yes wide keys')
      assert.equal(added.status, 0, added.stderr)

      const names = (await readdir(join(cwd, 'migration'))).filter((name) => name.includes('wide'))
      const texts = await Promise.all(
        names.toSorted().map((name) => readFile(join(cwd, 'migration', name), 'utf8')),
      )
      if (process.env['SHOW']) console.log(texts.join('\n------\n'))
      assert.match(texts[0] ?? '', /Measured with 300 rows in/)
      for (const text of texts) assert.doesNotMatch(text, /under ACCESS EXCLUSIVE/)
      const up = await run('upgrade')
      assert.equal(up.status, 0, up.stderr)
      const check = await run('add_script --check')
      assert.equal(check.status, 0, check.stderr + check.stdout)
      const next = `INSERT INTO person (email) VALUES ('c') RETURNING id, pg_typeof(id)::text AS type`
      assert.deepEqual(await database.query(next), [{ id: '3', type: 'bigint' }])

      const undone = await run('downgrade --count 2')
      assert.equal(undone.status, 0, undone.stderr)
      await database.query('UPDATE person SET id = 3000000000 WHERE id = 3')
      const [, start] = (await readdir(join(cwd, 'migration'))).toSorted()
      const down = `downgrade ${start?.split('_')[0]}`
      const refused = await run(down)
      assert.equal(refused.status, 1, refused.stderr)
      assert.match(refused.stderr, /"person_id_fits" of relation "person" is violated/)
      const ids = 'SELECT id::text, pg_typeof(id)::text AS type FROM person ORDER BY 1'
      assert.deepEqual((await database.query(ids))[2], { id: '3000000000', type: 'bigint' })
      await database.query('UPDATE person SET id = 3 WHERE id = 3000000000')
      const back = await run(down)
      assert.equal(back.status, 0, back.stderr)
      assert.deepEqual((await database.query(ids))[2], { id: '3', type: 'integer' })
    },
  ))
