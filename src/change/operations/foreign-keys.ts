import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import type { ColumnChange } from '../../catalog/difference'
import { usingOf, type Decisions, type Using } from '../model/decisions'
import { keyOf } from '../../catalog/facts'
import { type ForeignKey, foreignKeys } from '../../catalog/rule-facts'
import { columnKey, step, type ColumnId, type PlannedStep } from '../model/operation'

/** The retyped column that this one refers to, whose new values it must get. */
export function follows(
  to: Catalog,
  id: ColumnId,
  retyped: readonly { change: ColumnChange }[],
): ColumnId | undefined {
  for (const { columns, referred } of foreignKeys(to)) {
    const at = columns.findIndex((one) => columnKey(one) === columnKey(id))
    const leader = referred[at]
    if (!leader || columnKey(leader) === columnKey(id)) continue
    const isRetyped = retyped.some(({ change }) => columnKey(change.id) === columnKey(leader))
    if (isRetyped) return leader
  }
  return undefined
}

/** What changes of keys need around the other steps, and the conversions of the columns that follow. */
export interface KeySteps {
  front: PlannedStep[]
  back: PlannedStep[]
  using: Map<string, Using>
}

/**
 * Keys whose two sides cannot be compared half-way are let go and made again. Where the new values are
 * made row by row, a table of old and new ones takes every referring column along.
 */
export function keySteps(
  from: Catalog,
  to: Catalog,
  retyped: readonly ColumnChange[],
  decisions: Decisions,
): KeySteps {
  const using = new Map(decisions.using)
  const front: PlannedStep[] = []
  const back: PlannedStep[] = []
  for (const { id, from: column, to: wanted } of retyped) {
    const followers = retyped.filter((one) => {
      const leader = follows(to, one.id, [{ change: { id } as ColumnChange }])
      return leader && !decisions.using.has(columnKey(one.id))
    })
    if (!using.has(columnKey(id))) continue
    const own = usingOf({ ...decisions, using }, id)
    // Nor may USING look at other rows.
    if (followers.length === 0 && !/\bOVER \(/.test(own.expression)) continue
    const { made, removed, call } = translation(id, column.type, wanted.type, own.expression)
    front.push(...made)
    back.push(...removed)
    for (const each of [id, ...followers.map((one) => one.id)]) {
      const expression = call(quoteIdentifier(each.name))
      const comments = each === id ? own.comments : []
      using.set(columnKey(each), { ...own, expression, comments, breaksKeys: true })
    }
  }
  const broken = new Set(
    retyped.filter(({ id }) => using.get(columnKey(id))?.breaksKeys).map(({ id }) => columnKey(id)),
  )
  const wanted = new Map(foreignKeys(to).map((key) => [keyOf(key.id), key]))
  for (const key of foreignKeys(from)) {
    const again = wanted.get(keyOf(key.id))
    const touched = [...key.columns, ...key.referred].some((id) => broken.has(columnKey(id)))
    if (!touched || again?.definition !== key.definition) continue
    front.unshift(step(constraint(key, 'DROP'), [key.id]))
    const valid = !key.definition.endsWith(' NOT VALID')
    const operation = {
      kind: 'add constraint',
      constraint: key.id,
      rule: 'FOREIGN KEY',
      valid,
    } as const
    back.unshift(step(`${constraint(key, 'ADD')} ${key.definition}`, [key.id], { operation }))
  }
  return { front, back, using }
}

function constraint({ id }: ForeignKey, what: 'ADD' | 'DROP'): string {
  return `ALTER TABLE ${quoteIdentifier(id.schema, id.table)} ${what} CONSTRAINT ${quoteIdentifier(id.name)}`
}

/** A table of old and new keys, and a function over it, since USING takes no subquery. */
function translation(id: ColumnId, from: string, to: string, expression: string) {
  const base = `${id.table}_${id.name}`.slice(0, 50)
  const table = `pg_temp.${/^[a-z_][a-z0-9_]*$/.test(base) ? `${base}_values` : quoteIdentifier(`${base}_values`)}`
  const name = quoteIdentifier('pg_temp', `${base}_new`)
  const column = quoteIdentifier(id.name)
  // a type of an extension or of the user's own has its own way of comparing
  const equals = from.includes('.') ? '=' : eq
  const body = quoteLiteral(`SELECT new_value FROM ${table} WHERE old_value ${equals} $1`)
  const source = quoteIdentifier(id.schema, id.table)
  const data = { verb: 'data' as const, chain: `values of ${columnKey(id)}` }
  // a literal alone has no type yet
  const value = /^(?:NULL|'(?:[^']|'')*')$/i.test(expression) ? `${expression}::${to}` : expression
  return {
    made: [
      step(
        `CREATE TEMPORARY TABLE ${quoteIdentifier(`${base}_values`)} AS SELECT ${column} AS old_value, ${value} AS new_value FROM ${source}`,
        [id],
        { ...data, comments: [`What refers to ${id.table}.${id.name} gets the same new values.`] },
      ),
      step(`CREATE UNIQUE INDEX ON ${table} (old_value)`, [id], data),
      step(
        `CREATE FUNCTION ${name}(${from}) RETURNS ${to} LANGUAGE sql STABLE AS ${body}`,
        [id],
        data,
      ),
    ],
    removed: [
      step(`DROP FUNCTION ${name}(${from})`, [id], data),
      step(`DROP TABLE ${table}`, [id], data),
    ],
    call: (of: string) => `${name}(${of})`,
  }
}
