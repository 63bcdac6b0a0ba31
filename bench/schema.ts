import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Contestant } from './contestants'
import { typetrek } from './contestants'
import { contest, type Contest } from './contest'
import type { Stage } from './stage'

/** A canonical schema that brings its data along: COPY, as pg_dump writes it. */
export async function schemaContest({ server, rounds, scale }: Stage): Promise<Contest> {
  const mebibytes = Math.round(200 * scale)
  const title = `a canonical schema of ${mebibytes} MiB with COPY data`
  const psql: Contestant = {
    name: 'psql -f',
    write: (folder) => writeSchema(join(folder, 'schema.sql'), mebibytes),
    command: (folder, url) => {
      const options = ['-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1']
      return ['psql', ...options, '-d', url, '-f', join(folder, 'schema.sql')]
    },
  }
  const ours = typetrek('typetrek setup', 'schema = schema.sql\n')
  const setup: Contestant = {
    ...ours,
    async write(folder) {
      await ours.write(folder, [])
      await writeFile(join(folder, 'migration', '1_first.sql'), 'SELECT 1')
      await writeSchema(join(folder, 'schema.sql'), mebibytes)
    },
    command: (folder, url) => [...ours.command(folder, url).slice(0, -1), 'setup'],
  }
  return contest({ title, server, rounds, scripts: [] }, [psql, setup])
}

async function writeSchema(file: string, mebibytes: number): Promise<void> {
  await pipeline(Readable.from(lines(mebibytes)), createWriteStream(file))
}

function* lines(mebibytes: number): Generator<string> {
  for (let table = 0; table < 10; table++) {
    yield `CREATE TABLE data${table} (id int PRIMARY KEY, a text, b text, c timestamptz);\n`
    yield `COPY data${table} (id, a, b, c) FROM stdin;\n`
    const text = 'a sentence that somebody may have written\\tonce'
    const row = `\t${text}\t${text}\t2026-01-01 00:00:00+00\n`
    const count = Math.round((mebibytes * 2 ** 20) / 10 / (row.length + 6))
    for (let id = 0; id < count; id += 1000) {
      yield Array.from({ length: 1000 }, (_, n) => `${id + n}${row}`).join('')
    }
    yield '\\.\n\n'
  }
}
