import type { Catalog } from '../../catalog/catalog'
import {
  type Action,
  definitionOf,
  type Fact,
  factsOf,
  type IdOf,
  keyOf,
  viewOptions,
} from '../../catalog/facts'
import { step, type PlannedStep } from '../model/planned-step'

/** A view with another query. */
export type ViewId = IdOf<'view'>

/**
 * The views that can take their new query in place, since it gives the old columns first: what
 * depends on them, and what was granted on them, stays.
 * @see https://www.postgresql.org/docs/current/sql-createview.html
 */
export function replaceableViews(from: Catalog, to: Catalog): ViewId[] {
  return factsOf(to.facts, 'view').flatMap((fact) => {
    const { id } = fact
    const before = from.facts.get(id)
    if (!before || definitionOf(before) === definitionOf(fact)) return []
    const [old, target] = [columnsOf(from, id), columnsOf(to, id)]
    return old.every((column, at) => column === target[at]) ? [id] : []
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

/** The view takes its new query in place. */
export function replaceView(fact: Fact & { id: ViewId }): PlannedStep {
  const { id: view } = fact
  const query = definitionOf(fact).replace(/;$/, '')
  const operation = { kind: 'replace view', view, options: viewOptions(fact), query } as const
  return step(operation, [view], { verb: 'create' })
}
