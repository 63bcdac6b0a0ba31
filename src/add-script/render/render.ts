import { commentsOf } from '../../change/render/comments'
import type { ScriptPart, Statement } from '../../change/model/script-part'
import { usualLayout, type ScriptLayout } from '../../script/layout/layout'

/** What is written around the statements: the header's lines, and what starts each direction. */
export interface Writing {
  lines: readonly string[]
  markers?: ScriptLayout['markers']
}

/** What starts the lines of a header that say what the downgrade loses. */
export const lossHeadings = {
  values: 'The downgrade brings the schema back, not every value:',
  rows: 'The downgrade works while the tables are empty only:',
  all: 'There is no downgrade:',
} as const

/** Marks the place between what is made and what is dropped. */
export const movePlace = 'Move the values here.'

/**
 * Writes one script in sections: the header, the upgrade, the downgrade. A script that cannot be
 * undone has no section for it, so that a downgrade is refused rather than run in vain.
 */
export function renderScript(
  part: ScriptPart,
  { lines, markers = usualLayout.markers }: Writing,
): string {
  const head = [...lines, ...lossLines(part)].map(comment)
  const up = renderSection(markers.up, part.up, part.transaction)
  const isOneWay = part.down.length === 0 && part.reversible === 'no'
  const down = isOneWay ? [] : [renderSection(markers.down, part.down, part.downTransaction)]
  const parts = head.length === 0 ? [up, ...down] : [head.join('\n'), up, ...down]
  return `${parts.join('\n\n')}\n`
}

function lossLines({ reversible, losses, down }: ScriptPart): string[] {
  if (reversible === 'yes') return []
  const [first, ...others] = [...new Set(losses)]
  const without = down.length === 0 ? lossHeadings.all : lossHeadings.rows
  const what = reversible === 'lossy' ? lossHeadings.values : without
  return [what, ...[first, ...others].map((line) => `  ${oneLine(line ?? '')}`)]
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

function comment(line: string): string {
  return line === '' ? '--' : `-- ${oneLine(line) === line.trim() ? line : oneLine(line)}`
}

/** One direction below its marker. */
export function renderSection(
  marker: string,
  statements: readonly Statement[],
  transaction: boolean,
): string {
  const head = [marker, ...(transaction ? [] : ['-- migrate: no-transaction'])]
  const groups: string[] = statements.length === 0 ? ['-- Nothing to do.'] : []
  let last: string | undefined
  for (const one of statements) {
    const place = one.moveHere ? [`-- ${movePlace}`] : []
    const text = [...place, ...commentsOf(one).map(comment), `${one.sql};`].join('\n')
    if (one.group === last) groups[groups.length - 1] += `\n${text}`
    else groups.push(text)
    last = one.group
  }
  return [head.join('\n'), ...groups].join('\n\n')
}
