import type { Catalog } from '../../catalog/catalog'
import { type IdOf, isPartition, isRequired, tablePlace } from '../../catalog/facts'
import { madeUpName, type Qualified } from '../../catalog/object-names'
import { hasOtherOwners } from '../../catalog/owners'
import type { OwnedObject } from '../../catalog/properties/owned-objects'
import type { Setting } from '../../catalog/properties/setting/setting'
import { quoteIdentifier } from '../../database/sql/quote'
import { step, type PlannedStep } from '../model/planned-step'

/** The statements for what has no facts: what goes, before all else, and what comes, after it. */
export function settingSteps(
  from: Catalog,
  to: Catalog,
): { dropped: PlannedStep[]; set: PlannedStep[] } {
  const [old, target] = [settingsOf(from), settingsOf(to)]
  return {
    dropped: from.details.settings
      .filter((one) => isDropped(one, old, target, to))
      .map((one) => resetStep(one, to)),
    set: [
      ...ruleNameSteps(from, to),
      ...to.details.settings
        // a table that nothing concerns is on neither side
        .filter((one) => isThere(one, to) && !isInline(one, from, to))
        .flatMap((one) => setSteps(one, old, target, from)),
      ...ownerSteps(from, to),
    ],
  }
}

type SettingsByKey = ReadonlyMap<string, Setting>

function settingsOf({ details }: Catalog): SettingsByKey {
  return new Map(details.settings.map((one) => [one.key, one]))
}

/** What goes with its object, or with another setting, needs no statement. */
function isDropped(one: Setting, old: SettingsByKey, target: SettingsByKey, to: Catalog): boolean {
  const next = target.get(one.key)
  if (next?.value === one.value || !isThere(one, to) || one.reset === '') return false
  if (isWithinOther(one, old, target)) return false
  if (one.required === '' && isRequiredIn(one, to)) return false
  return !next || one.again === true
}

/** True where that without which there is none of it goes, comes or is made again. */
function isWithinOther({ within }: Setting, old: SettingsByKey, target: SettingsByKey): boolean {
  return within !== undefined && old.get(within)?.value !== target.get(within)?.value
}

/** True where the column of a setting is required, for all rows and below its table. */
export function isRequiredIn(
  { schema, table, column: name = '' }: Setting,
  { facts }: Catalog,
): boolean {
  const fact = facts.get({ kind: 'column', schema, table, name })
  return fact !== undefined && isRequired(fact)
}

function setSteps(
  one: Setting,
  old: SettingsByKey,
  target: SettingsByKey,
  from: Catalog,
): PlannedStep[] {
  const before = isThere(one, from) ? old.get(one.key) : undefined
  const isMade = isWithinOther(one, old, target)
  const isImplied = one.implied && (isMade || one.within === undefined)
  if (!before || isMade) return isImplied ? [] : [setStep(one, one.set)]
  const set = one.change ?? one.set
  return before.value === one.value || set === '' ? [] : [setStep(one, set)]
}

/** True where the partition or the child is made with it. */
function isInline(one: Setting, from: Catalog, to: Catalog): boolean {
  const id = { kind: 'table', schema: one.schema, name: one.table } as const
  const made = from.facts.has(id) ? undefined : to.facts.get(id)
  return one.inline !== undefined && made !== undefined && (isPartition(made) || isOwnRule(one))
}

/** A child's own NOT NULL beside its parent's. */
function isOwnRule({ key }: Setting): boolean {
  return key.startsWith('OWN NOT NULL ')
}

/** The name of a NOT NULL constraint. */
function isRuleName({ key }: Setting): boolean {
  return key.startsWith('NOT NULL NAME ')
}

/** Rules that a table is made with, in its list of columns: a child's own, and those that a person has named. */
export function inlineRules({ schema, name }: IdOf<'table'>, { details }: Catalog): string[] {
  return details.settings.flatMap((one) =>
    one.schema === schema && one.table === name && (isOwnRule(one) || isRuleName(one))
      ? (one.inline ?? [])
      : [],
  )
}

/** The names of the NOT NULL constraints of tables that are there; in what inherits none is its own. */
function ruleNameSteps(from: Catalog, to: Catalog): PlannedStep[] {
  return otherNames(from, to).flatMap(({ one, name }) => {
    const { schema, table, column = '' } = one
    if (hasParent(one, from) || hasParent(one, to)) return []
    const id = { kind: 'column', schema, table, name: column } as const
    return [step({ kind: 'rename not null', column: id, to: name }, [id])]
  })
}

/** Tables that inherit and keep the names of their NOT NULL constraints, though others are given. */
export function otherRuleNames(from: Catalog, to: Catalog): Qualified[] {
  return otherNames(from, to)
    .filter(({ one }) => hasParent(one, from) || hasParent(one, to))
    .map(({ one: { schema, table: name } }) => ({ schema, name }))
}

/** The required columns of tables of both sides of which the rule has another name, and that. */
function otherNames(from: Catalog, to: Catalog): { one: Setting; name: string }[] {
  const [old, target] = [settingsOf(from), settingsOf(to)]
  const all = [...from.details.settings, ...to.details.settings].filter(isRuleName)
  const named = [...new Map(all.map((one) => [one.key, one])).values()]
  return named.flatMap((one) => {
    const { schema, table } = one
    const isKept = from.facts.has({ kind: 'table', schema, name: table }) && isRequiredIn(one, to)
    const name = target.get(one.key)?.value ?? madeUpName(table, one.column ?? '', 'not_null')
    return isKept && old.get(one.key)?.value !== target.get(one.key)?.value ? [{ one, name }] : []
  })
}

function hasParent({ schema, table: name }: Setting, { facts }: Catalog): boolean {
  const fact = facts.get({ kind: 'table', schema, name })
  return fact !== undefined && tablePlace(fact).parent !== undefined
}

/** What the columns of a partition are made with that their parent does not give them, in its list of columns. */
export function inlineColumns({ schema, name }: IdOf<'table'>, { details }: Catalog): string[] {
  const own = details.settings.filter(
    (one) =>
      one.schema === schema && one.table === name && one.inline !== undefined && !isRuleName(one),
  )
  const columns = [...new Set(own.map(({ column = '' }) => column))]
  return columns.map((column) => {
    const clauses = own.filter((one) => one.column === column).map(({ inline }) => inline)
    return [quoteIdentifier(column), ...clauses].join(' ')
  })
}

const relations = ['table', 'view', 'materializedView', 'foreignTable', 'type', 'sequence'] as const

/** True where what it is of is there: what goes with its table or column needs no statement. */
export function isThere(one: Setting, { facts, details }: Catalog): boolean {
  const { schema, table, column, object } = one
  if (object !== undefined) return details.objects.has(object)
  if (table === '') return true
  if (!relations.some((kind) => facts.has({ kind, schema, name: table }))) return false
  if (column === undefined || facts.has({ kind: 'column', schema, table, name: column }))
    return true
  return (
    details.given.has(`${schema}.${table}.${column}`) ||
    facts.has({ kind: 'materializedView', schema, name: table })
  )
}

function resetStep(one: Setting, to: Catalog): PlannedStep {
  const { schema, table: name } = one
  const statement = isRequiredIn(one, to) ? (one.required ?? one.reset) : one.reset
  return step({ kind: 'property', statement }, [{ kind: 'table', schema, name }])
}

function setStep({ schema, table, column, failsOnRows }: Setting, statement: string): PlannedStep {
  const rows = failsOnRows ? [{ schema, table, ...(column !== undefined && { column }) }] : []
  return step({ kind: 'property', statement }, [{ kind: 'table', schema, name: table }], {
    failsOnRows: rows,
  })
}

/** What has another owner, or is made again and would have that of whoever makes it. */
function ownerSteps(from: Catalog, to: Catalog): PlannedStep[] {
  return [...to.details.objects.values()]
    .filter(({ key, owner }) => (from.details.objects.get(key)?.owner ?? null) !== owner)
    .map(ownerStep)
}

function ownerStep({ alter, owner, schema, table }: OwnedObject): PlannedStep {
  return step({ kind: 'change owner', alter, owner }, [{ kind: 'table', schema, name: table }])
}

/** True where other statements may take away what these would have to set again. */
export function mayLose(from: Catalog, to: Catalog): boolean {
  const { settings, given } = to.details
  const isLoose = ({ schema, table, column }: Setting) =>
    column === undefined || given.has(`${schema}.${table}.${column}`)
  return hasOtherOwners(from) || hasOtherOwners(to) || settings.some(isLoose)
}
