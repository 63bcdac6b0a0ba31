import { changeTest } from './change-case'

const users = (columns: string) => `CREATE TABLE users (id serial PRIMARY KEY, ${columns})`

changeTest('D03: a default with a quote in it is quoted', {
  before: users('a text'),
  after: users("a text DEFAULT 'it''s'"),
  up: ["ALTER TABLE users ALTER COLUMN a SET DEFAULT 'it''s'::text"],
  holds: [['INSERT INTO users DEFAULT VALUES RETURNING a', [["it's"]]]],
})

changeTest('T01: a float with a precision is the type that PostgreSQL makes of it', {
  before: users('a float(53)'),
  after: users('a float(20)'),
  rows: 'INSERT INTO users (a) VALUES (1.5)',
  answers: { using: [{ table: 'users', column: 'a', expression: '' }], yes: true },
  up: ['ALTER TABLE users ALTER COLUMN a TYPE real'],
  holds: [['SELECT a FROM users', [[1.5]]]],
})

changeTest('V02: a view on a column whose type changes is made again', {
  before: `${users('name varchar(50)')}; CREATE VIEW v AS SELECT name FROM users;
    CREATE VIEW w AS SELECT name FROM v; COMMENT ON VIEW v IS 'all'; GRANT SELECT ON v TO PUBLIC`,
  after: `${users('name varchar(100)')}; CREATE VIEW v AS SELECT name FROM users;
    CREATE VIEW w AS SELECT name FROM v; COMMENT ON VIEW v IS 'all'; GRANT SELECT ON v TO PUBLIC`,
  rows: "INSERT INTO users (name) VALUES ('Ada')",
  holds: [['SELECT * FROM w', [['Ada']]]],
})

changeTest('V02: a dropped column takes the view that needs it along only where that was agreed', {
  before: `${users('name text')}; CREATE VIEW v AS SELECT name FROM users`,
  after: users('other text'),
  answers: { renames: [{ from: 'users.name', to: '' }] },
  refused: { code: 'DESTRUCTIVE_REFUSED', says: /Drops view v\.[\s\S]*Drops column users\.name/ },
})

changeTest('V05: a view that the scripts made by themselves is no difference', {
  before: `${users('name text')}; CREATE VIEW v AS SELECT name FROM users`,
  after: `${users('name text')}; CREATE VIEW v AS SELECT users.name FROM public.users`,
  rows: "INSERT INTO users (name) VALUES ('Ada')",
  up: [],
})

changeTest('V07, G04: first views and generated columns need no table of TypeORM', {
  before: users('a int'),
  after: `${users('a int, b int GENERATED ALWAYS AS (a * 2) STORED')};
    CREATE VIEW v AS SELECT b FROM users;
    CREATE TABLE typeorm_metadata (type varchar NOT NULL, name varchar)`,
  rows: 'INSERT INTO users (a) VALUES (2)',
  up: [
    'ALTER TABLE users ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) STORED',
    'CREATE VIEW v AS SELECT b FROM users',
  ],
  holds: [['SELECT b FROM v', [[4]]]],
  reversible: 'yes',
})

changeTest('G03, G05: a stored column that is there already is no difference', {
  before: users('a int, b int GENERATED ALWAYS AS (a * 2) STORED'),
  after: users('a int, b int GENERATED ALWAYS AS (a * 2) STORED'),
  rows: 'INSERT INTO users (a) VALUES (1)',
  up: [],
})

changeTest('S01: a missing schema comes first', {
  before: '',
  after: 'CREATE SCHEMA app; CREATE TABLE app.users (id serial PRIMARY KEY)',
  up: [
    'CREATE SCHEMA app',
    'CREATE TABLE app.users (id serial, CONSTRAINT users_pkey PRIMARY KEY (id))',
  ],
})

changeTest('S03: a constraint of the same name in another schema hides nothing', {
  before: `CREATE SCHEMA app; CREATE TABLE app.users (id int CONSTRAINT uq UNIQUE);
    CREATE TABLE users (id int)`,
  after: `CREATE SCHEMA app; CREATE TABLE app.users (id int CONSTRAINT uq UNIQUE);
    CREATE TABLE users (id int CONSTRAINT uq UNIQUE)`,
  rows: 'INSERT INTO app.users VALUES (1); INSERT INTO users VALUES (1)',
  up: ['ALTER TABLE users ADD CONSTRAINT uq UNIQUE (id)'],
})

changeTest('C09: a new required column is filled by what was told', {
  before: users('a text'),
  after: users('a text, email text NOT NULL'),
  rows: "INSERT INTO users (a) VALUES ('x')",
  answers: { backfills: [{ table: 'users', column: 'email', expression: "a || '@example.org'" }] },
  up: [
    'ALTER TABLE users ADD COLUMN email text',
    "UPDATE users SET email = a || '@example.org'",
    'ALTER TABLE users ALTER COLUMN email SET NOT NULL',
  ],
  holds: [['SELECT email FROM users', [['x@example.org']]]],
})

changeTest('C09: a new required column without a value is a question', {
  before: users('a text'),
  after: users('a text, email text NOT NULL'),
  refused: { code: 'QUESTION_OPEN', says: /--backfill users\.email=/ },
})

changeTest('C09b: a new required column with a default is one statement', {
  before: users('a text'),
  after: users("a text, email text NOT NULL DEFAULT ''"),
  rows: "INSERT INTO users (a) VALUES ('x')",
  up: ["ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT ''::text"],
  holds: [['SELECT email FROM users', [['']]]],
})

changeTest('C14: a column becomes required once its missing values are filled', {
  before: users('a text'),
  after: users("a text NOT NULL DEFAULT 'none'"),
  rows: "INSERT INTO users (a) VALUES (NULL), ('x')",
  answers: { backfills: [{ table: 'users', column: 'a', expression: "'none'" }] },
  up: [
    "ALTER TABLE users ALTER COLUMN a SET DEFAULT 'none'::text",
    "UPDATE users SET a = 'none' WHERE a IS NULL",
    'ALTER TABLE users ALTER COLUMN a SET NOT NULL',
  ],
  holds: [['SELECT a FROM users ORDER BY id', [['none'], ['x']]]],
})

changeTest('C14: with nothing to fill PostgreSQL raises where something is missing', {
  before: users('a text'),
  after: users('a text NOT NULL'),
  rows: 'INSERT INTO users (a) VALUES (NULL)',
  answers: { backfills: [{ table: 'users', column: 'a', expression: '' }] },
  raises: /contains null values/,
})

changeTest('F04: a foreign key over orphans is refused by PostgreSQL, not by us', {
  before: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int)',
  after: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p)',
  rows: 'INSERT INTO c VALUES (1)',
  raises: /violates foreign key constraint/,
})

changeTest('U04: a unique constraint over duplicates is refused by PostgreSQL, not by us', {
  before: users('a int'),
  after: users('a int UNIQUE'),
  rows: 'INSERT INTO users (a) VALUES (1), (1)',
  raises: /could not create unique index/,
})

changeTest('I05: an index is built concurrently in a script of its own where that was asked for', {
  before: users('a int'),
  after: `${users('a int')}; CREATE INDEX users_a ON users (a)`,
  rows: 'INSERT INTO users (a) VALUES (1)',
  answers: { online: true },
  up: ['CREATE INDEX CONCURRENTLY users_a ON users (a)'],
})
