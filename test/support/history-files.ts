import type { Chapter } from './history-chapter'
import type { Random } from './history-random'

/** File names → contents. */
export type HistoryFiles = Readonly<Record<string, string>>

const byteOrderMark = '\ufeff'
const upMarkers = ['-- MIGRATE UP', '-- ==== MIGRATE UP ====', '--MIGRATE UP (first)']
const downMarkers = ['-- MIGRATE DOWN', '-- ---- MIGRATE DOWN ----', '/* MIGRATE DOWN */']

/**
 * Writes a chapter's files. Its number grows with `index`, and its form with the history's age
 * (`at`, 0 to 1): first short numbers, then days, TypeORM's milliseconds, and stamps of 14 digits.
 */
export function chapterFiles(
  chapter: Chapter,
  at: number,
  index: number,
  random: Random,
): HistoryFiles {
  const { number, separator } = numberOf(at, index, random)
  const stem = `${number}${separator}${chapter.title}`
  const form = chapter.form ?? (random.chance(0.6) ? 'sections' : 'companion')
  if (form === 'sections') return { [`${stem}.sql`]: sections(chapter, random) }
  const up = random.chance(0.15) ? `${stem}.up.sql` : `${stem}.sql`
  const down = random.chance(0.5) ? `${stem}.down.sql` : `${number}_downgrade.sql`
  return { [up]: whole(chapter, chapter.up), [down]: whole(chapter, chapter.down) }
}

function numberOf(at: number, index: number, random: Random) {
  if (at < 0.05) return { number: String(index + 1), separator: '_' }
  if (at < 0.15) return { number: String(index + 1).padStart(4, '0'), separator: '_' }
  if (at < 0.3) return { number: String(20190101 + index), separator: '_' }
  if (at < 0.5) return { number: String(1_600_000_000_000 + index * 86_400_123), separator: '-' }
  const stamp = new Date(Date.UTC(2024, 0, 1) + index * 4_567_000).toISOString().slice(0, 19)
  if (random.chance(0.2)) return { number: stamp.replaceAll(':', '-'), separator: '_' }
  return { number: stamp.replace(/\D/g, ''), separator: random.chance(0.2) ? '-' : '_' }
}

function sections(chapter: Chapter, random: Random): string {
  const newline = chapter.up.includes('\r\n') ? '\r\n' : '\n'
  const [up, down] = [random.pick(upMarkers), random.pick(downMarkers)]
  const lines = [up, chapter.up, down, chapter.down]
  return start(chapter, newline) + lines.join(newline)
}

function whole(chapter: Chapter, text: string): string {
  return start(chapter, text.includes('\r\n') ? '\r\n' : '\n') + text
}

function start({ bom, outside }: Chapter, newline: string): string {
  return `${bom ? byteOrderMark : ''}${outside ? `-- migrate: no-transaction${newline}` : ''}`
}
