import { changeTest } from './change-case'

const online = { online: true }
const t = (more = '') => `CREATE TABLE t (id int PRIMARY KEY, a int, b text${more});`

changeTest('online: keys and checks are validated in a later script', {
  before: `${t()} CREATE TABLE c (t int)`,
  after: `${t(', CONSTRAINT positive CHECK (a > 0)')} CREATE TABLE c (t int CONSTRAINT key REFERENCES t)`,
  rows: 'INSERT INTO t VALUES (1, 1); INSERT INTO c VALUES (1)',
  answers: online,
  up: [
    'ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (t) REFERENCES t(id) NOT VALID',
    'ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID',
    'ALTER TABLE c VALIDATE CONSTRAINT key',
    'ALTER TABLE t VALIDATE CONSTRAINT positive',
  ],
  reversible: 'yes',
})

changeTest('online: NOT NULL is set where a validated check has proven it', {
  before: t(),
  after: 'CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text)',
  rows: 'INSERT INTO t VALUES (1)',
  answers: { ...online, backfills: [{ table: 't', column: 'a', expression: '0' }] },
  up: [
    'UPDATE t SET a = 0 WHERE a IS NULL',
    'ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID',
    'ALTER TABLE t VALIDATE CONSTRAINT t_a_required',
    'ALTER TABLE t ALTER COLUMN a SET NOT NULL',
    'ALTER TABLE t DROP CONSTRAINT t_a_required',
  ],
  holds: [['SELECT a FROM t', [[0]]]],
})

changeTest('online: a unique constraint is made of an index that was built beside the work', {
  before: `${t()} CREATE TABLE c (a int)`,
  after: `${t(', CONSTRAINT once UNIQUE (a) INCLUDE (b) DEFERRABLE')}
    CREATE TABLE c (a int CONSTRAINT single UNIQUE)`,
  rows: 'INSERT INTO t VALUES (1, 1)',
  answers: online,
  up: [
    'CREATE UNIQUE INDEX CONCURRENTLY single ON c (a)',
    'CREATE UNIQUE INDEX CONCURRENTLY once ON t (a) INCLUDE (b)',
    'ALTER TABLE c ADD CONSTRAINT single UNIQUE USING INDEX single',
    'ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once DEFERRABLE',
  ],
  reversible: 'yes',
})

changeTest('online: a key that refers to a new unique constraint waits for it', {
  before: `${t()} CREATE TABLE c (a int)`,
  after: `${t(', CONSTRAINT once UNIQUE (a)')} CREATE TABLE c (a int CONSTRAINT key REFERENCES t (a))`,
  rows: 'INSERT INTO t VALUES (1, 5); INSERT INTO c VALUES (5)',
  answers: online,
  up: [
    'CREATE UNIQUE INDEX CONCURRENTLY once ON t (a)',
    'ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once',
    'ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES t(a) NOT VALID',
    'ALTER TABLE c VALIDATE CONSTRAINT key',
  ],
})

changeTest('online: indexes come and go concurrently, those of new tables at once', {
  before: `${t()} CREATE INDEX old ON t (a)`,
  after: `${t()} CREATE INDEX fresh ON t (b); CREATE TABLE n (id int); CREATE INDEX n_id ON n (id)`,
  answers: online,
  up: [
    'CREATE TABLE n (id integer)',
    'CREATE INDEX n_id ON n (id)',
    'DROP INDEX CONCURRENTLY old',
    'CREATE INDEX CONCURRENTLY fresh ON t (b)',
  ],
})

changeTest('online: partitioned tables get the forms that they have', {
  before: 'CREATE TABLE p (id int, a int) PARTITION BY RANGE (id)',
  after: 'CREATE TABLE p (id int, a int) PARTITION BY RANGE (id); CREATE INDEX p_a ON p (a)',
  answers: online,
  up: ['CREATE INDEX p_a ON p (a)'],
})

changeTest('online: new labels, a default and an index become three scripts', {
  before: "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int, v e)",
  after: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (id int, v e DEFAULT 'b');
    CREATE INDEX i ON t (id) WHERE v = 'b'`,
  answers: online,
  up: [
    "ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a'",
    "ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e",
    "CREATE INDEX CONCURRENTLY i ON t (id) WHERE (v = 'b'::e)",
  ],
})
