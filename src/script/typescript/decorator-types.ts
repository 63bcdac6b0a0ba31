const reading =
  /typeof [\p{ID_Continue}$.]+ === "undefined"(?: \|\| typeof [\p{ID_Continue}$.]+ === "undefined")* \? Object : ([\p{ID_Continue}$.]+)/gu
const metadataLine =
  /^ *(?:_ts_metadata\("design:\w+", )?typeof .* \? Object : [\p{ID_Continue}$.]+\)?,?$/gmu
const importLine = /^import (.*) from ((["']).*\3(?: with \{.*\})?);$/gm
const mapComment = '\n//# sourceMappingURL='
const helper = `function _typetrek_type(read) {
    try {
        const type = read();
        return typeof type === "undefined" ? Object : type;
    } catch (error) {
        if (error instanceof ReferenceError) return Object;
        throw error;
    }
}
`

/**
 * Makes the types that decorators record readable in any order of loading: `Object` replaces a
 * class that is not there yet (a circular import, a class further down) and, in an ES module, for a
 * name that turns out to be a type only. swc's own text throws "Cannot access X before
 * initialization" for the first, and an import of a type fails to link for the second. Every line
 * stays where it was, so the source map holds.
 *
 * @param code swc's output with decorator metadata
 * @param withoutMetadata the same file without; called only where an import is at stake
 */
export function deferTypes(code: string, withoutMetadata: () => string): string {
  const names = new Set<string>()
  const deferred = code.replace(metadataLine, (line) =>
    line.replace(reading, (_text, type: string) => {
      names.add(rootOf(type))
      return `_typetrek_type(()=>${type})`
    }),
  )
  if (deferred === code) return code
  const loosened = loosenImports(deferred, names, withoutMetadata)
  const end = loosened.lastIndexOf(mapComment)
  return end < 0
    ? `${loosened}\n${helper}`
    : `${loosened.slice(0, end)}\n${helper}${loosened.slice(end + 1)}`
}

interface Import {
  local: string
  /** `name` or `default` or, for a whole namespace, `*`. */
  imported: string
}

// An import that serves metadata alone becomes a namespace, of which any name may be read.
function loosenImports(
  code: string,
  names: ReadonlySet<string>,
  withoutMetadata: () => string,
): string {
  const all = importsOf(code)
  const suspects = all.filter((one) => one.imported !== '*' && names.has(one.local))
  if (suspects.length === 0) return code
  const used = new Set(importsOf(withoutMetadata()).map((one) => one.local))
  const typesOnly = new Map(
    suspects.filter((one) => !used.has(one.local)).map((one) => [one.local, one.imported]),
  )
  const spaces = new Map<string, string>()
  const imports = code.replace(importLine, (line, clause: string, from: string) => {
    const specifiers = parseClause(clause)
    const loose = specifiers.filter((one) => one.imported !== '*' && typesOnly.has(one.local))
    if (loose.length === 0) return line
    const space = `_typetrek_import${spaces.size}`
    for (const one of loose) spaces.set(one.local, space)
    const rest = specifiers.filter((one) => !loose.includes(one))
    return `${renderImport(rest, from)}import * as ${space} from ${from};`
  })
  return imports.replace(
    /_typetrek_type\(\(\)=>([\p{ID_Continue}$.]+)\)/gu,
    (text, type: string) => {
      const local = rootOf(type)
      const space = spaces.get(local)
      if (space === undefined) return text
      return `_typetrek_type(()=>${space}.${typesOnly.get(local)}${type.slice(local.length)})`
    },
  )
}

function importsOf(code: string): Import[] {
  return Array.from(code.matchAll(importLine)).flatMap((match) => parseClause(match[1] ?? ''))
}

function parseClause(clause: string): Import[] {
  const braces = /\{(.*)\}/.exec(clause)
  const outside = braces ? clause.replace(braces[0], '') : clause
  const named = (braces?.[1] ?? '').split(',').map((part) => part.trim().split(' as '))
  return [
    ...outside
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) =>
        part.startsWith('* as ')
          ? { local: part.slice(5), imported: '*' }
          : { local: part, imported: 'default' },
      ),
    ...named
      .filter(([name]) => name !== undefined && name !== '')
      .map(([name = '', local = name]) => ({ local, imported: name })),
  ]
}

function renderImport(specifiers: readonly Import[], from: string): string {
  if (specifiers.length === 0) return ''
  const whole = specifiers.filter((one) => one.imported === '*').map((one) => `* as ${one.local}`)
  const named = specifiers
    .filter((one) => one.imported !== '*')
    .map((one) => `${one.imported} as ${one.local}`)
  const braces = named.length > 0 ? [`{ ${named.join(', ')} }`] : []
  return [...whole, ...braces].map((clause) => `import ${clause} from ${from}; `).join('')
}

function rootOf(type: string): string {
  return type.split('.', 1)[0] ?? type
}
