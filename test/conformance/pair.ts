import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { lex } from '../../src/script/lexer/lexer'
import { Random } from '../support/history-random'

/** Two schemas, as one line of a `.jsonl` file says them. */
export interface Pair {
  /** The file's name without `.jsonl`. */
  suite: string
  name: string
  /** SQL of the only script. */
  before: string
  /** SQL of the canonical schema. */
  after: string
  /** SQL that is run once on the server, for roles. */
  setup?: string
  /** The oldest PostgreSQL that knows the syntax. */
  minMajor?: number
}

/** All pairs of a folder's `.jsonl` files, by suite and in the order of their lines. */
export async function readPairs(folder: string): Promise<Pair[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).toSorted()
  const suites = await Promise.all(
    files.map(async (file) =>
      pairsIn(basename(file, '.jsonl'), await readFile(join(folder, file), 'utf8')),
    ),
  )
  return suites.flat()
}

function pairsIn(suite: string, text: string): Pair[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => ({ ...(JSON.parse(line) as Omit<Pair, 'suite'>), suite }))
  const names = new Set<string>()
  for (const { name, before, after } of pairs) {
    if (typeof before !== 'string' || typeof after !== 'string' || !/^[^\t\n]+$/.test(name))
      throw new Error(`${suite}: not a pair: ${name}`)
    if (names.has(name)) throw new Error(`${suite}: two pairs are called ${name}`)
    names.add(name)
  }
  return pairs
}

/** Some of the pairs, the same for the same seed, in their order; all of them without a size. */
export function sampleOf(pairs: readonly Pair[], size: number | undefined, seed: number): Pair[] {
  if (size === undefined) return [...pairs]
  const chosen = new Set(new Random(seed).shuffled(pairs).slice(0, size))
  return pairs.filter((pair) => chosen.has(pair))
}

/** A pair whose roles are made apart, since roles are the server's and not the database's. */
export function withoutRoles(pair: Pair): Pair {
  const { before, after, setup = '' } = pair
  const roles = [before, after].flatMap((sql) => statementsOf(sql).filter(makesRole))
  const all = [...statementsOf(setup), ...roles].map((statement) => `${statement};\n`)
  return { ...pair, before: rest(before), after: rest(after), setup: all.join('') }
}

/** The statements of a text, each without its semicolon and the comments above it. */
export function statementsOf(sql: string): string[] {
  return lex(sql).statements.map(({ firstTokenStart, end }) => sql.slice(firstTokenStart, end))
}

function makesRole(statement: string): boolean {
  return /^CREATE\s+(ROLE|USER(?!\s+MAPPING)|GROUP)\b/i.test(statement)
}

function rest(sql: string): string {
  const made = statementsOf(sql).filter(makesRole)
  return made.reduce((text, statement) => text.replace(statement, ''), sql)
}
