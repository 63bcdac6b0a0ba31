import { MigrationError } from '../../errors'
import { renamedAway } from './replaced-types'
import type { Catalog } from '../../catalog/catalog'
import { compareEnums, type EnumDifference } from '../../catalog/difference'
import {
  constraintType,
  enumValues,
  type Fact,
  factsOf,
  type IdOf,
  isA,
  tablePlace,
} from '../../catalog/facts'
import { renamedDefinitions, renamedParts } from './dependent-renames'
import { decideStyle, dropped, renameQuestion } from './questions'
import {
  type Likely,
  likelyColumns,
  likelyEnumValues,
  likelySchemas,
  likelyTables,
  onlyIn,
  styleRenames,
} from './rename-candidates'
import {
  findType,
  madeFor,
  placeOf,
  renameColumn,
  renameConstraint,
  renameEnumValue,
  renameRelation,
  renameSchema,
  type Renaming,
} from './rename-operations'
import { clipped, shown } from '../../catalog/object-names'
import type { Interview } from '../../change/model/interview'
import { means, splitOutsideQuotes, unquoted } from '../../change/model/option-values'
import type { FormerName } from '../../set-up/was'
import type { Answers, Rename } from '../../change/model/answers'

/** Runs renames on the copy and reads it again. */
export type Apply = (renamings: readonly Renaming[]) => Promise<Catalog>

/** Who says what is renamed: options, a person, the source itself. */
export interface RenameAnswers {
  answers: Answers
  interview: Interview
  /** Old names that entities or the canonical schema give. */
  former?: readonly FormerName[]
}

/**
 * Renames what options give and what a person confirms, schemas first and columns last, and lets the names
 * of constraints, indexes, sequences and enum types follow. Nothing is guessed. Types that can only be
 * created again are renamed away.
 *
 * @returns every rename in the order in which it was run, and what the source says in vain
 * @throws {MigrationError} USAGE for a rename that fits nothing
 */
export async function applyRenames(
  start: Catalog,
  to: Catalog,
  { answers, interview, former = [] }: RenameAnswers,
  apply: Apply,
): Promise<{ renamings: Renaming[]; catalog: Catalog; stale: readonly FormerName[] }> {
  const work = new RenameWork(start, to, apply)
  if (answers.renames.length === 0 && !mayBeRenamed(work.difference)) {
    await work.renameAway()
    return { renamings: work.renamings, catalog: work.catalog, stale: former }
  }
  const gone = answers.renames.filter((one) => one.to === '').map((one) => one.from)
  const named = answers.renames.filter((one) => one.to !== '')
  const settled = [...answers.renames, ...former]
  const styled = styleRenames(work.difference).filter((one) => !isSettled(one.from, settled))
  const open = new Set<Rename>([...named, ...former, ...decideStyle(styled, answers, interview)])
  for (const stage of stages) {
    await work.run(
      [...open].flatMap((rename) => {
        const found = work.find(stage, rename)
        if (found) open.delete(rename)
        return found ?? []
      }),
    )
    const likely = stage.likely(work.difference).filter(({ from }) => !gone.includes(from))
    for (const rename of asked(likely, answers, interview))
      await work.run(work.find(stage, rename) ?? [])
  }
  const lost = named.find((one) => open.has(one))
  if (lost) throw inVain(lost)
  await work.finish()
  const stale = former.filter((one) => open.has(one))
  return { renamings: work.renamings, catalog: work.catalog, stale }
}

/** Renames that were run, and what the copy is after them. */
class RenameWork {
  readonly renamings: Renaming[] = []
  difference: EnumDifference
  /** Tables with another name now, by the old one. */
  private readonly tables = new Map<string, string>()

  constructor(
    public catalog: Catalog,
    private readonly to: Catalog,
    private readonly apply: Apply,
  ) {
    this.difference = compareEnums(catalog, to)
  }

  find(stage: ScriptStage, rename: Rename): Renaming[] | undefined {
    return stage.find(rename, this.catalog, this.to, this.tables)
  }

  /** Runs what was not run before, each once. */
  async run(found: readonly Renaming[]): Promise<void> {
    const known = new Set(this.renamings.map(keyOfRenaming))
    const unique = [...new Map(found.map((one) => [keyOfRenaming(one), one]))]
      .filter(([key]) => !known.has(key))
      .map(([, one]) => one)
    if (unique.length === 0) return
    this.renamings.push(...unique)
    this.catalog = await this.apply(unique)
    this.difference = compareEnums(this.catalog, this.to)
  }

  /** Lets the names of what belongs to something follow. */
  async finish(): Promise<void> {
    await this.run(renamedParts(this.catalog, this.to))
    await this.run(renamedDefinitions(this.catalog, this.to))
    await this.renameAway()
  }

  async renameAway(): Promise<void> {
    for (
      let away = renamedAway(this.catalog, this.to);
      away.length > 0;
      away = renamedAway(this.catalog, this.to)
    )
      await this.run(away)
  }
}

/** Something is gone that may have another name now. */
function mayBeRenamed({ from, to, enums }: EnumDifference): boolean {
  return (
    enums.some(({ lost }) => lost.length > 0) ||
    from.facts.facts().some(({ id }) => !to.facts.has(id))
  )
}

function keyOfRenaming({ up }: Renaming): string {
  return JSON.stringify(up.operation)
}

function inVain({ from, to }: Rename): MigrationError {
  return new MigrationError('USAGE', `nothing can be renamed from ${from} to ${to}`, {
    detail: 'The old name must be in the scripts and the new one in the target schema alone.',
    hint: 'Write --rename users:customers, users.first:first_name or user_status.active:enabled.',
  })
}

/** An option says already what it is now. */
function isSettled(from: string, renames: readonly Rename[]): boolean {
  return renames.some((one) => one.from === from)
}

/** Candidates are questions, but where `--yes` says on no terminal that what is gone is dropped. */
function asked(likely: readonly Likely[], answers: Answers, interview: Interview): Rename[] {
  if (answers.yes && !answers.ask) return []
  const confirmed: Rename[] = []
  for (const one of likely) {
    const to = one.to.filter(({ name }) => !confirmed.some((other) => other.to === name))
    if (to.length === 0) continue
    const rivals = one.rivals.filter((name) => !confirmed.some((other) => other.from === name))
    const answer = interview.ask(renameQuestion({ ...one, to, rivals }))
    if (answer !== dropped) confirmed.push({ from: one.from, to: answer })
  }
  return confirmed
}

type TableId = IdOf<'table'>

interface ScriptStage {
  likely(difference: EnumDifference): Likely[]
  /** Undefined where the rename is none of this stage's. */
  find(
    rename: Rename,
    from: Catalog,
    to: Catalog,
    tables: Map<string, string>,
  ): Renaming[] | undefined
}

const stages: readonly ScriptStage[] = [
  { likely: likelySchemas, find: findSchema },
  { likely: likelyEnumValues, find: findEnumValue },
  { likely: likelyTables, find: findTable },
  { likely: () => [], find: findType },
  { likely: likelyColumns, find: findColumn },
]

function findSchema({ from: old, to: name }: Rename, from: Catalog, to: Catalog) {
  const [one, other] = [unquoted(old), unquoted(name)]
  const schema = onlyIn(factsOf(from.facts, 'schema'), to).find(({ id }) => id.name === one)
  const isTarget = onlyIn(factsOf(to.facts, 'schema'), from).some(({ id }) => id.name === other)
  return schema && isTarget ? renameSchema(schema.id, other) : undefined
}

function findEnumValue({ from: old, to: name }: Rename, from: Catalog, to: Catalog) {
  const [path, value] = lastOf(old)
  const [, other] = lastOf(name)
  const type = factsOf(from.facts, 'type').find(({ id }) => path !== '' && means(path, id))
  const values = enumValues(type)
  const target = type && enumValues(to.facts.get(type.id))
  if (!type || !values?.includes(value)) return undefined
  // Its type may get another name as well, and is then found under it later.
  if (target && (target.includes(value) || !target.includes(other))) return undefined
  return renameEnumValue(type.id, value, other)
}

function findTable(
  { from: old, to: name }: Rename,
  from: Catalog,
  to: Catalog,
  tables: Map<string, string>,
) {
  const table = factsOf(from.facts, 'table').find((fact) => means(old, fact.id) && isGone(fact, to))
  const place = table && placeOf(name, table.id.schema)
  if (!place) return undefined
  const target = { kind: 'table' as const, ...place }
  if (!to.facts.has(target) || from.facts.has(target)) return undefined
  tables.set(shown(table.id), shown(target))
  return [
    ...madeFor(target, from),
    ...renameRelation<'table'>(table.id, target),
    ...(to.facts.has(table.id) ? makeRoom(table.id, target, from, to) : []),
  ]
}

/** It is not there, or another one has its name, which it cannot become: a partitioned one. */
function isGone(fact: Fact, { facts }: Catalog): boolean {
  const target = facts.get(fact.id)
  return !target || tablePlace(target).key !== tablePlace(fact).key
}

/** What the new table of the old name calls by the names of the old one's keys and indexes. */
function makeRoom(id: TableId, target: TableId, from: Catalog, to: Catalog): Renaming[] {
  const { schema } = target
  const fresh = (name: string) =>
    clipped(
      name.startsWith(id.name)
        ? `${target.name}${name.slice(id.name.length)}`
        : `${target.name}_${name}`,
    )
  return from.facts.childrenOf(id).flatMap((child) => {
    if (!to.facts.has(child.id)) return []
    if (isA(child.id, 'constraint') && constraintType(child) !== 'c')
      return renameConstraint({ ...child.id, schema, table: target.name }, fresh(child.id.name))
    if (!isA(child.id, 'index')) return []
    const index = { ...child.id, schema }
    return renameRelation<'index'>(index, { schema, name: fresh(index.name) }, [target])
  })
}

function findColumn(
  { from: old, to: name }: Rename,
  from: Catalog,
  to: Catalog,
  tables: ReadonlyMap<string, string>,
) {
  const [path, column] = lastOf(old)
  const [, other] = lastOf(name)
  const given = tables.get(path) ?? path
  const fact = onlyIn(factsOf(from.facts, 'column'), to).find(
    ({ id }) =>
      id.name === column && path !== '' && means(given, { schema: id.schema, name: id.table }),
  )
  if (!fact) return undefined
  const target = { ...fact.id, name: other }
  return to.facts.has(target) && !from.facts.has(target) ? renameColumn(fact.id, other) : undefined
}

/** The path before the last name, and that name. */
function lastOf(text: string): [path: string, name: string] {
  const path = splitOutsideQuotes(text, '.')
  const last = path.pop() ?? ''
  return [path.join('.'), unquoted(last)]
}
