import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lex } from '../../src/script/lexer/lexer'
import {
  dataOf,
  isDataLine,
  readSchemaFile,
  type SchemaFile,
} from '../../src/script/folder/schema-file'
import { withFolder } from '../support/folder'
import { fc } from '../support/property'

const pieces = [
  'CREATE TABLE a (i int);\n',
  "INSERT INTO a VALUES ('; COPY a FROM stdin;\n');\n",
  '-- COPY a FROM stdin;\n',
  '/* ; \n COPY b FROM stdin;\n */',
  'COPY a FROM stdin;\n1\n2\n\\.\n',
  'COPY a (i) FROM stdin WITH (FORMAT text);\r\n1\r\n\\.\r\n',
  'COPY "größe" FROM stdin; -- rows\nä\n\\.x\n\\\\.\n\\.\n',
  'COPY a FROM stdin;\n\\.\n',
  'COPY a TO stdout;\n',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1; COPY a FROM stdin;\n $x$;\n',
  'CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;\n',
  "SELECT E'\\';\\\\';\n",
  '\\restrict abc\n',
  ';;\n',
  '\n\n',
]
const endings = [
  '',
  'SELECT 1',
  'COPY a FROM stdin;',
  'COPY a FROM stdin;\n',
  'COPY a FROM stdin;\n1\n2',
  "'open; ",
]

/** The file as it was: each run of data back in its place. */
async function wholeOf(schema: SchemaFile): Promise<string> {
  const { text } = schema.part
  const copies = lex(text).copies.filter(({ dataStart }) => isDataLine(text, dataStart))
  assert.equal(copies.length, schema.data.length)
  let whole = ''
  let at = 0
  for (const [index, { dataStart, dataEnd }] of copies.entries()) {
    assert.equal(text.slice(dataStart, dataEnd), '', 'data stayed in memory')
    whole += text.slice(at, dataStart)
    const chunks: Buffer[] = []
    for await (const chunk of dataOf(schema, schema.data[index]!)) chunks.push(chunk)
    const data = Buffer.concat(chunks).toString('utf8')
    assert.equal(schema.data[index]!.lines, data.split('\n').length - 1)
    whole += data
    at = dataStart
  }
  return whole + text.slice(at)
}

test('whatever the chunks, the data of COPY is left in the file and all else is read', async () => {
  await withFolder({}, async (folder) => {
    const file = join(folder, 'schema.sql')
    const texts = fc.tuple(
      fc.constantFrom('', '\ufeff'),
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
      fc.constantFrom(...endings),
    )
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.integer({ min: 1, max: 90 }),
        async ([mark, middle, end], chunk) => {
          const text = middle.join('') + end
          await writeFile(file, mark + text)
          assert.equal(await wholeOf(await readSchemaFile(file, chunk)), text)
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('a file where a backslash may escape a quote is read as a whole', async () => {
  await withFolder({}, async (folder) => {
    const file = join(folder, 'schema.sql')
    const text =
      "SET standard_conforming_strings = off;\nSELECT '\\'; COPY a FROM stdin;\n';\nCOPY a FROM stdin;\n1\n\\.\n"
    await writeFile(file, text)

    const { part, data } = await readSchemaFile(file, 16)

    assert.deepEqual(data, [])
    assert.equal(part.text, await readFile(file, 'utf8'))
  })
})
