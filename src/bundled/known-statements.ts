import type { BundleContents } from '../bundle/bundle-contents'
import type * as usual from '../script/parser/parse-statement'

/*
 * What PostgreSQL's grammar said when the bundle was written. In its program this file replaces
 * script/parser/parse-statement.
 */

let known: BundleContents['statements'] = {}

/** Says what is known in this process. */
export function carryStatements(statements: BundleContents['statements']): void {
  known = statements
}

/**
 * As the one that asks libpg-query. Undefined, which lets a statement's words decide, for a text that is in
 * no script of the bundle: a downgrade out of the journal.
 */
export const parseStatement: typeof usual.parseStatement = (source) =>
  Promise.resolve(Object.hasOwn(known, source) ? (known[source] ?? undefined) : undefined)
