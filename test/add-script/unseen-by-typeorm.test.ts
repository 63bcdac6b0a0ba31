import { changeTest } from './change-case'
import { changeTests, type GroupedCase } from './change-group'

const t = (more = '') => `CREATE TABLE t (id serial PRIMARY KEY, a int, b int, s text${more});`

/** What TypeORM compares by name alone, or not at all: before, after, and the statements. */
const unseen: Record<string, [before: string, after: string, up: string[]]> = {
  'K01: the expression of a check': [
    t(', CONSTRAINT c CHECK (a > 0)'),
    t(', CONSTRAINT c CHECK (a >= 1)'),
    ['ALTER TABLE t DROP CONSTRAINT c', 'ALTER TABLE t ADD CONSTRAINT c CHECK (a >= 1)'],
  ],
  'I02: the predicate of an index': [
    `${t()} CREATE INDEX i ON t (a) WHERE b > 0`,
    `${t()} CREATE INDEX i ON t (a) WHERE b > 1`,
    ['DROP INDEX i', 'CREATE INDEX i ON t (a) WHERE (b > 1)'],
  ],
  'I03: the order of an index': [
    `${t()} CREATE INDEX i ON t (a, b)`,
    `${t()} CREATE INDEX i ON t (b, a DESC)`,
    ['DROP INDEX i', 'CREATE INDEX i ON t (b, a DESC)'],
  ],
  'U01: a unique constraint becomes deferrable': [
    t(', CONSTRAINT u UNIQUE (a)'),
    t(', CONSTRAINT u UNIQUE (a) DEFERRABLE INITIALLY DEFERRED'),
    [
      'ALTER TABLE t DROP CONSTRAINT u',
      'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a) DEFERRABLE INITIALLY DEFERRED',
    ],
  ],
  'U02: the columns of a unique constraint': [
    t(', CONSTRAINT u UNIQUE (a)'),
    t(', CONSTRAINT u UNIQUE (a, b)'),
    ['ALTER TABLE t DROP CONSTRAINT u', 'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, b)'],
  ],
  'F02: a foreign key becomes deferrable': [
    t(', CONSTRAINT f FOREIGN KEY (a) REFERENCES t'),
    t(', CONSTRAINT f FOREIGN KEY (a) REFERENCES t DEFERRABLE'),
    ['ALTER TABLE t ALTER CONSTRAINT f DEFERRABLE'],
  ],
  'F01: a foreign key that no longer cascades': [
    t(', CONSTRAINT f FOREIGN KEY (a) REFERENCES t ON DELETE CASCADE'),
    t(', CONSTRAINT f FOREIGN KEY (a) REFERENCES t'),
    [
      'ALTER TABLE t DROP CONSTRAINT f',
      'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t(id)',
    ],
  ],
  'F03: a foreign key that cascades from now on': [
    t(', CONSTRAINT f FOREIGN KEY (a) REFERENCES t ON DELETE NO ACTION'),
    t(', CONSTRAINT f FOREIGN KEY (a) REFERENCES t ON DELETE CASCADE'),
    [
      'ALTER TABLE t DROP CONSTRAINT f',
      'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t(id) ON DELETE CASCADE',
    ],
  ],
  'O02: an exclusion constraint': [
    t(', r int4range, CONSTRAINT x EXCLUDE USING gist (r WITH &&)'),
    t(', r int4range, CONSTRAINT x EXCLUDE USING gist (r WITH =)'),
    [
      'ALTER TABLE t DROP CONSTRAINT x',
      'ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (r WITH =)',
    ],
  ],
  'P03: the order of a primary key': [
    'CREATE TABLE t (a int, b int, CONSTRAINT p PRIMARY KEY (a, b))',
    'CREATE TABLE t (a int, b int, CONSTRAINT p PRIMARY KEY (b, a))',
    ['ALTER TABLE t DROP CONSTRAINT p', 'ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY (b, a)'],
  ],
  'an operator class, INCLUDE and NULLS NOT DISTINCT': [
    `${t()} CREATE INDEX i ON t (s); CREATE UNIQUE INDEX j ON t (a)`,
    `${t()} CREATE INDEX i ON t (s text_pattern_ops) INCLUDE (b);
     CREATE UNIQUE INDEX j ON t (a) NULLS NOT DISTINCT`,
    [
      'DROP INDEX i',
      'DROP INDEX j',
      'CREATE INDEX i ON t (s text_pattern_ops) INCLUDE (b)',
      'CREATE UNIQUE INDEX j ON t (a) NULLS NOT DISTINCT',
    ],
  ],
  'O04: a sequence': [
    'CREATE SEQUENCE numbers',
    'CREATE SEQUENCE numbers INCREMENT BY 5',
    ['ALTER SEQUENCE numbers INCREMENT BY 5'],
  ],
  'row security with a policy': [
    t(),
    `${t()} ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 0)`,
    [
      'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY p ON t FOR ALL TO PUBLIC USING ((a > 0))',
    ],
  ],
  'a trigger and its function': [
    t(),
    `${t()} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
     CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
    [
      'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $function$BEGIN RETURN NEW; END$function$',
      'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
    ],
  ],
  'I04, C10: another name alone of an index and of constraints': [
    `${t(', CONSTRAINT u UNIQUE (a), CONSTRAINT c CHECK (a > 0), CONSTRAINT f FOREIGN KEY (b) REFERENCES t')}
     CREATE INDEX i ON t (b)`,
    `${t(', CONSTRAINT u2 UNIQUE (a), CONSTRAINT c2 CHECK (a > 0), CONSTRAINT f2 FOREIGN KEY (b) REFERENCES t')}
     CREATE INDEX i2 ON t (b)`,
    [
      'ALTER TABLE t RENAME CONSTRAINT c TO c2',
      'ALTER TABLE t RENAME CONSTRAINT f TO f2',
      'ALTER TABLE t RENAME CONSTRAINT u TO u2',
      'ALTER INDEX i RENAME TO i2',
    ],
  ],
}

const filled: Pick<GroupedCase, 'rows' | 'holds' | 'restores'> = {
  rows: 'INSERT INTO t (a, b) VALUES (2, 1), (1, 2)',
  holds: [
    [
      'SELECT a, b FROM t ORDER BY a',
      [
        [1, 2],
        [2, 1],
      ],
    ],
  ],
  restores: [
    [
      'SELECT a, b FROM t ORDER BY a',
      [
        [1, 2],
        [2, 1],
      ],
    ],
  ],
}
changeTests(
  Object.fromEntries(
    Object.entries(unseen).map(([name, [before, after, up]]) => [
      `seen: ${name}`,
      { before, after, up, ...(name.startsWith('O04') ? {} : filled) },
    ]),
  ),
  { reversible: 'yes' },
)

changeTest('D05b: serial becomes identity and goes on counting', {
  before: 'CREATE TABLE t (id serial PRIMARY KEY, a int)',
  after: 'CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a int)',
  rows: 'INSERT INTO t (a) VALUES (1), (2)',
  up: [
    'ALTER TABLE t ALTER COLUMN id DROP DEFAULT',
    'DROP SEQUENCE t_id_seq',
    'ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY',
    "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('t', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM t",
  ],
  holds: [['INSERT INTO t (a) VALUES (3) RETURNING id', [[3]]]],
  restores: [['INSERT INTO t (a) VALUES (4) RETURNING id', [[4]]]],
  reversible: 'yes',
})

changeTest('C08: a removed table goes with a word on what is lost', {
  before: `${t()} CREATE TABLE other (id int PRIMARY KEY REFERENCES t)`,
  after: t(),
  answers: { yes: true },
  rows: 'INSERT INTO t DEFAULT VALUES; INSERT INTO other VALUES (1)',
  up: ['DROP TABLE other'],
  reversible: 'lossy',
})

changeTest('C08: and not at all where nobody agrees', {
  before: `${t()} CREATE TABLE other (id int)`,
  after: t(),
  refused: { code: 'DESTRUCTIVE_REFUSED', says: /Drops table other with all its rows\./ },
})

changeTest('V03, V06: a view that the canonical schema lacks goes', {
  before: `${t()} CREATE VIEW v AS SELECT a FROM t`,
  after: `${t()} CREATE VIEW w AS SELECT a FROM t`,
  answers: { yes: true },
  rows: 'INSERT INTO t (a) VALUES (1)',
  up: ['DROP VIEW v', 'CREATE VIEW w AS SELECT a FROM t'],
  holds: [['SELECT a FROM w', [[1]]]],
  restores: [['SELECT a FROM v', [[1]]]],
  reversible: 'yes',
})

changeTest('K02, U03, F07, I01: entities keep what was made by hand, and report it', {
  before: `${t(`, CONSTRAINT hand_check CHECK (a > 0), CONSTRAINT hand_unique UNIQUE (b, s),
      CONSTRAINT hand_key FOREIGN KEY (b) REFERENCES t, j jsonb`)}
    CREATE INDEX gin ON t USING gin (j); CREATE INDEX partial ON t (a) WHERE b > 0;
    CREATE INDEX including ON t (a) INCLUDE (b); CREATE UNIQUE INDEX expression ON t (a, lower(s));
    CREATE INDEX descending ON t (a DESC); CREATE STATISTICS hand_statistics ON a, b FROM t;
    ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 0);
    CREATE VIEW v AS SELECT a FROM t; CREATE SEQUENCE numbers;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
    CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
    ALTER TABLE t SET (fillfactor = 70); ALTER TABLE t ALTER COLUMN s SET STORAGE EXTERNAL`,
  after: t(', j jsonb'),
  rows: "INSERT INTO t (a, b, j) VALUES (1, 1, '{}')",
  answers: { extra: 'keep' },
  up: [],
  kept: [
    'STORAGE public.t.s',
    'constraint t.hand_check',
    'constraint t.hand_key',
    'constraint t.hand_unique',
    'function f()',
    'index descending',
    'index expression',
    'index gin',
    'index including',
    'index partial',
    'policy t.p',
    'sequence numbers',
    'statistics public.hand_statistics',
    'trigger t.g',
    'view v',
  ],
})

changeTest('a column that was made by hand is not dropped unless that was agreed', {
  before: t(', by_hand text'),
  after: t(),
  answers: { extra: 'keep' },
  refused: { code: 'DESTRUCTIVE_REFUSED', says: /Drops column t\.by_hand with its values/ },
})

changeTest('what TypeORM named itself goes when the entities lose it', {
  before: `${t(', CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE (a)')}
    CREATE INDEX "IDX_97672ac88f789774dd47f7c8be" ON t (b)`,
  after: t(),
  rows: 'INSERT INTO t (a) VALUES (1)',
  answers: { extra: 'keep' },
  up: [
    'DROP INDEX "IDX_97672ac88f789774dd47f7c8be"',
    'ALTER TABLE t DROP CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3"',
  ],
  kept: [],
})

changeTest('a kept view stands on a column whose type changes', {
  before: `${t()} CREATE VIEW v AS SELECT a FROM t`,
  after: 'CREATE TABLE t (id serial PRIMARY KEY, a bigint, b int, s text)',
  answers: { extra: 'keep' },
  rows: 'INSERT INTO t (a) VALUES (7)',
  holds: [['SELECT a FROM v', [['7']]]],
  kept: ['view v'],
})

changeTest('partitions stay, since no entity can say them', {
  before: `CREATE TABLE t (id int, d date) PARTITION BY RANGE (d);
    CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')`,
  after: 'CREATE TABLE t (id int, d date, more text)',
  answers: { extra: 'keep' },
  rows: "INSERT INTO t VALUES (1, '2020-05-05')",
  up: ['ALTER TABLE t ADD COLUMN more text'],
  holds: [['SELECT id, more FROM t_2020', [[1, null]]]],
})

const family = (more: string) => `CREATE TABLE audited (id int, at timestamptz);
  CREATE TABLE owned (id int, owner text); CREATE TABLE t (id int, at timestamptz, owner text${more});`

changeTest('parents stay, since no entity can say them', {
  before: `${family('')} ALTER TABLE t INHERIT audited; ALTER TABLE t INHERIT owned`,
  after: family(', more text'),
  answers: { extra: 'keep' },
  rows: 'INSERT INTO t (id) VALUES (1)',
  up: ['ALTER TABLE t ADD COLUMN more text'],
  holds: [
    [
      'SELECT inhparent::regclass::text FROM pg_inherits ORDER BY inhseqno',
      [['audited'], ['owned']],
    ],
  ],
})

changeTest('what cannot be said by entities and is made of parts stays, and is named once', {
  before: `CREATE TABLE t (id int); CREATE TEXT SEARCH CONFIGURATION words (COPY = german);
    CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple, STOPWORDS = german);
    ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR asciiword WITH plain`,
  after: 'CREATE TABLE t (id int)',
  answers: { extra: 'keep' },
  rows: 'INSERT INTO t VALUES (1)',
  up: [],
  kept: ['TEXT SEARCH CONFIGURATION public.words', 'TEXT SEARCH DICTIONARY public.plain'],
})

changeTest('what an extension brings, and what a kept object has, is not named beside it', {
  before: `CREATE TABLE t (a text); CREATE EXTENSION pg_trgm;
    CREATE PUBLICATION all_of_t FOR TABLE t WITH (publish_generated_columns = stored)`,
  after: 'CREATE TABLE t (a text)',
  answers: { extra: 'keep' },
  rows: 'INSERT INTO t DEFAULT VALUES',
  up: [],
  kept: ['extension pg_trgm', 'publication all_of_t'],
})

const defaults = [
  'a text[] DEFAULT ARRAY[]::text[]',
  `b text[] DEFAULT ARRAY['a b', 'c,d']`,
  "c boolean DEFAULT 'false'",
  `d jsonb DEFAULT '{"a": 1}'`,
  `e timestamptz DEFAULT CURRENT_TIMESTAMP + interval '1 day'`,
  "f timestamp DEFAULT (now() at time zone 'utc')",
  'g numeric DEFAULT 0.5',
  'h text DEFAULT substr(md5(random()::text), 1, 8)',
  'i uuid DEFAULT gen_random_uuid()',
  'j timestamptz(3)[]',
  "k interval DEFAULT '1 day'",
  'l int DEFAULT -1',
]

changeTest('the defaults that TypeORM writes again and again are equal', {
  before: `CREATE TABLE t (${defaults.join(', ')})`,
  after: `CREATE TABLE t (${defaults.join(', ').replaceAll('CURRENT_TIMESTAMP', 'current_timestamp')})`,
  rows: 'INSERT INTO t DEFAULT VALUES',
  up: [],
})
