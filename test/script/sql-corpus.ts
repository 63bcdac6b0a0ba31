export const atomicFunction = `CREATE OR REPLACE FUNCTION add_it(a int, b int DEFAULT 1) RETURNS int
BEGIN ATOMIC
  INSERT INTO t SELECT CASE WHEN a > 0 THEN CASE b WHEN 1 THEN 2 END ELSE 3 END;
  SELECT (SELECT CASE WHEN true THEN 1 END) AS end;
  SELECT a + b;
END`

/** Each is exactly one statement that PostgreSQL's grammar takes, without a semicolon at its end. */
export const fragments: readonly string[] = [
  atomicFunction,
  'SELECT 1',
  "SELECT 'a;b', 'it''s; here', ''",
  String.raw`SELECT E'\';', e'\\', E'a''b\'c;'`,
  "SELECT E'a'\n  '\\';'",
  String.raw`SELECT '\', ';'`,
  String.raw`SELECT U&'d\0061t;a', U&"d\0061;ta" FROM (SELECT 1 AS "data") s`,
  "SELECT B'01', X'1f', N'x;y'",
  'SELECT $$;$$, $q$ $$ ; $q2$ $q$, $ü$;$ü$',
  'SELECT a$b FROM (SELECT 1 AS a$b) c$$',
  'CREATE TABLE "semi;colon" ("we""ird;" int)',
  'SELECT 1 /* ; /* nested ; */ ; */ + 2',
  'SELECT 1 -- ; comment\n + 2',
  'SELECT 1 -- ; comment\r + 2',
  'SELECT 2 */* ; */ 3',
  "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v WHERE w = ';')",
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 1; SELECT 2; $f$',
  "DO $do$ BEGIN EXECUTE 'a;b'; END; $do$",
  'CREATE PROCEDURE p() BEGIN ATOMIC END',
  'CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (1); ; END',
  'CREATE FUNCTION g() RETURNS int RETURN (SELECT CASE WHEN true THEN 1 END)',
  'CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1',
  'PREPARE q AS SELECT $1, $2',
  'SELECT (ARRAY[1, 2])[1], 1.5e3, .5, 0x1F, 1_000',
  'SELECT größe FROM ünïcode',
  "COMMENT ON TABLE t IS 'emoji 😀; and ''quotes'''",
  'BEGIN',
  'COMMIT',
  'SELECT 1 AS begin, 2 AS atomic, 3 AS "end"',
  'CREATE TABLE t (a int CHECK (a > 0), b text DEFAULT $$;$$)',
  'SELECT a @> b, a #>> c, a -> d, a <-> e FROM t',
]

/** Whole texts for the comparison with PostgreSQL's own parser. */
export const snippets: readonly string[] = [
  ...fragments,
  'SELECT 1; SELECT 2',
  ';;SELECT 1;;;SELECT 2;;',
  '-- only a comment',
  '/* a */ SELECT 1 /* b */; -- c\n/* d */ SELECT 2 -- e',
  "SELECT 'ä😀;'; SELECT 'ö'; -- ß\nSELECT \"ü;\" FROM t",
  `${atomicFunction}; ${atomicFunction};\nSELECT 1`,
  'CREATE FUNCTION outer_one() RETURNS void BEGIN ATOMIC CREATE FUNCTION inner_one() RETURNS void BEGIN ATOMIC SELECT 1; END; SELECT 2; END; SELECT 3',
  'BEGIN; SELECT 1; END; SELECT 2; COMMIT',
  'CREATE RULE a AS ON UPDATE TO t DO INSTEAD (SELECT 1; SELECT (2)); SELECT 3',
  'SELECT 1\r\n;\r\nSELECT 2\r\n',
  "SELECT 'a'\n'b;'; SELECT 'c' /* ; */ AS d",
  'CREATE PROCEDURE p() BEGIN ATOMIC SELECT 1; END; CALL p()',
  'SELECT $1||$$a;b$$ FROM t; SELECT 2',
  'SELECT $a$x$b$a$; SELECT $a$$$a$; SELECT 1',
]
