/** Files of a TypeORM application with so many migrations, which use whatever TypeORM takes. */
export function manyMigrations(count: number): Record<string, string> {
  const files: Record<string, string> = {
    'migrations/1600000000000-Log.js': classText('Log1600000000000', {
      up: 'CREATE TABLE seen (script int, applied int)',
      down: 'DROP TABLE seen',
    }),
  }
  for (let at = 0; at < count - 1; at++) {
    const [name, text] = fileAt(at)
    files[name] = (files[name] ?? '') + text
  }
  return files
}

interface Statements {
  up: string
  down: string
}

function classText(name: string, { up, down }: Statements, more = ''): string {
  return `exports.${name} = class ${name} {
  ${more}
  async up(queryRunner) { await queryRunner.query(${JSON.stringify(up)}) }
  async down(queryRunner) { await queryRunner.query(${JSON.stringify(down)}) }
}
`
}

const table = (at: number): Statements => ({
  up: `CREATE TABLE t${at} (id serial PRIMARY KEY, name varchar(${at + 1}))`,
  down: `DROP TABLE t${at}`,
})

function fileAt(at: number): readonly [name: string, text: string] {
  const stamp = 1_700_000_000_000 + at
  const name = `Change${at}At${stamp}`
  const usual = `migrations/${stamp}-Change${at}.js`
  switch (at % 10) {
    case 0:
      return [`more/deep/change-${at}.migration.js`, classText(name, table(at))]
    case 1: {
      const column = {
        up: `ALTER TABLE t${at - 1} ADD extra jsonb NOT NULL DEFAULT '{"a": "x''y"}'`,
        down: `ALTER TABLE t${at - 1} DROP extra`,
      }
      return [usual, classText(name, column)]
    }
    case 2:
      return [
        usual,
        `module.exports = ${classText(name, table(at)).replace(/^exports\.\w+ = /, '')}`,
      ]
    case 3:
      return [`migrations/3-${at}.js`, classText(`Any${at}`, table(at), `name = '${name}'`)]
    case 4: {
      const index = {
        up: `CREATE INDEX CONCURRENTLY i${at} ON t${at - 1} (name)`,
        down: `DROP INDEX CONCURRENTLY i${at}`,
      }
      return [usual, classText(name, index, 'transaction = false')]
    }
    case 5:
    case 6:
      return [`migrations/Both${Math.floor(at / 10)}.cjs`, classText(name, table(at))]
    case 7:
      return [`migrations/factory-${at}.js`, factory(name, table(at))]
    case 8: {
      const count = {
        up: `INSERT INTO seen SELECT ${at}, count(*) FROM "migrations"`,
        down: `DELETE FROM seen WHERE script = ${at}`,
      }
      return [usual, classText(name, count)]
    }
    default:
      return [`migrations/${stamp}-Change${at}.mjs`, moduleText(at, stamp)]
  }
}

/** Shares its timestamp with the one before. */
function moduleText(at: number, stamp: number): string {
  const name = `Module${at}At${stamp - 2}`
  return classText(name, table(at)).replace(/^exports\.\w+ =/, 'export default')
}

function factory(name: string, { up, down }: Statements): string {
  return `const made = (name, up, down) => class {
  constructor() { this.name = name }
  up(queryRunner) { return queryRunner.query(up) }
  down(queryRunner) { return queryRunner.query(down) }
}
exports.default = made('${name}', ${JSON.stringify(up)}, ${JSON.stringify(down)})
`
}
