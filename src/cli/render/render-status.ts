import { describeNotice } from '../../run/context/notice-text'
import type { Entry, FullEntry } from '../../journal/model/entry'
import { byRevision } from '../../script/revision'
import { reasonOf } from './json'
import { isUpToDate, partition, type Partition, type StatusView } from './status-partition'
import type { Style } from '../text/style'
import { alignColumns, type TableCell } from '../text/table'
import { elapsed, instant, titleWords, visible, visibleLines } from '../text/text'

interface Row {
  revision: string
  cells: TableCell[]
  /** Below the line: why, and what to do. */
  more?: string[]
}

type Named = Pick<Entry, 'revision' | 'title'>

/** One line for each revision, in order, with what there is to do below it; then the counts. Pure. */
export function renderStatus(status: StatusView, database: string, style: Style): string {
  const parts = partition(status)
  const rows = [
    ...appliedRows(parts, style),
    ...pendingRows(parts, style),
    ...failedRows(parts, style),
    ...unfinishedRows(parts, style),
    ...runningRows(status, style),
  ].toSorted(byRevision)
  const lines = alignColumns(rows.map(({ cells }) => cells))
  const blocks = rows.flatMap(({ more = [] }, index) => [
    `  ${lines[index]}`,
    ...more.map((line) => `      ${visible(line)}`),
  ])
  const notices = status.notices.map(
    (notice) => `${style.yellow('notice:')} ${visibleLines(describeNotice(notice))}`,
  )
  return [
    style.bold(database),
    ...blocks,
    ...runningElsewhere(status),
    summary(status, parts),
    ...notices,
  ].join('\n')
}

function appliedRows(
  { applied, missing, changed, failedDowngrades }: Partition,
  style: Style,
): Row[] {
  const row = (text: string, paint: Style['red']) => (entry: Entry) => {
    const failed = failedDowngrades.get(entry.revision)
    return {
      revision: entry.revision,
      cells: [{ text, paint }, ...nameCells(entry), ...when(entry)],
      ...(failed && { more: [`its downgrade failed ${failedWhen(failed)}`, ...reason(failed)] }),
    }
  }
  return [
    ...applied.map(row('applied', style.green)),
    ...missing.map(row('missing', style.red)),
    ...changed.map(row('changed', style.red)),
  ]
}

function when({ finishedAt, startedAt, durationMs, operation }: Entry): TableCell[] {
  const duration = durationMs === null ? '' : elapsed(durationMs)
  const moment = finishedAt ?? startedAt
  return [moment === '' ? '' : instant(moment), operation === 'run_skip' ? 'marked' : duration]
}

function pendingRows({ pending }: Partition, style: Style): Row[] {
  return pending.map(({ script, late }) => ({
    revision: script.revision,
    cells: [{ text: late ? 'late' : 'pending', paint: style.yellow }, ...nameCells(script)],
  }))
}

function failedRows({ failed }: Partition, style: Style): Row[] {
  return failed.map(({ entry }) => ({
    revision: entry.revision,
    cells: [{ text: 'failed', paint: style.red }, ...nameCells(entry), failedWhen(entry)],
    more: reason(entry),
  }))
}

function failedWhen({ finishedAt, startedAt }: Entry): string {
  return instant(finishedAt ?? startedAt)
}

/** Why, in one line, and where the whole of it is. */
function reason(entry: FullEntry): string[] {
  return [`${reasonOf(entry) ?? 'it failed'} (migrate trace ${entry.id})`]
}

function unfinishedRows({ unfinished }: Partition, style: Style): Row[] {
  return unfinished.map((entry) => ({
    revision: entry.revision,
    cells: [
      { text: 'unfinished', paint: style.red },
      ...nameCells(entry),
      instant(entry.startedAt),
      entry.operation === 'rollback' ? 'downgrade' : '',
    ],
    more: [
      ...(entry.error ? reason(entry) : []),
      `${statementsDone(entry)}; go on with: migrate rebuild ${entry.revision}`,
    ],
  }))
}

/** `statements 1 to 2 of 3 are done`. Pure. */
export function statementsDone({
  statementsDone: done,
  statementsTotal: total,
}: FullEntry): string {
  if (total === null) return 'it was interrupted, and nothing shows how far it came'
  if (done === 0)
    return `none of ${total === 1 ? 'its 1 statement' : `its ${total} statements`} is recorded as done`
  return done === 1
    ? `statement 1 of ${total} is done`
    : `statements 1 to ${done} of ${total} are done`
}

function runningRows({ running, pending, applied, unfinished }: StatusView, style: Style): Row[] {
  if (!running || running.revision === null) return []
  const { revision } = running
  const all: Named[] = [...unfinished, ...pending.map(({ script }) => script), ...applied]
  const title = running.title || all.find((one) => one.revision === revision)?.title || ''
  const entry = unfinished.find((one) => one.revision === revision)
  const cells = [{ text: 'running', paint: style.yellow }, ...nameCells({ revision, title })]
  const since = running.since === null ? '' : `since ${instant(running.since)} `
  const done = entry && entry.statementsTotal !== null ? [statementsDone(entry)] : []
  return [{ revision, cells, more: [`${since}by ${running.by}, backend ${running.pid}`, ...done] }]
}

/** A migrator of which nothing shows what it is at. */
function runningElsewhere({ running }: StatusView): string[] {
  if (!running || running.revision !== null) return []
  const since = running.since === null ? '' : ` since ${instant(running.since)}`
  return [`  a migrator is at work${since}: ${visible(running.by)}, backend ${running.pid}`]
}

function nameCells({ revision, title }: Named): TableCell[] {
  return [revision, titleWords(title)]
}

function summary(status: StatusView, parts: Partition): string {
  const { applied, pending, failed, unfinished, missing, changed, running } = parts
  if (isUpToDate(status)) return `up to date: ${applied.length} applied`
  const late = pending.filter((one) => one.late).length
  const some = (count: number, what: string) => (count === 0 ? [] : [`${count} ${what}`])
  return [
    `${applied.length} applied`,
    `${pending.length} pending${late ? ` (${late} late)` : ''}`,
    ...some(failed.length, 'failed'),
    ...some(unfinished.length, 'unfinished'),
    ...some(running === null ? 0 : 1, 'running'),
    ...some(missing.length, 'missing'),
    ...some(changed.length, 'changed'),
  ].join(', ')
}
