import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDifference } from '../../src/add-script/difference/plan-change'
import { renderScript } from '../../src/add-script/render/render'
import { changeTest } from './change-case'
import { Databases } from './scratch'

const journal = `CREATE SCHEMA operations;
  CREATE TABLE operations.journal (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);
  CREATE INDEX journal_text ON operations.journal (text);`

changeTest('the journal, its indexes and its own schema are no part of a difference', {
  before: `${journal} CREATE TABLE t (id int)`,
  after: 'CREATE TABLE t (id int, a int)',
  ignored: [{ schema: 'operations', table: 'journal' }],
  up: ['ALTER TABLE t ADD COLUMN a integer'],
})

changeTest('a schema in which there is more than the journal is compared', {
  before: `${journal} CREATE TABLE operations.t (id serial)`,
  after: 'CREATE TABLE u (id int)',
  ignored: [{ schema: 'operations', table: 'journal' }],
  refused: { code: 'QUESTION_OPEN', says: /table operations\.t is gone[\s\S]*operations\.t:u/ },
})

changeTest('default privileges are written, without the role that migrates', {
  before: 'CREATE TABLE t (id int)',
  after: `CREATE TABLE t (id int); ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC`,
  up: ['ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC'],
})

changeTest('a secret never enters a script', {
  before: '',
  after: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
    CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'swordfish')`,
  refused: { code: 'DIFFERENCE_REFUSED', says: /^(?!.*swordfish)[\s\S]*a secret/ },
})

changeTest('names that need quotes keep them, and schemas that are needed stay', {
  before: '',
  after: `CREATE SCHEMA "Odd one"; CREATE TYPE "Odd one".line AS ENUM ('a'); CREATE TYPE line AS ENUM ('b');
    CREATE TABLE "Odd one"."user" ("order" int DEFAULT 1, "a""b" text DEFAULT 'public.x', v line,
      w public.line, "select" "Odd one".line DEFAULT 'a');
    CREATE TABLE "user" (id serial PRIMARY KEY, "table" int CHECK ("table" > 0));
    CREATE VIEW v AS WITH "user" AS (SELECT 1 AS id) SELECT u.id, i.id AS other FROM "user" u, public."user" i`,
})

changeTest('what differs in nothing that PostgreSQL stores is no difference', {
  before: `CREATE TABLE t (id int NOT NULL, a varchar, b int, CONSTRAINT c CHECK (b > 0 AND a <> ''));
    CREATE INDEX i ON t USING btree (a ASC)`,
  after: `CREATE TABLE public.t (id integer NOT NULL, b int4, a character varying);
    ALTER TABLE t ADD CONSTRAINT c CHECK ((b > 0) AND ((a)::text <> '')); CREATE INDEX i ON t (a)`,
  up: [],
})

test('the same difference gives the same text, run after run', () =>
  Databases.with(async (databases) => {
    const before = await databases.make('CREATE TABLE a (id serial PRIMARY KEY)')
    const target = await databases.make(
      `CREATE TABLE a (id bigserial PRIMARY KEY, b int REFERENCES a, c text DEFAULT 'x');
       CREATE TABLE z (id int REFERENCES a); CREATE TABLE m (id int); CREATE VIEW v AS SELECT * FROM m`,
    )
    const after = databases.open(target)
    const texts: string[] = []
    for (let run = 0; run < 2; run++) {
      const copy = databases.open(await databases.make('', before))
      const answers = { renames: [], using: [], map: [], backfills: [], yes: false, online: false }
      const change = await findDifference(copy, after, { ...answers, extra: 'drop' }, [])
      texts.push(...change.scripts.map((part) => renderScript(part, { lines: ['Of a test.'] })))
    }

    assert.equal(texts.length, 2)
    assert.equal(texts[0], texts[1])
  }))

changeTest('a long chain of tables is dropped and made again', {
  before: Array.from(
    { length: 30 },
    (_, at) =>
      `CREATE TABLE t${at} (id int PRIMARY KEY, p int ${at ? `REFERENCES t${at - 1}` : ''});`,
  ).join('\n'),
  after: '',
  answers: { yes: true },
  reversible: 'lossy',
})

changeTest('tables that refer to each other are made and dropped', {
  before: '',
  after: `CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
    ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b`,
  reversible: 'yes',
})

changeTest('a new table is one statement, its columns where they were declared', {
  before: '',
  after: `CREATE TYPE users_role_enum AS ENUM ('user', 'admin'); CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
    CREATE TABLE users (role users_role_enum NOT NULL DEFAULT 'user', id serial PRIMARY KEY,
      name text, upper text GENERATED ALWAYS AS (upper(name)) STORED, roles users_role_enum[], at timestamptz(3))`,
  up: [
    "CREATE TYPE users_role_enum AS ENUM ('user', 'admin')",
    "CREATE DOMAIN email AS text CONSTRAINT email_check CHECK (VALUE ~ '@'::text)",
    "CREATE TABLE users (role users_role_enum NOT NULL DEFAULT 'user'::users_role_enum, id serial, name text, upper text GENERATED ALWAYS AS (upper(name)) STORED, roles users_role_enum[], at timestamp(3) with time zone, CONSTRAINT users_pkey PRIMARY KEY (id))",
  ],
  reversible: 'yes',
})

changeTest('a new table of an enum that loses a value uses the new type', {
  before: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e)",
  after: "CREATE TYPE e AS ENUM ('a', 'c'); CREATE TABLE t (v e); CREATE TABLE u (v e DEFAULT 'c')",
  answers: { yes: true, map: [{ type: 'e', from: 'b', to: '' }] },
  reversible: 'yes',
})

changeTest('a new table of an enum with a new value as its default comes after the value', {
  before: "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (v e)",
  after: "CREATE TYPE e AS ENUM ('a', 'c'); CREATE TABLE t (v e); CREATE TABLE u (v e DEFAULT 'c')",
  up: ["ALTER TYPE e ADD VALUE IF NOT EXISTS 'c' AFTER 'a'", "CREATE TABLE u (v e DEFAULT 'c'::e)"],
  reversible: 'yes',
})

changeTest('an identity is written as short as it can be', {
  before: 'CREATE TABLE o (id int)',
  after: `CREATE TABLE o (id int, n bigint GENERATED BY DEFAULT AS IDENTITY);
    CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (START 5 MAXVALUE 100) PRIMARY KEY)`,
  up: [
    'CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY (MAXVALUE 100 START WITH 5), CONSTRAINT t_pkey PRIMARY KEY (id))',
    'ALTER TABLE o ADD COLUMN n bigint GENERATED BY DEFAULT AS IDENTITY',
  ],
  reversible: 'yes',
})
