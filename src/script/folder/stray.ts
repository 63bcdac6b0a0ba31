import type { ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'

/** What is wrong with a file that looks like a script and is none, and how to make it one. */
export interface Stray {
  /** A lowercase fact. */
  problem: string
  /** Full sentences. */
  hint: string
}

const moduleName = /\.[cm]?[jt]s$/i
const otherLanguage = /^\d.*\.(?:go|py|rb|php|java|kt|rs|exs?|cs|clj|scala)$/i
const ignoreIt = 'or name it in ignore if it is no script'

/** True of names that only the file's text can judge. */
export function isModuleName(name: string): boolean {
  return moduleName.test(name)
}

/** What is wrong with a file whose name is none of a script, by the name alone. Pure. */
export function strayByName(name: string): Stray | undefined {
  if (/\.sql$/i.test(name)) return strayOfFlyway(name) ?? withoutNumber(name)
  if (!otherLanguage.test(name)) return undefined
  return {
    problem: 'a numbered file in a language that typetrek does not run',
    hint: `Write it again as .sql or .ts, ${ignoreIt}.`,
  }
}

function withoutNumber(name: string): Stray {
  return {
    problem: 'a .sql file without a number, which no command would run',
    hint: `Give it one, such as 20260101120000_${plain(name)}; if it is the canonical schema, set schema; else name it in ignore.`,
  }
}

/** @see https://documentation.red-gate.com/fd/migrations-184127470.html */
function strayOfFlyway(name: string): Stray | undefined {
  const [, letter = '', version = '', title = ''] =
    /^([VUB])(\d[\d._]*)__(.*)\.sql$/is.exec(name) ?? []
  if (letter === '') return undefined
  const file = `${revisionOf(version)}_${title.replace(/\s+/g, '_')}`
  switch (letter.toUpperCase()) {
    case 'U':
      return {
        problem: 'an undo script of Flyway, which no command would run',
        hint: `Rename it to ${file}.down.sql, beside its ${file}.sql, ${orLayout}`,
      }
    default:
      return {
        problem: 'a script of Flyway: its number does not come first',
        hint: `Rename it to ${file}.sql, ${orLayout}`,
      }
  }
}

const orLayout = 'or set layout = flyway to read the folder as it is.'

function revisionOf(version: string): string {
  return /^\d+$/.test(version) && !/^0+$/.test(version) ? version : '<digits>'
}

function plain(name: string): string {
  return name.replace(/[^\p{L}\p{N}.]+/gu, '_').replace(/^_/, '')
}

const operation = '(?:upgrade|downgrade|up|down)'
const functions = [
  String.raw`\bexport\s+(?:async\s+)?(?:function\*?|const|let|var)\s+${operation}\b`,
  String.raw`\bexport\s*\{[^}]*\b${operation}\b[^}]*\}(?!\s*from)`,
  String.raw`\bexports\.${operation}\s*=`,
  String.raw`\bexports,\s*(?:"${operation}"|'${operation}')`,
  String.raw`\b_export\(exports,\s*\{[^]*?\b${operation}\b`,
  String.raw`\bmodule\.exports\s*=\s*\{[^}]*\b${operation}\b`,
].map((pattern) => new RegExp(pattern))
const concreteClass = /(?<!\babstract\s+)\bclass\s/
const methods = [
  /\bimplements\s[^{]*\bMigrationInterface\b/,
  /\s(?:upgrade|up)\s*\(\s*_?queryRunner\b/,
]
const stamped = /(?:\bclass\s+|\bname\s*(?::\s*string\s*)?=\s*["'])([A-Za-z_$][\w$]*?)(\d{10,17})\b/

function definesMigration(code: string): boolean {
  if (functions.some((one) => one.test(code))) return true
  return concreteClass.test(code) && methods.some((one) => one.test(code))
}

/**
 * What is wrong with a module whose name is none of a script, where its text defines a migration: a class
 * of TypeORM's, or functions for both directions. Pure.
 */
export function strayByText(name: string, text: string): Stray | undefined {
  const code = text.replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
  if (!definesMigration(code)) return undefined
  const extension = name.slice(name.lastIndexOf('.'))
  const [, title = '', stamp = ''] = stamped.exec(code) ?? []
  const stem = plain(name.slice(0, -extension.length))
  const better = stamp === '' ? `20260101120000-${stem}` : `${stamp}-${title}`
  return {
    problem: 'a migration without a number in its name, which no command would run',
    hint: `Rename it to ${better}${extension}, ${ignoreIt}.`,
  }
}

const sectionFile = /^(?:up|down|migration|deploy|revert|undo|rollback)\.sql$/i

/** True of a path in a subfolder that some tool would run: a numbered file, or SQL in a numbered folder. Pure. */
export function isStrayBelow(path: string, layout: ScriptLayout): boolean {
  const names = path.split('/')
  const name = names.pop() ?? ''
  const numbered = (reading: NameReading) => reading.is !== 'ignored'
  if (numbered(layout.readName(name)) || strayOfFlyway(name)) return true
  return sectionFile.test(name) && names.some((folder) => /^\d/.test(folder))
}

/** What is wrong with a subfolder that holds scripts. Pure. */
export function strayFolder(folder: string, path: string, shown: string): Stray {
  const problem = 'a subfolder with scripts in it, which no command would run'
  const [, digits, title] = /^([\d-]+)[_-]?(.*)$/.exec(folder) ?? []
  if (digits !== undefined && sectionFile.test(path)) {
    const file = `${digits.replaceAll('-', '')}${title ? `_${title}` : ''}`
    return {
      problem,
      hint: `Move what upgrades to ${shown}/${file}.sql and what reverts it to ${shown}/${file}.down.sql; or set layout = ${path === 'migration.sql' ? 'prisma' : 'diesel'} to read the folder as it is.`,
    }
  }
  const hint = `Move them into ${shown}: all scripts are in one folder. Or name the subfolder in ignore.`
  return { problem, hint }
}
