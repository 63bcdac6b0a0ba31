import { textIfThere } from '../../system-error'
import { MigrationError } from '../../errors'
import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import type { SqlPart } from '../script'
import { readOneText } from '../sections/marked-sections'
import { excerpt } from '../position'

/**
 * `V<version>__<title>.sql`, `U<version>__<title>.sql` for what reverts it, `R__<title>.sql`; and
 * `V….sql.conf` with `executeInTransaction=false`.
 * @see https://documentation.red-gate.com/fd/migrations-184127470.html
 */
export const flyway: ScriptLayout = {
  ...usualLayout,
  zero: true,
  readName: (fileName) => readName(fileName, plainVersion),
  nameFor({ revision, title, extension, role }) {
    if (extension !== 'sql') return usualLayout.nameFor({ revision, title, extension, role })
    return `${role === 'downgrade' ? 'U' : 'V'}${revision}__${title}.sql`
  },
  sections: (...text) => ({ upgrade: part(...text) }),
  part,
}

/** The same where versions have dots: `V1.2.3` has a number of four parts, five digits each but the first. */
export const dottedFlyway: ScriptLayout = {
  ...flyway,
  readName: (fileName) => readName(fileName, dottedVersion),
}

type Version = (version: string) => string | { problem: string; hint: string }

const versioned = /^([VU])([\d._]*\d)__(.*)\.sql$/s
const callback = /^(?:before|after)[A-Z]\w*(?:__.*)?\.sql$/
const otherLanguage = /^[VURB](?:\d[\d._]*)?__.*\.(?:java|kt|groovy|py|ps1|sh|bat|cmd)$/

function readName(fileName: string, numberOf: Version): NameReading {
  const [, letter, version = '', title = ''] = versioned.exec(fileName) ?? []
  if (letter === undefined) return readOther(fileName)
  const revision = numberOf(version)
  if (typeof revision !== 'string') return { is: 'invalid', ...revision }
  const role = letter === 'U' ? 'downgrade' : 'script'
  return { is: 'script', revision, title, extension: 'sql', role }
}

function readOther(fileName: string): NameReading {
  if (/^B\d[\d._]*__.*\.sql$/.test(fileName)) {
    const hint = 'Name it in ignore, and write the canonical schema with dump_schema.'
    return { is: 'invalid', problem: 'a baseline of Flyway, which no command would run', hint }
  }
  if (callback.test(fileName) || otherLanguage.test(fileName)) {
    const problem = 'a callback or program of Flyway, which no command would run'
    return { is: 'invalid', problem, hint: 'Name it in ignore once nothing depends on it.' }
  }
  return usualLayout.readName(fileName)
}

function plainVersion(version: string): ReturnType<Version> {
  if (/^\d+$/.test(version)) return version.replace(/^0+(?=\d)/, '')
  return {
    problem: 'a version with dots',
    hint: 'Set layout = flyway-dotted, which gives every version a number of four parts.',
  }
}

function dottedVersion(version: string): ReturnType<Version> {
  const parts = version.split(/[._]/)
  if (parts.length > 4 || parts.slice(1).some((part) => part.length > 5)) {
    return {
      problem: 'a version with more than four parts, or a part of more than five digits',
      hint: 'Rename it, and its rows in the history are matched by their script name.',
    }
  }
  const rest = [1, 2, 3].map((at) => (parts[at] ?? '').padStart(5, '0'))
  return [parts[0], ...rest].join('').replace(/^0+(?=\d)/, '')
}

function part(text: string, file: string, shown = file): SqlPart {
  refusePlaceholders(text, shown)
  const { upgrade } = readOneText(text, file, shown)
  if (!/^\s*executeInTransaction\s*=\s*false\b/im.test(confOf(file))) return upgrade
  return { ...upgrade, options: { ...upgrade.options, transaction: false } }
}

function refusePlaceholders(text: string, shown: string): void {
  const found = /\$\{[\w:.-]+\}/.exec(text)
  if (!found) return
  throw new MigrationError('SCRIPT_INVALID', `a placeholder of Flyway, ${found[0]}`, {
    hint: 'Write its value in its place: nothing is replaced in a script.',
    file: shown,
    ...excerpt(text, found.index),
  })
}

function confOf(file: string): string {
  return textIfThere(`${file}.conf`) ?? ''
}
