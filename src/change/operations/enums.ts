import { MigrationError } from '../../errors'
import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { alterColumnSql } from '../render/alter-column'
import { addedOnce, renameTypeSql, withTypeName } from '../render/engine-sql'
import type { Catalog } from '../../catalog/catalog'
import type { Difference, EnumChange } from '../../catalog/difference'
import type { Decisions } from '../model/decisions'
import { type Id, type IdOf, keyOf } from '../../catalog/facts'
import { freeName, shown } from '../../catalog/object-names'
import {
  changes,
  type ColumnId,
  type SchemaOperation,
  type PlannedStep,
  valuesOf,
} from '../model/operation'
import { flagOf, means, type Questions } from '../model/option-values'
import type { Answers } from '../model/answers'

/** Rows may not use a lost label: there is no row, or it gets another one. */
const nothing = '(no row has it)'

/** Which label rows get instead of a lost one; unmapped, PostgreSQL refuses while a row has it. */
export async function decideLabels(
  { enums }: Difference,
  answers: Answers,
  questions: Questions,
): Promise<Decisions['labels']> {
  const decided = new Map<string, Map<string, string>>()
  for (const { id, lost, values: labels } of enums) {
    const mapping = new Map<string, string>()
    for (const label of lost) {
      const given = answers.map.find((one) => one.from === label && means(one.type, id))?.to
      const label2 = given ?? (answers.ask ? await askLabel(id, label, labels, questions) : nothing)
      if (label2 !== nothing) mapping.set(label, known(id, label2, labels))
    }
    decided.set(`${id.schema}.${id.name}`, mapping)
  }
  for (const { type, from: label } of answers.map) {
    const used = enums.some(({ id, lost }) => means(type, id) && lost.includes(label))
    if (!used)
      throw new MigrationError('USAGE', `${type} does not lose the label "${label}"`, {
        hint: 'Remove --map, or correct the name.',
      })
  }
  return decided
}

function askLabel(
  id: IdOf<'type'>,
  label: string,
  labels: readonly string[],
  questions: Questions,
): Promise<string> {
  return questions.ask({
    about: 'map',
    text: `${shown(id)} loses the label '${label}'. What do rows get that have it?`,
    choices: [...labels, nothing],
    suggestion: nothing,
    flag: flagOf('--map', `${shown(id)}.${label}=${labels[0]}`),
  })
}

function known(id: IdOf<'type'>, label: string, labels: readonly string[]): string {
  if (labels.includes(label)) return label
  throw new MigrationError('USAGE', `${shown(id)} has no label "${label}"`, {
    hint: `Name one of ${labels.join(', ')}.`,
  })
}

/** Names the enum that is replaced as a person would, and maps the lost values of the columns. */
export function mapLabels(
  steps: readonly PlannedStep[],
  { from, to, enums }: Difference,
  decisions: Decisions,
): PlannedStep[] {
  return enums.reduce((mapped: readonly PlannedStep[], change) => {
    const old = replacedName(steps, change.id)
    const columns = from.facts.incomingEdges(change.id).map((edge) => edge.from)
    const rename = old === undefined ? undefined : renameReplaced(change.id, old, from, to)
    return mapped.map((one) =>
      convertValues(
        rename ? rename(one) : one,
        change,
        columns.filter((id): id is ColumnId => id.kind === 'column'),
        decisions.labels.get(`${change.id.schema}.${change.id.name}`),
      ),
    )
  }, steps) as PlannedStep[]
}

type EnumOperation = Extract<SchemaOperation, { type: IdOf<'type'> }>

function isOf(
  operation: SchemaOperation | undefined,
  kind: EnumOperation['kind'],
  { schema, name }: { schema: string; name: string },
): boolean {
  if (operation?.kind !== kind || !('type' in operation)) return false
  return operation.type.schema === schema && operation.type.name === name
}

/** The name that pg-delta gives the old enum, until nothing uses it any more. */
function replacedName(
  steps: readonly PlannedStep[],
  { schema, name }: IdOf<'type'>,
): string | undefined {
  for (const { operation } of steps)
    if (operation?.kind === 'rename enum' && isOf(operation, 'rename enum', { schema, name }))
      return operation.to
  return undefined
}

function renameReplaced(
  { schema, name }: IdOf<'type'>,
  old: string,
  from: Catalog,
  to: Catalog,
): (one: PlannedStep) => PlannedStep {
  const other = quoteIdentifier(freeName({ schema, name }, [from.facts, to.facts]))
  return (one) =>
    isOf(one.operation, 'rename enum', { schema, name })
      ? { ...one, sql: renameTypeSql({ schema, name }, other) }
      : { ...one, sql: withTypeName(one.sql, quoteIdentifier(schema), old, other) }
}

function convertValues(
  one: PlannedStep,
  { id, lost }: EnumChange,
  columns: readonly ColumnId[],
  mapping: ReadonlyMap<string, string> = new Map(),
): PlannedStep {
  const { operation } = one
  const own = columns.find((column) => changes(one, column, 'type'))
  if (!own || operation?.kind !== 'alter column' || operation.part !== 'type') return one
  const column = quoteIdentifier(own.name)
  const { type, using } = operation
  const isArray = type === `${quoteIdentifier(id.schema, id.name)}[]`
  const isEnum = isArray || type === quoteIdentifier(id.schema, id.name)
  // pg-delta's own conversion; another one was decided on
  if (!isEnum || using !== `${column}::text${isArray ? '[]' : ''}::${type}`) return one
  const value = isArray ? replaceInArray(column, mapping) : replaceLabel(column, mapping)
  const values = [valuesOf(own)]
  const alteration = { part: 'type', type, using: `${value}::${type}` } as const
  return {
    ...one,
    operation: { ...operation, ...alteration },
    sql: alterColumnSql(own, alteration),
    comments: [...one.comments, ...commentsOn(lost, mapping)],
    converts: values,
    ...(lost.length > 0 && {
      destructive: mapping.size > 0,
      loses: mapping.size > 0 ? values : [],
      failsOnRows: lost.some((label) => !mapping.has(label)) ? values : [],
    }),
  }
}

function replaceLabel(column: string, mapping: ReadonlyMap<string, string> = new Map()): string {
  if (mapping.size === 0) return `${column}::varchar`
  const whens = [...mapping].map(
    ([label, other]) => ` WHEN ${column} ${eq} ${quoteLiteral(label)} THEN ${quoteLiteral(other)}`,
  )
  return `(CASE${whens.join('')} ELSE ${column}::varchar END)`
}

function replaceInArray(column: string, mapping: ReadonlyMap<string, string> = new Map()): string {
  return [...mapping].reduce(
    (value, [label, other]) =>
      `pg_catalog.array_replace(${value}, ${quoteLiteral(label)}, ${quoteLiteral(other)})`,
    `${column}::varchar[]`,
  )
}

function commentsOn(
  lost: readonly string[],
  mapping: ReadonlyMap<string, string> = new Map(),
): string[] {
  return lost.map((label) => {
    const other = mapping.get(label)
    return other === undefined
      ? `Fails while a row has '${label}'.`
      : `Rows with '${label}' get '${other}': which they were is lost.`
  })
}

/**
 * What begins to use an enum that is created again comes after it: before, it would get the old one, which
 * could then not be dropped.
 */
export function afterRebuilt(
  steps: readonly PlannedStep[],
  { from, to, enums }: Difference,
): PlannedStep[] {
  return enums.reduce(
    (ordered, { id }) => {
      const at = ordered.findIndex(
        ({ operation, verb }) => verb === 'alter' && isOf(operation, 'create enum', id),
      )
      const early = ordered.slice(0, Math.max(at, 0))
      const late = early.filter((one) => beginsToUse(one, id, from, to))
      const rest = early.filter((one) => !late.includes(one))
      return at < 0 ? ordered : [...rest, ordered[at]!, ...late, ...ordered.slice(at + 1)]
    },
    [...steps],
  )
}

function beginsToUse(
  { ids, verb, operation }: PlannedStep,
  type: Id,
  from: Catalog,
  to: Catalog,
): boolean {
  const uses = ({ facts }: Catalog, id: Id) =>
    facts.outgoingEdges(id).some((edge) => keyOf(edge.to) === keyOf(type))
  const columns = ids.filter(({ kind }) => kind === 'column')
  const isDropped = operation?.kind === 'alter column' && operation.part === 'no default'
  if (verb === 'drop' || isDropped) return false
  return columns.some((id) => uses(to, id) && !uses(from, id))
}

/** New labels, worded so that they may be run again after a crash, and all else. */
export function splitLabels(steps: readonly PlannedStep[]): {
  labels: PlannedStep[]
  rest: PlannedStep[]
} {
  const isLabel = ({ operation }: PlannedStep) => operation?.kind === 'add enum value'
  const labels = steps.filter(isLabel).map((one) => ({
    ...one,
    sql: addedOnce(one.sql),
  }))
  return { labels, rest: steps.filter((one) => !isLabel(one)) }
}
