import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/*
 * Writes docs/api.md and docs/api-report.md from the declarations that the build makes: what each subpath of the
 * package exports, with its docstring. test/api.test.ts compares them; UPDATE_GOLDEN=1 writes them anew.
 */

/** The subpaths of the package, and the file of each below dist/src. */
export const entries: Readonly<Record<string, string>> = {
  typetrek: 'index',
  'typetrek/testing': 'testing/testing',
  'typetrek/nestjs': 'integration/nestjs',
  'typetrek/http': 'integration/http-handlers',
  'typetrek/opentelemetry': 'integration/opentelemetry',
  'typetrek/command': 'cli/migrate-command',
  'typetrek/backend': 'backend-kit',
  'typetrek/backend-contract': 'backend-contract',
}

/** One exported name. */
export interface Declared {
  name: string
  /** Without the comment marks; empty where there is none. */
  comment: string
  /** Without `export declare` and comments. */
  text: string
  kind: 'function' | 'class' | 'type'
}

/** An example of a docstring. */
export interface Example {
  entry: string
  name: string
  code: string
}

const root = join(__dirname, '../src')

/** The page for people: functions and classes with their docstrings, then the types. */
export function apiPage(): string {
  const parts = Object.keys(entries).map((entry) => {
    const all = declarationsOf(entry)
    const called = all.filter(({ kind }) => kind !== 'type')
    const types = all.filter(({ kind }) => kind === 'type')
    return [
      `## ${entry}`,
      ...called.map((one) => section(one, '###')),
      ...(entry === 'typetrek' ? types.filter(({ name }) => inFull.includes(name)).map(whole) : []),
      ...(types.length > 0 && entry === 'typetrek' ? [typeTable(types)] : []),
      ...(entry === 'typetrek' ? [] : types.map((one) => section(one, '###'))),
    ].join('\n\n')
  })
  return [`# API`, introduction, ...parts].join('\n\n') + '\n'
}

const introduction = `What programs call. Made from the docstrings by \`tools/api-page.ts\`; tests compare them and run every example. All declarations are in [api-report.md](api-report.md), uses from end to end in [recipes](recipes/README.md), error codes in [errors.md](errors.md).

Every function takes what the application has: a DataSource or QueryRunner (of PostgreSQL, MySQL, MariaDB or SQLite), a pg Client or Pool, a PGlite, an address, or a function that makes a backend of one's own ([databases.md](databases.md)). Nothing is closed that was not opened by it; on a connection that is inside a transaction everything is a part of that transaction, and what cannot be is refused (\`TRANSACTION_MODE\`). Scripts come from an ini file, a folder, a glob, a list of folders and globs, or an array of values (\`ScriptObject\`).`

/** Every public declaration, for reviews: a change of the interface is a change of this file. */
export function apiReport(): string {
  const parts = Object.keys(entries).map((entry) => {
    const texts = declarationsOf(entry).map(({ text }) => text)
    return `## ${entry}\n\n\`\`\`ts\n${texts.join('\n\n')}\n\`\`\``
  })
  return (
    [
      '# API report',
      'Every public declaration. Made by `tools/api-page.ts`, compared by a test.',
      ...parts,
    ].join('\n\n') + '\n'
  )
}

/** The examples of all docstrings. */
export function examples(): Example[] {
  return Object.keys(entries).flatMap((entry) =>
    declarationsOf(entry).flatMap(({ name, comment, text }) =>
      [...commentsIn(text), comment]
        .flatMap((one) => examplesOf(one))
        .map((code) => ({ entry, name, code })),
    ),
  )
}

/** The types whose members a program must know, with their docstrings. */
const inFull = ['Migrator', 'StoredPlan', 'ScriptObject', 'ScriptContext', 'RunHooks']

function whole({ name, comment, text }: Declared): string {
  return [`### ${name}`, partsOf(comment).words, `\`\`\`ts\n${text}\n\`\`\``].join('\n\n')
}

function section({ name, comment, text, kind }: Declared, level: string): string {
  const { words, rest } = partsOf(comment)
  const code = kind === 'class' ? text.replace(/^ {4}(?:private|readonly #).*\n/gm, '') : text
  const shown = examplesOf(comment).map((one) => `\`\`\`ts\n${one}\n\`\`\``)
  return [
    `${level} ${name}`,
    words,
    `\`\`\`ts\n${withoutComments(code)}\n\`\`\``,
    ...rest,
    ...shown,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function typeTable(types: readonly Declared[]): string {
  const rows = types.map(({ name, comment }) => {
    const [first = ''] = partsOf(comment).words.split(/(?<=[.:]) (?=[A-Z])|\n\n/)
    return `| \`${name}\` | ${first.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`
  })
  return ['### Types', ['| type | what it is |', '| --- | --- |', ...rows].join('\n')].join('\n\n')
}

/** The text of a docstring, and its tags as a list. */
function partsOf(comment: string): { words: string; rest: string[] } {
  const [words = '', ...tags] = comment.replace(/@example\n[^]*?(?=\n@|$)/g, '').split(/\n(?=@)/)
  const lines = tags.flatMap((tag) => {
    const [, kind = '', said = ''] = /^@(\w+)\s+([^]*)$/.exec(tag) ?? []
    const plain = said.trim().replaceAll('\n', ' ')
    if (kind === 'param') return [`- ${plain.replace(/^(\w+) /, '`$1`: ')}`]
    if (kind === 'returns') return [`- returns ${plain}`]
    if (kind === 'throws') return [`- throws ${plain.replace('{MigrationError} ', '')}`]
    return []
  })
  return { words: words.trim(), rest: lines.length > 0 ? [lines.join('\n')] : [] }
}

function examplesOf(comment: string): string[] {
  return Array.from(
    comment.matchAll(/@example\n([^]*?)(?=\n@(?:param|returns|throws|see)|$)/g),
    ([, code = '']) => code.trim(),
  )
}

function commentsIn(text: string): string[] {
  return Array.from(text.matchAll(/\/\*\*([^]*?)\*\//g), ([, inner = '']) => plainComment(inner))
}

/** What an entry exports, in its order. */
export function declarationsOf(entry: string): Declared[] {
  const file = join(root, `${entries[entry]}.d.ts`)
  const text = readFileSync(file, 'utf8')
  const exported = Array.from(
    text.matchAll(/^export (?:type )?\{([^}]*)\} from ['"]([^'"]+)['"]/gm),
  ).flatMap(([, names = '', from = '']) =>
    (names.match(/[\w$]+(?=\s*(?:,|$))/g) ?? []).map((name) =>
      declaration(`${join(dirname(file), from).replace(/\.js$/, '')}.d.ts`, name),
    ),
  )
  const own = Array.from(
    text.matchAll(
      /^export (?:declare )?(?:abstract )?(?:function|class|interface|type|const) (\w+)/gm,
    ),
  )
  return [...exported, ...own.map(([, name = '']) => declaration(file, name))]
}

function declaration(file: string, name: string): Declared {
  const text = readFileSync(file, 'utf8')
  const start = new RegExp(
    `(?:/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n)?^export (?:declare )?((?:abstract )?(function|class|interface|type|const) ${name}\\b)`,
    'm',
  ).exec(text)
  if (!start) throw new Error(`${file} does not declare ${name}`)
  const [whole, comment = '', , word = ''] = start
  const from = start.index + whole.length
  const body = text.slice(from, endOf(text, from))
  return {
    name,
    comment: plainComment(comment),
    text: `${word} ${name}${body}`.trim(),
    kind: word === 'function' || word === 'class' ? word : 'type',
  }
}

/** The next statement at the left margin ends a declaration. */
function endOf(text: string, from: number): number {
  const next = /^(?:\/\*\*|export |import |declare |type |interface |\/\/#)/m.exec(text.slice(from))
  return next ? from + next.index : text.length
}

function plainComment(comment: string): string {
  return comment.replace(/^ *\* ?/gm, '').trim()
}

function withoutComments(text: string): string {
  return text.replace(/^ *\/\*\*[^]*?\*\/\n/gm, '')
}
