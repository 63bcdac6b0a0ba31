import type { Peculiarity } from './history-chapter'

const rows = 'a;b\tit\'s\n"quoted"\t\\N\n--none\t/* x */\n\\\\.\ttab\\tin\nünï 😀\t$$\n'

/** Peculiarities of single statements: bodies with semicolons, data, and what refuses a transaction. */
export const statementPeculiarities: Readonly<Record<string, Peculiarity>> = {
  'a rule with several actions': ({ name }) => [
    {
      title: 'rule',
      up: `CREATE TABLE ${name} (id int);
CREATE TABLE ${name}_log (id int, what text);
CREATE RULE ${name}_rule AS ON INSERT TO ${name} DO ALSO (INSERT INTO ${name}_log VALUES (NEW.id, 'one;'); INSERT INTO ${name}_log VALUES (NEW.id, 'two'); );
CREATE RULE ${name}_never AS ON DELETE TO ${name} DO INSTEAD NOTHING;
INSERT INTO ${name} VALUES (1), (2);
DELETE FROM ${name};
`,
      down: `DROP TABLE ${name};DROP TABLE ${name}_log;\n`,
    },
  ],

  'BEGIN ATOMIC': ({ name }) => [
    {
      title: 'atomic',
      up: `CREATE TABLE ${name} (id int, note text);
CREATE OR REPLACE FUNCTION ${name}_f(a int, b int DEFAULT 1) RETURNS int LANGUAGE SQL
BEGIN ATOMIC
  INSERT INTO ${name} SELECT CASE WHEN a > 0 THEN CASE b WHEN 1 THEN 2 END ELSE 3 END, ';';
  SELECT (SELECT CASE WHEN true THEN 1 END) AS "end";
  SELECT a + b;
END;
CREATE PROCEDURE ${name}_p() begin atomic INSERT INTO ${name} VALUES (1, 'begin atomic'); end;
CALL ${name}_p();
SELECT ${name}_f(1);
CREATE FUNCTION ${name}_r(a int) RETURNS int RETURN CASE WHEN a > 1 THEN 1 ELSE 2 END;
`,
      down: `DROP FUNCTION ${name}_r(int);DROP FUNCTION ${name}_f(int, int);DROP PROCEDURE ${name}_p();DROP TABLE ${name};\n`,
    },
  ],

  'COPY with data': ({ name, variant }) => {
    const crlf = variant % 3 === 2
    const up = `CREATE TABLE ${name} (note text, more text);
COPY ${name} (note, more) FROM stdin;
${rows}\\.
-- between; the two
COPY ${name} FROM STDIN WITH (DELIMITER '|', NULL '');
a\\nb; c|'d'
|"
\\.
INSERT INTO ${name} VALUES ('after', 'all');
`
    const down = `DROP TABLE ${name};\n`
    return [
      { title: 'copy', up: crlf ? up.replaceAll('\n', '\r\n') : up, down },
      {
        title: 'copy_once_more',
        up: `COPY public.${name} FROM stdin;\nlast\trow\n\\.\n`,
        down: `COPY (SELECT * FROM ${name}) TO STDOUT;\nDELETE FROM ${name} WHERE note = 'last'`,
      },
    ]
  },

  "pg_dump's own output": ({ name }) => [
    {
      title: 'from_pg_dump',
      up: `--
-- PostgreSQL database dump
--

\\restrict kUEpXZnDcAqZ5e8

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;

CREATE TABLE public.${name} (
    id integer NOT NULL,
    note text
);
COPY public.${name} (id, note) FROM stdin;
1\tone; 'two'
2\t\\N
\\.
CREATE FUNCTION public.${name}_late() RETURNS integer LANGUAGE sql AS $$ SELECT nothing FROM public.${name}_nowhere $$;
ALTER TABLE ONLY public.${name} ADD CONSTRAINT ${name}_pkey PRIMARY KEY (id);

\\unrestrict kUEpXZnDcAqZ5e8
`,
      down: `DROP FUNCTION ${name}_late();\nDROP TABLE ${name};\n`,
    },
  ],

  'an index made concurrently': ({ name, variant }) => [
    {
      title: 'before_concurrent_index',
      up: `CREATE TABLE ${name} (id int, note text);\nINSERT INTO ${name} SELECT n, 'n' || n FROM generate_series(1, 50) n;\n`,
      down: `DROP TABLE ${name};\n`,
    },
    {
      title: 'concurrent_index',
      own: true,
      up: `-- no lock; 'please'
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ${name}_id ON ${name} (id);
create index concurrently ${name}_note on public.${name} (lower(note)) where note <> ';';
${variant % 2 ? `REINDEX INDEX CONCURRENTLY ${name}_id;` : `REINDEX (CONCURRENTLY) TABLE ${name};`}
ALTER TABLE ${name} ADD CONSTRAINT ${name}_key UNIQUE USING INDEX ${name}_id`,
      down: `ALTER TABLE ${name} DROP CONSTRAINT ${name}_key;\nDROP INDEX CONCURRENTLY IF EXISTS ${name}_note;\n`,
    },
  ],

  VACUUM: ({ name }) => [
    {
      title: 'vacuum',
      own: true,
      up: `CREATE TABLE ${name} (id int);\nINSERT INTO ${name} VALUES (1);\nVACUUM (ANALYZE) ${name};\nvacuum full ${name}`,
      down: `VACUUM ${name}; DROP TABLE ${name};\n`,
    },
  ],

  'an enum value used in a later script': ({ name }) => [
    {
      title: 'enum',
      up: `CREATE TYPE ${name}_e AS ENUM ('one', 'two');\nCREATE TABLE ${name} (e ${name}_e DEFAULT 'one');\n`,
      down: `DROP TABLE ${name};\nDROP TYPE ${name}_e;\n`,
    },
    {
      title: 'enum_value',
      own: true,
      up: `ALTER TYPE ${name}_e ADD VALUE 'one;half' AFTER 'one';\nALTER TYPE ${name}_e ADD VALUE IF NOT EXISTS 'three';\n`,
      down: '-- PostgreSQL takes no value out of an enum\n',
    },
    {
      title: 'enum_use',
      up: `INSERT INTO ${name} VALUES ('one;half'), ('three');\nALTER TABLE ${name} ALTER e SET DEFAULT 'three';\n`,
      down: `ALTER TABLE ${name} ALTER e SET DEFAULT 'one';\nDELETE FROM ${name};\n`,
    },
  ],

  'an enum value used at once, outside a transaction': ({ name }) => [
    {
      title: 'enum_at_once',
      outside: true,
      up: `CREATE TYPE ${name}_e AS ENUM ('one');
CREATE TABLE ${name} (e ${name}_e);
ALTER TYPE ${name}_e ADD VALUE 'two';
INSERT INTO ${name} VALUES ('two');
`,
      down: `DROP TABLE ${name};\nDROP TYPE ${name}_e;\n`,
    },
  ],

  'statements that answer with rows': ({ name }) => [
    {
      title: 'answers',
      up: `CREATE TABLE ${name} AS SELECT n FROM generate_series(1, 3000) n;
SELECT * FROM ${name}; TABLE ${name}; VALUES (1), (2);
EXPLAIN SELECT 1; SHOW search_path;
COPY ${name} TO STDOUT;
WITH gone AS (DELETE FROM ${name} WHERE n > 5 RETURNING n) SELECT count(*) AS typetrek FROM gone;
SELECT 'typetrek' AS typetrek, 7; UPDATE ${name} SET n = n + 1 RETURNING n; SELECT; SELECT WHERE false;
`,
      down: `SELECT 1 AS typetrek; DROP TABLE ${name};\n`,
    },
  ],

  'many notices': ({ name }) => [
    {
      title: 'notices',
      up: `DO $$ BEGIN FOR n IN 1..200 LOOP RAISE NOTICE 'notice; %', n; END LOOP; RAISE WARNING 'careful'; END $$;
DROP TABLE IF EXISTS ${name}; CREATE TABLE IF NOT EXISTS ${name} (id int); CREATE TABLE IF NOT EXISTS ${name} (id int);
`,
      down: `DROP TABLE IF EXISTS ${name}, ${name}_none;\n`,
    },
  ],

  'a schema with its tables in one statement': ({ name }) => [
    {
      title: 'schema',
      up: `CREATE SCHEMA ${name} CREATE TABLE inside (id int) CREATE VIEW seen AS SELECT id FROM inside CREATE SEQUENCE counted;\n`,
      down: `DROP SCHEMA ${name} CASCADE;\n`,
    },
  ],
}
