import { quoteIdentifier } from '../../../database/sql/quote'
import { describeHistory } from '../../../journal/histories'
import type { Adoption } from '../../../adopt/adopt'
import type { AdoptedRow } from '../../../adopt/adopted-rows'
import type { HistoryExport } from '../../../adopt/export-history'
import { labelOf, type ScriptName } from '../../../plan/notice'
import type { Settings } from '../../../settings/value/setting-types'
import { usageError } from '../../arguments/usage-error'
import { confirm } from '../../context/ask'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../../context/command-context'
import { stoppable } from '../../context/signals'
import { reach } from '../../context/with-migrator'
import { counted } from '../../text/text'

/** Marks exactly the scripts that another tool has applied; with `--export` tells TypeORM what is applied. */
export const adoptCommand: Handler = async (context) => {
  const { call } = context
  const settings = await settingsOf(context)
  const { label } = await reach(context, settings)
  context.output.heading(context.output.noteStyle.bold(label))
  if (!call.options.export) return adopting(context, settings, label)
  if (call.version === undefined) return exporting(context, settings)
  throw usageError('adopt --export takes no version')
}

async function adopting(context: Context, settings: Settings, label: string): Promise<number> {
  const { call, output, io } = context
  const layout = layoutOf(context, settings)
  const { dryRun = false, yes } = call.options
  const { adopt, findAdoption } = await import('../../../adopt/adopt.js')
  const found = await findAdoption(settings, { version: call.version, layout })
  if (!dryRun) {
    if (!yes && io.terminal.stdin)
      await confirm(
        context,
        `Mark ${counted(found.marked.length, 'script')} as applied in ${label}?`,
      )
    await stoppable(context, (signal) => adopt(settings, { version: call.version, layout, signal }))
  }
  answer(context, {
    history: found.history,
    dryRun,
    marked: found.marked.map(nameMember),
    pending: found.pending.map(nameMember),
    unknown: found.unknown.map(({ name }) => name),
    inserted: [],
    deleted: [],
  })
  output.result(rendered(found, dryRun))
  return 0
}

function rendered({ history, marked, pending, unknown }: Adoption, dryRun: boolean): string {
  const done = dryRun ? 'to mark' : 'marked'
  return [
    `found ${describeHistory(history)}`,
    ...listed(`${counted(marked.length, 'script')} ${done}`, marked.map(labelOf)),
    ...listed(`${counted(pending.length, 'script')} still pending`, pending.map(labelOf)),
    ...listed(`in its table, and no script here`, unknown.map(rowText)),
  ].join('\n')
}

function rowText({ name }: AdoptedRow): string {
  return name
}

/** A few by name, the others by their number. */
function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const shown = names.length <= most ? names : [...names.slice(0, few), '…', ...names.slice(-few)]
  return [`${what}:`, ...shown.map((name) => `  ${name}`)]
}

const most = 12
const few = 5

async function exporting(context: Context, settings: Settings): Promise<number> {
  const { call, output, io } = context
  const layout = layoutOf(context, settings)
  const { dryRun = false, yes } = call.options
  const { exportHistory } = await import('../../../adopt/export-history.js')
  const found = await exportHistory(settings, { layout, dryRun: true })
  const name = quoteIdentifier(found.schema, found.table)
  const changes = found.inserted.length + found.deleted.length
  if (!dryRun && changes > 0) {
    if (!yes && io.terminal.stdin)
      await confirm(context, `Change ${counted(changes, 'row')} of ${name}?`)
    await exportHistory(settings, { layout, dryRun: false })
  }
  answer(context, {
    history: { tool: 'TypeORM', schema: found.schema, table: found.table, rows: null },
    dryRun,
    marked: [],
    pending: [],
    unknown: found.unknown.map(labelOf),
    inserted: found.inserted.map(({ name: one }) => one),
    deleted: found.deleted.map(({ name: one }) => one),
  })
  output.result(exported(found, name, dryRun))
  return 0
}

function exported({ inserted, deleted, unknown }: HistoryExport, name: string, dryRun: boolean) {
  if (inserted.length + deleted.length === 0) return `${name} says what the journal says.`
  const nameOf = (row: { name: string }) => row.name
  return [
    ...listed(`${dryRun ? 'to insert into' : 'inserted into'} ${name}`, inserted.map(nameOf)),
    ...listed(`${dryRun ? 'to delete from' : 'deleted from'} ${name}`, deleted.map(nameOf)),
    ...listed('applied, and nothing that TypeORM could run', unknown.map(labelOf)),
  ].join('\n')
}

function nameMember({ revision, title }: ScriptName): ScriptName {
  return { revision, title }
}
