import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Project, withProject } from '../cli/project'
import { lossHeadings } from '../../src/add-script/render/render'
import { differencesBetween } from '../conformance/catalog-text'
import { migrate, type CliResult } from '../support/cli'
import type { TestDatabase } from '../support/database'
import { type Application, moduleOf } from './application'
import type { Edit } from './edit'
import { addRows } from './ordinary-rows'
import { changedRows, lossesOf, stateOf, type State, usedNumbers } from './state'

/**
 * Lives through successive edits of an application, on one database that has rows, up to the first one
 * that fails.
 * @param report runs an edit, and says whether it succeeded
 */
export async function live(
  versions: readonly Application[],
  edits: readonly Edit[],
  report: (edit: Edit, work: () => Promise<void>) => Promise<boolean>,
): Promise<number> {
  let done = 0
  await withProject(files, async (project) => {
    await turnTo(project, versions[0]!, 'first')
    await succeed(project, 'add_script', 'first', '--yes')
    await succeed(project, 'upgrade')
    assert.deepEqual(await addRows(project.database), [])
    for (const edit of edits) {
      done++
      await turnTo(project, versions[done]!, `version${done}`)
      if (!(await report(edit, () => change(project, edit)))) return
    }
  })
  return done
}

const files = {
  'tsconfig.json': '{"compilerOptions": {"experimentalDecorators": true}}',
  'migration/1_first.sql': 'SELECT 1',
}

/** Modules are loaded once a process, so that each version is a file of its own. */
async function turnTo(
  { cwd, database }: Project,
  version: Application,
  name: string,
): Promise<void> {
  const url = database.url.replaceAll('%', '%%')
  const scratch = `scratch.url = ${url}\nscratch.prefer = url\n`
  await writeFile(join(cwd, `${name}.ts`), moduleOf(version, database.url))
  await writeFile(
    join(cwd, 'development.ini'),
    `[migration]\ntypeorm.data_source = ${name}.ts\n${scratch}`,
  )
}

async function change(project: Project, { title, answers = [], online, holds = [] }: Edit) {
  const { database, cwd } = project
  const known = await scriptsIn(cwd)
  await succeed(project, 'add_script', title, '--yes', ...answers, ...(online ? ['--online'] : []))
  const written = (await scriptsIn(cwd)).filter((name) => !known.includes(name))
  assert.ok(written.length > 0, 'nothing was written')
  const texts = await Promise.all(
    written.map((name) => readFile(join(cwd, 'migration', name), 'utf8')),
  )
  if (process.env['SHOW']) console.log(texts.join('\n'))

  const before = await stateOf(database)
  await succeed(project, 'upgrade')
  const after = await stateOf(database)
  assert.deepEqual(lossesOf(before, after), [])
  assert.deepEqual(await usedNumbers(database), [])
  for (const query of holds) assert.deepEqual(await answerOf(database, query), [true], query)
  await goBack(project, written.length, texts, before)
  await succeed(project, 'upgrade')
  const again = await stateOf(database)
  assert.deepEqual(differencesBetween(again.catalog, after.catalog), [])
  await succeed(project, 'add_script', '--check')
  await addRows(database)
}

/** A downgrade restores the schema, and every row unless its script says what it loses. */
async function goBack(project: Project, count: number, texts: readonly string[], before: State) {
  const says = (heading: string) => texts.some((text) => text.includes(heading))
  const down = await migrateIn(project, 'downgrade', '-c', String(count))
  if (says(lossHeadings.rows) || says(lossHeadings.all)) {
    assert.equal(down.status, 1)
    return
  }
  assert.equal(down.status, 0, down.stderr)
  assert.deepEqual(await usedNumbers(project.database), [])
  const back = await stateOf(project.database)
  assert.deepEqual(differencesBetween(back.catalog, before.catalog), [])
  if (!says(lossHeadings.values)) assert.deepEqual(changedRows(before, back), [])
}

async function answerOf({ query }: TestDatabase, sql: string): Promise<unknown[]> {
  return (await query(sql)).flatMap((row) => Object.values(row))
}

async function scriptsIn(cwd: string): Promise<string[]> {
  return (await readdir(join(cwd, 'migration'))).toSorted()
}

async function succeed(project: Project, ...argv: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await migrateIn(project, ...argv)
  assert.equal(status, 0, `${argv.join(' ')}\n${stdout}${stderr}`)
}

function migrateIn({ cwd }: Project, ...argv: readonly string[]): Promise<CliResult> {
  return migrate(argv, { cwd })
}
