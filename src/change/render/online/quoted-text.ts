import { quoteIdentifier } from '../../../database/sql/quote'
import { type Qualified, shown } from '../../../catalog/object-names'

/** The text of a function or a block, in dollar quotes that it does not hold. */
export function quotedBody(body: string, tag: string): string {
  const quote = body.includes('$$') ? `$${tag}$` : '$$'
  return `${quote}${body}${quote}`
}

/** A name as PostgreSQL writes it, without the schema that everyone finds. */
export function shortPath({ schema, name }: Qualified): string {
  const parts = schema === 'public' ? [name] : [schema, name]
  return parts.map((one) => (plain.test(one) ? one : quoteIdentifier(one))).join('.')
}

const plain = /^[a-z_][a-z0-9_]*$/

/** A table's or sequence's name inside a text, where nothing takes quotes away later. */
export function plainPath(path: Qualified): string {
  const isPlain = [path.schema, path.name].every((name) => plain.test(name))
  return isPlain ? shown(path) : quoteIdentifier(path.schema, path.name)
}
