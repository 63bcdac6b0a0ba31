import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseSync } from '@swc/core'

/** A text of SQL in the source, where it is one piece: between two `${}`, or the whole of a string. */
export interface SqlLiteral {
  /** Path below src. */
  file: string
  text: string
}

const sources = resolve(__dirname, '../../../src')
const looksLikeSql =
  /\bpg_catalog\.|^\s*(?:SELECT|WITH|INSERT INTO|DELETE FROM|UPDATE|CREATE (?:TABLE|TEMPORARY|SCHEMA|DATABASE)|SAVEPOINT|SET LOCAL)\b|\b(?:WHERE|JOIN|AND) \S/

/** The longest piece of each text in src that is SQL by its looks. */
export function sqlLiterals(): SqlLiteral[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  return (
    files
      // what MySQL and SQLite get has no pg_catalog
      .filter((file) => file.endsWith('.ts') && !file.startsWith('backends/sql/'))
      .flatMap((file) => {
        const tree: unknown = parseSync(readFileSync(join(sources, file), 'utf8'), {
          syntax: 'typescript',
        })
        return literalsIn(tree).map((text) => ({ file, text }))
      })
  )
}

interface TreeNode {
  type?: string
  value?: string
  quasis?: readonly { cooked?: string; raw: string }[]
}

function literalsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(literalsIn)
  if (value === null || typeof value !== 'object') return []
  const { type, value: text, quasis } = value as TreeNode
  const below = Object.values(value).flatMap(literalsIn)
  if (type === 'StringLiteral' && looksLikeSql.test(text ?? '')) return [text ?? '', ...below]
  if (type !== 'TemplateLiteral' || !quasis) return below
  const pieces = quasis.map(({ cooked, raw }) => cooked ?? raw)
  if (!looksLikeSql.test(pieces.join('x'))) return below
  const [longest = ''] = pieces.toSorted((a, b) => b.length - a.length)
  return [longest, ...below]
}
