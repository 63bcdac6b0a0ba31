import { home, ours, part } from './setting/setting'
import { attribute, statisticsKey } from './table-settings'

const hasComments = 'EXISTS (SELECT FROM pg_description WHERE objoid >= 16384)'

/** Of columns that have no facts: those of views and composite types, and those that a parent gives. */
const columnComments = part(
  {
    key: `'COMMENT ' || ${attribute}`,
    schema: 'n.nspname',
    table: 'c.relname',
    column: `CASE WHEN c.relkind IN ('r', 'p', 'f') THEN a.attname END`,
    set: `format('COMMENT ON COLUMN %s IS %L', ${attribute}, d.description)`,
    reset: `format('COMMENT ON COLUMN %s IS NULL', ${attribute})`,
  },
  `FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid ${home}
   WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0 AND ${ours}
     AND (c.relkind IN ('v', 'm', 'c') OR c.relkind IN ('r', 'p', 'f') AND NOT a.attislocal)`,
  hasComments,
)

const path = `format('%s %s.%I', o.what, o.home::regnamespace::text, o.name)`

/** Of the indexes of keys and of partitions, and of statistics. */
const otherComments = part(
  {
    key: `'COMMENT ' || ${path}`,
    schema: 'n.nspname',
    table: 'c.relname',
    within: `CASE o.what WHEN 'STATISTICS' THEN ${statisticsKey(`format('%s.%I', o.home::regnamespace::text, o.name)`)} END`,
    set: `format('COMMENT ON %s IS %L', ${path}, d.description)`,
    reset: `format('COMMENT ON %s IS NULL', ${path})`,
  },
  `FROM pg_description d
   JOIN (SELECT 'pg_class'::regclass AS class, 'INDEX' AS what, i.oid, x.indrelid AS relation, i.relnamespace AS home, i.relname AS name
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
         WHERE x.indexrelid >= 16384 AND (
               EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
            OR EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.oid))
         UNION ALL SELECT 'pg_statistic_ext'::regclass, 'STATISTICS', oid, stxrelid, stxnamespace, stxname FROM pg_statistic_ext
   ) AS o ON o.class = d.classoid AND o.oid = d.objoid AND d.objsubid = 0
   JOIN pg_class c ON c.oid = o.relation ${home} WHERE d.objoid >= 16384 AND ${ours}`,
  hasComments,
)

/** Comments on what has no facts. */
export const commentSettings = [columnComments, otherComments]
