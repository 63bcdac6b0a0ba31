/** A migration of TypeORM's as the text of its module shows it. */
export interface MigrationClass {
  /** TypeORM's name of it: the property `name`, else the class's own. */
  name: string
  /** Its timestamp by TypeORM's rule. */
  stamp: string
}

/**
 * A migration's timestamp by TypeORM's rule: the last 13 characters of its name, as a number. Undefined
 * where they are none, which TypeORM refuses. Pure.
 */
export function stampOf(name: string): string | undefined {
  const value = Number.parseInt(name.slice(-13), 10)
  return value > 0 ? String(value) : undefined
}

/** The words of a migration's name, without the timestamp at its end. Pure. */
export function titleOf(name: string): string {
  return name.replace(/\d+$/, '') || name
}

/**
 * The migrations with a timestamp that a module's text shows: its classes, or names given to a factory of
 * classes. Nothing is imported. Pure.
 */
export function migrationClasses(text: string): MigrationClass[] {
  if (!/\d{10}/.test(text)) return []
  const code = text.replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
  const classes = classesIn(code)
  const names = classes.length > 0 ? classes : factoryNames(code)
  const found = [...new Set(names)].flatMap((name) => {
    const stamp = stampOf(name)
    return stamp === undefined ? [] : [{ name, stamp }]
  })
  return found
}

const classHeader = /(\babstract\s+)?\bclass\b\s*([A-Za-z_$][\w$]*)?[^{;()'"`]*\{/g
const isMigration =
  /^[^{]*\bimplements\s[^{]*\bMigrationInterface\b|[\s;{}]up\s*\(|[\s;{}]up\s*(?::[^=]+)?=\s*(?:async\b|\()/
const nameProperty =
  /(?<!\b(?:const|let|var)\s+)(?<=[\s;{]|\bthis\.)name\s*(?::\s*string\s*)?=\s*(["'`])([A-Za-z_$][\w$]*)\1/

function classesIn(code: string): string[] {
  const headers = Array.from(code.matchAll(classHeader))
  return headers.flatMap((header, index) => {
    const [, abstract, word = ''] = header
    const text = code.slice(header.index, headers[index + 1]?.index)
    if (abstract !== undefined || !isMigration.test(text)) return []
    const own = word === 'implements' || word === 'extends' ? '' : word
    const given = nameProperty.exec(text)?.[2]
    const name = given !== undefined && stampOf(given) !== undefined ? given : own
    return name === '' ? [] : [name]
  })
}

/** `export const AddUsers1700000000000 = migration(…)`, `export default migration('AddUsers1700000000000', …)` */
const factories = [
  /\bexport\s+(?:const|let|var)\s+([A-Za-z_$][\w$]*\d{13})\s*(?::[^=]+)?=\s*(?!["'`\d])/g,
  /\bexports\.([A-Za-z_$][\w$]*\d{13})\s*=\s*(?!void\b|["'`\d])/g,
  /(?:\bdefault|=)\s+(?:\(0,\s*)?[\w$.]+\)?\(\s*["'`]([A-Za-z_$][\w$]*\d{13})["'`]/g,
]

function factoryNames(code: string): string[] {
  return factories.flatMap((one) => Array.from(code.matchAll(one), ([, name = '']) => name))
}
