import { cpus, totalmem } from 'node:os'
import type { Contest } from './contest'

/** A contest as a table of Markdown, and what failed. */
export function tableText({ title, unit, rows, failures = [] }: Contest): string {
  const cells = rows.map(({ name, milliseconds, ratio, mebibytes, processor }) => [
    name,
    `${milliseconds.toFixed(0)} ms`,
    ratio.toFixed(2),
    mebibytes === undefined ? '' : `${mebibytes.toFixed(0)} MiB`,
    processor === undefined || Number.isNaN(processor) ? '' : `${processor.toFixed(0)} ms`,
  ])
  const table = [['', 'median', `× ${unit}`, 'memory', 'processor'], ...cells]
  const widths = [0, 1, 2, 3, 4].map((n) => Math.max(3, ...table.map((row) => row[n]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join(' | ')} |`
  const rule = `| ${widths.map((width, n) => (n === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  const [head = [], ...body] = table
  const failed = failures.length > 0 ? ['', ...failures] : []
  return [`### ${title}`, '', line(head), rule, ...body.map(line), ...failed].join('\n')
}

/** What it was measured on, in one line. */
export function machineText(major: number, rounds: number): string {
  const processors = cpus()
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  return `${processors.length} × ${processors[0]?.model ?? 'unknown processor'}, ${memory} GiB, Node ${process.versions.node}, PostgreSQL ${major}, medians of ${rounds} rounds`
}
