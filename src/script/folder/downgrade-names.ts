import { MigrationError } from '../../errors'
import type { NamedFile } from '../layout/script-name'

const down = /^(.*?)[\s_.-]*(?:down|downgrade|undo|rollback|revert)$/is
const up = /^(.*?)[\s_.-]*(?:up|upgrade|do|deploy|apply)$/is
/** `a_up_b.sql` leads from a to b, `b_down_a.sql` back. @see https://pypi.org/project/asyncpg-trek/ */
const way = /^(.+?)[_.-](up|down)[_.-](.+)\.sql$/is

/**
 * The error for a revision whose files another tool would take as an upgrade and its downgrade, by their
 * titles, where here each would be an upgrade. Pure.
 */
export function refuseMisnamed(group: readonly NamedFile[]): MigrationError | undefined {
  for (const file of group) {
    const stem = file.role === 'downgrade' ? undefined : down.exec(file.title)?.[1]
    if (stem === undefined) continue
    const other = group.find((one) => one !== file && belongs(one.title, stem))
    if (other) return misnamed(file, stem, other)
  }
  return undefined
}

function belongs(title: string, stem: string): boolean {
  const other = comparable(up.exec(title)?.[1] ?? title)
  return comparable(stem) === '' || other === '' || other === comparable(stem)
}

function misnamed(file: NamedFile, stem: string, other: NamedFile): MigrationError {
  const shared = { hint: hintFor(file, stem, other), file: file.shown, detail: other.shown }
  const message = 'the name says that it reverts the script beside it'
  return new MigrationError('SCRIPT_NAME_INVALID', message, shared)
}

function hintFor(file: NamedFile, stem: string, other: NamedFile): string {
  if (file.extension !== 'sql') return 'Put both functions, upgrade and downgrade, into one module.'
  const title = up.exec(other.title)?.[1] ?? other.title
  const name = [digitsOf(file), title || stem].filter(Boolean).join('_')
  const renamed = up.test(other.title) ? `, and ${nameOf(other)} to ${name}.sql` : ''
  return `Rename ${nameOf(file)} to ${name}.down.sql${renamed}.`
}

/**
 * The errors for the files of a folder in which `a_up_b.sql` and `b_down_a.sql` lead from one version to
 * another and back: those that lead back. Pure.
 */
export function refuseReturning(files: readonly NamedFile[]): MigrationError[] {
  const ways = files.flatMap((file) => wayOf(file) ?? [])
  const up = new Set(ways.flatMap(({ word, from, to }) => (word === 'up' ? `${to}/${from}` : [])))
  const back = ways.filter(({ word, from, to }) => word === 'down' && up.has(`${from}/${to}`))
  return back.map(({ file, from }) => returning(file, from))
}

interface Way {
  file: NamedFile
  word: string
  from: string
  to: string
}

function wayOf(file: NamedFile): Way | undefined {
  if (!/up|down/i.test(file.title)) return undefined
  const [, from, word, to] = way.exec(nameOf(file)) ?? []
  if (from === undefined || word === undefined || to === undefined) return undefined
  return { file, word: word.toLowerCase(), from: withoutDigits(from), to: withoutDigits(to) }
}

/** The version's name, where its number comes before it. */
function withoutDigits(version: string): string {
  return version.replace(/^\d+[_-](?=.)/, '')
}

function returning(file: NamedFile, from: string): MigrationError {
  const message = 'the name says that it leads back from one version to another'
  const name = `${digitsOf(file)}${from === digitsOf(file) ? '' : `_${from}`}`
  const hint = `Rename it to ${name}.down.sql, and what leads up to that version to ${name}.sql.`
  return new MigrationError('SCRIPT_NAME_INVALID', message, { hint, file: file.shown })
}

/** TypeORM writes `1700000000000-AddUsers.ts`; its SQL may be called `1700000000000_add_users.sql`. */
export function comparable(title: string): string {
  return title.replace(/[\s_.-]/g, '').toLowerCase()
}

function nameOf({ path: whole }: NamedFile): string {
  return whole.slice(whole.lastIndexOf('/') + 1)
}

function digitsOf(file: NamedFile): string {
  return /^\d+/.exec(nameOf(file))?.[0] ?? file.revision
}
