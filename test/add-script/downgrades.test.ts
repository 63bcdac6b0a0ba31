import { changeTest } from './change-case'

changeTest('a dropped table comes back with a row for each key that refers to it', {
  before: `CREATE TABLE a (id int PRIMARY KEY);
    CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a)`,
  after: 'CREATE TABLE b (id int PRIMARY KEY, a int)',
  rows: 'INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (10, 1), (11, NULL)',
  answers: { yes: true },
  restores: [
    ['SELECT id FROM a', [[1]]],
    [
      'SELECT id, a FROM b ORDER BY id',
      [
        [10, 1],
        [11, null],
      ],
    ],
  ],
  reversible: 'lossy',
})

changeTest(
  'a generated column that is dropped loses nothing, since its values are computed again',
  {
    before: 'CREATE TABLE t (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED)',
    after: 'CREATE TABLE t (id int PRIMARY KEY, a int)',
    rows: 'INSERT INTO t VALUES (1, 2)',
    up: ['ALTER TABLE t DROP COLUMN b'],
    restores: [['SELECT a, b FROM t', [[2, 4]]]],
    reversible: 'yes',
  },
)

changeTest('an attribute is added to a composite type in use, and dropped again', {
  before: 'CREATE TYPE address AS (street text); CREATE TABLE t (id int PRIMARY KEY, a address)',
  after:
    'CREATE TYPE address AS (street text, city text); CREATE TABLE t (id int PRIMARY KEY, a address)',
  rows: "INSERT INTO t VALUES (1, ROW('x'))",
  holds: [['SELECT (a).street, (a).city FROM t', [['x', null]]]],
  restores: [['SELECT (a).street FROM t', [['x']]]],
})

const tasks = (values: string) => `CREATE TYPE state AS ENUM (${values});
  CREATE TABLE task (id int PRIMARY KEY, state state NOT NULL)`

changeTest('a value that was mapped to a new one is mapped back', {
  before: tasks("'open', 'done'"),
  after: tasks("'open', 'finished'"),
  rows: "INSERT INTO task VALUES (1, 'open'), (2, 'done')",
  answers: { map: [{ type: 'state', from: 'done', to: 'finished' }], yes: true },
  holds: [['SELECT state::text FROM task ORDER BY id', [['open'], ['finished']]]],
  restores: [['SELECT state::text FROM task ORDER BY id', [['open'], ['done']]]],
})

changeTest('a table that is not touched gets no rows, though others refer to it', {
  before: `CREATE TABLE company (id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE customer (id int PRIMARY KEY, company int REFERENCES company)`,
  after: `CREATE TABLE company (id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE customer (id int PRIMARY KEY, company int REFERENCES company, phone text)`,
  reversible: 'yes',
})
