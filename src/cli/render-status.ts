import type { Entry } from '../journal/entry'
import type { Plan } from '../plan/plan'
import { compareRevisions } from '../script/script'
import type { Style } from './style'
import { alignColumns, type Cell } from './table'
import { counted, elapsed, instant, titleWords, visibleLines } from './text'

interface Row {
  revision: string
  cells: Cell[]
}

/** True when everything is applied and is as the files are: the yes of `status --check`. Pure. */
export function isUpToDate({ pending, missing, changed, unfinished }: Plan): boolean {
  return pending.length + missing.length + changed.length + unfinished.length === 0
}

/** One line for each revision, in order, then what it comes to. Pure. */
export function renderStatus(plan: Plan, database: string, style: Style): string {
  const rows = [...appliedRows(plan, style), ...pendingRows(plan, style)].toSorted((a, b) =>
    compareRevisions(a.revision, b.revision),
  )
  const lines = alignColumns(rows.map(({ cells }) => cells))
  const notices = plan.notices.map((notice) => `${style.yellow('notice:')} ${visibleLines(notice)}`)
  return [
    style.bold(database),
    ...lines.map((line) => `  ${line}`),
    summary(plan),
    ...notices,
  ].join('\n')
}

function appliedRows({ applied, missing, changed }: Plan, style: Style): Row[] {
  const gone = new Set(missing.map(({ revision }) => revision))
  const edited = new Set(changed.map(({ entry }) => entry.revision))
  return applied.map((entry) => {
    const state = gone.has(entry.revision)
      ? { text: 'missing', paint: style.red }
      : edited.has(entry.revision)
        ? { text: 'changed', paint: style.red }
        : { text: 'applied', paint: style.green }
    return { revision: entry.revision, cells: [state, ...nameCells(entry), ...when(entry)] }
  })
}

function when({ finishedAt, startedAt, durationMs, operation }: Entry): Cell[] {
  const duration = durationMs === null ? '' : elapsed(durationMs)
  return [instant(finishedAt ?? startedAt), operation === 'run_skip' ? 'marked' : duration]
}

function pendingRows({ pending, unfinished }: Plan, style: Style): Row[] {
  const begun = new Map(unfinished.map((entry) => [entry.revision, entry]))
  const rows: Row[] = pending.map(({ script, late }) => {
    const entry = begun.get(script.revision)
    begun.delete(script.revision)
    const text = entry ? 'unfinished' : late ? 'late' : 'pending'
    const paint = entry ? style.red : style.yellow
    const since = entry ? begunWhen(entry) : []
    return { revision: script.revision, cells: [{ text, paint }, ...nameCells(script), ...since] }
  })
  const others = [...begun.values()].map((entry) => ({
    revision: entry.revision,
    cells: [{ text: 'unfinished', paint: style.red }, ...nameCells(entry), ...begunWhen(entry)],
  }))
  return [...rows, ...others]
}

function begunWhen({ startedAt, statementsDone }: Entry): Cell[] {
  return [instant(startedAt), `${counted(statementsDone, 'statement')} done`]
}

function nameCells({ revision, title }: { revision: string; title: string }): Cell[] {
  return [revision, titleWords(title)]
}

function summary(plan: Plan): string {
  const { applied, pending, missing, changed, unfinished } = plan
  if (isUpToDate(plan)) return `up to date: ${applied.length} applied`
  const late = pending.filter((one) => one.late).length
  const parts = [
    `${applied.length} applied`,
    `${pending.length} pending${late ? ` (${late} late)` : ''}`,
    ...(missing.length ? [`${missing.length} missing`] : []),
    ...(changed.length ? [`${changed.length} changed`] : []),
    ...(unfinished.length ? [`${unfinished.length} unfinished`] : []),
  ]
  return parts.join(', ')
}
