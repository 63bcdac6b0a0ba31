import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lex } from '../../src/script/lexer/lexer'
import { parseStatement } from '../../src/script/parser/parse-statement'
import { costOf } from '../support/cost'
import { atomicFunction, fragments, snippets } from './sql-corpus'
import { fc } from '../support/property'

function sources(text: string): string[] {
  return lex(text).statements.map(({ firstTokenStart, end }) => text.slice(firstTokenStart, end))
}

const splits: readonly [rule: string, text: string, expected: readonly string[]][] = [
  ['nothing is no statement', '', []],
  ['white space is no statement', ' \t\r\n\f\v', []],
  ['a comment without a newline is no statement', '-- only a comment', []],
  ['an empty statement is none', ';; ;', []],
  ['the last statement needs no semicolon', 'a; b', ['a', 'b']],
  ['a statement ends before the comment after it', 'a; b -- c', ['a', 'b']],
  ['a semicolon in a comment divides nothing', 'a -- ;\nb', ['a -- ;\nb']],
  ['a carriage return ends a comment', 'a -- x\r; b', ['a -- x\r', 'b']],
  ['block comments nest', 'a /* ; /* ; */ ; */ b; c', ['a /* ; /* ; */ ; */ b', 'c']],
  ['a slash right after the start closes no comment', '/*/;*/ a; b', ['a', 'b']],
  [
    'a comment may start inside an operator',
    'a <-- ;\n b; c +/* ; */ d',
    ['a <-- ;\n b', 'c +/* ; */ d'],
  ],
  ['a quote is doubled inside a string', "a ';'';'; b", ["a ';'';'", 'b']],
  ['a backslash is plain in a plain string', "a '\\'; b", ["a '\\'", 'b']],
  ['a backslash escapes in an E string', "a E'\\';'; b", ["a E'\\';'", 'b']],
  ['a quote is doubled in an E string', "a e''';\\''; b", ["a e''';\\''", 'b']],
  ['an E string goes on in the next line', "a E'x'\n'\\';'; b", ["a E'x'\n'\\';'", 'b']],
  [
    'an E string goes on behind a comment',
    "a E'x' -- y\n '\\';'; b",
    ["a E'x' -- y\n '\\';'", 'b'],
  ],
  ['an E string does not go on in its line', "a E'x' '\\'; b", ["a E'x' '\\'", 'b']],
  ['the end of a name introduces no E string', "a type'\\'; b", ["a type'\\'", 'b']],
  ['U& strings have no backslash quotes', "a U&'\\'; b", ["a U&'\\'", 'b']],
  ['U& names are quoted names', 'a U&";"; b', ['a U&";"', 'b']],
  ['N, B and X strings are plain strings', "a n'\\', b'', X'\\'; b", ["a n'\\', b'', X'\\'", 'b']],
  ['a quoted name holds doubled quotes', 'a ";"";"; b', ['a ";"";"', 'b']],
  ['a dollar quote holds anything', "a $$;'/*$$; b", ["a $$;'/*$$", 'b']],
  ['a dollar quote ends at its own tag', 'a $x$;$y$;$$;$x$; b', ['a $x$;$y$;$$;$x$', 'b']],
  ['tags tell cases apart', 'a $x$;$X$;$x$; b', ['a $x$;$X$;$x$', 'b']],
  ['a tag may be of any alphabet', 'a $ä1$;$ä1$; b', ['a $ä1$;$ä1$', 'b']],
  ['a tag starts with no digit', 'a $1$; b $1$', ['a $1$', 'b $1$']],
  ['no dollar quote starts within a name', 'a$$; b$$', ['a$$', 'b$$']],
  ['a dollar quote may follow a parameter', 'a $1$$;$$; b', ['a $1$$;$$', 'b']],
  ['parentheses hold semicolons', 'a (b; (c;); d); e', ['a (b; (c;); d)', 'e']],
  ['a closing parenthesis too many changes nothing', 'a ); b', ['a )', 'b']],
  ['a BEGIN ATOMIC body is one piece', `${atomicFunction}; b`, [atomicFunction, 'b']],
  ['BEGIN elsewhere starts no body', 'BEGIN; a; END; b', ['BEGIN', 'a', 'END', 'b']],
  ['ATOMIC elsewhere starts no body', 'a BEGIN ATOMIC; b', ['a BEGIN ATOMIC', 'b']],
]

for (const [rule, text, expected] of splits)
  test(`lexer: ${rule}`, () => {
    assert.deepEqual(sources(text), expected)
    assert.equal(lex(text).closed, true)
  })

test('lexer: what does not end is told with its place', () => {
  const table = [
    ["a 'b;", 'string', 2],
    ["a e'\\'", 'string', 2],
    ['a "b;', 'quoted identifier', 2],
    ['a $x$ $$ $X$', 'dollar quote', 2],
    ['a; /* /* */', 'block comment', 3],
    ['a (b; (c)', 'parenthesis', 2],
    ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;', 'BEGIN ATOMIC body', 38],
  ] as const

  for (const [text, what, offset] of table)
    assert.deepEqual(lex(text).unclosed, { what, offset }, text)
})

test('lexer: words are unquoted and in capitals, six at most', () => {
  const text = `/* x */ create "Index" if not exists E'z' a.b on c`

  assert.deepEqual(lex(text).statements[0]!.words, ['CREATE', 'IF', 'NOT', 'EXISTS', 'A', 'B'])
})

test('lexer: a statement starts where the one before it ends, its comments included', () => {
  const { statements } = lex('-- one\na;\n/* two */ b ;')

  assert.deepEqual(
    statements.map(({ start, firstTokenStart, end }) => [start, firstTokenStart, end]),
    [
      [0, 7, 8],
      [9, 20, 22],
    ],
  )
})

test('lexer: COPY data is no SQL and ends at a line of its own', () => {
  const text = "COPY t (a) FROM stdin;\nit's;\n\\.x\n x\\.\n\\.\nb;"
  const { copies, statements } = lex(text)

  assert.deepEqual(
    copies.map(({ statementIndex, dataStart, dataEnd }) => [
      statementIndex,
      text.slice(dataStart, dataEnd),
    ]),
    [[0, "it's;\n\\.x\n x\\.\n"]],
  )
  assert.deepEqual(sources(text), ['COPY t (a) FROM stdin', 'b'])
  assert.equal(statements[1]!.start, text.indexOf('b;'))
})

test('lexer: COPY data may be empty, end with the file, or have CRLF', () => {
  const dataOf = (text: string) =>
    lex(text).copies.map(({ dataStart, dataEnd }) => text.slice(dataStart, dataEnd))

  assert.deepEqual(dataOf('copy t from STDIN;\n\\.\n'), [''])
  assert.deepEqual(dataOf('copy t from stdin with (format csv); -- rows\n1\n2'), ['1\n2'])
  assert.deepEqual(dataOf('copy t from stdin;\r\n1\r\n\\.\r\ncopy u from stdin;\r\n2\r\n\\.'), [
    '1\r\n',
    '2\r\n',
  ])
  assert.deepEqual(dataOf('copy t from stdin'), [''])
})

test('lexer: other forms of COPY have no data', () => {
  for (const text of [
    "COPY t FROM '/x';\n1",
    'COPY t TO stdout;\n1',
    'COPY (SELECT 1 FROM stdin) TO stdout;\n1',
  ])
    assert.deepEqual(lex(text).copies, [], text)
})

test('lexer: psql commands are found at the start of a line, outside quotes only', () => {
  const text = "\\set x 1\nselect '\n\\a';\n  \\echo ; \r\nselect 1 \\ 2;\n$$\n\\b\n$$"

  assert.deepEqual(lex(text).psqlCommands, [
    { offset: 0, text: '\\set x 1' },
    { offset: 25, text: '\\echo ;' },
  ])
})

test("lexer: pg_dump's restrict lines are no commands and no statements", () => {
  const text = "\\restrict a'b\nselect 1;\n\\unrestrict a'b\n\\restricted\n"
  const { restricts, psqlCommands, closed } = lex(text)

  assert.deepEqual(restricts, [
    { start: 0, end: 13 },
    { start: 24, end: 39 },
  ])
  assert.deepEqual(psqlCommands, [{ offset: 40, text: '\\restricted' }])
  assert.deepEqual([sources(text), closed], [['select 1'], true])
})

test('lexer: where standard_conforming_strings is off, a backslash escapes', () => {
  const text = String.raw`SET standard_conforming_strings = off; SELECT 'it\'s; one'; RESET ALL; SELECT '\'; SELECT 2`
  const { statements, closed, backslashes } = lex(text)

  assert.deepEqual([statements.length, closed, backslashes], [5, true, true])
  for (const set of [
    'SET standard_conforming_strings = on',
    "set standard_conforming_strings to 'TRUE'",
    'RESET ALL',
  ])
    assert.equal(lex(`${set}; SELECT '\\'; SELECT 1`).backslashes, false, set)
  for (const set of [
    "select set_config('standard_conforming_strings', 'off', false)",
    'SET SESSION standard_conforming_strings TO FALSE',
  ])
    assert.equal(lex(`${set}; SELECT '\\'; SELECT 1'`).statements.length, 2, set)
})

test('lexer: transaction statements are known by their first words', () => {
  const table = {
    'BEGIN ISOLATION LEVEL SERIALIZABLE': 'begin',
    'start transaction': 'begin',
    COMMIT: 'commit',
    'end work': 'commit',
    ROLLBACK: 'rollback',
    abort: 'rollback',
    'ROLLBACK TO SAVEPOINT x': 'savepoint',
    'ROLLBACK WORK TO x': 'savepoint',
    'SAVEPOINT x': 'savepoint',
    'RELEASE x': 'savepoint',
    "PREPARE TRANSACTION 'x'": 'prepare',
    'PREPARE transaction AS SELECT 1': undefined,
    'PREPARE x AS SELECT 1': undefined,
    "COMMIT PREPARED 'x'": 'prepared',
    "ROLLBACK PREPARED 'x'": 'prepared',
    'SELECT commit': undefined,
    'DO $$ BEGIN COMMIT; END $$': undefined,
  }

  for (const [text, kind] of Object.entries(table))
    assert.equal(lex(`a; ${text};`).transactionWords[0]?.kind, kind, text)
})

async function parserStatements(text: string): Promise<string[]> {
  const { loadModule, parseSync } = await import('libpg-query')
  await loadModule()
  const bytes = Buffer.from(text)
  return (parseSync(text).stmts ?? []).map(({ stmt_location: start = 0, stmt_len: length }) =>
    bytes.toString('utf8', start, length ? start + length : undefined),
  )
}

function ownShares(text: string): string[] {
  const { statements } = lex(text)
  return statements.map(({ start, end }) => text.slice(start, end))
}

// The parser leaves out comments before a statement and after the last one: compare the tokens.
function withoutOuterComments(source: string): string {
  const { statements } = lex(source)
  return source.slice(statements[0]?.firstTokenStart ?? 0, statements.at(-1)?.end)
}

for (const [index, text] of snippets.entries())
  test(`lexer: agrees with the real parser on snippet ${index + 1}`, async () => {
    const expected = await parserStatements(text)

    assert.deepEqual(
      ownShares(text).map(withoutOuterComments),
      expected.map(withoutOuterComments),
      text,
    )
    assert.equal(lex(text).closed, true)
  })

test('lexer: every snippet in one text splits as the parser splits it', async () => {
  const text = snippets.map((snippet) => `${snippet}\n;\n`).join('')

  assert.deepEqual(
    ownShares(text).map(withoutOuterComments),
    (await parserStatements(text)).map(withoutOuterComments),
  )
})

test('lexer: each fragment is one statement for the parser too', async () => {
  for (const fragment of fragments) assert.ok(await parseStatement(fragment), fragment)
})

test('lexer: statements put together come apart as they were', () => {
  const between = fc.constantFrom(
    ';',
    ' ;\n',
    ';; -- c ;\n',
    '; /* ; /* */ ; */ ',
    '\n;\r\n',
    ';\n-- x\r',
  )
  const list = fc.array(fc.tuple(fc.constantFrom(...fragments), between), { maxLength: 12 })

  fc.assert(
    fc.property(list, fc.boolean(), (pairs, lastHasSemicolon) => {
      const text = pairs
        .map(([fragment, end], index) =>
          index < pairs.length - 1 || lastHasSemicolon ? fragment + end : fragment,
        )
        .join('')
      assert.deepEqual(
        sources(text).map((source) => source.trimEnd()),
        pairs.map(([fragment]) => fragment),
      )
      assert.equal(lex(text).closed, true)
    }),
  )
})

test('lexer: any text is read without an error, its statements in order and apart', () => {
  const pieces = fc.constantFrom(
    ...[
      "'",
      '"',
      '$$',
      '$a$',
      '/*',
      '*/',
      '--',
      '\n',
      '\r',
      ';',
      '(',
      ')',
      '\\',
      "E'",
      'U&"',
      'é',
      '😀',
    ],
    ...['BEGIN ATOMIC', 'END', 'COPY t FROM stdin;', '\\.\n', 'create function', '1', 'x', ' '],
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  )

  fc.assert(
    fc.property(text, (source) => {
      let last = 0
      for (const { start, firstTokenStart, end } of lex(source).statements) {
        assert.ok(last <= start && start <= firstTokenStart && firstTokenStart < end)
        last = end
      }
      assert.ok(last <= source.length)
    }),
    { numRuns: 500 },
  )
})

test('lexer: quoted pieces, block comments and COPY data are told in order', () => {
  const text = "a 'b' $$c$$ /* d */ \"e\" E'f' -- 'g'\n; copy t from stdin;\nh\n\\.\n"
  const pieces: string[] = []

  lex(text, (start, end) => pieces.push(text.slice(start, end)))

  assert.deepEqual(pieces, ["'b'", '$$c$$', '/* d */', '"e"', "E'f'", 'h\n'])
})

test('lexer: a text of three megabytes costs no more for its length than a short one', async () => {
  const line = "CREATE TABLE a.b (id bigint PRIMARY KEY, c text DEFAULT E'x\\'y'); -- d\n"
  const [short, long] = [line.repeat(4500), line.repeat(45_000)]

  assert.equal(lex(long).statements.length, 45_000)
  // were it quadratic, a hundred times as much
  assert.ok((await costOf(() => lex(long))) < 30 * (await costOf(() => lex(short))))
})

test('letters right after a parameter are a name, in which a dollar opens no quote', () => {
  const { statements, closed } = lex('SELECT $1x$$y; SELECT $2$$;$$')

  assert.equal(closed, true)
  assert.deepEqual(
    statements.map(({ firstTokenStart, end }) => [firstTokenStart, end]),
    [
      [0, 13],
      [15, 29],
    ],
  )
})
