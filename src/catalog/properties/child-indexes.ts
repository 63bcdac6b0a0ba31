import { ours } from './setting/setting'

/** An index of a partition that is attached to an index of its parent: no fact says that it is there. */
export interface ChildIndex {
  schema: string
  name: string
  /** The partition. */
  table: string
  /** What makes it alone: CREATE INDEX. */
  definition: string
  /** The rule that it is the index of, as ADD CONSTRAINT takes it. */
  constraint: string | null
  /** The index above it; its schema is that of the partitioned table. */
  above: { schema: string; name: string; table: string }
  /** The partition is partitioned too. */
  hasChildren: boolean
}

/** Every index that is attached to another one. */
export const childIndexes = `
SELECT n.nspname AS schema, i.relname AS name, c.relname AS "table", pg_get_indexdef(i.oid) AS definition,
       pg_get_constraintdef(k.oid) AS "constraint", i.relkind = 'I' AS "hasChildren",
       json_build_object('schema', pn.nspname, 'name', p.relname, 'table', pt.relname) AS above
FROM pg_inherits h
JOIN pg_class i ON i.oid = h.inhrelid AND i.relkind IN ('i', 'I')
JOIN pg_index x ON x.indexrelid = i.oid
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = h.inhparent
JOIN pg_index px ON px.indexrelid = p.oid
JOIN pg_class pt ON pt.oid = px.indrelid
JOIN pg_namespace pn ON pn.oid = pt.relnamespace
LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('p', 'u', 'x')
WHERE ${ours}
ORDER BY 1, 2`
