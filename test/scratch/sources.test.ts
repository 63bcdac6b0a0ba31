import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildEntitySchema, buildSchema } from '../../src/scratch/build-schema'
import { replayScripts } from '../../src/scratch/replay-scripts'
import { openScratch, type Scratch } from '../../src/scratch/scratch'
import { sourceOf } from '../../src/add-script/source/choose'
import { settingsFor } from '../../src/settings/library'
import type { Settings } from '../../src/settings/value/setting-types'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

interface Sources {
  scratch: Scratch
  settings: Settings
  cwd: string
}

/** Settings of an ini, files beside it, and a scratch server that is not ours alone. */
async function withSources(
  files: Readonly<Record<string, string>>,
  work: (sources: Sources) => Promise<void>,
  more: readonly string[] = ['typeorm.url = postgres://nowhere/app'],
): Promise<void> {
  await withDatabase(async (database) => {
    const lines = ['[migration]', `scratch.url = ${database.url.replaceAll('%', '%%')}`, ...more]
    const ini = { 'development.ini': lines.join('\n') }
    await withFolder({ 'tsconfig.json': decorators, ...ini, ...files }, async (cwd) => {
      const settings = await settingsFor(join(cwd, 'development.ini'))
      const scratch = await openScratch(settings, undefined)
      try {
        await work({ scratch, settings, cwd })
      } finally {
        await scratch.close()
      }
    })
  })
}

const decorators =
  '{"compilerOptions": {"experimentalDecorators": true, "emitDecoratorMetadata": true}}'
const typeorm = JSON.stringify(require.resolve('typeorm'))

const entities = `import { Column, Entity, PrimaryGeneratedColumn, ViewEntity, ViewColumn } from ${typeorm}
@Entity({ schema: 'app' })
export class Person {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column({ default: "it's" }) quoted!: string
  @Column({ default: "it''s" }) doubled!: string
  @Column({ type: 'text', array: true, default: ['a b', 'c,d', "e'f", 'g"h', 'plain'] }) list!: string[]
  @Column({ type: 'int', array: true, default: [1, 2] }) numbers!: number[]
  @Column({ type: 'enum', enum: ['o\\'clock', 'x'], default: "o'clock" }) mood!: string
  @Column({ type: 'jsonb', default: { a: "it's" } }) data!: object
  @Column({ type: 'citext', nullable: true }) email!: string
  @Column({ asExpression: 'upper(quoted)', generatedType: 'STORED' }) loud!: string
}
@ViewEntity({ schema: 'app', expression: 'SELECT quoted FROM app.person' })
export class Quoted { @ViewColumn() quoted!: string }
`

test('entities are built: schemas first, extensions, quotes in defaults and arrays', async () => {
  const more = [
    'typeorm.url = postgres://nowhere/app',
    'typeorm.entities = entity.ts',
    'typeorm.logging = true',
  ]
  await withSources(
    { 'entity.ts': entities },
    async ({ scratch, settings }) => {
      const pool = await (await buildEntitySchema(scratch, settings)).database.pool()
      await pool.query('INSERT INTO app.person DEFAULT VALUES')
      const { rows } = await pool.query(
        'SELECT quoted, doubled, list, numbers, mood::text, data, loud FROM app.person',
      )

      assert.deepEqual(rows, [
        {
          quoted: "it's",
          doubled: "it's",
          list: ['a b', 'c,d', "e'f", 'g"h', 'plain'],
          numbers: [1, 2],
          mood: "o'clock",
          data: { a: "it's" },
          loud: "IT'S",
        },
      ])
    },
    more,
  )
})

test('the entities of a module that exports a DataSource are built in the scratch database', async () => {
  const module = `import { DataSource } from ${typeorm}
import { Person, Quoted } from './entity'
export default new DataSource({ type: 'postgres', host: 'nowhere', username: 'nobody', entities: [Person, Quoted], synchronize: true })`
  await withSources(
    { 'entity.ts': entities, 'source.ts': module },
    async ({ scratch, settings }) => {
      const pool = await (await buildEntitySchema(scratch, settings)).database.pool()
      const { rowCount } = await pool.query("SELECT FROM pg_class WHERE relname = 'person'")

      assert.equal(rowCount, 1)
      assert.equal(sourceOf(settings, undefined), 'entities')
    },
    ['typeorm.data_source = source.ts'],
  )
})

test('an extension that the entities need and the server lacks is named', async () => {
  const place = `import { Column, Entity, PrimaryColumn } from ${typeorm}
@Entity() export class Place {
  @PrimaryColumn() id!: number
  @Column({ type: 'geometry' }) at!: object
}`
  await withSources(
    { 'entity.ts': place },
    async ({ scratch, settings }) => {
      const error = await failureOf(buildEntitySchema(scratch, settings))

      assert.equal(error.code, 'EXTENSION_MISSING')
      assert.equal(error.message, 'the scratch server has no extension "postgis"')
    },
    ['typeorm.url = postgres://nowhere/app', 'typeorm.entities = entity.ts'],
  )
})

test('scripts of every kind are replayed, and no journal is left', async () => {
  const scripts = {
    'migration/1_a.sql': 'CREATE TABLE a (id int); CREATE SCHEMA app;',
    'migration/2_b.ts': `export async function upgrade(q) { await q.query('ALTER TABLE a ADD b int') }`,
    'migration/3_c.sql': 'CREATE INDEX CONCURRENTLY a_b ON a (b);',
  }
  await withSources(scripts, async ({ scratch, settings }) => {
    const { signal } = new AbortController()
    const pool = await (await replayScripts(scratch, settings, signal)).pool()
    const { rows } = await pool.query(
      "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'app') ORDER BY 1",
    )

    assert.deepEqual(
      rows.map(({ name }: { name: string }) => name),
      ['a', 'a_b'],
    )
  })
})

test('a folder that is empty, or not there yet, comes to an empty schema', async () => {
  await withSources({}, async ({ scratch, settings }) => {
    const pool = await (await replayScripts(scratch, settings, new AbortController().signal)).pool()
    const { rowCount } = await pool.query(
      "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    )

    assert.equal(rowCount, 0)
  })
})

const replays: readonly [name: string, sql: string, message: RegExp, hint: RegExp][] = [
  [
    'that fails on an empty database',
    'ALTER TABLE made_by_hand ADD b int;',
    /^script 1_a: relation "made_by_hand" does not exist \(replayed on an empty scratch database\)$/,
    /must build the whole schema.*scratch\.extensions/,
  ],
  [
    'that needs an extension',
    'CREATE EXTENSION postgis;',
    /no extension "postgis"$/,
    /scratch\.url/,
  ],
  [
    'that names a role which the scratch server lacks',
    'CREATE TABLE a (); GRANT SELECT ON a TO no_such_role_here;',
    /role "no_such_role_here" does not exist/,
    /Create the role no_such_role_here on the server of scratch\.url\./,
  ],
]

for (const [name, sql, message, hint] of replays) {
  test(`a script ${name} is told with what to do`, async () => {
    await withSources({ 'migration/1_a.sql': sql }, async ({ scratch, settings }) => {
      const error = await failureOf(replayScripts(scratch, settings, new AbortController().signal))

      assert.match(error.message, message)
      assert.match(error.hint ?? '', hint)
    })
  })
}

test('roles that scripts name are made on a server of our own, and settings of its role end with the command', async () => {
  const files = {
    'migration/1_a.sql':
      'CREATE TABLE a (); GRANT SELECT ON a TO "first-role"; GRANT ALL ON a TO second_role; ALTER ROLE CURRENT_USER SET search_path = nowhere;',
    'development.ini': '[migration]\ntypeorm.url = postgres://nowhere/app',
  }
  const own = process.env['XDG_CACHE_HOME']
  await withFolder(files, async (cwd) => {
    process.env['XDG_CACHE_HOME'] = join(cwd, 'cache')
    try {
      const settings = await settingsFor(join(cwd, 'development.ini'))
      const scratch = await openScratch({ ...settings, here: __dirname }, undefined)
      try {
        const pool = await (
          await replayScripts(scratch, settings, new AbortController().signal)
        ).pool()
        const { rows } = await pool.query(
          "SELECT relacl::text AS acl FROM pg_class WHERE relname = 'a'",
        )

        assert.match((rows[0] as { acl: string }).acl, /"first-role\\?"=r.*second_role=/)
      } finally {
        await scratch.close()
      }
      const next = await openScratch({ ...settings, here: __dirname }, undefined)
      try {
        const { rows } = await (await (await next.create()).pool()).query('SHOW search_path')
        assert.deepEqual(rows, [{ search_path: '"$user", public' }])
      } finally {
        await next.close()
      }
    } finally {
      if (own === undefined) delete process.env['XDG_CACHE_HOME']
      else process.env['XDG_CACHE_HOME'] = own
    }
  })
})

test('a schema file that fails is told with its place', async () => {
  await withSources({ 'schema.sql': 'CREATE TABLE a ();\nCREATE TABEL b ();' }, async (sources) => {
    const { scratch, settings, cwd } = sources
    const error = await failureOf(buildSchema(scratch, settings, join(cwd, 'schema.sql')))

    assert.equal(error.code, 'SCRIPT_FAILED')
    assert.deepEqual([error.file, error.line], [join(cwd, 'schema.sql'), 2])
  })
})

test('the source is what the caller says, then the settings, then what these name', async () => {
  await withFolder({ 'schema.sql': '' }, async (cwd) => {
    const sources = async (...lines: string[]) => {
      const ini = ['[migration]', 'typeorm.url = postgres://nowhere/app', ...lines].join('\n')
      await writeFile(join(cwd, 'development.ini'), ini)
      return settingsFor(join(cwd, 'development.ini'))
    }
    const all = ['schema = schema.sql', 'typeorm.entities = e.ts', 'schema_diff_cmd = true']

    assert.equal(sourceOf(await sources(), undefined), 'none')
    assert.equal(sourceOf(await sources('typeorm.entities = e.ts'), undefined), 'entities')
    assert.equal(sourceOf(await sources(...all.slice(0, 2)), undefined), 'schema')
    assert.equal(sourceOf(await sources(...all), undefined), 'command')
    assert.equal(
      sourceOf(await sources(...all, 'add_script_from = entities'), undefined),
      'entities',
    )
    assert.equal(sourceOf(await sources(...all, 'add_script_from = entities'), 'none'), 'none')
  })
})
