import type { NamedPlaces } from '../script/places/newest-of-places'
import type { ScriptLayout } from '../script/layout/layout'
import type { ScriptSource } from '../settings/value/setting-types'
import type { AddedScript, AddScriptOptions } from './deliver/add-script-options'
import { nameDrafts } from './deliver/files'
import { headerLines, type HeaderFacts } from './proof/header'
import { draftOf } from './render/script-draft'
import { sqlDraft } from './render/sql-draft'
import type { FoundDifference } from './source/target-schema'

/** What the scripts say of themselves, and where they go. */
export interface WrittenFacts {
  title: string
  form: AddScriptOptions['form']
  source: ScriptSource
  /** What is kept although the target schema lacks it. */
  kept: readonly string[]
  layout: ScriptLayout
  places: NamedPlaces
  proof: HeaderFacts['proof']
}

/** The scripts with their heads, which tell of the proof once there is one. */
export async function writtenScripts(
  { target, change, back }: FoundDifference,
  { title, form = 'sql', source, kept, layout, places, proof }: WrittenFacts,
): Promise<AddedScript[]> {
  const diff = target.is === 'schemas' ? target.diff : undefined
  const facts = { title, source, diff, change, proof }
  const names = { places, title, form, layout }
  if (target.is === 'sql') {
    const header = headerLines(facts)
    const draft = await sqlDraft(target.sql, header, back, layout)
    return nameDrafts([draft], { ...names, headers: [header] })
  }
  const { renderScript } = await import('./render/render.js')
  const parts = change?.scripts ?? []
  const headers = parts.map((part, at) =>
    headerLines({ ...facts, part, kept: at === 0 ? kept : [] }),
  )
  const { markers } = layout
  const drafts = parts.map((part, at) =>
    draftOf(part, renderScript(part, { lines: headers[at] ?? [], markers })),
  )
  return nameDrafts(drafts, { ...names, headers })
}
