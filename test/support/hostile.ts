import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Types whose values SQL of ours compares, adds or hands to a function, and some more. */
const types = `int2 int4 int8 numeric text name oid regclass regnamespace bool timestamptz interval
  bytea jsonb xid "char" text[] name[] numeric[] "char"[]`.split(/\s+/)

const operators = '= <> < > >= + - * / || ~ !~ ~~ -> @> &&'.split(' ')

/** Every function of pg_catalog that src names, and those that it once named without a schema. */
function functionNames(): string[] {
  const sources = join(__dirname, '../../src')
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  const text = files
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(sources, name), 'utf8'))
    .join('\n')
  const named = [...text.matchAll(/pg_catalog\.([a-z_0-9]+)\(/g)].map(([, name = '']) => name)
  return [
    ...new Set([...named, 'now', 'clock_timestamp', 'count', 'min', 'max', 'bool_or', 'to_char']),
  ]
}

export interface HostileOptions {
  /** Functions that TypeORM calls without a schema as it starts; leave them alone where it does. */
  spare?: readonly string[]
  /** Fewer types, where thousands of operators would only take time. */
  few?: boolean
}

/** What TypeORM asks for when a TypeScript script is run. */
export const askedByTypeorm = ['version', 'current_schema', 'current_database']

/**
 * A statement that puts into `public` what another role could: an operator for every pair of types under
 * each name of one of PostgreSQL's own, and a function for each that typetrek calls. Whoever calls one
 * moves the sequence `hostile_calls`, which no rollback takes back, and gets an error.
 */
export function hostileSql({ spare = [], few = false }: HostileOptions = {}): string {
  const list = (names: readonly string[]) => `'{${names.map(quoted).join(',')}}'`
  const chosen = few ? ['int4', 'int8', 'numeric', 'text', 'name', 'oid', '"char"'] : types
  const names = functionNames().filter((name) => !spare.includes(name))
  return `CREATE SEQUENCE public.hostile_calls;
DO $hostile$
DECLARE
  body text := $$ LANGUAGE plpgsql AS 'BEGIN PERFORM pg_catalog.nextval(''public.hostile_calls''); RAISE EXCEPTION ''hostile code ran''; END'$$;
  path text := pg_catalog.current_setting('search_path');
  l text; r text; o text; f record;
BEGIN
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
  FOREACH l IN ARRAY ${list(chosen)}::text[] LOOP
    FOREACH r IN ARRAY ${list(chosen)}::text[] LOOP
      EXECUTE format('CREATE FUNCTION public.hostile(%s, %s) RETURNS bool', l, r) || body;
      FOREACH o IN ARRAY ${list(few ? ['=', '<>', '<', '>', '+', '||'] : operators)}::text[] LOOP
        EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.hostile)', o, l, r);
      END LOOP;
    END LOOP;
  END LOOP;
  FOR f IN SELECT DISTINCT proname AS name, arguments FROM (
      SELECT proname, proargtypes::regtype[]::text[] AS arguments FROM pg_catalog.pg_proc
       WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (${list(names)}) AND provariadic = 0
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid = ANY (proargtypes) AND t.typtype = 'p')
      UNION ALL SELECT name, ARRAY[one] FROM unnest(${list(names)}::text[]) name, unnest(${list(chosen)}::text[]) one) AS s (proname, arguments)
  LOOP
    CONTINUE WHEN to_regprocedure(format('public.%I(%s)', f.name, array_to_string(f.arguments, ','))) IS NOT NULL;
    EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS int', f.name, array_to_string(f.arguments, ',')) || body;
  END LOOP;
  PERFORM pg_catalog.set_config('search_path', path, true);
END
$hostile$;`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', String.raw`\"`)}"`
}
