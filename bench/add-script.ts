import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Contestant, repository, typetrek } from './contestants'
import { contest, type Contest, withFolder } from './contest'
import { measure } from './measure'
import type { BenchScript } from './scripts'
import { urlOf } from './server'
import type { Stage } from './stage'

const typeorm = join(repository, 'node_modules', 'typeorm')

/** The next script of an application with many tables: what TypeORM generates, and what we prove. */
export async function addScript({ server, rounds, scale }: Stage): Promise<Contest> {
  const count = Math.round(500 * scale)
  const title = `the next script, ${count} tables of which one in eight changed`
  const scripts = await server.withDatabase((name) =>
    schemaScripts(count, urlOf(server.port, name)),
  )
  const own = (name: string, ...options: string[]): Contestant => {
    const all = typetrek(name, `typeorm.entities = entity/*.js\nvcs = none\nlock_timeout = 60s\n`)
    const upgrade = all.command('', '')
    return {
      ...all,
      async write(folder, given) {
        await all.write(folder, given)
        await writeEntities(join(folder, 'entity'), count, true)
      },
      async prepare(folder, url) {
        await all.prepare?.(folder, url)
        await writeSource(folder, url)
        await measure(upgrade, folder)
      },
      command: () => [...upgrade.slice(0, -1), 'add_script', 'change', '--yes', ...options],
    }
  }
  const generate: Contestant = {
    ...own('TypeORM migration:generate'),
    command: () => {
      const args = ['migration:generate', '-d', 'data-source.js', '--outputJs', 'Change']
      return [process.execPath, join(typeorm, 'cli.js'), ...args]
    },
  }
  const contestants = [generate, own('add_script'), own('add_script --no-verify', '--no-verify')]
  return contest({ title, server, rounds, scripts }, contestants)
}

/** As TypeORM would make the tables, ten in each script. */
async function schemaScripts(count: number, url: string): Promise<BenchScript[]> {
  return withFolder(async (folder) => {
    await writeEntities(join(folder, 'entity'), count, false)
    await writeSource(folder, url)
    const code = `const source = require('./data-source.js').default
source.initialize().then(async () => {
  const { upQueries } = await source.driver.createSchemaBuilder().log()
  require('fs').writeFileSync('queries.json', JSON.stringify(upQueries.map(({ query }) => query)))
  await source.destroy()
})`
    await measure([process.execPath, '-e', code], folder)
    const { default: queries } = (await import(join(folder, 'queries.json'), {
      with: { type: 'json' },
    })) as { default: string[] }
    const size = Math.ceil(queries.length / Math.ceil(count / 10))
    return Array.from({ length: Math.ceil(queries.length / size) }, (_, index) => ({
      number: index + 1,
      stamp: String(1_700_000_000_000 + index),
      name: `tables_${index + 1}`,
      sql: `${queries.slice(index * size, (index + 1) * size).join(';\n')};\n`,
    }))
  })
}

async function writeSource(folder: string, url: string): Promise<void> {
  const options = JSON.stringify({ type: 'postgres', url, entities: [join(folder, 'entity/*.js')] })
  const text = `const { DataSource } = require(${JSON.stringify(typeorm)})
exports.default = new DataSource(${options})\n`
  await writeFile(join(folder, 'data-source.js'), text)
}

async function writeEntities(folder: string, count: number, changed: boolean): Promise<void> {
  await mkdir(folder)
  for (let n = 1; n <= count; n++) {
    await writeFile(join(folder, `thing${n}.js`), entity(n, changed && n % 8 === 0))
  }
}

/** Nine columns, an enum, a foreign key to an earlier table, two indexes, a unique constraint. */
function entity(n: number, changed: boolean): string {
  const kind = (n / 8) % 4
  const name = changed && kind === 0 ? "'text'" : "'varchar', length: 100"
  const labels = changed && kind === 1 ? "'new', 'open', 'done', 'gone'" : "'new', 'open', 'done'"
  const more = changed && kind === 2 ? `phone: { type: 'varchar', nullable: true },` : ''
  const index = changed && kind === 3 ? `{ columns: ['amount'] },` : ''
  const target = `Thing${Math.max(1, Math.floor(n / 3))}`
  return `const { EntitySchema } = require(${JSON.stringify(typeorm)})
exports.Thing${n} = new EntitySchema({
  name: 'Thing${n}',
  tableName: 'thing${n}',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: ${name} },
    code: { type: 'varchar', length: 20, unique: true },
    status: { type: 'enum', enum: [${labels}], default: 'new' },
    amount: { type: 'numeric', precision: 12, scale: 2, default: 0 },
    active: { type: 'boolean', default: true },
    settings: { type: 'jsonb', nullable: true },
    createdAt: { type: 'timestamptz', createDate: true },
    ${more}
  },
  relations: { parent: { type: 'many-to-one', target: '${target}', onDelete: 'CASCADE' } },
  indices: [{ columns: ['name'] }, { columns: ['status', 'createdAt'] }, ${index}],
})
`
}
