import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordSql, type SentText } from '../support/sql-recorder'
import { sqlLiterals } from '../support/sql-literals'
import { findUnqualified, findUnqualifiedInBlock } from '../support/unqualified'
import { everyCommand, marker } from './every-command'

let sent: Promise<{ texts: readonly SentText[]; written: readonly string[] }> | undefined

/** What is sent while every command runs, and the scripts that it wrote. */
function recorded() {
  sent ??= (async () => {
    const recorder = recordSql()
    try {
      return { written: await everyCommand(), texts: recorder.texts }
    } finally {
      recorder.stop()
    }
  })()
  return sent
}

const withoutSpace = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

const isSchema =
  /^(?:\s|--.*\n)*(?:CREATE|ALTER|DROP) (?:TEMPORARY |UNIQUE )?(?:TABLE|INDEX|SEQUENCE|TYPE) /

/** A user's script may be wrong. */
function unlessUsers(text: string) {
  return (error: unknown): [] => {
    if (text.includes(marker)) return []
    throw error
  }
}

test('each statement that typetrek sends names what it means with its schema', async () => {
  const { texts, written } = await recorded()
  const scripts = withoutSpace(written.join('\n'))
  // what a script or a schema says is the user's; the steps that are tried on a copy are to become one
  const isForeign = (statement: string) =>
    statement.includes(marker) ||
    scripts.includes(withoutSpace(statement)) ||
    (isSchema.test(statement) && !statement.includes('migration_journal'))
  const own = texts.filter(
    ({ sender, file, catalogPath }) =>
      sender === 'typetrek' && file !== 'try-steps.js' && !catalogPath,
  )
  const found = new Set<string>()
  for (const text of new Set(own.map((one) => one.text))) {
    const problems = await findUnqualified(text, isForeign).catch(unlessUsers(text))
    for (const { what, statement } of problems) found.add(`${what}: ${withoutSpace(statement)}`)
  }
  assert.ok(own.length > 300, `${own.length} texts`)
  assert.deepEqual([...found], [])
})

/** No statements of ours, or of moments that no command here gets into; these were read by a person. */
const notSent = [
  'CREATE TABLE IF NOT EXISTS',
  'SELECT "type", "database" IS NOT NULL AS "ofDatabase", "sche',
  'SELECT FROM pg_catalog.pg_available_extensions WHERE name',
  ') = ([\\s\\S]*?)(?: WHERE \\2 IS NULL)?$',
  'pg_catalog.convert_to(',
  'pg_catalog.gen_random_uuid()',
  'pg_catalog.row_number() OVER ()::',
  'pg_catalog.gen_random_uuid()',
  '-- ALTER TABLE customer ADD COLUMN phone text; -- CREATE IND',
  'SELECT new_value FROM',
  ') OVERRIDING SYSTEM VALUE SELECT DISTINCT',
  '(v pg_catalog.text[]) RETURNS boolean LANGUAGE plpgsql AS',
  'SELECT 0 WHERE false',
  ') AS t (n, v) WHERE pg_temp.typetrek_fits_',
  "(revision, ordinal) WHERE outcome <> 'error'; where the tabl",
  'SELECT pg_catalog.pg_terminate_backend($1)',
  'SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i',
  'SELECT one.key, array_agg(one.option ORDER BY one.option) AS',
  // rows of tables whose required keys need each other
  'SELECT pg_catalog.jsonb_build_array(',
  '(SELECT pg_catalog.to_jsonb(r',
  ') OVERRIDING SYSTEM VALUE VALUES (',
  // of queries that stand in comments
  '-2147483648 AND 2147483647',
  '-32768 AND 32767',
  'SELECT count(*) FROM (',
  'SELECT row_number() OVER () AS n,',
  ') SELECT count(*) FROM r AS a JOIN r AS b ON a.n < b.n AND',
  // of moved values: test/add-script/moves.test.ts writes them
  ...['AS moved WHERE', 'AS moved WHERE', 'AS moved WHERE', ')::pg_catalog.text::'],
]

/** Types and relations of a script are found as in any other script. */
const inScripts = /^(?:operator|function|IN|LIKE|BETWEEN|CASE|NULLIF|IS DISTINCT|JOIN|NATURAL)/
/** Of the schema, as it says itself. */
const theirs = /^function (?:nextval|gen_random_uuid)$/

test('what add_script writes names its operators and functions with their schema', async () => {
  const { written } = await recorded()
  const found: string[] = []
  for (const text of written) {
    const problems = await findUnqualified(text.replaceAll(/^-- .*$/gm, ''))
    const blocks = text.match(/^DO \$\$[\s\S]*?^\$\$;$/gm) ?? []
    for (const block of blocks) problems.push(...(await findUnqualifiedInBlock(block)))
    const ours = problems.filter(({ what }) => inScripts.test(what) && !theirs.test(what))
    found.push(...ours.map(({ what, statement }) => `${what}: ${withoutSpace(statement)}`))
  }
  assert.ok(written.some((text) => text.includes('DO $$')))
  assert.ok(written.some((text) => text.includes('pg_catalog.setval')))
  assert.deepEqual(found, [])
})

test('each text of SQL in src is sent while these tests look on', async () => {
  const { texts, written } = await recorded()
  const all = withoutSpace([...texts.map(({ text }) => text), ...written].join('\n'))
  const missed = sqlLiterals()
    .map(({ text }) => withoutSpace(text))
    .filter((text) => !all.includes(text))
    .map((text) => text.slice(0, 60))
  assert.deepEqual(missed.toSorted(), notSent.toSorted())
})
