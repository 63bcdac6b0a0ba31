import type { Chapter, Peculiarity } from './history-chapter'

const emoji = '😀👩‍👩‍👧'

function table(name: string, more = ''): Pick<Chapter, 'up' | 'down'> {
  return {
    up: `CREATE TABLE ${name} (id int PRIMARY KEY, note text);\n${more}`,
    down: `DROP TABLE ${name};\n`,
  }
}

/** Peculiarities of a file's text: its ends, line ends, quotes and comments. */
export const textPeculiarities: Readonly<Record<string, Peculiarity>> = {
  'a last statement without a semicolon': ({ name }) => [
    {
      title: 'no_semicolon',
      up: `CREATE TABLE ${name} (id int);\nINSERT INTO ${name} VALUES (1), (2)`,
      down: `DELETE FROM ${name};DROP TABLE ${name}`,
      form: 'companion',
    },
  ],

  'a comment without a newline at the end': ({ name, variant }) => {
    const ends = [
      "-- that's all",
      '/* the end; */',
      '--',
      '-- COMMIT',
      '/* nested /* ; */ */ -- "x',
    ]
    const end = ends[variant % ends.length] ?? '--'
    const { up, down } = table(name)
    const last = variant % 2 ? up.trimEnd().slice(0, -1) : up
    return [{ title: 'ends.in.comment', up: last + end, down: down + end, form: 'companion' }]
  },

  'an empty file': ({ variant }) => {
    const empty = ['', '\n', ' \n\t\n', ';', ';\n;;'][variant % 5] ?? ''
    return [{ title: 'empty', up: empty, down: empty, form: 'companion' }]
  },

  'only comments': ({ variant }) => {
    const comment =
      ['-- nothing to do', "/* one;\n two's */\n-- three\n", '/**/'][variant % 3] ?? ''
    return [{ title: 'only_comments', up: comment, down: comment, form: 'companion' }]
  },

  'empty statements': ({ name }) => [
    {
      title: 'v1.2.3-semicolons',
      up: `;;CREATE TABLE ${name} (id int);;;\n;-- one;\n;/* two; */;INSERT INTO ${name} VALUES (1);;`,
      down: `;\n;DROP TABLE ${name};;\n`,
    },
  ],

  'templates and variables that are nobody else’s': ({ name }) => [
    {
      title: 'templates',
      up: `-- {{ mustache }} and :name, :'quoted', :"identifier", \${shell}, %s, ?, $1
CREATE TABLE ${name} (id int, note text DEFAULT '{{default}} :name \${x} %(here)s', list int[] DEFAULT '{1,2,3}');
INSERT INTO ${name} (id, note) VALUES (1, ':name'), (2, '{{#each}}'), (3, 'a'':id'), (4, $$:id {{x}}$$);
UPDATE ${name} SET list = list[1:2], note = note::text || ':x'::varchar WHERE '{"a": 1}'::jsonb ? 'a';
CREATE FUNCTION ${name}_f(int) RETURNS int LANGUAGE plpgsql AS $f$
DECLARE y int := 1; -- :y {{y}}
BEGIN y:=$1 + y; RETURN y; END $f$;
/* {{/each}} :name */
`,
      down: `DROP FUNCTION ${name}_f(int);\nDROP TABLE ${name}; -- {{name}}\n`,
    },
  ],

  'CRLF line ends': ({ name }) => {
    const up = `-- CRLF
CREATE TABLE ${name} (
  id int, -- first
  note text DEFAULT 'two
lines'
);
INSERT INTO ${name} VALUES (1, 'a
b'), (2, $$c
d$$);
CREATE FUNCTION ${name}_f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN -- body;
  RETURN 1;
END
$$;
`
    const down = `DROP FUNCTION ${name}_f();\nDROP TABLE ${name};\n`
    return [{ title: 'crlf', up: up.replaceAll('\n', '\r\n'), down: down.replaceAll('\n', '\r\n') }]
  },

  'a byte order mark': ({ name, variant }) => [
    {
      title: 'bom',
      ...table(name),
      bom: true,
      form: variant % 2 ? 'companion' : 'sections',
      ...(variant % 3 === 0 && { up: `CREATE TABLE ${name} (id int)` }),
    },
  ],

  'umlauts and emoji': ({ name }) => [
    {
      title: 'größe_ünïcode',
      up: `CREATE TABLE größe_${name} ("spalte ${emoji}" int, ñandú text DEFAULT 'Straße ${emoji};'); -- ${emoji}
COMMENT ON TABLE größe_${name} IS 'ä ö ü ß — ${emoji}; 漢字';
INSERT INTO größe_${name} VALUES (1, U&'d\\0061t\\+01F600;'), (2, '${emoji}''${emoji}');
DO $ü$ BEGIN EXECUTE 'ALTER TABLE größe_${name} ADD ${name}_ä int'; END; $ü$;
`,
      down: `DROP TABLE größe_${name};\n`,
    },
  ],

  'strings with escapes': ({ name }) => [
    {
      title: 'escapes',
      ...table(
        name,
        String.raw`INSERT INTO ${name} VALUES (1, E'it\'s; \\'), (2, e'a''b\'c;\n'), (3, E'one\''
  'two; '), (4, '\'), (5, 'C:\dir\'), (6, U&'\0041;'), (7, E'\u00e4\\');
COMMENT ON COLUMN ${name}.note IS E'tab\t; \'quote\'';
`,
      ),
    },
  ],

  standard_conforming_strings: ({ name, variant }) => {
    const off = variant % 2 === 0
    const value = ['off', "'off'", 'FALSE', '0'][(variant >> 1) % 4]
    return [
      {
        title: 'conforming',
        up: `SET standard_conforming_strings = ${off ? value : 'on'};
SET escape_string_warning = off;
${table(name).up}INSERT INTO ${name} VALUES (1, 'a\\\\b'), (2, E'c\\\\d'), (3, 'e\\nf');
${off ? 'SET standard_conforming_strings TO on;' : ''}
INSERT INTO ${name} VALUES (4, 'g\\\\h');
`,
        down: table(name).down,
      },
    ]
  },

  'nested comments': ({ name }) => [
    {
      title: 'nested_comments',
      up: `/* outer; /* inner '; */ still; */ CREATE TABLE ${name} /* ' */ (id int /* " ; */, -- ' ;
note text); /*/**/;*/ INSERT INTO ${name} SELECT 2 */* c; */3, '/*'; -- /*
/* $$ */ INSERT INTO ${name} VALUES (1 - -1, '--'); -- */
`,
      down: `/* /* DROP DATABASE x; */ */ DROP TABLE ${name};\n`,
    },
  ],

  'quoted identifiers': ({ name }) => [
    {
      title: 'quoted_identifiers',
      up: `CREATE TABLE "${name};""x'" ("a;b" int, "c""d;" text, "$$" int, "--" int, "BEGIN" int, e$f int);
INSERT INTO "${name};""x'" ("c""d;", "$$", "--", e$f) VALUES (';', 1, 2, 3);
CREATE VIEW ${name}_$view$ AS SELECT "a;b" AS "/*", e$f AS "COMMIT" FROM "${name};""x'";
`,
      down: `DROP VIEW ${name}_$view$;DROP TABLE "${name};""x'";\n`,
    },
  ],

  'dollar quotes in dollar quotes': ({ name }) => [
    {
      title: 'dollar-quotes',
      up: `DO $do$
DECLARE n int;
BEGIN
  EXECUTE $sql$ CREATE TABLE ${name} (id int, note text DEFAULT $$;'$$) $sql$;
  FOR n IN 1..3 LOOP EXECUTE format($f$INSERT INTO ${name} VALUES (%s, $a$ $b$; $a$)$f$, n); END LOOP;
END;
$do$;
CREATE FUNCTION ${name}_make() RETURNS void LANGUAGE plpgsql AS $outer$
BEGIN
  EXECUTE $inner$CREATE OR REPLACE FUNCTION ${name}_made() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2; $$$inner$;
END; $outer$;
SELECT ${name}_make();
`,
      down: `DROP FUNCTION ${name}_made();DROP FUNCTION ${name}_make();DROP TABLE ${name};\n`,
    },
  ],

  'a long line': ({ name }) => [
    {
      title: 'long_line',
      ...table(
        name,
        `INSERT INTO ${name} VALUES ${Array.from({ length: 5000 }, (_, n) => `(${n}, 'ä; ${n} -- it''s')`).join(', ')};`,
      ),
    },
  ],

  'three mebibytes': ({ name }) => {
    const line = `x;'' ${'é-- $$ '.repeat(120)}`
    const inserts = Array.from(
      { length: Math.ceil((3 * 1024 * 1024) / Buffer.byteLength(line)) },
      (_, n) => `INSERT INTO ${name} VALUES (${n}, '${line}');`,
    )
    return [{ title: 'big', ...table(name, inserts.join('\n')) }]
  },

  'marker words in quotes': ({ name }) => [
    {
      title: 'markers-in-quotes',
      up: `CREATE TABLE ${name} (id int, note text);
INSERT INTO ${name} VALUES (1, '
-- MIGRATE DOWN
'), (2, $$
-- migrate: no-transaction
$$);
/*
-- MIGRATE UP
*/
`,
      down: `DROP TABLE ${name};\n`,
    },
  ],
}
