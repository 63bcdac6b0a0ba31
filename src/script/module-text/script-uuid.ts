const value = String.raw`\s*(['"])([\da-f]{8}(?:-?[\da-f]{4}){3}-?[\da-f]{12})\1`
const property = String.raw`(?:^|[;{]|\bexport\s+(?:const|let|var)\s|\b(?:this|exports)\.)[ \t]*(?:(?:public|static|readonly|override)\s+)*uuid\s*(?::\s*string\s*)?=`
const member = String.raw`(?:\bdefault|\bmodule\.exports\s*=|\bmigration\s*(?::[^=]+)?=)\s*\{[^{}]*?\buuid\s*:`

const inClass = new RegExp(property + value, 'im')
const inObject = new RegExp(member + value, 'i')

/** Comments go, and so do template literals, which hold SQL; strings stay. */
const noCode = /\/\*[^]*?\*\/|\/\/.*$|`(?:[^`\\]|\\[^])*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/gm

/**
 * The `uuid` that the text of a module gives itself, as migratore's classes do: a property of a class,
 * an export, or the member of an exported object that comes before its functions. Nothing is imported. Pure.
 */
export function uuidIn(text: string): string | undefined {
  if (!/\buuid\b/i.test(text)) return undefined
  const code = text.replace(noCode, (found) => (/^['"]/.test(found) ? found : ''))
  const found = (inClass.exec(code) ?? inObject.exec(code))?.[2]
  return found === undefined ? undefined : canonicalUuid(found)
}

/** The usual form of a uuid: lower case, with dashes; undefined for any other text. Pure. */
export function canonicalUuid(text: string): string | undefined {
  const digits = text.toLowerCase().replaceAll('-', '')
  if (!/^[\da-f]{32}$/.test(digits)) return undefined
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
