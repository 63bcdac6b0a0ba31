import type { Pool, PoolClient } from 'pg'
import { underCatalogPath } from '../../catalog/properties/catalog-path'

/** One column as rows are made for it. */
export interface ColumnFacts {
  number: number
  name: string
  /** As PostgreSQL writes it, with length and array brackets, and with its schema where that is not pg_catalog. */
  type: string
  typeOid: string
  /** Of the type that values are made of: a domain's base, an array's element. */
  base: string
  category: string
  array: boolean
  labels: readonly string[] | null
  /** How many fields a composite type has. */
  fields: number | null
  notNull: boolean
  /** Filled by the database itself: generated, identity, a sequence's default. */
  own: boolean
  hasDefault: boolean
  /** How a generated column is computed; null for others. */
  generation: string | null
  /** Its default as SQL. */
  defaultSql: string | null
  /** The columns that a generated one is computed from. */
  reads: readonly string[]
}

/** A key that another table gives values for. */
export interface ReferenceFacts {
  columns: readonly string[]
  /** `schema.table`, as `TableFacts.name` is written. */
  table: string
  tableOid: string
  targets: readonly string[]
}

/** A condition on the rows of a table. */
export interface ConditionFacts {
  /** As an error names it; empty for a partition's bounds. */
  name: string
  /** As SQL. */
  text: string
  /** As a boolean expression over the columns; null where it is none, such as an exclusion. */
  expression: string | null
  /** The functions that it calls, whose constants matter as its own do. */
  sources: readonly string[]
  /** Those that it reads; empty where that is not known. */
  columns: readonly string[]
}

/** One table that can hold rows. */
export interface TableFacts {
  oid: string
  schema: string
  table: string
  /** For people: `schema.table`, without `public`. */
  name: string
  columns: readonly ColumnFacts[]
  references: readonly ReferenceFacts[]
  /** What rows must satisfy: checks, exclusions, the partition's bounds, domains' checks. */
  conditions: readonly ConditionFacts[]
  /** Columns of each unique index, those in expressions included. */
  keys: readonly (readonly string[])[]
  /** Names of the tables that it is a partition or a child of, and of those that these are. */
  ancestors: readonly string[]
  /** True where a trigger of the user's own runs on every change, none of them set apart. */
  triggers: boolean
}

const ours = `c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

const tables = `SELECT c.oid::text, n.nspname AS schema, c.relname AS table, c.oid::regclass::text AS name,
    CASE WHEN c.relispartition THEN pg_get_partition_constraintdef(c.oid) END AS bounds,
    ARRAY(WITH RECURSIVE up AS (SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid
      UNION SELECT i.inhparent FROM pg_inherits i JOIN up ON i.inhrelid = up.inhparent)
      SELECT inhparent::regclass::text FROM up) AS ancestors,
    EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal)
      AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled <> 'O') AS triggers
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours} ORDER BY n.nspname, c.relname`

const columns = `SELECT a.attrelid::text AS oid, a.attnum AS number, a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type, a.atttypid::text AS "typeOid", a.attnotnull AS "notNull",
    a.atthasdef AND a.attgenerated = '' AS "hasDefault",
    CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generation,
    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS "defaultSql",
    a.attgenerated <> '' OR a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) AS own
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE ${ours} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`

const constraints = `SELECT o.conrelid::text AS oid, o.conname AS name, o.contype AS kind, o.conkey AS columns,
    o.confrelid::text AS "tableOid", o.confrelid::regclass::text AS table, o.confkey AS targets, o.contypid::text AS "typeOid",
    CASE WHEN o.contype <> 'f' THEN pg_get_constraintdef(o.oid) END AS text,
    CASE WHEN o.contype = 'c' AND o.conrelid <> 0 THEN pg_get_expr(o.conbin, o.conrelid) END AS expression,
    ARRAY(SELECT pg_get_functiondef(p.oid) FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid
      WHERE d.classid = 'pg_constraint'::regclass AND d.objid = o.oid AND d.refclassid = 'pg_proc'::regclass AND p.prokind = 'f') AS sources
  FROM pg_constraint o WHERE o.contype IN ('c', 'x', 'f') ORDER BY o.conname`

const keys = `SELECT i.indrelid::text AS oid, ARRAY(SELECT a.attname FROM pg_attribute a
    WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) OR EXISTS (SELECT FROM pg_depend d
      WHERE i.indexprs IS NOT NULL AND d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)))::text[] AS columns
  FROM pg_index i WHERE i.indisunique ORDER BY i.indexrelid`

/** Types that a column may lead to: a domain's base, an array's element, an enum, a composite. */
const types = `SELECT t.oid::text, t.typtype AS kind, t.typbasetype::text AS base, t.typelem::text AS element,
    t.typcategory AS category, format_type(t.oid, NULL) AS name, t.typnotnull AS "notNull",
    (SELECT jsonb_agg(v.enumlabel ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid) AS labels,
    CASE WHEN t.typtype = 'c' THEN (SELECT count(*)::int FROM pg_attribute f WHERE f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped) END AS fields
  FROM pg_type t WHERE t.oid = ANY ($1::oid[])`

interface TableRow extends Pick<
  TableFacts,
  'oid' | 'schema' | 'table' | 'name' | 'ancestors' | 'triggers'
> {
  bounds: string | null
}

type ColumnRow = { oid: string } & Omit<
  ColumnFacts,
  'base' | 'category' | 'array' | 'labels' | 'fields' | 'reads'
>

interface ConstraintRow extends Omit<ReferenceFacts, 'columns' | 'targets'> {
  oid: string
  name: string
  kind: 'c' | 'x' | 'f'
  columns: readonly number[] | null
  targets: readonly number[] | null
  typeOid: string
  text: string | null
  expression: string | null
  sources: readonly string[]
}

interface TypeRow {
  oid: string
  kind: string
  base: string
  element: string
  category: string
  name: string
  notNull: boolean
  labels: readonly string[] | null
  fields: number | null
}

/** Every ordinary table, partitions included, as rows are made for it. */
export async function readTables(pool: Pool): Promise<TableFacts[]> {
  const { found, all, rules, known, unique } = await underCatalogPath(pool, readRows)
  const columnsOf = groups(all.rows)
  const rulesOf = groups(rules.rows)
  const keysOf = groups(unique.rows)
  const domainRules = groups(
    rules.rows
      .filter(({ typeOid }) => typeOid !== '0')
      .map((rule) => ({ ...rule, oid: rule.typeOid })),
  )
  const nameOf = (oid: string, number: number) =>
    columnsOf.get(oid)?.find((column) => column.number === number)?.name ?? ''
  return found.rows.map(({ bounds, ...row }) => {
    const table = { ...row, name: plain(row.name), ancestors: row.ancestors.map(plain) }
    const own = columnsOf.get(table.oid) ?? []
    const rulesHere = rulesOf.get(table.oid) ?? []
    const named = (oid: string, numbers: readonly number[] | null) =>
      (numbers ?? []).map((number) => nameOf(oid, number))
    return {
      ...table,
      columns: own.map((column) => columnFacts(column, known, own)),
      references: rulesHere
        .filter(({ kind }) => kind === 'f')
        .map((rule) => ({
          columns: named(table.oid, rule.columns),
          table: plain(rule.table),
          tableOid: rule.tableOid,
          targets: named(rule.tableOid, rule.targets),
        })),
      conditions: [
        ...rulesHere
          .filter(({ kind }) => kind !== 'f')
          .map((rule) => conditionOf(rule, named(table.oid, rule.columns))),
        ...(bounds === null ? [] : [boundsCondition(bounds, own)]),
        ...own.flatMap(
          ({ name, typeOid }) =>
            typesOf(typeOid, known)
              .flatMap((oid) => domainRules.get(oid) ?? [])
              .map((rule) => conditionOf({ ...rule, expression: 'true' }, [name])), // the cast checks it
        ),
      ],
      keys: (keysOf.get(table.oid) ?? []).map((key) => key.columns),
    }
  })
}

/** As people name it. */
function plain(name: string): string {
  return name.replace(/^public\./, '')
}

async function readRows(client: PoolClient) {
  const found = await client.query<TableRow>(tables)
  const all = await client.query<ColumnRow>(columns)
  const rules = await client.query<ConstraintRow>(constraints)
  const unique = await client.query<{ oid: string; columns: string[] }>(keys)
  return { found, all, rules, unique, known: await readTypes(client, all.rows) }
}

function conditionOf(
  { name, text, expression, sources }: ConstraintRow,
  of: readonly string[],
): ConditionFacts {
  return { name, text: text ?? '', expression, sources, columns: of }
}

function boundsCondition(bounds: string, own: readonly ColumnRow[]): ConditionFacts {
  return { name: '', text: bounds, expression: bounds, sources: [], columns: readBy(bounds, own) }
}

/** The columns whose names occur in an expression. */
function readBy(expression: string, own: readonly ColumnRow[]): string[] {
  const bare = expression.replaceAll(/'(?:[^']|'')*'/g, ' ')
  const names = new Set((bare.match(/"(?:[^"]|"")+"|[\w$]+/g) ?? []).map((name) => name.replaceAll(/^"|"$/g, '').replaceAll('""', '"'))) // oxfmt-ignore
  return own.map(({ name }) => name).filter((name) => names.has(name))
}

/** A column's type, and the domains and the element that it is made of. */
function typesOf(oid: string, known: ReadonlyMap<string, TypeRow>): string[] {
  const type = known.get(oid)
  if (!type) return []
  if (type.kind === 'd') return [oid, ...typesOf(type.base, known)]
  return type.category === 'A' ? typesOf(type.element, known) : []
}

function groups<Row extends { oid: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    const group = found.get(row.oid)
    if (group) group.push(row)
    else found.set(row.oid, [row])
  }
  return found
}

/** The types of the columns, and what these are made of, until nothing is new. */
async function readTypes(
  client: PoolClient,
  from: readonly ColumnRow[],
): Promise<Map<string, TypeRow>> {
  const known = new Map<string, TypeRow>()
  let unread = [...new Set(from.map(({ typeOid }) => typeOid))]
  while (unread.length > 0) {
    const { rows } = await client.query<TypeRow>(types, [unread])
    for (const row of rows) known.set(row.oid, row)
    const next = rows.flatMap(({ base, element }) => [base, element])
    unread = [...new Set(next)].filter((oid) => oid !== '0' && !known.has(oid))
  }
  return known
}

function columnFacts(
  column: ColumnRow,
  known: ReadonlyMap<string, TypeRow>,
  all: readonly ColumnRow[],
): ColumnFacts {
  let type = known.get(column.typeOid)!
  let { notNull } = column
  for (; type.kind === 'd'; type = known.get(type.base)!) notNull ||= type.notNull
  const array = type.category === 'A' && type.element !== '0'
  const { name: base, category, labels, fields } = array ? known.get(type.element)! : type
  const reads = column.generation === null ? [] : readBy(column.generation, all)
  return { ...column, reads, notNull, base, category, array, labels, fields }
}
