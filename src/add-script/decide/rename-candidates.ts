import type { Catalog } from '../../catalog/catalog'
import { columnOf, type EnumDifference } from '../../catalog/difference'
import {
  type Fact,
  factsOf,
  type Id,
  type IdOf,
  isPartition,
  keyOf,
  positionOf,
} from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import { distance } from '../../settings/value/nearest'
import { pathOf } from '../../change/model/option-values'
import type { Rename } from '../../change/model/answers'

/** What may have got a new name: what is gone, and what it may be now, the likeliest first. */
export interface Likely {
  kind: 'schema' | 'table' | 'column' | 'value'
  /** As `--rename` names it. */
  from: string
  /** Its type. */
  is?: string
  to: readonly Candidate[]
  /** What else is gone and may be the first candidate as well. */
  rivals: readonly string[]
}

/** What something may be called now. */
export interface Candidate {
  name: string
  /** What becomes of the rows. */
  effect: string
  /** From 0. */
  alike: number
  /** Its name is like the old one, and no other candidate comes near. */
  sure: boolean
}

/** What one side has and the other has not. */
export function onlyIn<One extends Fact>(facts: readonly One[], other: Catalog): One[] {
  return facts.filter(({ id }) => !other.facts.has(id))
}

/** An old and a new name that may be of one thing. */
interface Pair {
  from: string
  is?: string
  to: string
  effect: string
  alike: number
  /** The names themselves are alike. */
  named: boolean
  /** What has the new name, the same for all that may take it. */
  target: string
}

/** How much likelier the first candidate is, where it is no guess. */
const margin = 0.2

function likely(kind: Likely['kind'], pairs: readonly Pair[]): Likely[] {
  return [...new Set(pairs.map(({ from }) => from))].flatMap((from) => {
    const own = pairs
      .filter((pair) => pair.from === from)
      .toSorted((a, b) => b.alike - a.alike || (a.to < b.to ? -1 : 1))
    const [first, second] = own
    if (!first) return []
    const isClear = first.named && (!second || first.alike - second.alike >= margin)
    const rivals = pairs.filter(
      (pair) =>
        pair.target === first.target && pair.from !== from && pair.alike > first.alike - margin,
    )
    const to = own.map(({ to: name, effect, alike }, at) => {
      return { name, effect, alike, sure: at === 0 && isClear }
    })
    const is = first.is === undefined ? {} : { is: first.is }
    return [{ kind, from, ...is, to, rivals: [...new Set(rivals.map((pair) => pair.from))] }]
  })
}

/** Schemas of which half the tables are in a new schema. */
export function likelySchemas({ from, to }: EnumDifference): Likely[] {
  const added = onlyIn(factsOf(to.facts, 'schema'), from)
  const pairs = onlyIn(factsOf(from.facts, 'schema'), to).flatMap(({ id }) => {
    const own = tableNames(from, id.name)
    return added.flatMap(({ id: { name } }) => {
      const alike = overlap(own, tableNames(to, name))
      const effect = 'its tables keep their rows'
      if (alike < 0.5) return []
      return [{ from: id.name, to: name, effect, alike, named: alike === 1, target: name }]
    })
  })
  return likely('schema', pairs)
}

function tableNames({ facts }: Catalog, schema: string): string[] {
  return factsOf(facts, 'table').flatMap(({ id }) => (id.schema === schema ? [id.name] : []))
}

/** Tables of which half the columns are in a new table. */
export function likelyTables({ from, to }: EnumDifference): Likely[] {
  const added = onlyIn(factsOf(to.facts, 'table'), from)
  const pairs = onlyIn(factsOf(from.facts, 'table'), to).flatMap((fact) => {
    if (isPartition(fact)) return []
    const { id } = fact
    const own = columnNames(from, id).map(wordsOf)
    return added.flatMap((one) => {
      const shared = overlap(own, columnNames(to, one.id).map(wordsOf))
      const alike = shared + (one.id.name === id.name ? 1 : 0)
      const named = alike >= 0.8 || nearness(id.name, one.id.name) >= 0.5
      const name = shown(one.id)
      if (alike < 0.5) return []
      return [
        { from: shown(id), to: name, effect: 'it keeps its rows', alike, named, target: name },
      ]
    })
  })
  return likely('table', pairs)
}

/** The names of a table's columns. */
function columnNames({ facts }: Catalog, id: IdOf<'table'>): string[] {
  return facts.childrenOf(id).flatMap((one) => (one.id.kind === 'column' ? [nameOf(one.id)] : []))
}

function nameOf(id: Id): string {
  return 'name' in id ? id.name : ''
}

/** Columns whose type, or nearly whose name, a new column of their table has. */
export function likelyColumns({ from, to }: EnumDifference): Likely[] {
  const added = onlyIn(factsOf(to.facts, 'column'), from)
  const pairs = onlyIn(factsOf(from.facts, 'column'), to).flatMap((fact) => {
    const { id, parent } = fact
    if (!parent || !to.facts.has(parent)) return []
    const { type } = columnOf(from, fact)
    return added
      .filter((one) => one.parent && keyOf(one.parent) === keyOf(parent))
      .map((one) => {
        const now = columnOf(to, one).type
        const near = nearness(id.name, one.id.name)
        const place = neighbour(from, fact) === neighbour(to, one) ? 0.1 : 0
        const alike = (now === type ? 0.5 : 0) + near + place
        const effect = now === type ? 'it keeps its values' : `its values become ${now}`
        const pair = { from: pathOf(id), is: type, to: one.id.name, effect, alike }
        return { ...pair, named: near >= 0.5, target: keyOf(one.id) }
      })
      .filter(({ alike }) => alike >= 0.5)
  })
  return likely('column', pairs)
}

/** The column before it; empty for the first. */
function neighbour({ facts }: Catalog, fact: Fact): string {
  const { id, parent } = fact
  const place = positionOf(fact)
  const before = parent === undefined ? [] : facts.childrenOf(parent)
  const last = before
    .filter((one) => one.id.kind === id.kind && positionOf(one) < place)
    .toSorted((a, b) => positionOf(b) - positionOf(a))[0]
  return last ? nameOf(last.id) : ''
}

/** Values that an enum loses while it gains others. */
export function likelyEnumValues({ enums }: EnumDifference): Likely[] {
  const pairs = enums.flatMap(({ id, lost, gained }) =>
    lost.flatMap((value) =>
      gained.map((name) => {
        const near = nearness(value, name)
        const pair = { from: `${shown(id)}.${value}`, to: name, effect: 'rows and defaults follow' }
        const target = `${keyOf(id)} ${name}`
        return { ...pair, alike: near, named: near >= 0.5, target }
      }),
    ),
  )
  return likely('value', pairs)
}

/** 1 where one list is the other, 0 where they share nothing. */
export function overlap(one: readonly string[], other: readonly string[]): number {
  const all = new Set([...one, ...other])
  return all.size === 0 ? 0 : one.filter((name) => other.includes(name)).length / all.size
}

/** The words of a name, however they are written: `userId`, `user_id` and `USER-ID` are the same. */
function wordsOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase()
}

/** 1 for the same words however written, 0.5 where one holds the other, less than 1 for a few other letters. */
function nearness(one: string, other: string): number {
  const [a, b] = [wordsOf(one), wordsOf(other)]
  if (a === '' || b === '') return 0
  if (a === b) return 1
  const alike = 1 - distance(a, b) / Math.max(a.length, b.length)
  const near = alike >= 0.6 ? alike * 0.9 : 0
  return Math.max(near, a.includes(b) || b.includes(a) ? 0.5 : 0)
}

/**
 * Tables, columns and enum values whose new names differ from the old ones by case and underscores alone,
 * as after a change of naming strategy. What two new names could be is none of them. Pure.
 */
export function styleRenames({ from, to, enums }: EnumDifference): Rename[] {
  const tables = tablePairs(from, to)
  const renamed = tables.filter(([one, other]) => one.name !== other.name)
  return [
    ...valuePairs(enums),
    ...renamed.map(([one, other]) => ({ from: shown(one), to: shown(other) })),
    ...tables.flatMap(([one, other]) => columnPairs(from, to, one, other)),
  ]
}

type TableId = IdOf<'table'>

/** Each table with itself, or with the one that it is now. */
function tablePairs(from: Catalog, to: Catalog): [TableId, TableId][] {
  const added = onlyIn(factsOf(to.facts, 'table'), from)
  return factsOf(from.facts, 'table').flatMap((fact): [TableId, TableId][] => {
    const { id } = fact
    if (to.facts.has(id)) return [[id, id]]
    if (isPartition(fact)) return []
    const own = columnNames(from, id).map(wordsOf)
    const alike = added.filter(
      (one) =>
        one.id.schema === id.schema &&
        wordsOf(one.id.name) === wordsOf(id.name) &&
        overlap(own, columnNames(to, one.id).map(wordsOf)) >= 0.5,
    )
    const [only] = alike
    return only && alike.length === 1 ? [[id, only.id]] : []
  })
}

function columnPairs(from: Catalog, to: Catalog, one: TableId, other: TableId): Rename[] {
  const [old, target] = [columnNames(from, one), columnNames(to, other)]
  const pairs = samePairs(
    old.filter((name) => !target.includes(name)),
    target.filter((name) => !old.includes(name)),
  )
  return pairs.map(([name, now]) => ({ from: `${shown(one)}.${name}`, to: now }))
}

function valuePairs(enums: EnumDifference['enums']): Rename[] {
  return enums.flatMap(({ id, lost, gained }) =>
    samePairs(lost, gained).map(([one, other]) => ({ from: `${shown(id)}.${one}`, to: other })),
  )
}

/** Names of the same words, where there is one on each side. */
function samePairs(old: readonly string[], target: readonly string[]): [string, string][] {
  return old.flatMap((name): [string, string][] => {
    const same = (names: readonly string[]) => names.filter((one) => wordsOf(one) === wordsOf(name))
    const [now] = same(target)
    const isOnly = same(target).length === 1 && same(old).length === 1
    return now !== undefined && isOnly ? [[name, now]] : []
  })
}
