import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigrationError } from '../../src/errors'
import { readSections, readSqlPart, writeSqlPart } from '../../src/script/sections/sections'
import { statement } from '../support/random-sql'
import { times } from './mode'
import { fc } from '../support/property'

const trap = fc.constantFrom(
  '-- MIGRATE UP',
  '-- MIGRATE DOWN',
  '-- migrate: no-transaction',
  '# MIGRATE UP',
  '/* MIGRATE DOWN */',
  '-- migrate up',
)

/** A marker or a directive where it means nothing: inside whatever PostgreSQL quotes. */
const hidden = fc.tuple(trap, fc.nat(5)).map(([text, way]) => {
  const ways = [
    `SELECT '\n${text}\n'`,
    `SELECT E'\\'\n${text}\n'`,
    `SELECT $x$\n${text}\n$x$`,
    `SELECT 1 AS "\n${text}\n"`,
    `/* ;\n${text.replaceAll(/\/\*|\*\//g, '')}\n*/ SELECT 1`,
    `SELECT 1; -- see ${text.slice(3)}\nSELECT 2`,
  ]
  return ways[way]!
})
const body = fc
  .array(fc.oneof(statement, hidden), { maxLength: 4 })
  .map((parts) => parts.map((part) => `${part};\n`).join(''))
const directive = fc.constantFrom(
  '-- migrate: no-transaction\n',
  "-- migrate: lock_timeout = '2s'\n",
  '-- migrate: work_mem = 7MB\n',
)
const directives = fc.array(directive, { maxLength: 3 }).map((lines) => lines.join(''))
const marker = (name: string) =>
  fc.constantFrom(
    `-- MIGRATE ${name}\n`,
    `--MIGRATE ${name} ---\n`,
    `/* MIGRATE ${name} */\n`,
    `# MIGRATE ${name}\n`,
    `  -- ==== MIGRATE ${name} ====\n`,
    `-- MIGRATE ${name}: why\r\n`,
  )

function optionsOf(...texts: readonly string[]) {
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''))
  return {
    transaction: !lines.includes('-- migrate: no-transaction'),
    settings: lines.flatMap((line) => {
      const [, name, value] = /^-- migrate: (\w+) = '?(\w+)'?$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value]]
    }),
  }
}

test('two sections come apart as they were put together, whatever stands in them', () => {
  const part = fc.record({ options: directives, body })
  const both = fc.record({
    head: directives,
    up: part,
    down: fc.option(part),
    upMarker: marker('UP'),
    downMarker: marker('DOWN'),
    downFirst: fc.boolean(),
  })
  fc.assert(
    fc.property(both, ({ head, up, down, upMarker, downMarker, downFirst }) => {
      const upText = `${upMarker}${up.options}${up.body}`
      const downText = down ? `${downMarker}${down.options}${down.body}` : ''
      const text = head + (downFirst ? downText + upText : upText + downText)
      const { upgrade, downgrade } = readSections(text, 'f.sql')

      assert.equal(upgrade.text, up.options + up.body)
      assert.deepEqual(upgrade.options, optionsOf(head, up.options))
      assert.equal(downgrade?.text, down === null ? undefined : down.options + down.body)
      if (down) assert.deepEqual(downgrade?.options, optionsOf(head, down.options))
      for (const one of [upgrade, downgrade]) {
        if (!one) continue
        assert.equal(
          text
            .split('\n')
            .slice(one.line - 1)
            .join('\n')
            .startsWith(one.text),
          true,
        )
        const again = readSqlPart(writeSqlPart(one), 'f.sql')
        assert.deepEqual(again.options, one.options)
      }
    }),
    { numRuns: times(300, 20_000) },
  )
})

test('a text without markers of its own is the upgrade, whole', () => {
  fc.assert(
    fc.property(directives, body, (options, text) => {
      const { upgrade, downgrade } = readSections(options + text, 'f.sql')
      assert.equal(upgrade.text, options + text)
      assert.equal(downgrade, undefined)
      assert.deepEqual(upgrade.options, optionsOf(options))
    }),
    { numRuns: times(300, 20_000) },
  )
})

test('any text is cut, or refused with its line', () => {
  const line = fc.oneof(
    trap,
    statement,
    directive,
    fc.string({ unit: 'binary' }),
    fc.constantFrom("'", '$$', '/*', '*/'),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const text = lines.join('\n')
      try {
        const { upgrade, downgrade } = readSections(text, 'f.sql')
        assert.ok(text.includes(upgrade.text))
        assert.ok(text.includes(downgrade?.text ?? ''))
      } catch (error) {
        assert.ok(error instanceof MigrationError, String(error))
        assert.ok(error.line !== undefined && error.line <= text.split(/\r\n|\r|\n/).length)
      }
    }),
    { numRuns: times(300, 20_000) },
  )
})
