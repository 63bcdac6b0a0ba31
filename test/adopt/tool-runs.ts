import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LayoutName } from '../../src/settings/value/setting-types'

/*
 * Tools of npm, run on migrations of their own, so that the table that `adopt` reads is one that they
 * made. They are installed with the peers of the benchmark only (`npm ci --prefix bench --ignore-scripts`);
 * `tables/` holds what their released versions have made.
 */

const root = resolve(__dirname, '../../..')
const bench = join(root, 'bench')

/** A tool, and two migrations that it runs. */
export interface ToolRun {
  /** Its package in bench/, which is installed or not. */
  package: string
  layout: LayoutName
  /** What the tool runs, without a folder. */
  files: Readonly<Record<string, string>>
  /** What typetrek runs, where it is another text: the same names with SQL. */
  scripts?: Readonly<Record<string, string>>
  /** True: the tool itself writes those scripts, from files that are none. */
  generates?: boolean
  /** A third script, which only typetrek runs. */
  next: Readonly<Record<string, string>>
  /** Other schemas that the tool makes. */
  schema?: string
  command(folder: string, url: string): readonly string[]
  /** The revisions that it has applied. */
  marked: readonly string[]
}

const stamps = ['20240101000000', '20240102000000']
const peer = (name: string) => (folder: string, url: string) => [
  process.execPath,
  join(bench, 'peers', name),
  folder,
  url,
]

const sql = {
  '20240101000000_a.sql': 'CREATE TABLE a (id int);',
  '20240102000000_b.sql': 'CREATE TABLE b (id int);',
}
const next = { '20240103000000_c.sql': 'CREATE TABLE c (id int);' }

const inSections = (up: string, down: string) => ({
  '20240101000000_a.sql': `${up}\nCREATE TABLE a (id int);\n${down}\nDROP TABLE a;\n`,
  '20240102000000_b.sql': `${up}\nCREATE TABLE b (id int);\n${down}\nDROP TABLE b;\n`,
})

const journal = (...tags: string[]) =>
  JSON.stringify({
    version: '7',
    dialect: 'postgresql',
    entries: tags.map((tag, idx) => ({
      idx,
      version: '7',
      when: 1704067200000 + idx,
      tag,
      breakpoints: true,
    })),
  })

const core = JSON.stringify(join(bench, 'node_modules/drizzle-orm/pg-core'))
const drizzleSchema = (...tables: string[]) =>
  `const { pgTable, integer } = require(${core})\n${tables.map((name) => `exports.${name} = pgTable('${name}', { id: integer('id') })\n`).join('')}`

/** By the name under which `adopt` knows them. */
export const toolRuns: Readonly<Record<string, ToolRun>> = {
  'node-pg-migrate': {
    package: 'node-pg-migrate',
    layout: 'node-pg-migrate',
    files: inSections('-- Up Migration', '-- Down Migration'),
    next,
    command: peer('node-pg-migrate.mjs'),
    marked: stamps,
  },
  dbmate: {
    package: 'dbmate',
    layout: 'dbmate',
    files: inSections('-- migrate:up', '-- migrate:down'),
    next: { '20240103000000_c.sql': '-- migrate:up\nCREATE TABLE c (id int);' },
    command: (folder, url) => [
      join(bench, `node_modules/@dbmate/${process.platform}-${process.arch}/bin/dbmate`),
      ...[
        '--url',
        `${url}&sslmode=disable`,
        '--migrations-dir',
        folder,
        '--no-dump-schema',
        'migrate',
      ],
    ],
    marked: stamps,
  },
  knex: {
    package: 'knex',
    layout: 'typetrek',
    files: {
      '20240101000000_a.js':
        "exports.up = (knex) => knex.raw('CREATE TABLE a (id int)')\nexports.down = () => undefined\n",
      '20240102000000_b.js':
        "exports.up = (knex) => knex.raw('CREATE TABLE b (id int)')\nexports.down = () => undefined\n",
    },
    scripts: sql,
    next,
    command: peer('knex.mjs'),
    marked: stamps,
  },
  'Sequelize or Umzug': {
    package: 'sequelize',
    layout: 'typetrek',
    files: sql,
    next,
    command: peer('sequelize.mjs'),
    marked: stamps,
  },
  Drizzle: {
    package: 'drizzle-orm',
    layout: 'drizzle',
    files: {
      '0000_a.sql': 'CREATE TABLE a (id int);',
      '0001_b.sql': 'CREATE TABLE b (id int);',
      'meta/_journal.json': journal('0000_a', '0001_b'),
    },
    next: {
      '0002_c.sql': 'CREATE TABLE c (id int);',
      'meta/_journal.json': journal('0000_a', '0001_b', '0002_c'),
    },
    schema: 'drizzle',
    command: peer('drizzle-orm.mjs'),
    marked: ['1704067200000', '1704067200001'],
  },
  'drizzle-kit': {
    package: 'drizzle-kit',
    layout: 'drizzle',
    files: { 'a.js': drizzleSchema('a'), 'b.js': drizzleSchema('a', 'b') },
    scripts: {
      '0000_a.sql': 'CREATE TABLE "a" (\n\t"id" integer\n);\n',
      '0001_b.sql': 'CREATE TABLE "b" (\n\t"id" integer\n);\n',
      'meta/_journal.json': journal('0000_a', '0001_b'),
    },
    generates: true,
    next: {
      '0002_c.sql': 'CREATE TABLE c (id int);',
      'meta/_journal.json': journal('0000_a', '0001_b', '0002_c'),
    },
    schema: 'drizzle',
    command: peer('drizzle-kit.mjs'),
    marked: ['1704067200000', '1704067200001'],
  },
  Kysely: {
    package: 'kysely',
    layout: 'typetrek',
    files: {
      '20240101000000_a.mjs':
        "export const up = (db) => db.schema.createTable('a').addColumn('id', 'integer').execute()\n",
      '20240102000000_b.mjs':
        "export const up = (db) => db.schema.createTable('b').addColumn('id', 'integer').execute()\n",
    },
    scripts: sql,
    next,
    command: peer('kysely.mjs'),
    marked: stamps,
  },
}

/** Why a tool cannot be run here; false: it can. */
export function isAbsent(tool: ToolRun): string | false {
  const there = existsSync(join(bench, 'node_modules', tool.package))
  return there ? false : `${tool.package} is not installed: npm ci --prefix bench --ignore-scripts`
}

/** The version of the tool that is installed. */
export function versionOf(tool: ToolRun): string {
  const file = join(bench, 'node_modules', tool.package, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** The file that holds the table as a released version of the tool made it. */
export function fixtureOf(name: string): string {
  return join(root, 'test/adopt/tables', `${name.toLowerCase().replaceAll(' ', '-')}.sql`)
}
