import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import { type Action, type Fact, factsOf, type IdOf, keyOf, textOf } from '../../catalog/facts'
import { step, type PlannedStep } from '../model/operation'

/** A view with another query. */
export type ViewId = IdOf<'view'>

/**
 * The views that can take their new query as they stand, since it gives the old columns first: what
 * stands on them, and what was granted on them, stays.
 * @see https://www.postgresql.org/docs/current/sql-createview.html
 */
export function replaceableViews(from: Catalog, to: Catalog): ViewId[] {
  return factsOf(to.facts, 'view').flatMap(({ id, payload }) => {
    const before = from.facts.get(id)?.payload
    if (!before || before['def'] === payload['def']) return []
    const [old, wanted] = [columnsOf(from, id), columnsOf(to, id)]
    return old.every((column, at) => column === wanted[at]) ? [id] : []
  })
}

function columnsOf({ details }: Catalog, { schema, name }: ViewId): readonly string[] {
  return details.viewColumns.get(`${schema}.${name}`) ?? []
}

/** Those that the plan leaves in their place. */
export function undropped(views: readonly ViewId[], planned: readonly Action[]): ViewId[] {
  const dropped = new Set(planned.flatMap(({ destroys }) => destroys.map(keyOf)))
  return views.filter((id) => !dropped.has(keyOf(id)))
}

/** `CREATE OR REPLACE VIEW`, which would take away the options that it does not name. */
export function replaceView({ id, payload }: Fact & { id: ViewId }): PlannedStep {
  const options = (payload['reloptions'] ?? []) as string[]
  const settings = options.length > 0 ? ` WITH (${options.join(', ')})` : ''
  const query = textOf(payload['def']).replace(/;$/, '')
  const view = quoteIdentifier(id.schema, id.name)
  return step(`CREATE OR REPLACE VIEW ${view}${settings} AS ${query}`, [id], { verb: 'create' })
}
