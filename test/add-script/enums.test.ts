import { changeTest } from './change-case'

const enumOf = (values: string, name = 'status') =>
  `CREATE TYPE ${name} AS ENUM (${values
    .split(' ')
    .map((value) => `'${value}'`)
    .join(', ')});`

const tables = `CREATE TABLE a (id serial PRIMARY KEY, s status);
  CREATE TABLE b (id serial PRIMARY KEY, s status);`

changeTest('E05: a value of a type that two tables share is added once, where it belongs', {
  before: enumOf('a b') + tables,
  after: enumOf('a x b') + tables,
  rows: "INSERT INTO a (s) VALUES ('b')",
  up: ["ALTER TYPE status ADD VALUE 'x' BEFORE 'b'"],
  holds: [['SELECT s FROM a', [['b']]]],
  reversible: 'yes',
})

changeTest('E01: the downgrade of a new value works although a default uses the type', {
  before: enumOf('a b') + "CREATE TABLE t (id serial PRIMARY KEY, s status NOT NULL DEFAULT 'a')",
  after: enumOf('a b c') + "CREATE TABLE t (id serial PRIMARY KEY, s status NOT NULL DEFAULT 'a')",
  rows: "INSERT INTO t (s) VALUES ('b')",
  up: ["ALTER TYPE status ADD VALUE 'c' AFTER 'b'"],
  restores: [['SELECT s FROM t', [['b']]]],
})

changeTest('E11: a new value that is the new default is committed in a script of its own first', {
  before: enumOf('a b') + "CREATE TABLE t (id serial PRIMARY KEY, s status NOT NULL DEFAULT 'a')",
  after: enumOf('a b c') + "CREATE TABLE t (id serial PRIMARY KEY, s status NOT NULL DEFAULT 'c')",
  rows: "INSERT INTO t (s) VALUES ('b')",
  up: [
    "ALTER TYPE status ADD VALUE IF NOT EXISTS 'c' AFTER 'b'",
    "ALTER TABLE t ALTER COLUMN s SET DEFAULT 'c'::status",
  ],
  holds: [
    ['INSERT INTO t DEFAULT VALUES RETURNING s', [['c']]],
    ["DELETE FROM t WHERE s = 'c'", []],
  ],
  restores: [['INSERT INTO t DEFAULT VALUES RETURNING s', [['a']]]],
})

changeTest('E12: a new value that a partial index uses is committed first', {
  before: enumOf('a b') + 'CREATE TABLE t (id serial PRIMARY KEY, s status)',
  after:
    enumOf('a b c') +
    "CREATE TABLE t (id serial PRIMARY KEY, s status); CREATE INDEX t_c ON t (id) WHERE s = 'c'",
  rows: "INSERT INTO t (s) VALUES ('b')",
  up: [
    "ALTER TYPE status ADD VALUE IF NOT EXISTS 'c' AFTER 'b'",
    "CREATE INDEX t_c ON t (id) WHERE (s = 'c'::status)",
  ],
})

changeTest('E03: a renamed value takes rows and defaults along', {
  before:
    enumOf('active gone') + "CREATE TABLE t (id serial PRIMARY KEY, s status DEFAULT 'active')",
  after:
    enumOf('enabled gone') + "CREATE TABLE t (id serial PRIMARY KEY, s status DEFAULT 'enabled')",
  rows: 'INSERT INTO t DEFAULT VALUES',
  answers: { renames: [{ from: 'status.active', to: 'enabled' }] },
  up: ["ALTER TYPE status RENAME VALUE 'active' TO 'enabled'"],
  holds: [['SELECT s FROM t', [['enabled']]]],
  restores: [['SELECT s FROM t', [['active']]]],
  reversible: 'yes',
})

const defaulted =
  "CREATE TABLE t (id serial PRIMARY KEY, s status NOT NULL DEFAULT 'a', l status[])"

changeTest('E04: rows of a lost value get the one that was given, in arrays too', {
  before: enumOf('a b c') + defaulted,
  after: enumOf('a c') + defaulted,
  rows: "INSERT INTO t (s, l) VALUES ('b', '{b,a}'), ('c', NULL)",
  answers: { map: [{ type: 'status', from: 'b', to: 'c' }], yes: true },
  holds: [
    [
      'SELECT s, l FROM t ORDER BY id',
      [
        ['c', '{c,a}'],
        ['c', null],
      ],
    ],
  ],
  reversible: 'lossy',
})

changeTest(
  'rows of a lost value get the one that was given where what entities cannot say is kept',
  {
    before: `${enumOf('a b c')} ${defaulted}; CREATE INDEX by_hand ON t (lower(id::text))`,
    after: enumOf('a c') + defaulted,
    rows: "INSERT INTO t (s, l) VALUES ('b', '{b,a}'), ('c', NULL)",
    answers: { extra: 'keep', map: [{ type: 'status', from: 'b', to: 'c' }], yes: true },
    holds: [
      [
        'SELECT s, l FROM t ORDER BY id',
        [
          ['c', '{c,a}'],
          ['c', null],
        ],
      ],
    ],
    reversible: 'lossy',
  },
)

changeTest('a lost value of a type in use is always a question', {
  before: enumOf('a b c') + defaulted,
  after: enumOf('a c') + defaulted,
  answers: { yes: true },
  refused: { code: 'QUESTION_OPEN', says: /loses the value 'b'.*t\.s[\s\S]*--map status\.b=\n/ },
})

changeTest('E04: with --map to nothing, PostgreSQL refuses while a row has the lost value', {
  before: enumOf('a b c') + defaulted,
  after: enumOf('a c') + defaulted,
  rows: "INSERT INTO t (s) VALUES ('b')",
  answers: { map: [{ type: 'status', from: 'b', to: '' }] },
  raises: /invalid input value for enum status: "b"/,
})

changeTest('E04: with --map to nothing, and no row has it: the value goes', {
  before: enumOf('a b c') + defaulted,
  after: enumOf('a c') + defaulted,
  rows: "INSERT INTO t (s) VALUES ('c')",
  answers: { map: [{ type: 'status', from: 'b', to: '' }] },
  up: [
    'ALTER TABLE t ALTER COLUMN s DROP DEFAULT',
    'ALTER TYPE status RENAME TO status_old',
    "CREATE TYPE status AS ENUM ('a', 'c')",
    'ALTER TABLE t ALTER COLUMN l TYPE status[] USING l::varchar[]::status[]',
    'ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status',
    'DROP TYPE status_old',
    "ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status",
  ],
  holds: [['SELECT s FROM t', [['c']]]],
  reversible: 'yes',
})

changeTest('E09: values change places, and rows keep theirs', {
  before: enumOf('a b c') + defaulted,
  after: enumOf('c a b') + defaulted,
  rows: "INSERT INTO t (s) VALUES ('b')",
  holds: [["SELECT s, s > 'c' FROM t", [['b', true]]]],
  restores: [["SELECT s, s > 'c' FROM t", [['b', false]]]],
  reversible: 'yes',
})

changeTest('an enum with a view, a check and a partial index on it loses a value', {
  before:
    enumOf('a b c') +
    `CREATE TABLE t (id serial PRIMARY KEY, s status CHECK (s <> 'c'), n int);
     CREATE INDEX t_a ON t (n) WHERE s = 'a'; CREATE VIEW v AS SELECT s, n FROM t WHERE s = 'a'`,
  after:
    enumOf('a c') +
    `CREATE TABLE t (id serial PRIMARY KEY, s status CHECK (s <> 'c'), n int);
     CREATE INDEX t_a ON t (n) WHERE s = 'a'; CREATE VIEW v AS SELECT s, n FROM t WHERE s = 'a'`,
  rows: "INSERT INTO t (s, n) VALUES ('a', 1)",
  answers: { map: [{ type: 'status', from: 'b', to: '' }] },
  holds: [['SELECT * FROM v', [['a', 1]]]],
})

changeTest('a renamed table and column take their enum type along', {
  before:
    enumOf('a b', 'users_status_enum') +
    "CREATE TABLE users (id serial PRIMARY KEY, status users_status_enum DEFAULT 'a')",
  after:
    enumOf('a b', 'customers_state_enum') +
    "CREATE TABLE customers (id serial PRIMARY KEY, state customers_state_enum DEFAULT 'a')",
  rows: "INSERT INTO users (status) VALUES ('b')",
  answers: {
    renames: [
      { from: 'users', to: 'customers' },
      { from: 'users.status', to: 'customers.state' },
    ],
  },
  up: [
    'ALTER TABLE users RENAME TO customers',
    'ALTER TABLE customers RENAME COLUMN status TO state',
    'ALTER TYPE users_status_enum RENAME TO customers_state_enum',
    'ALTER SEQUENCE users_id_seq RENAME TO customers_id_seq',
    'ALTER TABLE customers RENAME CONSTRAINT users_pkey TO customers_pkey',
  ],
  holds: [['SELECT state FROM customers', [['b']]]],
  reversible: 'yes',
})

const longName = 'very_long_name_of_a_table_and_a_column_that_goes_on_and_on_enum'.repeat(2)

changeTest('L01: a type name that PostgreSQL cut at 63 bytes is no difference', {
  before: `CREATE TYPE "${longName}" AS ENUM ('a'); CREATE TABLE t (v "${longName}" DEFAULT 'a')`,
  after: `CREATE TYPE "${longName}" AS ENUM ('a'); CREATE TABLE t (v "${longName}" DEFAULT 'a')`,
  rows: 'INSERT INTO t DEFAULT VALUES',
  up: [],
})

changeTest('text becomes an enum: a text in the scripts that is no value makes a question', {
  before: "CREATE TABLE t (id serial PRIMARY KEY, s text); INSERT INTO t (s) VALUES ('odd')",
  after: `${enumOf('a b')} CREATE TABLE t (id serial PRIMARY KEY, s status)`,
  refused: { code: 'QUESTION_OPEN', says: /no value of it \('odd'\)/ },
})

changeTest('what was told in vain is an error', {
  before: enumOf('a b'),
  after: enumOf('a b'),
  answers: { map: [{ type: 'status', from: 'x', to: 'a' }] },
  refused: { code: 'USAGE', says: /does not lose the value "x"/ },
})

changeTest('two enums, the name of one inside the name of the other, lose values in one change', {
  before:
    enumOf('a b') +
    enumOf('a b', 'user_status') +
    'CREATE TABLE t (id serial PRIMARY KEY, s status, u user_status)',
  after:
    enumOf('a') +
    enumOf('a', 'user_status') +
    'CREATE TABLE t (id serial PRIMARY KEY, s status, u user_status)',
  rows: "INSERT INTO t (s, u) VALUES ('a', 'b'), ('b', 'a')",
  answers: {
    map: [
      { type: 'status', from: 'b', to: 'a' },
      { type: 'user_status', from: 'b', to: 'a' },
    ],
    yes: true,
  },
  holds: [
    [
      'SELECT s, u FROM t ORDER BY id',
      [
        ['a', 'a'],
        ['a', 'a'],
      ],
    ],
  ],
})

changeTest('an enum that is replaced leaves the name of another type alone', {
  before: enumOf('a b') + enumOf('x', 'status_old') + 'CREATE TABLE t (s status, o status_old)',
  after: enumOf('a') + enumOf('x', 'status_old') + 'CREATE TABLE t (s status, o status_old)',
  answers: { map: [{ type: 'status', from: 'b', to: '' }] },
})

changeTest(
  'an enum, a domain and a composite type get the names that are told, in another schema too',
  {
    before: `CREATE TYPE kind AS ENUM ('a', 'b'); CREATE DOMAIN code AS text CHECK (VALUE <> '');
    CREATE TYPE place AS (x int); CREATE TABLE t (k kind NOT NULL DEFAULT 'a', c code, p place)`,
    after: `CREATE SCHEMA app; CREATE TYPE app.channel AS ENUM ('q', 'r', 's');
    CREATE DOMAIN word AS text CHECK (VALUE <> ''); CREATE TYPE point2 AS (x int);
    CREATE TABLE t (k app.channel NOT NULL DEFAULT 'q', c word, p point2)`,
    rows: `INSERT INTO t VALUES ('b', 'x', ROW(1))`,
    answers: {
      renames: [
        { from: 'kind', to: 'app.channel' },
        { from: 'kind.a', to: 'q' },
        { from: 'kind.b', to: 'r' },
        { from: 'code', to: 'word' },
        { from: 'place', to: 'point2' },
      ],
    },
    holds: [['SELECT k::text, c, p::text FROM t', [['r', 'x', '(1)']]]],
    restores: [['SELECT k::text, c, p::text FROM t', [['b', 'x', '(1)']]]],
  },
)

changeTest(
  'values that an expression of the user merges are lost to the downgrade, which says so',
  {
    before: "CREATE TABLE t (s varchar(10) NOT NULL DEFAULT 'new')",
    after:
      "CREATE TYPE state AS ENUM ('new', 'paid'); CREATE TABLE t (s state NOT NULL DEFAULT 'new')",
    rows: "INSERT INTO t VALUES ('paid'), ('open')",
    answers: {
      using: [{ table: 't', column: 's', expression: "(CASE WHEN s = 'paid' THEN s ELSE 'new' END)::state" }], // oxfmt-ignore
    },
    holds: [['SELECT s::text FROM t ORDER BY 1', [['new'], ['paid']]]],
    restores: [['SELECT s FROM t ORDER BY 1', [['new'], ['paid']]]],
    reversible: 'lossy',
  },
)
