import { MigrationError } from '../../errors'
import { putAside } from './replaced-types'
import type { Catalog } from '../../catalog/catalog'
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
import {
  type Likely,
  likelyColumns,
  likelyLabels,
  likelySchemas,
  likelyTables,
  onlyIn,
} from './rename-candidates'
import {
  makeSchema,
  renameColumn,
  renameConstraint,
  renameEnumValue,
  renameRelation,
  renameSchema,
  type Renaming,
} from './rename-operations'
import { clipped, shown } from '../../catalog/object-names'
import {
  flagOf,
  means,
  Questions,
  splitOutsideQuotes,
  unquoted,
} from '../../change/model/option-values'
import type { Answers, Rename } from '../../change/model/answers'

/** Runs renames on the copy and reads it again. */
export type Apply = (renamings: readonly Renaming[]) => Promise<Catalog>

const dropped = '(none of these: it is dropped)'

/**
 * Renames what options give and what a person confirms, schemas first and columns last, and lets the names
 * of constraints, indexes, sequences and enum types follow. Nothing is guessed. Types that can only be
 * created again are renamed away.
 *
 * @returns every rename in the order in which it was run
 * @throws {MigrationError} USAGE for a rename that fits nothing
 */
export async function applyRenames(
  start: Catalog,
  to: Catalog,
  answers: Answers,
  apply: Apply,
): Promise<{ renamings: Renaming[]; catalog: Catalog }> {
  const renamings: Renaming[] = []
  let catalog = start
  const run = async (found: readonly Renaming[]) => {
    const fresh = found.filter(({ up }) => !renamings.some((one) => one.up.sql === up.sql))
    const unique = [...new Map(fresh.map((one) => [one.up.sql, one])).values()]
    if (unique.length === 0) return
    renamings.push(...unique)
    catalog = await apply(unique)
  }
  const open = new Set(answers.renames)
  const tables = new Map<string, string>()
  for (const stage of stages) {
    const given = [...open].flatMap((rename) => {
      const found = stage.find(rename, catalog, to, tables)
      if (found) open.delete(rename)
      return found ?? []
    })
    await run(given)
    for (const { from, to: name } of await asked(stage.likely(catalog, to), answers))
      await run(stage.find({ from, to: name }, catalog, to, tables) ?? [])
  }
  const [lost] = open
  if (lost) throw inVain(lost)
  await run(renamedParts(catalog, to))
  await run(renamedDefinitions(catalog, to))
  for (let aside = putAside(catalog, to); aside.length > 0; aside = putAside(catalog, to))
    await run(aside)
  return { renamings, catalog }
}

function inVain({ from, to }: Rename): MigrationError {
  return new MigrationError('USAGE', `nothing can be renamed from ${from} to ${to}`, {
    detail: 'The old name must be in the scripts and the new one in the wanted schema alone.',
    hint: 'Write --rename users:customers, users.first:first_name or user_status.active:enabled.',
  })
}

async function asked(likely: readonly Likely[], answers: Answers): Promise<Rename[]> {
  if (!answers.ask) return []
  const questions = new Questions(answers)
  const confirmed: Rename[] = []
  for (const { kind, from, to } of likely) {
    const left = to.filter((name) => !confirmed.some((one) => one.to === name))
    const [first] = left
    if (first === undefined) continue
    const answer = await questions.ask({
      about: 'rename',
      text: `${kind} ${from} is gone. Which one is it now?`,
      choices: [...left, dropped],
      suggestion: first,
      flag: flagOf('--rename', `${from}:${first}`),
    })
    if (answer !== dropped) confirmed.push({ from, to: answer })
  }
  return confirmed
}

/** The options that would make renames of what is dropped and made. */
export function likelyFlags(from: Catalog, to: Catalog): string[] {
  return stages
    .flatMap((stage) => stage.likely(from, to))
    .map((one) => flagOf('--rename', `${one.from}:${one.to[0]}`))
}

type TableId = IdOf<'table'>

interface ScriptStage {
  likely(from: Catalog, to: Catalog): Likely[]
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
  { likely: likelyLabels, find: findLabel },
  { likely: likelyTables, find: findTable },
  { likely: likelyColumns, find: findColumn },
]

function findSchema({ from: old, to: name }: Rename, from: Catalog, to: Catalog) {
  const [one, other] = [unquoted(old), unquoted(name)]
  const schema = onlyIn(factsOf(from.facts, 'schema'), to).find(({ id }) => id.name === one)
  const isWanted = onlyIn(factsOf(to.facts, 'schema'), from).some(({ id }) => id.name === other)
  return schema && isWanted ? renameSchema(schema.id, other) : undefined
}

function findLabel({ from: old, to: name }: Rename, from: Catalog, to: Catalog) {
  const [path, label] = lastOf(old)
  const [, other] = lastOf(name)
  const type = factsOf(from.facts, 'type').find(({ id }) => path !== '' && means(path, id))
  const labels = enumValues(type)
  const wanted = type && enumValues(to.facts.get(type.id))
  if (!type || !labels?.includes(label)) return undefined
  // Its type may get another name as well, and is then found under it later.
  if (wanted && (wanted.includes(label) || !wanted.includes(other))) return undefined
  return renameEnumValue(type.id, label, other)
}

function findTable(
  { from: old, to: name }: Rename,
  from: Catalog,
  to: Catalog,
  tables: Map<string, string>,
) {
  const table = factsOf(from.facts, 'table').find((fact) => means(old, fact.id) && isGone(fact, to))
  const path = splitOutsideQuotes(name, '.').map(unquoted)
  if (!table || path.length > 2) return undefined
  const schema = path.length === 2 ? path[0]! : table.id.schema
  const wanted = { kind: 'table' as const, schema, name: path.at(-1)! }
  if (!to.facts.has(wanted) || from.facts.has(wanted)) return undefined
  tables.set(shown(table.id), shown(wanted))
  const home = { kind: 'schema' as const, name: schema }
  const made = from.facts.has(home) ? [] : makeSchema(home)
  const renamed = renameRelation<'table'>(table.id, wanted)
  return [
    ...made,
    ...renamed,
    ...(to.facts.has(table.id) ? makeRoom(table.id, wanted, from, to) : []),
  ]
}

/** It is not there, or another one has its name, which it cannot become: a partitioned one. */
function isGone(fact: Fact, { facts }: Catalog): boolean {
  const wanted = facts.get(fact.id)
  return !wanted || tablePlace(wanted).key !== tablePlace(fact).key
}

/** What the new table of the old name calls by the names of the old one's keys and indexes. */
function makeRoom(id: TableId, wanted: TableId, from: Catalog, to: Catalog): Renaming[] {
  const { schema } = wanted
  const fresh = (name: string) =>
    clipped(
      name.startsWith(id.name)
        ? `${wanted.name}${name.slice(id.name.length)}`
        : `${wanted.name}_${name}`,
    )
  return from.facts.childrenOf(id).flatMap((child) => {
    if (!to.facts.has(child.id)) return []
    if (isA(child.id, 'constraint') && constraintType(child) !== 'c')
      return renameConstraint({ ...child.id, schema, table: wanted.name }, fresh(child.id.name))
    if (!isA(child.id, 'index')) return []
    const index = { ...child.id, schema }
    return renameRelation<'index'>(index, { schema, name: fresh(index.name) }, [wanted])
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
  const wanted = { ...fact.id, name: other }
  return to.facts.has(wanted) && !from.facts.has(wanted) ? renameColumn(fact.id, other) : undefined
}

/** The path before the last name, and that name. */
function lastOf(text: string): [path: string, name: string] {
  const path = splitOutsideQuotes(text, '.')
  const last = path.pop() ?? ''
  return [path.join('.'), unquoted(last)]
}
