import type { Peculiarity } from './history-chapter'

const pairs = [
  ['BEGIN;', 'COMMIT;'],
  ['begin transaction ;', 'end;'],
  ['START TRANSACTION;', 'COMMIT WORK'],
  ['BEGIN WORK;', 'END TRANSACTION;'],
] as const

/** Peculiarities that reach beyond a statement: transactions of their own, and what leaks out of a script. */
export const sessionPeculiarities: Readonly<Record<string, Peculiarity>> = {
  'BEGIN and COMMIT round everything': ({ name, variant }) => {
    const [begin, commit] = pairs[variant % pairs.length] ?? pairs[0]
    const before = variant % 2 ? "SET client_min_messages = 'error';\n" : '-- begins here;\n'
    const after = variant % 3 ? '\n-- done' : ''
    return [
      {
        title: 'own_transaction',
        up: `${before}${begin}\nCREATE TABLE ${name} (id int);\nLOCK TABLE ${name};\nINSERT INTO ${name} VALUES (1);\n${commit}${after}`,
        down: `${begin}\nLOCK TABLE ${name};\nDROP TABLE ${name};\n${commit}`,
        form: 'companion',
      },
    ]
  },

  'BEGIN and COMMIT round COPY data': ({ name }) => [
    {
      title: 'own_transaction_copy',
      up: `BEGIN;\nCREATE TABLE ${name} (id int);\nCOPY ${name} FROM stdin;\n1\n2\n\\.\nLOCK TABLE ${name};\nCOMMIT;\n`,
      down: `DROP TABLE ${name};\n`,
    },
  ],

  'transactions in the middle': ({ name }) => [
    {
      title: 'inner_transactions',
      own: true,
      up: `CREATE TABLE ${name} (id int);
BEGIN; INSERT INTO ${name} VALUES (1); LOCK TABLE ${name}; COMMIT;
INSERT INTO ${name} VALUES (2);
START TRANSACTION;
INSERT INTO ${name} VALUES (3);
COMMIT AND CHAIN;
INSERT INTO ${name} VALUES (4);
SAVEPOINT s; INSERT INTO ${name} VALUES (5); ROLLBACK TO s;
END;
BEGIN; CREATE TABLE ${name}_gone (); ROLLBACK;
ALTER TABLE ${name} ADD note text DEFAULT ';'`,
      down: `BEGIN; ALTER TABLE ${name} DROP note; COMMIT; DROP TABLE ${name};\n`,
    },
  ],

  'a serializable transaction': ({ name, variant }) => [
    {
      title: 'serializable',
      own: true,
      up:
        variant % 2 === 0
          ? `BEGIN ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE ${name} AS SELECT current_setting('transaction_isolation') AS level;\nCOMMIT;\n`
          : `BEGIN;\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE ${name} AS SELECT current_setting('transaction_isolation') AS level;\nCOMMIT;\n`,
      down: `DROP TABLE ${name};\n`,
    },
  ],

  'LOCK TABLE': ({ name }) => [
    {
      title: 'lock_table',
      needsTransaction: true,
      up: `CREATE TABLE ${name} (id int); LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE NOWAIT; INSERT INTO ${name} VALUES (1);\n`,
      down: `LOCK ${name}; DROP TABLE ${name};\n`,
    },
  ],

  'savepoints, local settings and deferred constraints': ({ name }) => [
    {
      title: 'in_one_transaction',
      needsTransaction: true,
      up: `CREATE TABLE ${name} (id int PRIMARY KEY, parent int CONSTRAINT ${name}_up REFERENCES ${name} DEFERRABLE INITIALLY DEFERRED);
SET LOCAL search_path = pg_catalog; SET CONSTRAINTS ALL DEFERRED;
INSERT INTO public.${name} VALUES (1, 2);
SAVEPOINT one; INSERT INTO public.${name} VALUES (9, 9); ROLLBACK TO SAVEPOINT one; RELEASE one;
INSERT INTO public.${name} VALUES (2, 1);
CREATE TEMP TABLE short_lived ON COMMIT DROP AS SELECT 1;
`,
      down: `SET LOCAL lock_timeout = '1s'; DROP TABLE ${name};\n`,
    },
  ],

  'search_path that leaks': ({ name, variant }) => {
    const ways = [
      `SET search_path = ${name};`,
      `SET search_path TO ${name}, "$user";`,
      `SELECT set_config('search_path', '${name}', false);`,
      `SET SESSION search_path = '${name}';`,
      `ALTER TABLE ${name}.seed RENAME TO seeds; SET search_path = ''; SET search_path = ${name};`,
    ]
    return [
      {
        title: 'search_path',
        up: `CREATE SCHEMA ${name}; CREATE TABLE ${name}.seed ();\n${ways[variant % ways.length]}\nCREATE TABLE inside (id int);\nSET search_path = pg_catalog`,
        down: `SET search_path = ${name}; DROP TABLE inside; DROP SCHEMA ${name} CASCADE; SET search_path = ''`,
      },
    ]
  },

  'search_path that leaks out of a function': ({ name }) => [
    {
      title: 'hidden_search_path',
      up: `CREATE SCHEMA ${name};
CREATE FUNCTION ${name}_enter() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('search_path', '${name}', false); END $$;
`,
      down: `DROP FUNCTION ${name}_enter(); DROP SCHEMA ${name} CASCADE;\n`,
    },
    {
      title: 'enter',
      up: `SELECT ${name}_enter();\nCREATE TABLE inside (id int);\n`,
      down: `DROP TABLE ${name}.inside; SELECT ${name}_enter();\n`,
    },
    {
      title: 'after_entering',
      up: `CREATE TABLE ${name}_outside (id int);\n`,
      down: `DROP TABLE ${name}_outside;\n`,
    },
  ],

  'timeouts that leak': ({ name }) => [
    {
      title: 'timeouts',
      up: `CREATE TABLE ${name} (id int);\nSET lock_timeout = '1ms';\nSET idle_in_transaction_session_timeout = 100000;\nSET default_transaction_read_only = on;\nSET my.own = 'x';\nSET statement_timeout = '70s'`,
      down: `DROP TABLE ${name};\nSET lock_timeout = 1;\n`,
    },
    {
      title: 'slow',
      up: `SELECT pg_sleep(0.1); CREATE TABLE ${name}_slow (id int);\n`,
      down: `DROP TABLE ${name}_slow;\n`,
    },
  ],

  'a role that leaks': ({ name, variant, role }) => {
    const become = [`SET ROLE ${role};`, `SET SESSION AUTHORIZATION ${role};`][variant % 2]
    return [
      {
        title: 'role',
        up: `CREATE SCHEMA ${name} AUTHORIZATION ${role};\n${become}\nCREATE TABLE ${name}.owned AS SELECT current_user::text AS who;\n`,
        down: `${become} DROP TABLE ${name}.owned; RESET ROLE; RESET SESSION AUTHORIZATION; DROP SCHEMA ${name}; SET ROLE ${role}`,
      },
    ]
  },

  'a role and settings that leak outside a transaction': ({ name, variant, role }) => {
    const become = [`SET ROLE ${role};`, `SET SESSION AUTHORIZATION ${role};`][variant % 2]
    return [
      {
        title: 'role_outside',
        own: true,
        up: `CREATE SCHEMA ${name} AUTHORIZATION ${role};
${become} SET search_path = ${name};
CREATE TABLE owned (who text);
BEGIN;
INSERT INTO owned VALUES (current_user);
COMMIT;
CREATE INDEX CONCURRENTLY owned_index ON owned (who);
INSERT INTO owned VALUES (current_user || current_setting('search_path'));
SET default_transaction_read_only = on`,
        down: `DROP INDEX CONCURRENTLY ${name}.owned_index;\n${become}\nDROP SCHEMA ${name} CASCADE;\n`,
      },
    ]
  },

  'a DO block that commits': ({ name, variant }) => {
    const loop = `BEGIN FOR n IN 1..4 LOOP INSERT INTO ${name} VALUES (n); IF n % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF; END LOOP; END`
    return [
      {
        title: 'do_commits',
        outside: true,
        own: true,
        up:
          variant % 2
            ? `CREATE TABLE ${name} (id int);\nDO $$ ${loop} $$;\n`
            : `CREATE TABLE ${name} (id int);\nCREATE PROCEDURE ${name}_p() LANGUAGE plpgsql AS $$ ${loop} $$;\nCALL ${name}_p();\nDROP PROCEDURE ${name}_p();\n`,
        down: `DO $$ BEGIN DELETE FROM ${name}; COMMIT; END $$;\nDROP TABLE ${name};\n`,
      },
    ]
  },

  'temporary tables left behind': ({ name }) => [
    {
      title: 'temporary',
      up: `CREATE TEMP TABLE scratch AS SELECT 1 AS id;\nCREATE TEMPORARY SEQUENCE scratch_numbers;\nCREATE TABLE ${name} AS SELECT * FROM scratch;\nCREATE TEMP TABLE ${name} (other int);\n`,
      down: `CREATE TEMP VIEW scratch AS SELECT * FROM ${name};\nDROP TABLE public.${name} CASCADE;\n`,
    },
  ],

  'prepared statements and cursors left behind': ({ name }) => [
    {
      title: 'prepared',
      up: `CREATE TABLE ${name} (id int);
PREPARE leave_me (int) AS INSERT INTO ${name} VALUES ($1);
EXECUTE leave_me(1); EXECUTE leave_me(2);
DECLARE left_open CURSOR WITH HOLD FOR SELECT * FROM ${name};
FETCH 1 FROM left_open; LISTEN ${name};
`,
      down: `PREPARE leave_me AS SELECT 1; DROP TABLE ${name};\n`,
    },
  ],
}
