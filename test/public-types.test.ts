import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const root = join(__dirname, '../src')
const declared = (name: string) =>
  new RegExp(`export (?:declare )?(?:abstract )?(?:const|class|function|interface|type) ${name}\\b`)

const textOf = (file: string) => readFileSync(`${file}.d.ts`, 'utf8')

/** Names that a declaration file imports from files of ours, with the file of each. */
function importsOf(file: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, names = '', from = ''] of textOf(file).matchAll(
    /(?:import|export) (?:type )?\{([^}]*)\} from '(\.[^']*)'/g,
  )) {
    for (const name of names.split(',')) {
      found.set(name.replace(/^\s*type\s+/, '').trim(), join(dirname(file), from))
    }
  }
  return found
}

/** The declaration of one name, without comments. */
function declarationOf(file: string, name: string): string {
  const text = textOf(file).replace(/\/\*[\s\S]*?\*\//g, '')
  const start = text.search(
    new RegExp(
      `^(?:export )?(?:declare )?(?:abstract )?(?:const|class|function|interface|type) ${name}\\b`,
      'm',
    ),
  )
  if (start < 0) return ''
  const rest = text.slice(start + 1)
  const end = rest.search(/^(?:export|declare|import|interface|type|const) /m)
  return end < 0 ? rest : rest.slice(0, end)
}

test('every type that is reachable from an exported one is exported', () => {
  const index = importsOf(join(root, 'index'))
  const seen = new Set<string>()
  const missing = new Set<string>()
  const queue = [...index].filter(([name]) => name !== '')
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [name, file] = next
    if (seen.has(`${file} ${name}`)) continue
    seen.add(`${file} ${name}`)
    const text = declarationOf(file, name)
    const imports = importsOf(file)
    for (const [, word = ''] of text.matchAll(/\b([A-Z]\w+)\b/g)) {
      const from = imports.get(word) ?? (declared(word).test(textOf(file)) ? file : undefined)
      if (from === undefined || word === name) continue
      if (!index.has(word)) missing.add(word)
      queue.push([word, from])
    }
  }
  assert.deepEqual([...missing].toSorted(), [])
})
