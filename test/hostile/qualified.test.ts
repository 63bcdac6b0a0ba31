import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordSql, type SentText } from '../support/sql-recorder'
import { sqlLiterals } from '../support/sql-literals'
import { findUnqualified, findUnqualifiedInBlock } from '../support/unqualified'
import { everyCommand, marker } from './every-command'

/** What was sent, the scripts that were written, and what was shown of others. */
interface Recorded {
  texts: readonly SentText[]
  written: readonly string[]
  shown: readonly string[]
}

let sent: Promise<Recorded> | undefined

/** What is sent while every command runs, and the scripts that it wrote. */
function recorded() {
  sent ??= (async () => {
    const recorder = recordSql()
    try {
      return { ...(await everyCommand()), texts: recorder.texts }
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
  const { texts, written, shown } = await recorded()
  const scripts = withoutSpace([...written, ...shown].join('\n'))
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
  '"result"::pg_catalog.text OPERATOR(pg_catalog.=) \'success\' A',
  '("id" serial PRIMARY KEY, "timestamp" bigint NOT NULL, "name',
  '("timestamp", "name") SELECT',
  '("type", "schema", "table", "name", "value", "database") VAL',
  '(SELECT a.attnum FROM pg_catalog.pg_attribute AS a WHERE a.a',
  '(SELECT pg_catalog.to_jsonb(r',
  '(name pg_catalog.text, part pg_catalog.text, data pg_catalog',
  '(name, part, data) VALUES ($1, $2, $3)',
  "(revision, ordinal) WHERE outcome <> 'error'; where the tabl",
  '(v pg_catalog.text[]) RETURNS boolean LANGUAGE plpgsql AS',
  ') AS t (n, v) WHERE pg_temp.typetrek_fits_',
  ') OVERRIDING SYSTEM VALUE',
  ') OVERRIDING SYSTEM VALUE VALUES (',
  ') SELECT ancestor, descendant FROM tree',
  ') SELECT count(*) FROM r AS a JOIN r AS b ON a.n < b.n AND',
  ')::pg_catalog.text::',
  '-- ALTER TABLE customer ADD COLUMN phone text; -- CREATE IND',
  '-32768 AND 32767',
  '10000 AS major, pg_catalog.pg_is_in_recovery() AS standby, (',
  '::pg_catalog.text::',
  'AS descendant FROM',
  'AS more FROM',
  'AS moved WHERE',
  'CREATE TABLE IF NOT EXISTS',
  'DECLARE rule_name pg_catalog.text := ( SELECT k.conname FROM',
  'SELECT "name"::pg_catalog.text AS name, "timestamp"::pg_cata',
  'SELECT "type", "database" IS NOT NULL AS "ofDatabase", "sche',
  'SELECT 0 WHERE false',
  'SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid OPERATO',
  'SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.o',
  'SELECT FROM pg_catalog.pg_available_extensions WHERE name',
  'SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i',
  'SELECT a.attname::pg_catalog.text AS name FROM pg_catalog.pg',
  'SELECT count(*) FROM (',
  'SELECT data FROM',
  'SELECT id::pg_catalog.text AS id, upgrade_text AS up, downgr',
  'SELECT n.nspname AS schema, t.typname AS name FROM pg_catalo',
  'SELECT name::pg_catalog.text AS name FROM pg_catalog.pg_avai',
  'SELECT new_value FROM',
  'SELECT one.key, array_agg(one.option ORDER BY one.option) AS',
  'SELECT pg_catalog.count(*) AS count FROM',
  'SELECT pg_catalog.count(*)::pg_catalog.int4 AS count FROM',
  'SELECT pg_catalog.current_schema()::pg_catalog.text AS schem',
  "SELECT pg_catalog.current_setting('transaction_isolation') A",
  'SELECT pg_catalog.jsonb_build_array(',
  'SELECT pg_catalog.max(id) FROM',
  'SELECT pg_catalog.pg_advisory_lock_shared(',
  "SELECT pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')",
  'SELECT pg_catalog.pg_terminate_backend($1)',
  'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS there',
  'SELECT pg_catalog.version() AS version',
  'SELECT row_number() OVER () AS n,',
  'SELECT up.ancestor, node.',
  'SET error =',
  'SET revision =',
  'WHERE "name"::pg_catalog.text',
  'WHERE "name"::pg_catalog.text',
  'coalesce(script, version)::pg_catalog.text',
  'pg_catalog.convert_to(',
  'pg_catalog.gen_random_uuid()',
  'pg_catalog.gen_random_uuid()',
  'pg_catalog.gen_random_uuid()',
  'pg_catalog.hashtextextended($1, 1960)',
  'pg_catalog.make_interval(secs => n))::',
  'pg_catalog.row_number() OVER ()::',
  "pg_catalog.substring(name::pg_catalog.text, '\\d+')",
  'pg_catalog.to_regnamespace(',
  'rolled_back_at IS NULL AND finished_at IS NOT NULL',
  'rolled_back_at IS NULL AND finished_at IS NULL',
  'success AND "type"::pg_catalog.text OPERATOR(pg_catalog.<>) ',
  'version_id OPERATOR(pg_catalog.>) 0',
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

/** Sent only where something waits for a moment, which these tests cannot promise. */
const sentAtTimes = 'SAVEPOINT probe;'

test('each text of SQL in src is sent while these tests look on', async () => {
  const { texts, written } = await recorded()
  const all = withoutSpace([...texts.map(({ text }) => text), ...written].join('\n'))
  const missed = sqlLiterals()
    .map(({ text }) => withoutSpace(text))
    .filter((text) => !text.startsWith(sentAtTimes) && !all.includes(text))
    .map((text) => text.slice(0, 60))
  assert.deepEqual(missed.toSorted(), notSent.toSorted())
})
