import type { Direction } from '../script'

const block = String.raw`\/\*\*([\s\S]*?)\*\/`
const top = new RegExp(String.raw`^\s*(?:#![^\n]*\n\s*)?(?:${block}|((?:[ \t]*\/\/[^\n]*\n)+))`)

/**
 * What the comments of a module say: the one at its top, and the doc comment right above one of its
 * functions. Texts only, a line each. Pure.
 */
export function readDocComments(
  text: string,
  direction: Direction,
): { module: string[]; own: string[] } {
  const [whole, doc, lines] = top.exec(text) ?? []
  const rest = text.slice(whole?.length ?? 0)
  const isOwn =
    /^\s*export\s+(?:default\s+)?(?:const|async|function|let|var)\s+(?:function\s+)?(?:up|down)\b/.test(
      rest,
    )
  const module = isOwn && doc !== undefined ? [] : linesOf(doc ?? lines)
  return { module, own: linesOf(aboveFunction(text, direction)) }
}

function aboveFunction(text: string, name: Direction): string | undefined {
  const declared = String.raw`\s*(?:export\s+)?(?:(?:async\s+)?function\s+${name}\b|(?:const|let|var)\s+${name}\b|(?:async\s+)?${name}\s*[:(])`
  const pattern = new RegExp(String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/${declared}`)
  return pattern.exec(text)?.[1]
}

function linesOf(comment: string | undefined): string[] {
  return (comment ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\*|\/\/+)?\s?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('@'))
}
