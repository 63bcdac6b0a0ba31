import { readFileSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import { MigrationError } from '../../errors'
import { compilerFor } from '../../script/typescript/compiler'

/** One module as it stands in a squashed one. */
export interface ModuleParts {
  /** Import statements, each once however many modules have it. */
  imports: readonly string[]
  /** Its statements without imports and exports; names of imports that are taken are given here. */
  body: string
  /** What its exports are called in the body; absent of a CommonJS module, which has them in `module.exports`. */
  exported?: ReadonlyMap<string, string>
}

interface Item {
  type: string
  span: { start: number; end: number }
  typeOnly?: boolean
  source?: { value: string } | null
  specifiers?: readonly Specifier[]
  declaration?: {
    type: string
    span: Item['span']
    identifier?: Name
    declarations?: readonly { id: Name }[]
  }
  decl?: { span: Item['span']; identifier?: Name | null }
  expression?: { span: Item['span'] }
}

interface Name {
  value: string
}

interface Specifier {
  type: string
  local: Name
  imported?: Name | null
  isTypeOnly?: boolean
  /** Of an export: the name in the module, and the one outside it. */
  orig?: Name
  exported?: Name | null
}

/** The local names of imports that are taken, and for what. */
export type Taken = Map<string, string>

/**
 * Takes a module apart: its imports go to the head of the squashed one, with relative paths from there;
 * its other statements stay together, in a function of their own, so that no name meets another's.
 * @param taken names that the modules before have imported
 * @throws {MigrationError} SQUASH_REFUSED for an export that cannot be taken apart
 */
export function takeApart(file: string, output: string, taken: Taken): ModuleParts {
  const source = Buffer.from(`;${readFileSync(file, 'utf8')}`)
  const { parseSync } = compilerFor(file)
  const tree = parseSync(source.toString(), { syntax: 'typescript', decorators: true })
  const items = tree.body as unknown as readonly Item[]
  const base = items[0]?.span.start ?? 0
  const textAt = ({ start, end }: Item['span']) =>
    source.subarray(start - base, end - base).toString()
  const imports: string[] = []
  const aliases: string[] = []
  const exported = new Map<string, string>()
  let body = ''
  let last = 1
  for (const item of items.slice(1)) {
    const lead = source.subarray(last, item.span.start - base).toString()
    last = item.span.end - base
    if (item.type === 'ImportDeclaration') {
      body += lead
      const made = importOf(item, { file, output, taken })
      imports.push(...made.imports)
      aliases.push(...made.aliases)
    } else body += lead + statementOf(item, { textAt, exported, file })
  }
  body += source.subarray(last).toString()
  const own = [...aliases, body.trim()].join('\n')
  const isModule = items.some(({ type }) => /^(?:Import|Export|TsExport)/.test(type))
  if (isModule) return { imports, body: own, exported }
  return { imports, body: `${commonJs}\n${withPaths(own, file, output)}` }
}

const commonJs = 'const module = { exports: {} as any }\nconst exports = module.exports'

function withPaths(body: string, file: string, output: string): string {
  return body.replace(
    /\brequire\(\s*(['"])(\.[^'"]*)\1\s*\)/g,
    (_, quote: string, path: string) =>
      `require(${quote}${specifierFrom(path, file, output)}${quote})`,
  )
}

interface Reading {
  textAt: (span: Item['span']) => string
  exported: Map<string, string>
  file: string
}

function statementOf(item: Item, { textAt, exported, file }: Reading): string {
  switch (item.type) {
    case 'ExportDeclaration': {
      const { declaration } = item
      if (!declaration) throw refused(file, 'an export without a declaration')
      for (const name of namesIn(declaration)) exported.set(name, name)
      return textAt(declaration.span)
    }
    case 'ExportDefaultDeclaration':
      exported.set('default', 'byDefault')
      return defaultOf(item, textAt)
    case 'ExportDefaultExpression':
      exported.set('default', 'byDefault')
      return textAt(item.span).replace(/^export\s+default/, 'const byDefault =')
    case 'TsExportAssignment':
      exported.set('default', 'byDefault')
      return textAt(item.span).replace(/^export\s*=/, 'const byDefault =')
    case 'ExportNamedDeclaration':
      if (item.source || item.specifiers?.some(({ orig }) => !orig)) break
      for (const { orig, exported: outside } of item.specifiers ?? [])
        exported.set((outside ?? orig!).value, orig!.value)
      return ''
    case 'ExportAllDeclaration':
    case 'TsImportEqualsDeclaration':
      break
    default:
      return textAt(item.span)
  }
  throw refused(file, `"${textAt(item.span).split('\n', 1)[0]}"`)
}

type Declaration = NonNullable<Item['declaration']>

function namesIn({ type, declarations, identifier }: Declaration): string[] {
  if (/^Ts(?:Interface|TypeAlias)/.test(type)) return []
  const names = declarations?.map(({ id }) => id.value) ?? [identifier?.value]
  return names.filter((name) => typeof name === 'string')
}

/** A name that it has is for the rest of the module too. */
function defaultOf({ decl, span }: Item, textAt: Reading['textAt']): string {
  const text = textAt(decl?.span ?? span)
  const name = decl?.identifier?.value
  return name === undefined ? `const byDefault = ${text}` : `${text}\nconst byDefault = ${name}`
}

interface Importing {
  file: string
  output: string
  taken: Taken
}

function importOf(
  { source, specifiers = [], typeOnly = false }: Item,
  { file, output, taken }: Importing,
): { imports: string[]; aliases: string[] } {
  const from = specifierFrom(source?.value ?? '', file, output)
  const imports: string[] = []
  const aliases: string[] = []
  if (specifiers.length === 0) return { imports: [`import '${from}'`], aliases }
  for (const one of specifiers) {
    const { value: local } = one.local
    const isType = typeOnly || one.isTypeOnly === true
    const meaning = `${from} ${one.type} ${one.imported?.value ?? local}`
    const name = freeName(local, meaning, taken)
    imports.push(importLine(one, name, { from, isType }))
    if (name === local) continue
    aliases.push(isType ? `type ${local} = ${name}` : `const ${local} = ${name}`)
  }
  return { imports, aliases }
}

/** The same name for the same thing; another thing of that name gets a number. */
function freeName(local: string, meaning: string, taken: Taken): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? local : `${local}${count}`
    const other = taken.get(name)
    if (other !== undefined && other !== meaning) continue
    taken.set(name, meaning)
    return name
  }
}

function importLine(
  { type, imported, local }: Specifier,
  name: string,
  { from, isType }: { from: string; isType: boolean },
): string {
  const word = isType ? 'import type' : 'import'
  if (type === 'ImportDefaultSpecifier') return `${word} ${name} from '${from}'`
  if (type === 'ImportNamespaceSpecifier') return `${word} * as ${name} from '${from}'`
  const original = imported?.value ?? local.value
  return `${word} { ${original === name ? name : `${original} as ${name}`} } from '${from}'`
}

function specifierFrom(specifier: string, file: string, output: string): string {
  if (!/^\.{1,2}\//.test(specifier)) return specifier
  const path = relative(dirname(output), resolve(dirname(file), specifier)).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

function refused(file: string, what: string): MigrationError {
  return new MigrationError(
    'SQUASH_REFUSED',
    `${basename(file)} has ${what}, which cannot be squashed`,
    {
      file,
      hint: 'Export its functions or its class where they are declared, or by name.',
    },
  )
}
