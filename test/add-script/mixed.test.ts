import { changeTest } from './change-case'

changeTest('a downgrade that adds a label and uses it runs outside a transaction', {
  before: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e DEFAULT 'b')",
  after: "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (v e DEFAULT 'a')",
  rows: "INSERT INTO t VALUES ('a')",
  answers: { map: [{ type: 'e', from: 'b', to: '' }] },
  restores: [['INSERT INTO t DEFAULT VALUES RETURNING v', [['b']]]],
  reversible: 'yes',
})

changeTest('renames have a script of their own where the first one has no transaction', {
  before: "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (v e, old int)",
  after: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE u (v e DEFAULT 'b', fresh int)",
  rows: 'INSERT INTO t (old) VALUES (7)',
  answers: {
    renames: [
      { from: 't', to: 'u' },
      { from: 't.old', to: 'fresh' },
    ],
  },
  up: [
    'ALTER TABLE t RENAME TO u',
    'ALTER TABLE u RENAME COLUMN old TO fresh',
    "ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a'",
    "ALTER TABLE u ALTER COLUMN v SET DEFAULT 'b'::e",
  ],
  holds: [['SELECT fresh FROM u', [[7]]]],
  restores: [['SELECT old FROM t', [[7]]]],
  reversible: 'yes',
})

changeTest('a key that refers to its own table becomes uuid with it', {
  before: 'CREATE TABLE t (id serial PRIMARY KEY, parent int REFERENCES t)',
  after: 'CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), parent uuid REFERENCES t)',
  rows: 'INSERT INTO t (parent) VALUES (NULL), (1), (2)',
  answers: { using: [{ table: 't', column: 'id', expression: 'gen_random_uuid()' }] },
  holds: [['SELECT count(*)::int FROM t JOIN t p ON p.id = t.parent', [[2]]]],
  restores: [
    ['SELECT count(*)::int FROM t JOIN t p ON p.id = t.parent', [[2]]],
    ['INSERT INTO t DEFAULT VALUES RETURNING id', [[4]]],
  ],
  reversible: 'lossy',
})

changeTest('a foreign key of two columns follows both', {
  before: `CREATE TABLE p (a int, b varchar(5), PRIMARY KEY (a, b));
    CREATE TABLE c (a int, b varchar(5), FOREIGN KEY (a, b) REFERENCES p)`,
  after: `CREATE TABLE p (a bigint, b text, PRIMARY KEY (a, b));
    CREATE TABLE c (a bigint, b text, FOREIGN KEY (a, b) REFERENCES p)`,
  rows: "INSERT INTO p VALUES (1, 'x'); INSERT INTO c VALUES (1, 'x')",
  holds: [['SELECT * FROM c', [['1', 'x']]]],
})

changeTest('int keys become text with what refers to them', {
  before: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p)',
  after: 'CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text REFERENCES p)',
  rows: 'INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)',
  holds: [['SELECT p FROM c', [['1']]]],
  restores: [['SELECT p FROM c', [[1]]]],
})

changeTest('a label is renamed, another is added, and the type gets a new name', {
  before: "CREATE TYPE old AS ENUM ('a', 'b'); CREATE TABLE t (v old DEFAULT 'a', w old[])",
  after:
    "CREATE TYPE fresh AS ENUM ('x', 'b', 'c'); CREATE TABLE t (v fresh DEFAULT 'x', w fresh[])",
  rows: "INSERT INTO t (w) VALUES ('{a,b}')",
  answers: { renames: [{ from: 'old.a', to: 'x' }] },
  holds: [['SELECT v, w FROM t', [['x', '{x,b}']]]],
  restores: [['SELECT v, w FROM t', [['a', '{a,b}']]]],
})

changeTest('a dropped required column comes back filled, and that is said', {
  before: `CREATE TYPE e AS ENUM ('a', 'b');
    CREATE TABLE t (id int, name text NOT NULL, n numeric(5,2) NOT NULL, v e NOT NULL, l int[] NOT NULL)`,
  after: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (id int)",
  rows: "INSERT INTO t VALUES (1, 'x', 1, 'b', '{1}')",
  answers: { yes: true },
  restores: [['SELECT name, n, v, l FROM t', [['', '0.00', 'a', []]]]],
  reversible: 'lossy',
})

changeTest('a dropped required key cannot come back while there are rows', {
  before: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int NOT NULL REFERENCES p)',
  after: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c ()',
  rows: 'INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)',
  answers: { yes: true },
  reversible: 'no',
  downRaises: /contains null values/,
})

changeTest('a column becomes of an enum that is made anew at once', {
  before: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v text, w e DEFAULT 'a')",
  after: "CREATE TYPE e AS ENUM ('b', 'a'); CREATE TABLE t (v e DEFAULT 'b', w e DEFAULT 'a')",
  rows: "INSERT INTO t VALUES ('a', 'b')",
  holds: [['SELECT v, w, v > w FROM t', [['a', 'b', true]]]],
  reversible: 'yes',
})

changeTest('an index goes with its column, and says nothing', {
  before: 'CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a, b)',
  after: 'CREATE TABLE t (a int)',
  answers: { yes: true, online: true },
  up: ['ALTER TABLE t DROP COLUMN b'],
  reversible: 'lossy',
})

changeTest('one value becomes a list, and the first of it again', {
  before: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e)",
  after: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v text[])",
  rows: "INSERT INTO t VALUES ('b')",
  answers: { using: [{ table: 't', column: 'v', expression: 'ARRAY[v]::text[]' }] },
  holds: [['SELECT v FROM t', [[['b']]]]],
  restores: [['SELECT v FROM t', [['b']]]],
})

const rich = `
  CREATE SCHEMA app; CREATE COLLATION app.german (provider = icu, locale = 'de');
  CREATE TYPE app.pair AS (a int, b text); CREATE TYPE app.span AS RANGE (subtype = float8);
  CREATE DOMAIN app.positive AS int NOT NULL DEFAULT 1 CHECK (VALUE > 0);
  CREATE SEQUENCE app.numbers INCREMENT BY 2 START 10;
  CREATE UNLOGGED TABLE app.a (id int GENERATED ALWAYS AS IDENTITY (START 5) PRIMARY KEY, p app.pair,
    s app.span, n app.positive, c text COLLATE app.german, d text STORAGE EXTERNAL) WITH (fillfactor = 50);
  CREATE TABLE b (id bigserial, x int, EXCLUDE USING gist (int4range(id::int, x) WITH &&)) ;
  CREATE TABLE b_child (more int) INHERITS (b);
  CREATE TABLE part (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE part_a PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
  CREATE TABLE part_rest PARTITION OF part DEFAULT;
  CREATE INDEX part_at ON part (at);
  CREATE FUNCTION app.add(int, int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 + $2;
  CREATE FUNCTION app.noted() RETURNS trigger LANGUAGE plpgsql AS $body$BEGIN -- it's; "odd"
    RETURN NEW; END$body$;
  CREATE PROCEDURE app.go() LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
  CREATE TRIGGER noted AFTER INSERT OR UPDATE OF x ON b FOR EACH ROW WHEN (NEW.x > 0) EXECUTE FUNCTION app.noted();
  CREATE VIEW v WITH (security_barrier) AS SELECT id, app.add(x) AS y FROM b;
  CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM v; CREATE UNIQUE INDEX m_n ON m (n);
  CREATE RULE quiet AS ON DELETE TO b DO INSTEAD NOTHING;
  ALTER TABLE b ENABLE ROW LEVEL SECURITY, REPLICA IDENTITY FULL; CREATE POLICY own ON b FOR UPDATE USING (x > 0) WITH CHECK (x > 1);
  COMMENT ON COLUMN b.x IS 'it''s -- a comment'; COMMENT ON FUNCTION app.add(int, int) IS 'adds';
  GRANT SELECT (id), UPDATE (x) ON b TO PUBLIC; GRANT USAGE ON SCHEMA app TO PUBLIC;
  REVOKE EXECUTE ON FUNCTION app.add(int, int) FROM PUBLIC;
  CREATE STATISTICS both_of ON id, x FROM b; CREATE PUBLICATION all_of_b FOR TABLE b;
  CREATE INDEX odd ON b USING btree (lower((x)::text) COLLATE "C" text_pattern_ops DESC NULLS LAST) INCLUDE (id) WHERE x > 0;
`

changeTest('a rich schema is made from nothing, and goes again', {
  before: '',
  after: rich,
  reversible: 'yes',
})

changeTest('a rich schema goes, and is made again', {
  before: rich,
  after: '',
  answers: { yes: true },
  reversible: 'lossy',
})

changeTest('a rich schema that is there is no difference', { before: rich, after: rich, up: [] })

changeTest('on PostgreSQL 14: types, enums, keys and names change as elsewhere', {
  before: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (id serial PRIMARY KEY, n varchar(5), v e DEFAULT 'a');
    CREATE TABLE c (t int REFERENCES t); CREATE VIEW w AS SELECT n, v FROM t`,
  after: `CREATE TYPE e AS ENUM ('b', 'a', 'c'); CREATE TABLE people (id bigserial PRIMARY KEY, n varchar(9), v e DEFAULT 'c');
    CREATE TABLE c (t bigint REFERENCES people); CREATE VIEW w AS SELECT n, v FROM people`,
  rows: "INSERT INTO t (n) VALUES ('x'); INSERT INTO c VALUES (1)",
  answers: { renames: [{ from: 't', to: 'people' }] },
  holds: [['SELECT id, n, v FROM people JOIN c ON c.t = people.id', [['1', 'x', 'a']]]],
  restores: [['SELECT id, n, v FROM t JOIN c ON c.t = t.id', [[1, 'x', 'a']]]],
  major: 14,
})

changeTest('the first table of a folder without scripts, the journal being none of it', {
  before: '',
  after: 'CREATE TABLE users (id serial PRIMARY KEY)',
  ignored: [{ schema: 'public', table: 'migration_journal' }],
  up: ['CREATE TABLE users (id serial, CONSTRAINT users_pkey PRIMARY KEY (id))'],
})

changeTest('a table that shares the sequence of another is no serial itself', {
  before: '',
  after: `CREATE TABLE users (id serial);
    CREATE TABLE admins (id int NOT NULL DEFAULT nextval('users_id_seq'))`,
  up: [
    'CREATE TABLE users (id serial)',
    "CREATE TABLE admins (id integer NOT NULL DEFAULT nextval('users_id_seq'::regclass))",
  ],
})

changeTest('a table that is clustered, and no more, and elsewhere', {
  before: `CREATE TABLE a (id int CONSTRAINT a_key UNIQUE); CREATE TABLE b (id int CONSTRAINT b_key UNIQUE);
    ALTER TABLE b CLUSTER ON b_key`,
  after: `CREATE TABLE a (id int CONSTRAINT a_key UNIQUE); CREATE TABLE b (id int CONSTRAINT b_key UNIQUE);
    ALTER TABLE a CLUSTER ON a_key`,
  up: ['ALTER TABLE b SET WITHOUT CLUSTER', 'ALTER TABLE a CLUSTER ON a_key'],
})

const lists = (
  labels: string,
) => `CREATE TABLE users (kind varchar(9) DEFAULT 'a' CHECK (kind IN (${labels})), code text);
  CREATE INDEX users_kind ON users (kind) WHERE kind NOT IN (${labels});
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON users USING (kind = ANY (ARRAY[${labels}]));
  CREATE VIEW kinds AS SELECT code, '(ARRAY[''x''::a])::text[]' AS say FROM users WHERE kind IN (${labels})`

changeTest('lists on a varchar, which PostgreSQL writes in two ways', {
  before: 'CREATE TABLE other ()',
  after: `CREATE TABLE other (); ${lists("'a', 'it''s, [b]'")}`,
  holds: [
    ["INSERT INTO users VALUES ('it''s, [b]') RETURNING kind", [["it's, [b]"]]],
    ['SELECT say FROM kinds', [["(ARRAY['x'::a])::text[]"]]],
  ],
})

changeTest('a longer list on a varchar', {
  before: lists("'a', 'b'"),
  after: lists("'a', 'b', 'c'"),
  rows: "INSERT INTO users VALUES ('b')",
  reversible: 'yes',
})
