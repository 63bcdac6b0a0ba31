import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import { type Fact, factsOf, type IdOf, keyOf } from '../../catalog/facts'
import { closingParenthesis, splitList } from '../../catalog/sql-words'
import type { PlannedStep } from '../model/operation'

/** The column that a sequence belongs to. */
export function ownerOf(
  fact: Fact | undefined,
): { schema: string; table: string; column: string } | undefined {
  return (fact?.payload['ownedBy'] ?? undefined) as ReturnType<typeof ownerOf>
}

/** A sequence that is what `serial` makes is written as `serial`. */
export function foldSerials(steps: readonly PlannedStep[], to: Catalog): PlannedStep[] {
  let folded = [...steps]
  for (const fact of factsOf(to.facts, 'sequence')) {
    const sequence = quoteIdentifier(fact.id.schema, fact.id.name)
    const isMade = folded.some(({ sql }) => sql.startsWith(`CREATE SEQUENCE ${sequence} `))
    const serial = isMade ? serialOf(fact, to) : undefined
    if (!serial) continue
    const at = folded.findIndex(
      ({ sql, verb }) =>
        verb === 'create' && isOf(serial.table, sql) && sql.includes(serial.written),
    )
    if (at < 0) continue
    const table = folded[at]!
    const sql = table.sql.replace(serial.written, () => serial.short)
    folded[at] = { ...table, sql, ids: [...table.ids, fact.id] }
    folded = folded.filter(
      ({ sql }) =>
        !sql.startsWith(`CREATE SEQUENCE ${sequence} `) &&
        !sql.startsWith(`ALTER SEQUENCE ${sequence} OWNED BY `),
    )
  }
  return folded
}

const serials: Record<string, [name: string, max: string]> = {
  smallint: ['smallserial', '32767'],
  integer: ['serial', '2147483647'],
  bigint: ['bigserial', '9223372036854775807'],
}

function serialOf(fact: Fact & { id: IdOf<'sequence'> }, to: Catalog) {
  const { id, payload } = fact
  const owner = ownerOf(fact)
  if (!owner || owner.schema !== id.schema || id.name !== `${owner.table}_${owner.column}_seq`)
    return undefined
  const column = to.facts.get({
    kind: 'column',
    schema: owner.schema,
    table: owner.table,
    name: owner.column,
  })
  const { type, notNull, default: value } = column ? columnOf(to, column) : { type: '' }
  const [name, max] = serials[type] ?? []
  const usual = {
    increment: '1',
    minValue: '1',
    maxValue: max,
    start: '1',
    cache: '1',
    cycle: false,
    dataType: type,
  }
  const isUsual = Object.entries(usual).every(([key, wanted]) => payload[key] === wanted)
  if (!name || !isUsual || !notNull || !value?.startsWith('nextval(')) return undefined
  const start = quoteIdentifier(owner.column)
  return {
    table: quoteIdentifier(owner.schema, owner.table),
    written: `${start} ${type} NOT NULL DEFAULT ${value}`,
    short: `${start} ${name}`,
  }
}

/** Makes that table, or a column of it. */
function isOf(table: string, sql: string): boolean {
  return opening(sql, table) > 0 || sql.startsWith(`ALTER TABLE ${table} ADD COLUMN `)
}

/** The columns of a new table stand in it, where they were declared. */
export function foldColumns(
  steps: readonly PlannedStep[],
  from: Catalog,
  to: Catalog,
): PlannedStep[] {
  const folded = [...steps]
  for (const { id, parent } of factsOf(to.facts, 'column')) {
    if (!parent) continue
    const table = quoteIdentifier(id.schema, id.table)
    const start = `ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(id.name)} `
    const added = folded.findIndex(({ sql }) => sql.startsWith(start))
    const made = added < 0 ? -1 : folded.findIndex(({ sql }) => opening(sql, table) > 0)
    const whole = folded[made]
    if (!whole || !isAtHand(from, to, id)) continue
    const column = folded[added]!
    const clause = column.sql.slice(start.indexOf(' ADD COLUMN ') + ' ADD COLUMN '.length)
    const sql = insertColumn(whole.sql, opening(whole.sql, table), clause, id, to)
    folded[made] = { ...whole, sql, ids: [...whole.ids, ...column.ids] }
    folded.splice(added, 1)
  }
  return folded
}

/** All that it stands on is there before any table is made. */
function isAtHand(from: Catalog, { facts }: Catalog, id: IdOf<'column'>): boolean {
  const value = { ...id, kind: 'default' as const }
  return [...facts.outgoingEdges(id), ...facts.outgoingEdges(value)].every(({ to }) => {
    if (to.kind === 'type') return isSettled(from.facts.get(to), facts.get(to))
    if (to.kind === 'column') return to.schema === id.schema && to.table === id.table
    return ['table', 'schema', 'extension'].includes(to.kind)
  })
}

/** An enum that is new, or stays what it is but for more labels. */
function isSettled(old: Fact | undefined, wanted: Fact | undefined): boolean {
  if (wanted?.payload['variant'] !== 'enum') return false
  const labels = wanted.payload['values'] as string[]
  const places = ((old?.payload['values'] ?? []) as string[]).map((label) => labels.indexOf(label))
  return places.every((place, at) => place > (places[at - 1] ?? -1))
}

/** Schemas and enums, of which all may be made, stand above all that is made of them. */
export function typesFirst(steps: readonly PlannedStep[]): PlannedStep[] {
  const dropped = new Set(steps.flatMap(({ drops }) => (drops ? [keyOf(drops)] : [])))
  const isFirst = ({ verb, sql, ids: [id] }: PlannedStep) =>
    verb === 'create' &&
    id !== undefined &&
    !dropped.has(keyOf(id)) &&
    /^CREATE (?:SCHEMA |TYPE .* AS ENUM )/.test(sql)
  const schemas = steps.filter((one) => isFirst(one) && one.sql.startsWith('CREATE SCHEMA '))
  const types = steps.filter((one) => isFirst(one) && one.sql.startsWith('CREATE TYPE '))
  return [...schemas, ...types, ...steps.filter((one) => !isFirst(one))]
}

/** Before the first column of the table that was declared after it. */
function insertColumn(
  sql: string,
  open: number,
  clause: string,
  id: IdOf<'column'>,
  to: Catalog,
): string {
  const place = (fact: Fact | undefined) => Number(fact?.payload['_position'] ?? Infinity)
  const own = place(to.facts.get(id))
  const later = factsOf(to.facts, 'column')
    .filter((one) => one.id.schema === id.schema && one.id.table === id.table && place(one) > own)
    .map((one) => `${quoteIdentifier(one.id.name)} `)
  const end = closingParenthesis(sql, open)
  const parts = splitList(sql.slice(open + 1, end)).filter((part) => part !== '')
  const found = parts.findIndex(
    (part) => part.startsWith('CONSTRAINT ') || later.some((start) => part.startsWith(start)),
  )
  parts.splice(found < 0 ? parts.length : found, 0, clause)
  return `${sql.slice(0, open + 1)}${parts.join(', ')}${sql.slice(end)}`
}

/** Where the list of columns opens that this statement makes the table with. */
function opening(sql: string, table: string): number {
  const starts = [`CREATE TABLE ${table} (`, `CREATE UNLOGGED TABLE ${table} (`]
  const start = starts.find((one) => sql.startsWith(one))
  return start === undefined ? -1 : start.length - 1
}
