import { changeTest } from './change-case'
import { changeTests, type GroupedCase } from './change-group'

const users = (columns: string) => `CREATE TABLE users (id serial PRIMARY KEY, ${columns})`
const told = (table: string, column: string, expression: string) => ({
  using: [{ table, column, expression }],
})

const widened = (
  [
    ['C03: varchar becomes text', 'varchar(20)', 'text', "'a'", 'a'],
    ['C15: varchar[] becomes text[]', 'varchar[]', 'text[]', "'{a,b}'", ['a', 'b']],
    ['C03d: json becomes jsonb', 'json', 'jsonb', `'{"a":1}'`, { a: 1 }],
  ] as const
).map(([name, from, to, value, expected]): [string, GroupedCase] => [
  `${name} and keeps its values`,
  {
    before: users(`v ${from}`),
    after: users(`v ${to}`),
    rows: `INSERT INTO users (v) VALUES (${value})`,
    up: [`ALTER TABLE users ALTER COLUMN v TYPE ${to}`],
    holds: [['SELECT v FROM users', [[expected]]]],
    restores: [['SELECT v FROM users', [[expected]]]],
  },
])

changeTests(
  {
    'C01: a longer varchar keeps its values': {
      before: users('name varchar(50) NOT NULL'),
      after: users('name varchar(100) NOT NULL'),
      rows: "INSERT INTO users (name) VALUES ('Ada')",
      up: ['ALTER TABLE users ALTER COLUMN name TYPE character varying(100)'],
      holds: [['SELECT name FROM users', [['Ada']]]],
      restores: [['SELECT name FROM users', [['Ada']]]],
    },
    'C01b: a longer varchar keeps its values where they may be absent': {
      before: users('name varchar(50)'),
      after: users('name varchar(100)'),
      rows: "INSERT INTO users (name) VALUES ('Ada'), (NULL)",
      up: ['ALTER TABLE users ALTER COLUMN name TYPE character varying(100)'],
      holds: [['SELECT name FROM users ORDER BY id', [['Ada'], [null]]]],
    },
    'C02: int becomes bigint, the default stays, the values stay': {
      before: users('hits int DEFAULT 0'),
      after: users('hits bigint DEFAULT 0'),
      rows: 'INSERT INTO users (hits) VALUES (42)',
      up: ['ALTER TABLE users ALTER COLUMN hits TYPE bigint'],
      holds: [['SELECT hits FROM users', [['42']]]],
    },
    'C02b: a serial key becomes bigserial with its sequence and the columns that refer to it': {
      before: `CREATE TABLE ev (id serial PRIMARY KEY);
    CREATE TABLE child (id serial PRIMARY KEY, "evId" int REFERENCES ev ON DELETE CASCADE)`,
      after: `CREATE TABLE ev (id bigserial PRIMARY KEY);
    CREATE TABLE child (id serial PRIMARY KEY, "evId" bigint REFERENCES ev ON DELETE CASCADE)`,
      rows: 'INSERT INTO ev DEFAULT VALUES; INSERT INTO ev DEFAULT VALUES; INSERT INTO child ("evId") VALUES (2)',
      up: [
        'ALTER SEQUENCE ev_id_seq AS bigint',
        'ALTER TABLE ev ALTER COLUMN id TYPE bigint',
        'ALTER TABLE child ALTER COLUMN "evId" TYPE bigint',
      ],
      holds: [
        ['SELECT id FROM ev ORDER BY 1', [['1'], ['2']]],
        ['SELECT "evId" FROM child', [['2']]],
        ["SELECT nextval('ev_id_seq')", [['3']]],
      ],
    },
    'C03b: timestamp becomes timestamptz in the zone that was told': {
      before: users('"createdAt" timestamp NOT NULL DEFAULT now()'),
      after: users('"createdAt" timestamptz NOT NULL DEFAULT now()'),
      rows: `INSERT INTO users ("createdAt") VALUES ('2020-01-01 12:00')`,
      using: { 'users.createdAt': `"createdAt" AT TIME ZONE 'Europe/Vilnius'` },
      up: [
        `ALTER TABLE users ALTER COLUMN "createdAt" TYPE timestamp with time zone USING "createdAt" AT TIME ZONE 'Europe/Vilnius'`,
      ],
      holds: [[`SELECT "createdAt" = '2020-01-01 10:00Z' FROM users`, [[true]]]],
      restores: [[`SELECT "createdAt" = '2020-01-01 12:00' FROM users`, [[true]]]],
    },
    'C03c: a simple-array becomes text[]': {
      before: users('tags text'),
      after: users('tags text[]'),
      rows: "INSERT INTO users (tags) VALUES ('a,b')",
      using: { 'users.tags': "string_to_array(tags, ',')" },
      holds: [['SELECT tags FROM users', [[['a', 'b']]]]],
      restores: [['SELECT tags FROM users', [['a,b']]]],
    },
    'E07: varchar becomes an enum, its default in between': {
      before: users(`status varchar NOT NULL DEFAULT 'active'`),
      after: `CREATE TYPE users_status_enum AS ENUM ('active', 'gone');
    ${users(`status users_status_enum NOT NULL DEFAULT 'active'`)}`,
      rows: "INSERT INTO users (status) VALUES ('gone')",
      up: [
        "CREATE TYPE users_status_enum AS ENUM ('active', 'gone')",
        'ALTER TABLE users ALTER COLUMN status DROP DEFAULT',
        'ALTER TABLE users ALTER COLUMN status TYPE users_status_enum USING status::users_status_enum',
        "ALTER TABLE users ALTER COLUMN status SET DEFAULT 'active'::users_status_enum",
      ],
      holds: [['SELECT status FROM users', [['gone']]]],
      restores: [['SELECT status FROM users', [['gone']]]],
    },
    'T02, T03: a collation comes and goes in place': {
      before: users('name varchar(20), other varchar(20) COLLATE "C"'),
      after: users('name varchar(20) COLLATE "C", other varchar(20)'),
      rows: "INSERT INTO users (name, other) VALUES ('a', 'b')",
      up: [
        'ALTER TABLE users ALTER COLUMN name TYPE character varying(20) COLLATE pg_catalog."C"',
        'ALTER TABLE users ALTER COLUMN other TYPE character varying(20)',
      ],
      holds: [['SELECT name, other FROM users', [['a', 'b']]]],
    },

    ...Object.fromEntries(widened),
  },
  { reversible: 'yes' },
)

changeTest('C12: varchar becomes uuid by a cast that raises', {
  before: users('v varchar'),
  after: users('v uuid'),
  rows: "INSERT INTO users (v) VALUES ('8c0f6b5e-7b0f-4b6f-9d43-2f0e5b1a9c11')",
  up: ['ALTER TABLE users ALTER COLUMN v TYPE uuid USING v::uuid'],
  holds: [['SELECT v FROM users', [['8c0f6b5e-7b0f-4b6f-9d43-2f0e5b1a9c11']]]],
})

changeTest('P06: a serial key becomes uuid, and what refers to it follows row by row', {
  before: `CREATE TABLE ev (id serial PRIMARY KEY, name text);
    CREATE TABLE child (id serial PRIMARY KEY, "evId" int REFERENCES ev)`,
  after: `CREATE TABLE ev (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
    CREATE TABLE child (id serial PRIMARY KEY, "evId" uuid REFERENCES ev)`,
  rows: `INSERT INTO ev (name) VALUES ('a'), ('b');
    INSERT INTO child ("evId") VALUES (2), (1), (2), (NULL)`,
  answers: told('ev', 'id', 'gen_random_uuid()'),
  holds: [
    [
      'SELECT c.id, e.name FROM child c LEFT JOIN ev e ON e.id = c."evId" ORDER BY 1',
      [
        [1, 'b'],
        [2, 'a'],
        [3, 'b'],
        [4, null],
      ],
    ],
  ],
  restores: [['SELECT count(*)::int FROM child JOIN ev ON ev.id = "evId"', [[3]]]],
  reversible: 'lossy',
})

changeTest(
  'an identity becomes a uuid and a text an identity, with what refers to them, up and down',
  {
    before: `CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, boss int REFERENCES p);
    CREATE TABLE q (id text PRIMARY KEY DEFAULT 'x')`,
    after: `CREATE TABLE p (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), boss uuid REFERENCES p);
    CREATE TABLE q (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)`,
    rows: "INSERT INTO p (boss) VALUES (NULL), (1); INSERT INTO q VALUES ('7')",
    answers: told('p', 'id', "lpad(to_hex(id), 32, '0')::uuid"),
    holds: [
      ['SELECT right(a.id::text, 1) AS a, right(b.id::text, 1) AS b FROM p a JOIN p b ON b.id = a.boss', [['2', '1']]], // oxfmt-ignore
      ['INSERT INTO q DEFAULT VALUES RETURNING id', [['8']]],
    ],
    restores: [
      ['SELECT count(*)::int FROM p a JOIN p b ON b.id = a.boss', [[1]]],
      ['SELECT id FROM q ORDER BY 1', [['7'], ['8']]],
    ],
    reversible: 'lossy',
  },
)

changeTest('P06: without an expression the question is open', {
  before: 'CREATE TABLE ev (id serial PRIMARY KEY)',
  after: 'CREATE TABLE ev (id uuid PRIMARY KEY DEFAULT gen_random_uuid())',
  refused: { code: 'QUESTION_OPEN', says: /--using "ev.id=pg_catalog.gen_random_uuid\(\)"/ },
})

changeTest('C03b: without a zone the question is open', {
  before: users('"createdAt" timestamp'),
  after: users('"createdAt" timestamptz'),
  refused: {
    code: 'QUESTION_OPEN',
    says: /--using "users.createdAt=\\"createdAt\\" AT TIME ZONE 'UTC'"/,
  },
})

changeTest('C05: two columns get the names that were told', {
  before: users('first text NOT NULL, last text NOT NULL'),
  after: users('first_name text NOT NULL, last_name text NOT NULL'),
  rows: "INSERT INTO users (first, last) VALUES ('Ada', 'Lovelace')",
  answers: {
    renames: [
      { from: 'users.first', to: 'first_name' },
      { from: 'users.last', to: 'users.last_name' },
    ],
  },
  up: [
    'ALTER TABLE users RENAME COLUMN first TO first_name',
    'ALTER TABLE users RENAME COLUMN last TO last_name',
  ],
  holds: [['SELECT first_name, last_name FROM users', [['Ada', 'Lovelace']]]],
  restores: [['SELECT first, last FROM users', [['Ada', 'Lovelace']]]],
  reversible: 'yes',
})

changeTest('C05b: one column is renamed, another is new', {
  before: users('first text'),
  after: users('first_name text, age int'),
  rows: "INSERT INTO users (first) VALUES ('Ada')",
  answers: { renames: [{ from: 'users.first', to: 'first_name' }] },
  up: [
    'ALTER TABLE users RENAME COLUMN first TO first_name',
    'ALTER TABLE users ADD COLUMN age integer',
  ],
  holds: [['SELECT first_name, age FROM users', [['Ada', null]]]],
})

changeTest('C11: a renamed column is widened as well', {
  before: users('first varchar(10)'),
  after: users('first_name varchar(20)'),
  rows: "INSERT INTO users (first) VALUES ('Ada')",
  answers: { renames: [{ from: 'users.first', to: 'first_name' }] },
  up: [
    'ALTER TABLE users RENAME COLUMN first TO first_name',
    'ALTER TABLE users ALTER COLUMN first_name TYPE character varying(20)',
  ],
  holds: [['SELECT first_name FROM users', [['Ada']]]],
})

changeTest('C06: a dropped column never becomes another one by itself', {
  before: users('"passwordHash" varchar'),
  after: users('"publicNickname" varchar'),
  rows: `INSERT INTO users ("passwordHash") VALUES ('secret')`,
  answers: { yes: true },
  holds: [['SELECT "publicNickname" FROM users', [[null]]]],
  reversible: 'lossy',
})

changeTest('C06: dropping is refused where nobody agrees, and the likely rename is named', {
  before: users('"passwordHash" varchar'),
  after: users('"publicNickname" varchar'),
  refused: {
    code: 'QUESTION_OPEN',
    says: /column users\.passwordHash .* is gone\.[\s\S]*--rename users\.passwordHash:publicNickname/,
  },
})

changeTest('C07: a renamed table takes its sequence, constraints and indexes along', {
  before: `CREATE TABLE users (id serial CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY,
      email text CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE);
    CREATE INDEX "IDX_97672ac88f789774dd47f7c8be" ON users (lower(email))`,
  after: `CREATE TABLE customers (id serial CONSTRAINT "PK_133ec679a801fab5e070f73d3ea" PRIMARY KEY,
      email text CONSTRAINT "UQ_8536b8b85c06969f84f0c098b03" UNIQUE);
    CREATE INDEX "IDX_8536b8b85c06969f84f0c098b0" ON customers (lower(email))`,
  rows: "INSERT INTO users (email) VALUES ('a@b')",
  answers: { renames: [{ from: 'users', to: 'customers' }] },
  up: [
    'ALTER TABLE users RENAME TO customers',
    'ALTER SEQUENCE users_id_seq RENAME TO customers_id_seq',
    'ALTER TABLE customers RENAME CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" TO "PK_133ec679a801fab5e070f73d3ea"',
    'ALTER TABLE customers RENAME CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" TO "UQ_8536b8b85c06969f84f0c098b03"',
    'ALTER INDEX "IDX_97672ac88f789774dd47f7c8be" RENAME TO "IDX_8536b8b85c06969f84f0c098b0"',
  ],
  holds: [
    ['SELECT * FROM customers', [[1, 'a@b']]],
    ["INSERT INTO customers (email) VALUES ('c') RETURNING id", [[2]]],
  ],
  restores: [['SELECT email FROM users ORDER BY id', [['a@b'], ['c']]]],
  reversible: 'yes',
})

changeTest('J01, J02: a renamed join table keeps its links, and its keys get their names', {
  before: `CREATE TABLE post (id serial PRIMARY KEY); CREATE TABLE tag (id serial PRIMARY KEY);
    CREATE TABLE post_tags_tag ("postId" int CONSTRAINT "FK_b651178cc41334544a7a9601c45" REFERENCES post,
      "tagId" int CONSTRAINT "FK_41e7626b9cc03c5c65812ae55e8" REFERENCES tag,
      CONSTRAINT "PK_e9b7b8e6a07bdccb6a954171676" PRIMARY KEY ("postId", "tagId"));
    CREATE INDEX "IDX_b651178cc41334544a7a9601c4" ON post_tags_tag ("postId")`,
  after: `CREATE TABLE post (id serial PRIMARY KEY); CREATE TABLE tag (id serial PRIMARY KEY);
    CREATE TABLE post_labels_tag ("postId" int CONSTRAINT "FK_c1178cc41334544a7a9601c4500" REFERENCES post,
      "tagId" int CONSTRAINT "FK_d626b9cc03c5c65812ae55e8000" REFERENCES tag,
      CONSTRAINT "PK_f0b8e6a07bdccb6a95417167600" PRIMARY KEY ("postId", "tagId"));
    CREATE INDEX "IDX_c1178cc41334544a7a9601c400" ON post_labels_tag ("postId")`,
  rows: `INSERT INTO post DEFAULT VALUES; INSERT INTO tag DEFAULT VALUES;
    INSERT INTO post_tags_tag VALUES (1, 1)`,
  answers: { renames: [{ from: 'post_tags_tag', to: 'post_labels_tag' }] },
  holds: [['SELECT * FROM post_labels_tag', [[1, 1]]]],
  restores: [['SELECT * FROM post_tags_tag', [[1, 1]]]],
  reversible: 'yes',
})

changeTest('S02: a table moves to another schema with its sequence and its enum', {
  before: `CREATE TYPE users_kind_enum AS ENUM ('a', 'b');
    CREATE TABLE users (id serial PRIMARY KEY, kind users_kind_enum DEFAULT 'a')`,
  after: `CREATE SCHEMA app; CREATE TYPE app.users_kind_enum AS ENUM ('a', 'b');
    CREATE TABLE app.users (id serial PRIMARY KEY, kind app.users_kind_enum DEFAULT 'a')`,
  rows: "INSERT INTO users (kind) VALUES ('b')",
  answers: { renames: [{ from: 'users', to: 'app.users' }] },
  up: [
    'CREATE SCHEMA app',
    'ALTER TABLE users SET SCHEMA app',
    'ALTER TYPE users_kind_enum SET SCHEMA app',
  ],
  holds: [['SELECT * FROM app.users', [[1, 'b']]]],
  restores: [['SELECT * FROM users', [[1, 'b']]]],
})
