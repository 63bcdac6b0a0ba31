/** An option with such a name may hold a secret; its value is never read. */
const secretNames =
  'pass|pwd|secret|token|key|cred|auth|private|salt|signature|cookie|session|conn|uri|url|dsn'

/** Names that look like it and hold none. */
const harmlessNames =
  '^((primary|foreign|row|partition|sort|unique|group)_?keys?|key_?(columns?|count|types?|prefix|set|names?)' +
  '|tablekey(prefix|set)|keep_connections|max_connections|connect(ion)?_(timeout|limit|retries)|require_auth)$'

/**
 * The options of foreign-data wrappers, servers, foreign tables and user mappings that by their names, or
 * since they only say yes or no, hold no secret, as `name=value`, by `kind place.name`.
 */
export const harmlessOptions = `SELECT one.key, array_agg(one.option ORDER BY one.option) AS options
FROM (
  SELECT format('fdw .%s', fdwname), unnest(fdwoptions) FROM pg_foreign_data_wrapper
  UNION ALL SELECT format('server .%s', srvname), unnest(srvoptions) FROM pg_foreign_server
  UNION ALL SELECT format('foreignTable %s.%s', n.nspname, c.relname), unnest(f.ftoptions)
    FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL SELECT format('userMapping %s.%s', srvname, CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE usename END), unnest(umoptions)
    FROM pg_user_mappings
) AS one (key, option)
WHERE split_part(one.option, '=', 1) !~* '${secretNames}' OR split_part(one.option, '=', 1) ~* '${harmlessNames}'
   OR one.option ~* '=(true|false|on|off|yes|no)$' AND one.option !~* '^[^=]*(pass|pwd|secret|token)'
GROUP BY 1`
