import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { maskedIni } from '../../src/init/initial-settings'
import { lookAtProject } from '../../src/init/look-at-project'
import { sourceOptions } from '../../src/init/source-options'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const migration = `import { MigrationInterface, QueryRunner } from 'typeorm'
export class Init1700000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner) { await queryRunner.query('CREATE TABLE a ()') }
  async down(queryRunner: QueryRunner) { await queryRunner.query('DROP TABLE a') }
}
`

const entity = `import { Entity, PrimaryGeneratedColumn } from 'typeorm'
@Entity() export class User { @PrimaryGeneratedColumn() id!: number }
`

const tsconfig = '{ "compilerOptions": { "outDir": "./dist", "experimentalDecorators": true } }'

const express = {
  'package.json':
    '{\n    "name": "shop",\n    "scripts": { "build": "tsc", "postbuild": "echo" }\n}\n',
  'tsconfig.json': tsconfig,
  'src/data-source.ts': `import { DataSource } from 'typeorm'
export const AppDataSource = new DataSource({
  type: 'postgres', url: process.env['TEST_INIT_URL'], entities: [], migrations: ['dist/migrations/*.js'],
})
`,
  'src/migrations/1700000000001-Init.ts': migration,
}

const nest = {
  'package.json':
    '{"dependencies":{"@nestjs/core":"11","@nestjs/typeorm":"11"},"scripts":{"build":"nest build"}}',
  'tsconfig.json': tsconfig,
  'src/app.module.ts': `@Module({ imports: [TypeOrmModule.forRootAsync({ useFactory: (config: ConfigService) => ({
    type: 'postgres',
    host: config.get<string>('DB_SOCKET'),
    port: parseInt(process.env.DB_PORT || '5432', 10),
    username: config.get('DB_USER', 'postgres'),
    database: config.getOrThrow('DB_NAME'),
    autoLoadEntities: true,
  }) })] })
export class AppModule {}
`,
  'src/users/user.entity.ts': entity,
}

test('a project without entities is not told to check them in CI', async () => {
  await withFolder({ 'package.json': '{}' }, async (cwd) => {
    const { stdout } = await migrate(['init', '--dry-run'], { cwd })
    assert.match(stdout, /^In CI: npx migrate upgrade && /m)
  })
})

test('two commands and no edit lead from an Express application to its status', async () => {
  await withDatabase(async ({ url }) => {
    process.env['TEST_INIT_URL'] = url
    await withFolder(express, async (cwd) => {
      symlinkSync(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
      const run = (line: string) => migrate(line.split(' '), { cwd })
      const dry = await run('init --dry-run')
      assert.match(dry.stdout, /to write: development\.ini[^]*postbuild already/)
      assert.equal((await run('init')).status, 0)
      const status = await run('status')
      assert.equal(status.status, 0, status.stderr)
      assert.match(status.stdout, /1700000000001 +Init/)
      const text = await readFile(join(cwd, 'package.json'), 'utf8')
      const { scripts } = JSON.parse(text) as { scripts: Record<string, string> }
      assert.deepEqual(scripts, {
        build: 'tsc',
        postbuild: 'echo',
        migrate: 'migrate',
        'migrate:check': 'migrate status --check',
      })
      assert.match(text, /^ {4}"name"/m)
      assert.match((await run('init')).stderr, /is there already, and stays as it is/)
    })
  })
})

test('two commands and no edit lead from a fresh Nest application to its status, and its first script', async () => {
  await withDatabase(async ({ connection }) => {
    const { host, port, user, database } = connection
    const env = `DB_SOCKET=${host}\nDB_PORT=${port}\nDB_USER=${user}\nDB_NAME=${database}\n`
    await withFolder({ ...nest, '.env': env }, async (cwd) => {
      symlinkSync(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
      const run = (line: string) => migrate(line.split(' '), { cwd })
      assert.equal((await run('init')).status, 0)
      for (const line of ['status', 'upgrade']) {
        const { status, stderr } = await run(line)
        assert.equal(status, 0, `${line}: ${stderr}`)
      }
      const ini = await readFile(join(cwd, 'development.ini'), 'utf8')
      assert.match(ini, /typeorm\.entities = src\/\*\*\/\*\.entity\.ts/)
      assert.match(
        ini,
        /package = src\/migration\n# In a compiled build: package = dist\/migration/,
      )
      const { scripts } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>
      }
      assert.match(scripts['postbuild'] ?? '', /cpSync\('src\/migration','dist\/migration'/)
    })
  })
})

test('init passes over pipes and devices, and shows no password that a file of the project has', async () => {
  const text = `export const options: DataSourceOptions = { type: 'postgres',
  host: 'db',
  password: 'hunter22',
  database: 'shop' }\n`
  await withFolder({ 'src/config.ts': text }, async (cwd) => {
    symlinkSync('/dev/zero', join(cwd, 'src/database.ts'))
    const { stdout, status } = await migrate(['init', '--dry-run'], { cwd })
    const json = await migrate(['init', '--json'], { cwd })
    const ini = await readFile(join(cwd, 'development.ini'), 'utf8')

    assert.equal(status, 0)
    assert.match(stdout, /^ {2}typeorm\.password = \*\*\*$/m)
    assert.doesNotMatch(stdout + json.stdout, /hunter22/)
    assert.match(ini, /^typeorm\.password = hunter22$/m)
  })
  const masked = maskedIni('typeorm.password = ${A:-b}\ntypeorm.password = ${A}\n')
  assert.equal(masked, 'typeorm.password = ${A:-***}\ntypeorm.password = ${A}\n')
})

test('what cannot be read is named, and only what is not there is taken for absent', async () => {
  const files = { 'package.json/not': '', 'src/a.ts': '' }
  await withFolder(files, async (cwd) => {
    const { status, stderr } = await migrate(['init'], { cwd })
    assert.notEqual(status, 0)
    assert.match(stderr, /cannot read: it is a folder\n +at package\.json/)
  })
  await withFolder({ 'package.json': '{ "name": }' }, async (cwd) => {
    assert.match((await migrate(['init'], { cwd })).stderr, /package\.json is not valid JSON/)
  })
  await withFolder({ 'src/a.ts': '' }, async (cwd) => {
    symlinkSync('data-source.ts', join(cwd, 'src/data-source.ts'))
    symlinkSync('nowhere', join(cwd, 'src/config.ts'))
    const { stdout, stderr } = await migrate(['init', '--dry-run'], { cwd })
    assert.match(stdout, /Not looked at[^\n]*: src\/data-source\.ts: .*circle$/m, stderr)
  })
})

test('the step that copies SQL scripts takes any name of a folder for a name', async () => {
  const folder = `100%ir's $(touch harm) "x" \`y\`/migrations`
  const files = {
    'package.json': '{"name":"x","scripts":{"build":"tsc"}}',
    'tsconfig.json': tsconfig,
    [`src/${folder}/1_a.sql`]: 'CREATE TABLE a ();',
  }
  await withFolder(files, async (cwd) => {
    assert.equal((await migrate(['init'], { cwd })).status, 0)
    const { scripts } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as {
      scripts: { postbuild: string }
    }
    execFileSync('sh', ['-c', scripts.postbuild], { cwd })

    assert.deepEqual(readdirSync(join(cwd, 'dist', folder)), ['1_a.sql'])
    assert.ok(!existsSync(join(cwd, 'harm')))
    assert.match(
      (await migrate(['environ'], { cwd, env: { DATABASE_URL: 'postgres://h/d' } })).stdout,
      /^package +src\/100%ir/m,
    )
  })
})

test('a package of a monorepo commits to the repository above it', async () => {
  const files = { '.git/HEAD': 'ref: refs/heads/main\n', 'packages/api/src/a.ts': '' }
  await withFolder(files, async (cwd) => {
    assert.ok((await lookAtProject(join(cwd, 'packages/api'))).git)
  })
})

const options: readonly [text: string, found: Record<string, string>][] = [
  ["{ type: 'postgres', url: process.env.DATABASE_URL }", { url: '${DATABASE_URL}' }],
  [
    "{ type: 'postgres',\n host: 'localhost',\n port: 5432,\n password: 'a%b',\n}",
    { host: 'localhost', port: '5432', password: 'a%%b' },
  ],
  [
    "{ type: 'postgres',\n host: process.env['DB_HOST'] ?? 'db',\n database: name(),\n}",
    { host: '${DB_HOST:-db}' },
  ],
  [
    "{ type: 'postgres',\n port: +(process.env.DB_PORT || 5433),\n migrationsTableName: 'done' }",
    { port: '${DB_PORT:-5433}', migrationsTableName: 'done' },
  ],
  [
    "{ type: 'mysql',\n host: 'db',\n database: 'shop' }",
    { type: 'mysql', host: 'db', database: 'shop' },
  ],
  ["{ type: 'postgres',\n host: config.get<string>('DB_HOST', 'h'),\n}", { host: '${DB_HOST:-h}' }],
]

for (const [text, found] of options)
  test(`the address in ${text.replaceAll('\n', '')}`, () => {
    assert.deepEqual(Object.fromEntries(sourceOptions(text)), found)
  })

const layouts: readonly [layout: string, path: string, files: Record<string, string>][] = [
  ['prisma', 'prisma/migrations', { 'prisma/migrations/20240101000000_a/migration.sql': 'a' }],
  ['diesel', 'migrations', { 'migrations/2024-01-01-000000_a/up.sql': 'a' }],
  ['drizzle', 'drizzle', { 'drizzle/0000_a.sql': 'a', 'drizzle/meta/_journal.json': '{}' }],
  ['flyway-dotted', 'sql/migrations', { 'sql/migrations/V1.1__a.sql': 'a' }],
  ['supabase', 'supabase/migrations', { 'supabase/migrations/20240101000000_a.sql': 'a' }],
  ['dbmate', 'db/migrations', { 'db/migrations/20240101000000_a.sql': '-- migrate:up\na' }],
  ['goose', 'migrations', { 'migrations/001_a.sql': '-- +goose Up\na' }],
  ['typetrek', 'src/migration', { 'src/migration/AddUsers.ts': migration }],
]

for (const [layout, path, files] of layouts)
  test(`init recognises a folder of ${layout}`, () =>
    withFolder(files, async (folder) => {
      assert.deepEqual((await lookAtProject(folder)).scripts, { path, layout })
    }))
