import { fc } from './property'

/** A text that may hold whatever would end a statement, were it not quoted. */
function inside(...more: readonly string[]): fc.Arbitrary<string> {
  const traps = [
    ';',
    '--',
    '/*',
    '*/',
    '(',
    ')',
    '$',
    'x',
    'é',
    '😀',
    '\n',
    '\r',
    ' ',
    'BEGIN ATOMIC',
  ]
  const pieces = fc.constantFrom(...traps, ...more)
  return fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''))
}

/** White space and comments, of which the last may want a line end behind it. */
export const gap: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(' ', '\n', '\r\n', '\t', '\f') },
      inside("'", '"', '$$').map((text) => `--${text.replaceAll(/[\r\n]/g, '')}\n`),
      inside("'", '"', '$$').map((text) => `/*${text.replaceAll(/\/\*|\*\/|[*/]/g, '')}*/`),
      fc.constantFrom('-- ;\r', "/* ; /* ; */ ' */", '/**/', '/*/ */'),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join(''))

/** A new line, with what a continued string may have around it. */
const continuation = fc.constantFrom('\n', ' \r\n ', ' -- ;\n', '\n\n\t', " -- '\n ")
const plainText = inside("''", '"', '$$', '\\')
const escapedText = inside("''", "\\'", '\\\\', '"', '$$')

const strings = fc.oneof(
  plainText.map((text) => `'${text}'`),
  escapedText.map((text) => `E'${text}'`),
  escapedText.map((text) => `e'${text}'`),
  inside("''", '"').map((text) => `U&'${text}'`),
  inside("''", '"').map((text) => `N'${text}'`),
  fc.tuple(plainText, continuation, plainText).map(([a, space, b]) => `'${a}'${space}'${b}'`),
  fc.tuple(escapedText, continuation, escapedText).map(([a, space, b]) => `E'${a}'${space}'${b}'`),
  fc
    .tuple(fc.constantFrom('', 'a', 'ü1', '_', 'A'), inside("'", '"', '\\', '$b$', '$aa$'))
    .map(([tag, text]) => `$${tag}$${text.replaceAll(`$${tag}$`, '').replace(/\$+$/, '')}$${tag}$`)
    .filter((text) => text.indexOf(text.slice(0, text.indexOf('$', 1) + 1), 1) > 0),
)
const numbers = fc.constantFrom('1', '1.5', '.5', '1e3', '0x1F', '1_000', '1.', '007')
const bits = fc.constantFrom("B'01'", "x'1f'", "b''")
const name = fc.oneof(
  inside('""', "'", '$$', '\\').map((text) => `"n${text}"`),
  fc.constantFrom('a$b', 'größe', '_x', 'e1', 'U', 'x$$y', 'begin_atomic'),
)

/** An expression that PostgreSQL computes, whatever it comes to. */
const expression: fc.Arbitrary<string> = fc.letrec<{ one: string; many: string }>((tie) => ({
  one: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    strings,
    fc.oneof(numbers, bits),
    fc.tuple(gap, tie('one'), gap).map(([a, inner, b]) => `(${a}${inner}${b})`),
    fc
      .tuple(tie('one'), gap, tie('one'))
      .map(([a, space, b]) => `(${a})::text||${space}(${b})::text`),
    fc.tuple(tie('one'), gap).map(([a, space]) => `CASE WHEN true THEN${space}(${a})::text END`),
  ),
  many: fc.string(),
})).one

const select = fc
  .array(fc.tuple(gap, expression, fc.option(name)), { minLength: 1, maxLength: 3 })
  .map((columns) => {
    const list = columns.map(([space, value, alias]) => {
      return `${space}${value}${alias === null ? '' : ` AS ${alias}`}`
    })
    return `SELECT${list.join(',')}`
  })

/** Statements with a body of their own, that can run in any transaction. */
const withBody = fc
  .tuple(expression, gap)
  .map(([value, space]) => [
    `DO $do$ BEGIN PERFORM ${value}; END; $do$`,
    `CREATE OR REPLACE FUNCTION f() RETURNS text BEGIN ATOMIC${space}SELECT CASE WHEN true THEN (${value})::text END;${space}SELECT (${value})::text; END`,
    `CREATE OR REPLACE RULE r AS ON UPDATE TO t DO ALSO (${space}SELECT (${value})::text;${space}SELECT 2)`,
    `CREATE OR REPLACE PROCEDURE p() LANGUAGE sql AS $p$ SELECT ${value}; $p$`,
    `PREPARE pp AS SELECT (${value})::text`,
  ])

/** One statement that PostgreSQL can run where a table `t (a int)` is, without a semicolon. */
export const statement: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: select },
  fc.tuple(withBody, fc.nat(3)).map(([bodies, which]) => bodies[which]!),
)

/** What may stand between two statements. */
export const separator: fc.Arbitrary<string> = fc
  .tuple(fc.option(gap), fc.constantFrom(';', ';', ';;', '; ;'), fc.option(gap))
  .map(([before, semicolon, after]) => `${before ?? ''}${semicolon}${after ?? ''}`)

/** A text of statements that PostgreSQL can run, and how many they are. */
export const script: fc.Arbitrary<{ text: string; count: number }> = fc
  .tuple(
    fc.option(gap),
    fc.array(fc.tuple(statement, separator), { maxLength: 5 }),
    fc.boolean(),
    fc.option(gap),
  )
  .map(([before, parts, ends, after]) => {
    const text = parts
      .map(([one, end], index) => (index < parts.length - 1 || ends ? one + end : one))
      .join('')
    return { text: `${before ?? ''}${text}${after ?? ''}`, count: parts.length }
  })

/** Anything that looks like SQL: pieces of statements in any order, and texts with a piece cut out or put in. */
export const soup: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(fc.oneof(strings, numbers, name, gap, fc.constantFrom(...'\'"$;();,-/*+|ExU&b1 ')), {
      maxLength: 20,
    })
    .map((parts) => parts.join('')),
  fc
    .tuple(script, fc.nat(), fc.nat(3), fc.constantFrom(...'\'"$;()-/*E ', '$$', '--', '/*', ''))
    .map(([{ text }, at, length, piece]) => {
      const start = at % (text.length + 1)
      return text.slice(0, start) + piece + text.slice(start + length)
    }),
)
