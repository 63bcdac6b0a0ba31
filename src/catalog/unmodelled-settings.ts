/** A property that has a default: how to set it, and how to take it back. */
export interface Setting {
  /** What it is of, and which: equal keys are compared. */
  key: string
  schema: string
  table: string
  /** Absent for what is of the whole table. */
  column?: string
  value: string
  set: string
  reset: string
}

/** Of relation `c`; the first oid that is not the server's own is 16384, which spares the planner the rest. */
const ours = `c.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`
const home = 'JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace'

/** What the rows of every part are: NULL where it is of no column that a table may lose. */
const row = 'AS x (name, schema, "table", "column", set, reset)'

const clusters = `
SELECT x.* FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_class o ON o.oid = i.indexrelid ${home}
CROSS JOIN LATERAL (SELECT format('ALTER %s %I.%I', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
                                  n.nspname, c.relname) AS start) AS s
CROSS JOIN LATERAL (VALUES (format('CLUSTER %I.%I', n.nspname, c.relname), n.nspname, c.relname, NULL::name,
  format('%s CLUSTER ON %I', start, o.relname), start || ' SET WITHOUT CLUSTER')) ${row}
WHERE i.indisclustered AND c.relkind IN ('r', 'm') AND ${ours}`

/** Of columns of views and composite types, which have no facts of their own. */
const columnComments = `
SELECT x.* FROM pg_catalog.pg_description d
JOIN pg_catalog.pg_class c ON c.oid = d.objoid
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid ${home}
CROSS JOIN LATERAL (SELECT format('%I.%I.%I', n.nspname, c.relname, a.attname) AS path) AS p
CROSS JOIN LATERAL (VALUES ('COMMENT ' || path, n.nspname, c.relname, NULL::name,
  format('COMMENT ON COLUMN %s IS %L', path, d.description), format('COMMENT ON COLUMN %s IS NULL', path))) ${row}
WHERE d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid > 0 AND c.relkind IN ('v', 'm', 'c') AND ${ours}`

const otherComments = `
SELECT x.* FROM pg_catalog.pg_description d
JOIN (SELECT 'pg_catalog.pg_class'::regclass AS class, 'INDEX' AS what, k.conindid AS oid, k.conrelid AS relation,
             i.relnamespace AS home, i.relname AS name
      FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class i ON i.oid = k.conindid WHERE k.contype IN ('p', 'u', 'x')
      UNION ALL SELECT 'pg_catalog.pg_statistic_ext'::regclass, 'STATISTICS', oid, stxrelid, stxnamespace, stxname
      FROM pg_catalog.pg_statistic_ext) AS o ON o.class = d.classoid AND o.oid = d.objoid AND d.objsubid = 0
JOIN pg_catalog.pg_class c ON c.oid = o.relation ${home}
CROSS JOIN LATERAL (SELECT format('%s %s.%I', o.what, o.home::regnamespace, o.name) AS path) AS p
CROSS JOIN LATERAL (VALUES ('COMMENT ' || path, n.nspname, c.relname, NULL::name,
  format('COMMENT ON %s IS %L', path, d.description), format('COMMENT ON %s IS NULL', path))) ${row}
WHERE ${ours}`

const viewDefaults = `
SELECT x.* FROM pg_catalog.pg_attrdef d
JOIN pg_catalog.pg_class c ON c.oid = d.adrelid AND c.relkind = 'v'
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum ${home}
CROSS JOIN LATERAL (SELECT format('ALTER VIEW %I.%I ALTER COLUMN %I', n.nspname, c.relname, a.attname) AS start) AS s
CROSS JOIN LATERAL (VALUES (format('DEFAULT %I.%I.%I', n.nspname, c.relname, a.attname), n.nspname, c.relname, NULL::name,
  format('%s SET DEFAULT %s', start, pg_catalog.pg_get_expr(d.adbin, d.adrelid)), start || ' DROP DEFAULT')) ${row}
WHERE ${ours}`

const columnOptions = `
SELECT x.* FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') ${home}
CROSS JOIN LATERAL unnest(a.attoptions) AS o (option)
CROSS JOIN LATERAL (SELECT format('ALTER TABLE %I.%I ALTER COLUMN %I', n.nspname, c.relname, a.attname) AS start,
                           split_part(option, '=', 1) AS what) AS s
CROSS JOIN LATERAL (VALUES (format('%s %I.%I.%I', what, n.nspname, c.relname, a.attname), n.nspname, c.relname, a.attname,
  format('%s SET (%s)', start, option), format('%s RESET (%s)', start, what))) ${row}
WHERE NOT a.attisdropped AND ${ours}`

const statisticsTargets = `
SELECT x.* FROM (
  SELECT e.stxrelid AS relation, e.stxstattarget AS target, format('STATISTICS %s.%I', e.stxnamespace::regnamespace, e.stxname) AS path,
         '' AS part FROM pg_catalog.pg_statistic_ext e
  UNION ALL SELECT i.indrelid, a.attstattarget, format('INDEX %s.%I', o.relnamespace::regnamespace, o.relname),
         format(' ALTER COLUMN %s', a.attnum)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class o ON o.oid = i.indexrelid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = o.oid) AS t
JOIN pg_catalog.pg_class c ON c.oid = t.relation ${home}
CROSS JOIN LATERAL (VALUES ('TARGET ' || path || part, n.nspname, c.relname, NULL::name,
  format('ALTER %s%s SET STATISTICS %s', path, part, target), format('ALTER %s%s SET STATISTICS -1', path, part))) ${row}
WHERE t.target >= 0 AND ${ours}`

/** One query for all that has a statement of its own and no fact: with the statement, and the one that undoes it. */
export const smallSettings = [
  clusters,
  columnComments,
  otherComments,
  viewDefaults,
  columnOptions,
  statisticsTargets,
]
  .join(' UNION ALL ')
  .concat(' ORDER BY 2, 3, 1')

/** A row of that query. */
export interface SmallRow {
  name: string
  schema: string
  table: string
  column: string | null
  set: string
  reset: string
}

/** As it is compared with the other side's. */
export function smallSetting({ name: key, schema, table, column, set, reset }: SmallRow): Setting {
  return { key, schema, table, value: set, set, reset, ...(column !== null && { column }) }
}
