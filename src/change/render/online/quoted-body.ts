/** The text of a function or a block, in dollar quotes that it does not hold. */
export function quotedBody(body: string, tag: string): string {
  const quote = body.includes('$$') ? `$${tag}$` : '$$'
  return `${quote}${body}${quote}`
}
