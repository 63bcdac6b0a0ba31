import type { AddedScript } from './deliver/add-script-options'
import { nameDrafts, type Naming } from './deliver/files'
import { headerLines, type HeaderFacts } from './proof/header'
import { emptyDraft } from './render/empty-draft'
import { draftOf } from './render/script-draft'
import { sqlDraft } from './render/sql-draft'
import type { FoundDifference } from './source/target-schema'

/**
 * The scripts of a difference with their headers, which mention the proof once there is one, and names.
 * @param found absent: a script that does nothing yet
 */
export async function writtenScripts(
  found: FoundDifference | undefined,
  known: Pick<HeaderFacts, 'title' | 'source' | 'proof' | 'kept'>,
  naming: Omit<Naming, 'headers'> & Required<Pick<Naming, 'layout'>>,
): Promise<AddedScript[]> {
  const { layout } = naming
  const { kept, ...facts } = known
  if (!found) {
    const header = headerLines(facts)
    return nameDrafts([emptyDraft(header, layout)], { ...naming, headers: [header] })
  }
  const { wanted, change, back } = found
  if (wanted.is === 'sql') {
    const header = headerLines({ ...facts, change })
    const draft = await sqlDraft(wanted.sql, header, back, layout)
    return nameDrafts([draft], { ...naming, headers: [header] })
  }
  const { renderScript } = await import('./render/render.js')
  const parts = change?.scripts ?? []
  const headers = parts.map((part, at) =>
    headerLines({ ...facts, diff: wanted.diff, change, part, kept: at === 0 ? (kept ?? []) : [] }),
  )
  const { markers } = layout
  const drafts = parts.map((part, at) =>
    draftOf(part, renderScript(part, { lines: headers[at] ?? [], markers })),
  )
  return nameDrafts(drafts, { ...naming, headers })
}
