import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { pgDump } from '../support/pg-dump'
import { fixtureOf, isAbsent, toolRuns, versionOf, type ToolRun } from './tool-runs'

const below = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]))

/** Adopts what the database says the tool has done, and goes on with the script that it has not. */
async function adoptAndGoOn({ url }: TestDatabase, tool: ToolRun): Promise<void> {
  const { files, scripts = files, next, layout, marked } = tool
  const ini = `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = m\n`
  const folder = { ...below('m', scripts), ...below('m', next), 'development.ini': ini }
  await withFolder(folder, async (cwd) => {
    const run = (line: string) => migrate([...line.split(' '), '--layout', layout], { cwd })
    const { stdout, stderr } = await run('adopt --json')
    const document = JSON.parse(stdout) as { marked?: { revision: string }[]; unknown: string[] }
    assert.deepEqual(
      document.marked?.map(({ revision }) => revision),
      marked,
      stderr,
    )
    assert.deepEqual(document.unknown, [])
    assert.match((await run('upgrade')).stdout, /1 script applied/)
  })
}

const clear = (database: TestDatabase, { schema = 'public' }: ToolRun) =>
  database.query(`DROP SCHEMA IF EXISTS public, ${schema} CASCADE; CREATE SCHEMA public`)

test("each tool's table, as a released version of it has made it, says what is applied", async (t) => {
  await withDatabase(async (database) => {
    for (const [name, tool] of Object.entries(toolRuns))
      await t.test(name, async () => {
        await database.query(readFileSync(fixtureOf(name), 'utf8'))
        await adoptAndGoOn(database, tool)
        await clear(database, tool)
      })
  })
})

test('the tools themselves make these tables, and adopt goes on from them', async (t) => {
  await withDatabase(async (database) => {
    for (const [name, tool] of Object.entries(toolRuns))
      await t.test(name, { skip: isAbsent(tool) }, async () => {
        await withFolder(tool.files, async (folder) => {
          const { code, output } = await ended(tool.command(folder, database.url))
          assert.equal(code, 0, output)
          if (tool.generates)
            for (const [script, text] of Object.entries(tool.scripts ?? {}))
              assert.equal(readFileSync(join(folder, script), 'utf8'), text)
        })
        const table = await madeBy(database, tool)
        if (process.env['UPDATE_GOLDEN'] === '1')
          writeFileSync(fixtureOf(name), `-- made by ${tool.package} ${versionOf(tool)}\n${table}`)
        const recorded = readFileSync(fixtureOf(name), 'utf8').replace(/^-- made by .*\n/, '')
        assert.equal(table, recorded)
        await adoptAndGoOn(database, tool)
        await clear(database, tool)
      })
  })
})

/** All that the tool made for itself, with its rows; no time in them is of now. */
async function madeBy({ connection, query }: TestDatabase, { schema }: ToolRun): Promise<string> {
  const schemas = (
    await pgDump(connection, ['--no-owner', '--no-acl', '--no-comments', '-T', 'a', '-T', 'b'])
  ).trimEnd()
  const tables = await query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = ANY (ARRAY['public', $1]) AND c.relname <> ALL (ARRAY['a', 'b']) ORDER BY 1`,
    [schema ?? 'public'],
  )
  const rows: string[] = []
  for (const { name } of tables) {
    const [found] = await query<{ rows: object[] | null }>(
      `SELECT json_agg(t) AS rows FROM ${name} t`,
    )
    if (!found?.rows) continue
    const json = JSON.stringify(found.rows).replaceAll(
      /\d{4}-\d\d-\d\dT[\d:.]+(?=Z|[+"])/g,
      '2026-01-01T00:00:00',
    )
    rows.push(
      `INSERT INTO ${name} SELECT * FROM json_populate_recordset(null::${name}, '${json}');`,
    )
  }
  return `${schemas}\n${rows.join('\n')}\n`
}

async function ended([program = '', ...words]: readonly string[]) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed)
    child.once('close', done)
  })
  return { code, output }
}
