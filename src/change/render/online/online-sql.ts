import { eq, ge, lt, minus, plus, times } from '../../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../../database/sql/quote'
import type { FillTrigger, OnlineOperation, SchemaOperation } from '../../model/operation'
import type { ColumnFill } from '../../model/value-sources'
import { valueSql } from './value-sql'
import { quotedBody } from './quoted-text'

type Of<Kind extends OnlineOperation['kind']> = Extract<OnlineOperation, { kind: Kind }>

/** Writes names as a person would. */
type Plain = (sql: string) => string

const kinds: ReadonlySet<SchemaOperation['kind']> = new Set<OnlineOperation['kind']>([
  'build index',
  'build key index',
  'add not null check',
  'add empty column',
  'use index',
  'fill in batches',
  'wait briefly',
  'lock tables',
  'lock if allowed',
  'fill function',
  'fill trigger',
  'drop fill trigger',
  'drop fill function',
])

/** True for one of the statements that let an application go on. */
export function isOnline(operation: SchemaOperation): operation is OnlineOperation {
  return kinds.has(operation.kind)
}

/** Such a statement. @param plain also writes the names in a block */
export function onlineSql(operation: OnlineOperation, plain: Plain): string {
  switch (operation.kind) {
    case 'build index': {
      const { index, unique, on } = operation
      const kept = on.replace(' USING btree ', ' ')
      return plain(
        `CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${quoteIdentifier(index.name)} ON ${kept}`,
      )
    }
    case 'build key index': {
      const { index, constraint, key } = operation
      const on = `${quoteIdentifier(constraint.schema, constraint.table)} ${key.columns}${key.rest}`
      return plain(`CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(index.name)} ON ${on}`)
    }
    case 'add not null check': {
      const { constraint, column } = operation
      const table = quoteIdentifier(constraint.schema, constraint.table)
      const check = `CHECK (${quoteIdentifier(column.name)} IS NOT NULL) NOT VALID`
      return plain(
        `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} ${check}`,
      )
    }
    case 'add empty column': {
      const { column, type } = operation
      const table = quoteIdentifier(column.schema, column.table)
      return plain(`ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(column.name)} ${type}`)
    }
    case 'use index':
      return plain(useIndexSql(operation))
    case 'fill in batches':
      return inBatches(operation, plain)
    case 'wait briefly':
      return `SET LOCAL lock_timeout TO '500ms'`
    case 'lock tables':
      return plain(lockSql(operation))
    case 'lock if allowed':
      return `DO ${quotedBody(`\n${lockBlock(operation, (one) => onlineSql(one, plain), '')}\n`, 'locks')}`
    default:
      return triggerSql(operation, plain)
  }
}

function useIndexSql({ constraint, rule, index, checked, replaces }: Of<'use index'>): string {
  const table = quoteIdentifier(constraint.schema, constraint.table)
  const name = quoteIdentifier(constraint.name)
  const drop = replaces ? ` DROP CONSTRAINT ${name},` : ''
  return `ALTER TABLE ${table}${drop} ADD CONSTRAINT ${name} ${rule} USING INDEX ${quoteIdentifier(index)}${checked}`
}

function lockSql({ tables, mode }: Of<'lock tables'>): string {
  const all = tables.map(
    ({ schema, name, alone }) => `${alone ? 'ONLY ' : ''}${quoteIdentifier(schema, name)}`,
  )
  return `LOCK TABLE ${all.join(', ')} IN ${mode} MODE`
}

/** A block of PL/pgSQL: where a lock is refused, those before it are released. @param sqlOf writes its statements */
export function lockBlock(
  { locks }: Of<'lock if allowed'>,
  sqlOf: (lock: OnlineOperation) => string,
  indent: string,
): string {
  const patience = sqlOf({ kind: 'wait briefly' })
  const lines = locks.map((one) => `${indent}  ${sqlOf(one)};`)
  return [
    `${indent}BEGIN`,
    ...lines,
    `${indent}EXCEPTION WHEN insufficient_privilege THEN`,
    `${indent}  ${patience};`,
    `${indent}END`,
  ].join('\n')
}

/** Pages of a table that are one transaction: at most some 5,000 rows, however short they are. */
const batch = 20

/** Of the time that a batch takes, the pause after it. */
const pause = '0.25'

/**
 * Fills columns page by page, each committed by itself, with a pause after it; tables that inherit from it
 * have pages of their own, so the largest of them says how many there are. Rows that have all their values
 * are left alone, so that it can be run again.
 *
 * @see https://www.postgresql.org/docs/current/plpgsql-transactions.html
 */
function inBatches({ table, fills }: Of<'fill in batches'>, plain: Plain): string {
  const path = plain(quoteIdentifier(table.schema, table.name))
  const named = plainFills(fills, plain)
  const missing = named.map(missingIn)
  const where = missing.length > 1 ? `(${missing.join(' OR ')})` : missing[0]
  const clock = 'pg_catalog.clock_timestamp()'
  const body = `
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page ${times} pg_catalog.current_setting('block_size')::bigint) ${lt} (
    WITH RECURSIVE family AS (
      SELECT ${quoteLiteral(path)}::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent ${eq} family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := ${clock};
    UPDATE ${path} SET ${assignments(named)}
    WHERE ${where}
      AND ctid ${ge} pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid ${lt} pg_catalog.format('(%s,0)', backfill_page ${plus} ${batch})::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(${pause} ${times} pg_catalog.date_part('epoch', ${clock} ${minus} backfill_start));
    backfill_page := backfill_page ${plus} ${batch};
  END LOOP;
END
`
  return `DO ${quotedBody(body, 'backfill')}`
}

interface NamedFill {
  name: string
  expression: string
  source: string | undefined
}

function missingIn({ name, source }: NamedFill, _: number, { length }: readonly unknown[]): string {
  if (source === undefined) return `${name} IS NULL`
  const both = `${name} IS NULL AND ${source} IS NOT NULL`
  return length > 1 ? `(${both})` : both
}

function plainFills(fills: readonly ColumnFill[], plain: Plain): NamedFill[] {
  return fills.map(({ column, expression, source }) => ({
    name: plain(quoteIdentifier(column.name)),
    expression: plain(valueSql(expression)),
    source: source === undefined ? undefined : plain(quoteIdentifier(source)),
  }))
}

/** Where a row may lack some values and have others, those that are there stay. */
function assignments(fills: readonly NamedFill[]): string {
  return fills
    .map(({ name, expression, source }) => {
      const isKept = fills.length > 1 && source === undefined
      return `${name} = ${isKept ? `coalesce(${name}, ${expression})` : expression}`
    })
    .join(', ')
}

function triggerSql(operation: FillTrigger, plain: Plain): string {
  const { table, name } = operation
  const path = plain(quoteIdentifier(table.schema, table.name))
  const trigger = plain(quoteIdentifier(name))
  const routine = plain(quoteIdentifier(table.schema, name))
  switch (operation.kind) {
    case 'fill function':
      return `CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS ${quotedBody(functionBody(operation, plain), 'fill')}`
    case 'fill trigger':
      return `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${path} FOR EACH ROW EXECUTE FUNCTION ${routine}()`
    case 'drop fill trigger':
      return `DROP TRIGGER ${trigger} ON ${path}`
    case 'drop fill function':
      return `DROP FUNCTION ${routine}()`
  }
}

/** An expression names the columns of its row as it does in an UPDATE. */
function functionBody({ table, fills }: Of<'fill function'>, plain: Plain): string {
  const row = `(SELECT NEW.*) AS ${plain(quoteIdentifier(table.name))}`
  const lines = plainFills(fills, plain).map(({ name, expression }) => {
    const set = `NEW.${name} := (SELECT ${expression} FROM ${row});`
    return `  IF NEW.${name} IS NULL THEN ${set} END IF;`
  })
  return `\nBEGIN\n${lines.join('\n')}\n  RETURN NEW;\nEND\n`
}
