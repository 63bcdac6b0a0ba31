import type { Statement } from '../change/model/script-part'
import { isOneLine } from '../change/render/lay-out'
import { commentLine } from '../script/sections/comment'

/** By this line a schema file is known as one that may be overwritten. */
const origin = 'Written by migrate dump_schema'

/** The header of a schema file. */
export interface SchemaHead {
  /** The scripts' folder as people name it. */
  folder: string
  /** Lines on what the file does not hold. */
  remarks: readonly string[]
}

/** The text of a schema file. Pure. */
export function schemaText(steps: readonly Statement[], { folder, remarks }: SchemaHead): string {
  const head = [
    `The canonical schema: what the scripts in ${folder} result in.`,
    `${origin}, which overwrites it: put changes into a script.`,
    ...remarks,
  ].flatMap(wrapped)
  return `${[head.map((line) => `-- ${line}`).join('\n'), ...paragraphs(steps)].join('\n\n')}\n`
}

/** True for a text that `schemaText` wrote, whatever was changed in it since. Pure. */
export function isDumped(text: string): boolean {
  const [head = ''] = text.split(/\r?\n\s*\n/)
  return head.split(/\r?\n/).some((line) => line.startsWith(`-- ${origin}`))
}

/** Short statements on one table share a paragraph; a longer one has its own. */
function paragraphs(steps: readonly Statement[]): string[] {
  const result: string[] = []
  let last: Statement | undefined
  for (const one of steps) {
    const joins = last?.group === one.group && isShort(last) && isShort(one)
    if (joins) result[result.length - 1] += `\n${one.sql};`
    else result.push(`${one.sql};`)
    last = one
  }
  return result
}

function isShort(one: Statement): boolean {
  return isOneLine(one.sql)
}

const width = 97

/** Cut between words; a line of a long list goes on indented. */
function wrapped(text: string): string[] {
  const lines = ['']
  for (const word of commentLine(text).split(' ')) {
    const line = lines.at(-1)!
    const isFull = line !== '' && line.length + 1 + word.length > width
    if (isFull) lines.push(`  ${word}`)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
