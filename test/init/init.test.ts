import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withoutComments } from '../../src/init/config-values'
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

/** What `nest new` writes, and what the pages of Nest on TypeORM and on configuration add. */
const nest = {
  'package.json': `{
  "name": "shop",
  "version": "0.0.1",
  "private": true,
  "scripts": { "build": "nest build", "start": "nest start", "start:prod": "node dist/main", "test": "jest" },
  "dependencies": { "@nestjs/common": "^11.0.1", "@nestjs/config": "^4.0.0", "@nestjs/core": "^11.0.1", "@nestjs/typeorm": "^11.0.0", "pg": "^8.0.0", "typeorm": "^0.3.0" }
}
`,
  'nest-cli.json': '{ "collection": "@nestjs/schematics", "sourceRoot": "src" }',
  'tsconfig.json': `{
  "compilerOptions": {
    "module": "nodenext", "moduleResolution": "nodenext", "resolvePackageJsonExports": true,
    "esModuleInterop": true, "isolatedModules": true, "declaration": true, "removeComments": true,
    "emitDecoratorMetadata": true, "experimentalDecorators": true, "allowSyntheticDefaultImports": true,
    "target": "ES2023", "sourceMap": true, "outDir": "./dist", "baseUrl": "./", "incremental": true,
    "skipLibCheck": true, "strictNullChecks": true, "noImplicitAny": false
  }
}
`,
  'tsconfig.build.json':
    '{ "extends": "./tsconfig.json", "exclude": ["node_modules", "test", "dist", "**/*spec.ts"] }',
  'src/main.ts':
    "import { NestFactory } from '@nestjs/core'\nimport { AppModule } from './app.module'\nvoid NestFactory.create(AppModule)\n",
  'src/app.module.ts': `import { Module } from '@nestjs/common'
import { ConfigModule, ConfigService } from '@nestjs/config'
import { TypeOrmModule } from '@nestjs/typeorm'
import databaseConfig from './config/database.config'
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [databaseConfig] }),
    TypeOrmModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        type: 'postgres',
        host: config.get('database.host'),
        port: config.get('database.port'),
        username: config.get('DB_USER', 'postgres'),
        database: config.getOrThrow('DB_NAME'),
        autoLoadEntities: true,
      }),
    }),
  ],
})
export class AppModule {}
`,
  'src/config/database.config.ts': `import { registerAs } from '@nestjs/config'
export default registerAs('database', () => ({
  host: process.env.DB_SOCKET,
  port: parseInt(process.env.DB_PORT ?? '5432', 10),
}))
`,
  'src/users/user.entity.ts': `import { Column, Entity, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm'
import { Post } from 'src/posts/entities/post.entity'
@Entity() export class User {
  @PrimaryGeneratedColumn('uuid') id: string
  @Column({ unique: true }) email: string
  @OneToMany(() => Post, (post) => post.author) posts: Relation<Post[]>
}
`,
  'src/posts/entities/post.entity.ts': `import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm'
import { User } from '../../users/user.entity'
@Entity() export class Post {
  @PrimaryGeneratedColumn() id: number
  @Column() title: string
  @ManyToOne(() => User, (user) => user.posts) author: Relation<User>
}
`,
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
      assert.match((await run('init')).stderr, /already exists, and was not changed/)
    })
  })
})

test('two commands and no edit lead from a fresh Nest application to its upgrade, and a third to its first script', async () => {
  await withDatabase(async ({ url, connection }) => {
    const { host, port, user, database } = connection
    const env = `DB_SOCKET=${host}\nDB_PORT=${port}\nDB_USER=${user}\nDB_NAME=${database}\n`
    await withFolder({ ...nest, '.env': env }, async (cwd) => {
      symlinkSync(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
      const run = (line: string) => migrate(line.split(' '), { cwd })
      assert.equal((await run('init')).status, 0)
      const upgraded = await run('upgrade')
      assert.equal(upgraded.status, 0, upgraded.stderr)
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

      // for the tests' own server alone
      const scratch = `scratch.url = ${url.replaceAll('%', '%%')}\nscratch.prefer = url\n`
      await writeFile(join(cwd, 'development.ini'), ini + scratch)
      const added = await run('add_script users and posts')
      assert.equal(added.status, 0, added.stderr)
      assert.match((await run('upgrade')).stdout, /^up .*users and posts/m)
      assert.equal((await run('add_script --check')).status, 0)
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

/** A configuration that gets its values from elsewhere in the project. */
interface HandedOn {
  text: string
  others: string[]
  found: Record<string, string>
}

const registered = `import { registerAs } from '@nestjs/config'
export default registerAs('database', () => ({
  // host: 'commented-out',
  host: process.env.PG_HOST || 'localhost',
  port: parseInt(process.env.PG_PORT ?? '5432', 10),
  user: process.env.PG_USER,
  name: process.env.PG_NAME,
}))
`
const redis = `export const redis = registerAs('redis', () => ({ host: process.env.REDIS_HOST, port: 6379 }))`
const database = {
  host: '${PG_HOST:-localhost}',
  port: '${PG_PORT:-5432}',
  username: '${PG_USER}',
  database: '${PG_NAME}',
}

const handedOn: Record<string, HandedOn> = {
  'a service is asked for paths that a registered factory says': {
    text: `({ type: 'postgres',
      host: this.config.get('database.host', { infer: true }),
      port: this.config.get<number>('database.port', { infer: true }),
      username: this.config.getOrThrow('database.user'),
      database: this.config.get('database.name'),
    })`,
    others: [redis, registered],
    found: database,
  },
  'a group of values is asked for as a whole': {
    text: `useFactory: (config: ConfigService) => {
      const db = config.get<DatabaseConfig>('database')!
      return { type: 'postgres', host: db.host, port: db.port,
        username: db.user, database: db.name } }`,
    others: [redis, registered],
    found: database,
  },
  'one factory has a group for each server': {
    text: `{ type: 'postgres', host: config.get('db.host'), port: config.get('db.port') }`,
    others: [
      `export default () => ({
        redis: { host: process.env.REDIS_HOST, port: process.env.REDIS_PORT },
        db: { host: process.env.DB_HOST, port: process.env.DB_PORT || 5432 },
      })`,
    ],
    found: { host: '${DB_HOST}', port: '${DB_PORT:-5432}' },
  },
  'what several servers have in common is not guessed': {
    text: `{ type: 'postgres', host: this.settings.host, port: 5432 }`,
    others: [redis, `export default () => ({ mail: { host: process.env.MAIL_HOST } })`],
    found: { port: '5432' },
  },
  'constants hold names of variables': {
    text: `{ type: 'postgres', host: config.get(ENV_HOST), database: config.get<string>(Env.DB_NAME) }`,
    others: [`export const ENV_HOST = 'DB_HOST'`, `export enum Env { DB_NAME = 'DATABASE_NAME' }`],
    found: { host: '${DB_HOST}', database: '${DATABASE_NAME}' },
  },
  'constants hold values': {
    text: `const { DB_NAME, DB_USER } = process.env
      export const options: TypeOrmModuleOptions = { type: 'postgres', host: DB_HOST, port: +DB_PORT,
        username: DB_USER, database: DB_NAME }`,
    others: [
      `export const DB_HOST = process.env.PGHOST ?? 'db'\nexport const DB_PORT = Number(process.env.PGPORT)`,
    ],
    found: {
      host: '${PGHOST:-db}',
      port: '${PGPORT}',
      username: '${DB_USER}',
      database: '${DB_NAME}',
    },
  },
  'what is commented out counts for nothing': {
    text: `{ type: 'postgres',
      // url: 'postgres://old@host/db',
      /* host: 'old', */
      url: \`\${process.env.DATABASE_URI}\`, // url: 'x'
    }`,
    others: [],
    found: { url: '${DATABASE_URI}' },
  },
}

for (const [name, { text, others, found }] of Object.entries(handedOn))
  test(`the address where ${name}`, () => {
    assert.deepEqual(Object.fromEntries(sourceOptions(text, others.map(withoutComments))), found)
  })

test('of several modules the one that says the address counts; where none does, that is said', async () => {
  const files = {
    'src/app.module.ts':
      "TypeOrmModule.forRootAsync({ inject: [ConfigService], useFactory: (c) => c.get('typeorm') })",
    'src/config/typeorm.ts': `const config = { type: 'postgres', url: process.env.MY_URL,\n  synchronize: true }\nexport default registerAs('typeorm', () => config)`,
  }
  await withFolder(files, async (cwd) => {
    const { stdout } = await migrate(['init', '--dry-run'], { cwd })
    assert.match(stdout, /synchronize is true in src\/config\/typeorm\.ts: set it to false/)
    assert.match(stdout, /as src\/config\/typeorm\.ts says\.\n +typeorm\.url = \$\{MY_URL\}/)
  })
  const alone = { 'src/app.module.ts': files['src/app.module.ts'] }
  await withFolder({ ...alone, '.env.development': '', '.env.example': '' }, async (cwd) => {
    const { stdout } = await migrate(['init', '--dry-run'], { cwd })
    assert.match(stdout, /from the environment and from \.env; \.env\.development is not read/)
    assert.match(
      stdout,
      /Nothing in src\/app\.module\.ts says where the database is[^\n]*DATABASE_URL/,
    )
  })
})

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
