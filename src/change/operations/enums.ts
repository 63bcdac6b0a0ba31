import { MigrationError } from '../../errors'
import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import type { Difference, EnumChange } from '../../catalog/difference'
import type { Effect } from '../model/effect'
import type { Decisions } from '../model/decisions'
import { type Id, type IdOf, keyOf } from '../../catalog/facts'
import { freeName, shown } from '../../catalog/object-names'
import type { ColumnId, SchemaOperation } from '../model/operation'
import { changes, type PlannedStep, valuesOf } from '../model/planned-step'
import type { Asking, Interview } from '../model/interview'
import { flagOf, means, pathOf } from '../model/option-values'
import type { Answers, EnumMapping } from '../model/answers'

/**
 * Which value rows get instead of a lost one; unmapped, PostgreSQL refuses while a row has it.
 * @throws {MigrationError} USAGE for an option that fits nothing
 */
export function decideEnumValues(
  { from, enums }: Difference,
  answers: Answers,
  interview: Interview,
): Decisions['valueMaps'] {
  const decided = new Map<string, Map<string, string>>()
  for (const change of enums) {
    const mapping = new Map<string, string>()
    for (const value of change.lost) {
      const isIt = (one: EnumMapping) => one.from === value && means(one.type, change.id)
      const users = from.facts.incomingEdges(change.id).map((edge) => edge.from)
      const given = answers.map.find(isIt)?.to
      // of a type that nothing uses, no row has a value
      const open = given ?? (users.length === 0 ? '' : undefined)
      const other = open ?? interview.ask(lostValue(change, value, users.filter(isColumn)))
      if (other !== '') mapping.set(value, known(change.id, other, change.values))
    }
    decided.set(`${change.id.schema}.${change.id.name}`, mapping)
  }
  for (const { type, from: value } of answers.map) {
    const used = enums.some(({ id, lost }) => means(type, id) && lost.includes(value))
    if (!used)
      throw new MigrationError('USAGE', `${type} does not lose the value "${value}"`, {
        hint: 'Remove --map, or correct the name.',
      })
  }
  return decided
}

/** Never answered by itself: only a person knows whether a row has the value. */
function lostValue(
  { id, values, gained }: EnumChange,
  value: string,
  columns: readonly ColumnId[],
): Asking {
  const path = `${shown(id)}.${value}`
  const used = columns.length === 0 ? '' : ` Columns of that type: ${listOf(columns.map(pathOf))}.`
  const renamed = gained.map((name) => flagOf('--rename', `${path}:${name}`))
  const orRenamed = renamed.length === 0 ? '' : ` If it was renamed, give ${renamed.join(' or ')}.`
  return {
    key: `map ${path}`,
    about: 'map',
    text: `${shown(id)} loses the value '${value}'. What do rows get that have it?${used}${orRenamed}`,
    offers: [
      { answer: '', effect: 'no row has it: the script fails if one does' },
      ...values.map((other) => ({
        answer: other,
        effect: `rows with '${value}' get '${other}'; which they were is lost`,
      })),
    ],
    proposal: '',
    suggestion: '',
    flagFor: (answer) => flagOf('--map', `${path}=${answer}`),
  }
}

function isColumn(id: Id): id is ColumnId {
  return id.kind === 'column'
}

/** The first few of many. */
function listOf(names: readonly string[]): string {
  const more = names.length - 4
  return `${names.slice(0, 4).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function known(id: IdOf<'type'>, value: string, values: readonly string[]): string {
  if (values.includes(value)) return value
  throw new MigrationError('USAGE', `${shown(id)} has no value "${value}"`, {
    hint: `Name one of ${values.join(', ')}.`,
  })
}

/** Names the enum that is replaced as a person would, and maps the lost values of the columns. */
export function mapEnumValues(
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
        decisions.valueMaps.get(`${change.id.schema}.${change.id.name}`),
      ),
    )
  }, steps) as PlannedStep[]
}

type EnumOperation = Extract<SchemaOperation, { type: IdOf<'type'> }>

function isOf(
  operation: SchemaOperation,
  kind: EnumOperation['kind'],
  { schema, name }: { schema: string; name: string },
): boolean {
  if (operation.kind !== kind || !('type' in operation)) return false
  return operation.type.schema === schema && operation.type.name === name
}

/** The name that pg-delta gives the old enum, until nothing uses it any more. */
function replacedName(
  steps: readonly PlannedStep[],
  { schema, name }: IdOf<'type'>,
): string | undefined {
  for (const { operation } of steps)
    if (operation.kind === 'rename enum' && isOf(operation, 'rename enum', { schema, name }))
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
  const [written, by] = [old, other].map((each) => `${quoteIdentifier(schema)}.${each}`)
  return (one) => {
    const { operation } = one
    if (operation.kind === 'rename enum' && isOf(operation, 'rename enum', { schema, name }))
      return { ...one, operation: { ...operation, to: other } }
    if (!('sql' in operation)) return one
    const typeNames = [...(operation.typeNames ?? []), { written: written!, by: by! }]
    return { ...one, operation: { ...operation, typeNames } }
  }
}

function convertValues(
  one: PlannedStep,
  { id, lost }: EnumChange,
  columns: readonly ColumnId[],
  mapping: ReadonlyMap<string, string> = new Map(),
): PlannedStep {
  const { operation } = one
  const own = columns.find((column) => changes(one, column, 'type'))
  if (!own || operation.kind !== 'alter column' || operation.part !== 'type') return one
  const column = quoteIdentifier(own.name)
  const { type, using } = operation
  const isArray = type === `${quoteIdentifier(id.schema, id.name)}[]`
  const isEnum = isArray || type === quoteIdentifier(id.schema, id.name)
  // pg-delta's own conversion; another one was decided on
  if (!isEnum || using !== `${column}::text${isArray ? '[]' : ''}::${type}`) return one
  const value = isArray ? replaceInArray(column, mapping) : replaceValue(column, mapping)
  const values = [valuesOf(own)]
  const alteration = { part: 'type', type, using: `${value}::${type}` } as const
  return {
    ...one,
    operation: { ...operation, ...alteration },
    effects: [...one.effects, ...effectsOf(lost, mapping)],
    converts: values,
    ...(lost.length > 0 && {
      destructive: mapping.size > 0,
      loses: mapping.size > 0 ? values : [],
      failsOnRows: lost.some((one) => !mapping.has(one)) ? values : [],
    }),
  }
}

function replaceValue(column: string, mapping: ReadonlyMap<string, string> = new Map()): string {
  if (mapping.size === 0) return `${column}::varchar`
  const whens = [...mapping].map(
    ([lost, other]) => ` WHEN ${column} ${eq} ${quoteLiteral(lost)} THEN ${quoteLiteral(other)}`,
  )
  return `(CASE${whens.join('')} ELSE ${column}::varchar END)`
}

function replaceInArray(column: string, mapping: ReadonlyMap<string, string> = new Map()): string {
  return [...mapping].reduce(
    (value, [lost, other]) =>
      `pg_catalog.array_replace(${value}, ${quoteLiteral(lost)}, ${quoteLiteral(other)})`,
    `${column}::varchar[]`,
  )
}

function effectsOf(
  lost: readonly string[],
  mapping: ReadonlyMap<string, string> = new Map(),
): Effect[] {
  return lost.map((value) => {
    const by = mapping.get(value)
    return by === undefined
      ? { kind: 'fails on value', value }
      : { kind: 'replaces value', value, by }
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
  const isDropped = operation.kind === 'alter column' && operation.part === 'no default'
  if (verb === 'drop' || isDropped) return false
  return columns.some((id) => uses(to, id) && !uses(from, id))
}

/** New values, which may be added again after a crash, and all else. */
export function splitEnumValues(steps: readonly PlannedStep[]): {
  added: PlannedStep[]
  rest: PlannedStep[]
} {
  const added: PlannedStep[] = []
  const rest: PlannedStep[] = []
  for (const one of steps) {
    const { operation } = one
    if (operation.kind !== 'add enum value') rest.push(one)
    else added.push({ ...one, operation: { ...operation, once: true } })
  }
  return { added, rest }
}
