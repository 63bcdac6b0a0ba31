import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BenchScript } from './scripts'

/** A migrator, its own way to write scripts, and the process that runs them. */
export interface Contestant {
  name: string
  /** Writes what it needs into an empty folder. */
  write(folder: string, scripts: readonly BenchScript[]): Promise<void>
  /** The program and its arguments; the process runs in `folder`. */
  command(folder: string, url: string): readonly string[]
  /** Writes what names the database, where the command line cannot. */
  prepare?(folder: string, url: string): Promise<void>
  /** Variables that its process gets besides ours. */
  environment?(folder: string): Readonly<Record<string, string>>
}

/** The repository, seen from `dist/bench`. */
export const repository = resolve(__dirname, '..', '..')
const bench = join(repository, 'bench')
const program = join(repository, 'bin', 'migrate')

const node = (file: string, ...args: string[]) => [
  process.execPath,
  join(bench, 'peers', file),
  ...args,
]

async function writeEach(
  folder: string,
  scripts: readonly BenchScript[],
  file: (script: BenchScript) => readonly [name: string, text: string],
): Promise<void> {
  for (const [name, text] of scripts.map(file)) await writeFile(join(folder, name), text)
}

/** One process, one connection, one message: what the server's own work costs. */
export const floor: Contestant = {
  name: 'floor',
  write: (folder, scripts) =>
    writeFile(join(folder, 'all.sql'), scripts.map(({ sql }) => sql).join(';\n')),
  command: (folder, url) => node('floor.mjs', join(folder, 'all.sql'), url),
}

/** A process that requires pg, connects and asks one question. */
export const bare: Contestant = {
  name: 'bare node',
  write: async () => undefined,
  command: (_folder, url) => node('bare.cjs', url),
}

type Format = (script: BenchScript) => readonly [name: string, text: string]

/** Asked for what it has to do; `more` goes into its ini. */
export function typetrek(name: string, more = '', format: Format = asSql): Contestant {
  return {
    name,
    async write(folder, scripts) {
      await mkdir(join(folder, 'migration'))
      await writeEach(join(folder, 'migration'), scripts, format)
    },
    prepare: (folder, url) =>
      writeFile(join(folder, 'bench.ini'), `[migration]\ntypeorm.url = ${url}\n${more}`),
    command: () => [process.execPath, program, 'bench.ini', 'upgrade'],
  }
}

const asSql: Format = ({ stamp, name, sql }) => [`${stamp}_${name}.sql`, sql]

export const asTypeScript: Format = ({ stamp, name, sql }) => [
  `${stamp}_${name}.ts`,
  `import type { QueryRunner } from 'typeorm'

export async function upgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(\`${sql}\`)
}
`,
]

/** TypeORM's own runner on migrations that are JavaScript already. */
export const typeorm: Contestant = {
  name: 'TypeORM',
  write: (folder, scripts) =>
    writeEach(folder, scripts, ({ stamp, number, sql }) => [
      `${stamp}-S${number}.js`,
      `exports.S${number}${stamp} = class { name = 'S${number}${stamp}'
async up(queryRunner) { ${queries(sql, 'queryRunner.query')} }
async down() {} }`,
    ]),
  command: (folder, url) => node('typeorm.mjs', folder, url),
}

function queries(sql: string, call: string): string {
  const statements = sql.split(';\n').filter((one) => one.trim() !== '')
  return statements.map((one) => `await ${call}(\`${one}\`)`).join('\n')
}

/** Every peer, each in the format that its own documentation shows. */
export const peers: readonly Contestant[] = [
  psql(),
  {
    name: 'postgrator',
    write: (folder, scripts) =>
      writeEach(folder, scripts, ({ number, name, sql }) => [`${number}.do.${name}.sql`, sql]),
    command: (folder, url) => node('postgrator.mjs', folder, url),
  },
  {
    name: 'umzug with pg',
    write: (folder, scripts) => writeEach(folder, scripts, asSql),
    command: (folder, url) => node('umzug.mjs', folder, url),
  },
  {
    name: 'dbmate',
    write: (folder, scripts) =>
      writeEach(folder, scripts, ({ stamp, name, sql }) => [
        `${stamp}_${name}.sql`,
        `-- migrate:up\n${sql}\n-- migrate:down\n`,
      ]),
    command: (folder, url) => [
      join(bench, `node_modules/@dbmate/${process.platform}-${process.arch}/bin/dbmate`),
      '--url',
      `${url}?sslmode=disable`,
      '--migrations-dir',
      folder,
      '--no-dump-schema',
      'migrate',
    ],
  },
  {
    name: 'drizzle-orm',
    write: writeDrizzle,
    command: (folder, url) => node('drizzle-orm.mjs', folder, url),
  },
  {
    name: 'node-pg-migrate',
    write: (folder, scripts) =>
      writeEach(folder, scripts, ({ stamp, name, sql }) => [
        `${stamp}_${name}.sql`,
        `-- Up Migration\n${sql}\n-- Down Migration\n`,
      ]),
    command: (folder, url) => node('node-pg-migrate.mjs', folder, url),
  },
  {
    name: 'knex',
    write: (folder, scripts) =>
      writeEach(folder, scripts, ({ stamp, name, sql }) => [
        `${stamp}_${name}.js`,
        `exports.up = (knex) => knex.raw(\`${sql}\`)\nexports.down = () => undefined\n`,
      ]),
    command: (folder, url) => node('knex.mjs', folder, url),
  },
  typeorm,
  {
    name: 'kysely',
    write: (folder, scripts) =>
      writeEach(folder, scripts, ({ stamp, name, sql }) => [
        `${stamp}_${name}.js`,
        `const { CompiledQuery } = require('${join(bench, 'node_modules/kysely')}')
exports.up = async (db) => { ${queries(sql, 'run(db)')} }
const run = (db) => (text) => db.executeQuery(CompiledQuery.raw(text))\n`,
      ]),
    command: (folder, url) => node('kysely.mjs', folder, url),
  },
]

/** One connection, `\i` of each script; left out where psql is not installed. */
function psql(): Contestant {
  return {
    name: 'psql',
    async write(folder, scripts) {
      await writeEach(folder, scripts, asSql)
      const lines = scripts.map(
        ({ stamp, name }) => `\\i '${join(folder, `${stamp}_${name}.sql`)}'`,
      )
      await writeFile(join(folder, 'all.psql'), `\\set ON_ERROR_STOP on\n${lines.join('\n')}\n`)
    },
    command: (folder, url) => ['psql', '-X', '-q', '-d', url, '-f', join(folder, 'all.psql')],
  }
}

async function writeDrizzle(folder: string, scripts: readonly BenchScript[]): Promise<void> {
  await mkdir(join(folder, 'meta'))
  await writeEach(folder, scripts, ({ stamp, name, sql }) => [
    `${stamp}_${name}.sql`,
    sql.replace(/;\n(?=.)/g, ';\n--> statement-breakpoint\n'),
  ])
  const entries = scripts.map(({ number, stamp, name }) => ({
    idx: number - 1,
    version: '7',
    when: Number(stamp),
    tag: `${stamp}_${name}`,
    breakpoints: true,
  }))
  const journal = { version: '7', dialect: 'postgresql', entries }
  await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify(journal))
}

/** False where its program is not on this machine. */
export function isInstalled(contestant: Contestant): boolean {
  const [file = ''] = contestant.command('', '')
  try {
    execFileSync(file, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
