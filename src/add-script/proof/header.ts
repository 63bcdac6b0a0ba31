import type { ScriptSource } from '../../settings/value/setting-types'
import { commentLines } from '../../script/sections/comment'
import { lossHeadings } from '../render/render'
import { keptLine, keptStarts } from './kept-objects'
import type { EmptyTable } from '../../sample-rows/filled-copy'
import type { Proof } from './prove'
import { lockLines, type LockReport } from '../measure/judge-locks'
import type { Change, ScriptPart, Statement } from '../../change/model/script-part'

/** What is known of a script when its head is written. */
export interface HeaderFacts {
  title: string
  source: ScriptSource
  /** The diff that a command gave. */
  diff?: string | undefined
  part?: ScriptPart | undefined
  change?: Change | undefined
  /** What is kept and no script before this one has named. */
  kept?: readonly string[]
  /** Absent while it is not known yet. */
  proof?: (Proof & { major: number; locks?: LockReport | undefined }) | 'skipped' | undefined
}

const origins: Readonly<Record<ScriptSource, string>> = {
  schema: 'From the canonical schema, compared with the scripts before this one.',
  entities: 'From the entities, compared with the scripts before this one.',
  command: 'From schema_diff_cmd.',
  none: '',
}

const losing = 'The upgrade loses data: see the comments below.'
const proven = 'Proven'
const notProven = 'Not proven'

/** Of a script whose last proof held and whose next one did not. */
export const failedLine = `${notProven}: it failed since it was changed.`

/** The comment lines at the head of a script: what it is, what it loses, what was proven. Pure. */
export function headerLines(facts: HeaderFacts): string[] {
  const { title, source, part, diff, kept = [] } = facts
  const lines = [
    title,
    ...(origins[source] ? ['', origins[source]] : []),
    ...(part ? partLines(part) : []),
    ...(kept.length > 0 ? [keptLine(kept)] : []),
    ...proofLines(facts),
    ...(diff === undefined ? [] : ['', 'The diff of the schema:', '', ...diff.split('\n')]),
  ]
  return lines.flatMap(commentLines)
}

/** What the downgrade loses, `renderScript` says. */
function partLines({ up }: ScriptPart): string[] {
  return up.some(losesData) ? [losing] : []
}

/** What is moved first is lost nowhere. */
function losesData({ destructive, effects }: Statement): boolean {
  const isMoved = effects.length > 0 && effects.every(({ kind }) => kind === 'drops moved')
  return destructive && !isMoved
}

/** The lines of a header that say what was proven, and no more than was tried. Pure. */
export function proofLines({
  proof,
  change,
  part,
}: Pick<HeaderFacts, 'proof' | 'change' | 'part'>): string[] {
  const unproven = [...new Set(change?.unproven)]
  if (proof === undefined) return unproven
  if (proof === 'skipped') return [`${notProven}: written with --no-verify.`, ...unproven]
  const { major, tried, remarks } = proof
  const rows = tried.any ? ' with rows' : ''
  const isEmpty = !tried.any && tried.empty.length > 0
  const without = isEmpty ? ['No table had rows when it was tried.'] : []
  const empty = tried.any ? emptyLines(tried.empty, touchedTables(change)) : []
  const at = part && change ? change.scripts.indexOf(part) : -1
  const measured = proof.locks ? lockLines(proof.locks, at) : []
  const said = [...measured, ...without, ...empty, ...unproven, ...new Set(remarks)]
  return [`${proven}${rows} on PostgreSQL ${major}.`, ...said]
}

/** True for the line of a header that says the script was proven. Pure. */
export function saysProven(line: string): boolean {
  return startsWithWord(line, proven)
}

/** True for the first line that a header has of a proof. Pure. */
export function startsProof(line: string): boolean {
  return saysProven(line) || startsWithWord(line, notProven)
}

function startsWithWord(line: string, word: string): boolean {
  return line.startsWith(word) && !/^[\p{L}\p{N}]/u.test(line.slice(word.length))
}

/** What starts the other lines; the last one is of scripts that older versions wrote. */
const others = [
  ...Object.values(origins).filter((line) => line !== ''),
  ...Object.values(lossHeadings),
  losing,
  ...keptStarts,
  'There is no way back',
]

/** True for a line of a header that ends what it says of a proof: an empty one, or what it says of the rest. Pure. */
export function endsProof(line: string): boolean {
  return line === '' || others.some((start) => line.startsWith(start))
}

/** The tables that statements are about; undefined where they are not known. */
function touchedTables(change: Change | undefined): ReadonlySet<string> | undefined {
  if (!change) return undefined
  return new Set(change.scripts.flatMap(({ up }) => up.map(({ group }) => group)))
}

/** One line for each reason; a table that the script does not touch is not worth a word. */
function emptyLines(
  empty: readonly EmptyTable[],
  touched: ReadonlySet<string> | undefined,
): string[] {
  const worth = empty.filter(({ table }) => touched?.has(table.replaceAll('"', '')) !== false)
  const reasons = [...new Set(worth.map(({ reason }) => reason))]
  return reasons.map((reason) => {
    const names = worth.filter((one) => one.reason === reason).map(({ table }) => table)
    const why = reason === undefined ? 'any row stops it' : `no row was accepted (${reason})`
    return `Empty when it was tried: ${listed(names)}, since ${why}.`
  })
}

/** The first few of many. */
function listed(names: readonly string[]): string {
  const more = names.length - 6
  return `${names.slice(0, 6).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/**
 * What is reported of a change on the terminal: what stays and was not named before, and what was not
 * compared. Pure.
 */
export function changeNotes(
  { unproven, stale }: Change,
  kept: readonly string[],
): readonly string[] {
  const done = stale.map(({ place }) => `Leads to no rename any more, and can go: ${place}.`)
  if (kept.length === 0) return [...unproven, ...done]
  return [
    ...done,
    `Not in the target schema, and kept: ${kept.join(', ')}. --drop-extra drops it.`,
    ...unproven,
  ]
}
