/**
 * Arguments of aggregates that VARIADIC is said of, rules of collations, the place of foreign tables below others, by
 * `aggregate s.a(integer[])`, `collation s.c`, `foreignTable s.t`.
 */
export const leftOutParts = {
  where: `EXISTS (SELECT FROM pg_proc WHERE prokind = 'a' AND oid >= 16384) OR EXISTS (SELECT FROM pg_collation WHERE oid >= 16384)
    OR EXISTS (SELECT FROM pg_foreign_table)`,
  sql: `
SELECT format('aggregate %s.%s(%s)', p.pronamespace::regnamespace::name, p.proname,
              array_to_string(ARRAY(SELECT format_type(a.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, at) ORDER BY a.at), ', ')) AS key,
       pg_get_function_identity_arguments(p.oid) AS text
FROM pg_proc p WHERE p.prokind = 'a' AND p.provariadic <> 0 AND p.oid >= 16384
UNION ALL
SELECT format('collation %s.%s', n.nspname, c.collname), quote_literal(to_jsonb(c) ->> 'collicurules')
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.oid >= 16384 AND to_jsonb(c) ->> 'collicurules' IS NOT NULL
UNION ALL
SELECT format('foreignTable %s.%s', n.nspname, c.relname),
       CASE WHEN c.relispartition THEN format('PARTITION OF %s %s', h.parents, pg_get_expr(c.relpartbound, c.oid))
            ELSE format('INHERITS (%s)', h.parents) END
FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT string_agg(format('%s.%I', p.relnamespace::regnamespace, p.relname), ', ' ORDER BY i.inhseqno) AS parents
                    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid) AS h
WHERE h.parents IS NOT NULL`,
}
