/** An option with such a name may hold a secret; its value is never read. */
export const secretNames =
  'pass|pwd|secret|token|key|cred|auth|private|salt|signature|cookie|session|conn|uri|url|dsn'

/**
 * The options of foreign-data wrappers, servers and foreign tables that by their names hold no secret, as
 * `name=value`, by `kind schema.name`; $1 is what names of secrets match.
 */
export const harmlessOptions = `SELECT one.key, array_agg(one.option ORDER BY one.option) AS options
FROM (
  SELECT format('fdw .%s', fdwname), unnest(fdwoptions) FROM pg_foreign_data_wrapper
  UNION ALL SELECT format('server .%s', srvname), unnest(srvoptions) FROM pg_foreign_server
  UNION ALL SELECT format('foreignTable %s.%s', n.nspname, c.relname), unnest(f.ftoptions)
    FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
) AS one (key, option)
WHERE split_part(one.option, '=', 1) !~* $1
GROUP BY 1`
