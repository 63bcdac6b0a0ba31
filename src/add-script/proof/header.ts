import type { ScriptSource } from '../../settings/value/setting-types'
import { commentLines } from '../../script/sections/comment'
import type { Proof } from './prove'
import type { Change, ScriptPart } from '../../change/model/script-part'

/** What is known of a script when its head is written. */
export interface HeaderFacts {
  title: string
  source: ScriptSource
  /** The diff that a command gave. */
  diff?: string | undefined
  part?: ScriptPart | undefined
  change?: Change | undefined
  /** Absent while it is not known yet. */
  proof?: (Proof & { major: number }) | 'skipped' | undefined
}

const origins: Readonly<Record<ScriptSource, string>> = {
  schema: 'From the canonical schema, compared with the scripts before this one.',
  entities: 'From the entities, compared with the scripts before this one.',
  command: 'From schema_diff_cmd.',
  none: '',
}

/** The comment lines at the head of a script: what it is, what it loses, what was proven. Pure. */
export function headerLines(facts: HeaderFacts): string[] {
  const { title, source, part, diff } = facts
  const lines = [
    title,
    ...(origins[source] ? ['', origins[source]] : []),
    ...(part ? partLines(part) : []),
    ...proofLines(facts),
    ...(diff === undefined ? [] : ['', 'The diff of the schema:', '', ...diff.split('\n')]),
  ]
  return lines.flatMap(commentLines)
}

/** What the downgrade loses, `renderScript` says. */
function partLines({ up }: ScriptPart): string[] {
  const lost = up.some(({ destructive }) => destructive)
  return lost ? ['The upgrade loses data: see the comments below.'] : []
}

function proofLines({ proof, change }: HeaderFacts): string[] {
  const remarks = [...(change?.unproven ?? []), ...(typeof proof === 'object' ? proof.remarks : [])]
  if (proof === undefined) return remarks
  if (proof === 'skipped') return ['Not proven: written with --no-verify.', ...remarks]
  const { major } = proof
  return [`Proven with rows on PostgreSQL ${major}.`, ...remarks]
}

/** What is reported of a change on the terminal: what stays, and what was not compared. Pure. */
export function changeNotes({ kept, unproven }: Change): readonly string[] {
  if (kept.length === 0) return unproven
  return [
    `Not in the wanted schema, and kept: ${kept.join(', ')}. --drop-extra drops it.`,
    ...unproven,
  ]
}
