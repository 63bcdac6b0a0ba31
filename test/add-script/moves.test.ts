import { changeTest } from './change-case'

const authors = 'CREATE TABLE author (id int PRIMARY KEY, name text);'

changeTest('a reference that becomes a join table keeps its rows', {
  before: `${authors} CREATE TABLE book (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author)`,
  after: `${authors} CREATE TABLE book (id int PRIMARY KEY);
    CREATE TABLE book_author (book_id int REFERENCES book, author_id int REFERENCES author,
      PRIMARY KEY (book_id, author_id))`,
  rows: "INSERT INTO author VALUES (1, 'Ada'); INSERT INTO book VALUES (7, 1), (8, 1)",
  answers: { yes: true },
  holds: [['SELECT * FROM book_author ORDER BY 1', [[7, 1], [8, 1]]]], // oxfmt-ignore
  restores: [['SELECT * FROM book ORDER BY 1', [[7, 1], [8, 1]]]], // oxfmt-ignore
  reversible: 'lossy',
})

const user = (columns: string) => `CREATE TABLE users (id int PRIMARY KEY, ${columns});`

changeTest('columns that go to a table of their own take their values along', {
  before: user('name text, street text, city text'),
  after: `${user('name text')}
    CREATE TABLE address (user_id int PRIMARY KEY REFERENCES users, street text, city text)`,
  rows: "INSERT INTO users VALUES (1, 'Ada', 'Mill Lane', 'Bath'), (2, 'Bob', NULL, NULL)",
  answers: { yes: true },
  holds: [['SELECT * FROM address', [[1, 'Mill Lane', 'Bath']]]],
  restores: [
    ['SELECT id, street, city FROM users ORDER BY 1', [[1, 'Mill Lane', 'Bath'], [2, null, null]]], // oxfmt-ignore
  ],
  reversible: 'yes',
})

changeTest('columns that go to a table to which theirs then refers take their values along', {
  before: user('name text, street text, city text NOT NULL'),
  after: `CREATE TABLE address (id serial PRIMARY KEY, street text, city text NOT NULL);
    ${user('name text, address_id int NOT NULL UNIQUE REFERENCES address')}`,
  rows: "INSERT INTO users VALUES (3, 'Ada', 'Mill Lane', 'Bath')",
  answers: { yes: true },
  holds: [
    ['SELECT city FROM users JOIN address ON address.id = address_id', [['Bath']]],
    ["SELECT nextval('address_id_seq')", [['4']]],
  ],
  restores: [['SELECT id, street, city FROM users', [[3, 'Mill Lane', 'Bath']]]],
  reversible: 'yes',
})

changeTest('an enum that becomes a table of its values keeps what rows have', {
  before: `CREATE TYPE status AS ENUM ('active', 'gone'); ${user('status status NOT NULL')}`,
  after: `CREATE TABLE user_status (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
    ${user('status_id int NOT NULL REFERENCES user_status')}`,
  rows: "INSERT INTO users VALUES (1, 'gone'), (2, 'active')",
  answers: { yes: true },
  holds: [
    ['SELECT name FROM users JOIN user_status s ON s.id = status_id ORDER BY users.id', [['gone'], ['active']]], // oxfmt-ignore
  ],
  restores: [['SELECT * FROM users ORDER BY 1', [[1, 'gone'], [2, 'active']]]], // oxfmt-ignore
  reversible: 'yes',
})

changeTest('where two columns become one, the place to move the values is marked between', {
  before: user('first text, last text'),
  after: user('full_name text'),
  answers: { yes: true },
  up: [
    'ALTER TABLE users ADD COLUMN full_name text',
    'ALTER TABLE users DROP COLUMN first',
    'ALTER TABLE users DROP COLUMN last',
  ],
  reversible: 'lossy',
})

changeTest('a table that only happens to refer to both sides twice is no join table', {
  before: `${authors} CREATE TABLE book (id int PRIMARY KEY, author_id int REFERENCES author)`,
  after: `${authors} CREATE TABLE book (id int PRIMARY KEY);
    CREATE TABLE review (book_id int REFERENCES book, author_id int REFERENCES author,
      editor_id int REFERENCES author)`,
  answers: { yes: true },
})

changeTest('with --online what is dropped is a script of its own, after the values have moved', {
  before: user('street text, city text NOT NULL'),
  after: `CREATE TABLE address (id int PRIMARY KEY, street text, city text NOT NULL);
    ${user('address_id int UNIQUE REFERENCES address')}`,
  rows: "INSERT INTO users VALUES (3, 'Mill Lane', 'Bath')",
  answers: { yes: true, online: true },
  holds: [['SELECT city FROM users JOIN address ON address.id = address_id', [['Bath']]]],
  restores: [['SELECT id, street, city FROM users', [[3, 'Mill Lane', 'Bath']]]],
})

changeTest('a row that was made after the move gets the default of a required column again', {
  before: user(`name text, city text NOT NULL DEFAULT 'none'`),
  after: `CREATE TABLE address (id int PRIMARY KEY, city text NOT NULL DEFAULT 'none');
    ${user('name text, address_id int UNIQUE REFERENCES address')}`,
  rows: "INSERT INTO users VALUES (1, 'Ada', 'Bath')",
  answers: { yes: true },
  holds: [["INSERT INTO users (id, name) VALUES (2, 'late') RETURNING id", [[2]]]],
  restores: [['SELECT id, city FROM users ORDER BY 1', [[1, 'Bath'], [2, 'none']]]], // oxfmt-ignore
  reversible: 'yes',
})

changeTest('an enum that becomes a text with a table of its values keeps what rows have', {
  before: `CREATE TYPE state AS ENUM ('active', 'it''s gone'); ${user('status state NOT NULL')}`,
  after: `CREATE TABLE status (name varchar PRIMARY KEY, note text);
    ${user('status varchar NOT NULL REFERENCES status')}`,
  rows: `INSERT INTO users VALUES (1, 'it''s gone'), (2, 'active')`,
  answers: { yes: true },
  up: [
    'CREATE TABLE status (name character varying NOT NULL, note text, CONSTRAINT status_pkey PRIMARY KEY (name))',
    'ALTER TABLE users ALTER COLUMN status TYPE character varying',
    'DROP TYPE state',
    "INSERT INTO status (name) VALUES ('active'), ('it''s gone')",
    'ALTER TABLE users ADD CONSTRAINT users_status_fkey FOREIGN KEY (status) REFERENCES status(name)',
  ],
  restores: [['SELECT * FROM users ORDER BY 1', [[1, "it's gone"], [2, 'active']]]], // oxfmt-ignore
  reversible: 'yes',
})

changeTest(
  'rows without a value to come back stop the downgrade of a required column, and are counted',
  {
    before: user('name text, city text NOT NULL'),
    after: `${user('name text')}
    CREATE TABLE address (user_id int PRIMARY KEY REFERENCES users, city text NOT NULL)`,
    rows: "INSERT INTO users VALUES (1, 'Ada', 'Bath')",
    answers: { yes: true },
    holds: [["INSERT INTO users VALUES (2, 'late') RETURNING id", [[2]]]],
    downRaises: /column "city" of relation "users" contains null values/,
  },
)

changeTest('a new table of the ancestors and descendants of a tree is filled from the parents', {
  before: `CREATE TABLE node (id int PRIMARY KEY, mpath text, "parentId" int REFERENCES node)`,
  after: `CREATE TABLE node (id int PRIMARY KEY, "parentId" int REFERENCES node);
    CREATE TABLE node_closure (id_ancestor int REFERENCES node, id_descendant int REFERENCES node,
      PRIMARY KEY (id_ancestor, id_descendant))`,
  rows: `INSERT INTO node VALUES (1, '1.', NULL), (2, '1.2.', 1), (3, '1.2.3.', 2), (4, '4.', NULL)`,
  answers: { yes: true },
  holds: [
    [
      'SELECT string_agg(id_ancestor || $$>$$ || id_descendant, $$ $$ ORDER BY id_ancestor, id_descendant) FROM node_closure',
      [['1>1 1>2 1>3 2>2 2>3 3>3 4>4']],
    ],
  ],
  reversible: 'lossy',
})
