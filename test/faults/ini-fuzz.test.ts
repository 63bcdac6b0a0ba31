import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parseIni } from '../../src/settings/ini/ini'
import { times } from './mode'
import { fc } from '../support/property'

type Sections = Record<string, Record<string, string>>

/** Lines of an ini that somebody wrote in a hurry. */
const words = fc.constantFrom(
  ...['a', 'b', 'k', 'l.m', 'typeorm.url', 'true', '007', '""', "'", '\\', 'é', '😀', '%(here)s'],
  ...[
    '#',
    ';',
    '=',
    ':',
    '[',
    ']',
    ' ',
    '__proto__',
    'constructor',
    'x#y',
    'p;q',
    '%',
    '${A}',
    '$',
  ],
)
const phrase = fc.array(words, { maxLength: 5 }).map((parts) => parts.join(''))
const indent = fc.constantFrom('', '', '', ' ', '  ', '\t', '    ')
const name = fc.constantFrom('a', 'b', 'a.b', 'app:main', 'DEFAULT', '__proto__', 'x y', 'é', '-n')
const key = fc.constantFrom(
  'k',
  'l',
  'typeorm.url',
  'K',
  'a b',
  '__proto__',
  '-x',
  'é',
  'k[]',
  '"q"',
)
const line = fc.oneof(
  { weight: 2, arbitrary: name.map((section) => `[${section}]`) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(indent, key, fc.constantFrom('=', ' = ', ':', ': ', '= '), phrase)
      .map((parts) => parts.join('')),
  },
  { weight: 3, arbitrary: fc.tuple(indent, phrase).map((parts) => parts.join('')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', '  ', '# c = 1', '  ; d', '#[x]', '[a] # b', '[open'),
  },
)
const file = fc
  .tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, end]) => lines.join(end))

function read(text: string): { sections: Sections; problems: readonly string[] } {
  const { sections, defaults, problems } = parseIni(text)
  const all = [...sections].map(([section, { entries }]) => [section, entries] as const)
  const found: Sections = Object.create(null) as Sections
  for (const [section, entries] of [['DEFAULT', defaults] as const, ...all]) {
    found[section] = Object.fromEntries([...entries].map(([one, { value }]) => [one, value]))
  }
  return { sections: found, problems: problems.map(({ message }) => message) }
}

/** The rules of the file by themselves, without the `ini` package and without names of problems. */
function model(text: string): Sections | undefined {
  const found: Record<string, Record<string, string[]>> = Object.create(null) as Record<
    string,
    Record<string, string[]>
  >
  found['DEFAULT'] = {}
  const seen = new Set<string>()
  let section: string | undefined
  let last: string[] | undefined
  let depth = 0
  for (const raw of text.split(/\r\n|\n/)) {
    const content = raw.trim()
    if (content.startsWith('#') || content.startsWith(';')) continue
    if (content === '') {
      last?.push('')
      continue
    }
    const here = raw.length - raw.trimStart().length
    if (last && here > depth) {
      last.push(content)
      continue
    }
    depth = here
    last = undefined
    if (content.startsWith('[')) {
      const header = /^\[([^\]]+)\]\s*(?:[#;].*)?$/.exec(content) ?? /^\[(.+)\]$/.exec(content)
      section = header?.[1]?.trim()
      if (!section || seen.has(section)) return undefined
      seen.add(section)
      found[section] = Object.create(null) as Record<string, string[]>
      continue
    }
    const [, own = '', value] = /^([^=:]*)[=:](.*)$/.exec(content) ?? []
    const one = own.trim()
    if (value === undefined || one === '' || section === undefined) return undefined
    if (found[section]![one]) return undefined
    last = found[section]![one] = [value.trim()]
  }
  return joined(found)
}

function joined(found: Record<string, Record<string, string[]>>): Sections {
  const all = Object.entries(found).map(([section, values]) => [
    section,
    Object.fromEntries(
      Object.entries(values).map(([one, lines]) => [one, lines.join('\n').trimEnd()]),
    ),
  ])
  return Object.assign(Object.create(null), Object.fromEntries(all)) as Sections
}

/** As JSON, so that `__proto__` is a key like others. */
function flat(sections: Sections): [string, [string, string][]][] {
  return Object.entries(sections)
    .filter(([section, values]) => section !== 'DEFAULT' || Object.keys(values).length > 0)
    .map(([section, values]) => [section, Object.entries(values)])
}

test('the ini reader agrees with a model of its rules on any file', () => {
  let good = 0
  fc.assert(
    fc.property(file, (text) => {
      const { sections, problems } = read(text)
      const expected = model(text)
      assert.equal(problems.length > 0, expected === undefined, problems.join())
      if (!expected) return
      good++
      assert.deepEqual(new Map(flat(sections)), new Map(flat(expected)))
    }),
    { numRuns: times(500, 50_000) },
  )
  assert.ok(good > times(20, 2000), `${good} files without a problem`)
})

const python = `
import configparser, json, sys
def read(text):
    parser = configparser.RawConfigParser(strict=True, default_section='DEFAULT')
    parser.optionxform = str
    try:
        parser.read_string(text.replace('\\r\\n', '\\n'))
    except configparser.Error as error:
        return None
    found = {name: dict(parser._sections[name]) for name in parser.sections()}
    found['DEFAULT'] = dict(parser.defaults())
    return [[name, list(values.items())] for name, values in found.items()]
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`

test("the ini reader agrees with Python's configparser on any file that both take", async (context) => {
  const found = await promisify(execFile)('python3', ['--version']).catch(() => undefined)
  if (!found) return context.skip('needs the program python3')
  const texts = fc.sample(file, times(500, 20_000))
  const answers = await askPython(texts)
  let good = 0
  for (const [index, text] of texts.entries()) {
    const { sections, problems } = read(text)
    const answer = answers[index]
    if (!answer) {
      assert.notDeepEqual(problems, [], JSON.stringify(text))
      continue
    }
    // spaces round a section's name are none here
    if (answer.some(([section]) => section !== section.trim())) continue
    // configparser reads over what follows a header, and over a second [DEFAULT]
    if (problems.some((message) => /header|\[DEFAULT\]/.test(message))) continue
    assert.deepEqual(problems, [], JSON.stringify(text))
    good++
    const theirs = answer.filter(([section, values]) => section !== 'DEFAULT' || values.length > 0)
    assert.deepEqual(new Map(flat(sections)), new Map(theirs), JSON.stringify(text))
  }
  assert.ok(good > times(20, 1000), `${good} files without a problem`)
})

async function askPython(texts: readonly string[]) {
  const child = spawn('python3', ['-c', python], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(texts))
  let output = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) output += String(chunk)
  return JSON.parse(output) as ([string, [string, string][]][] | null)[]
}
