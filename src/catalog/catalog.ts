import type { Pool } from 'pg'
import { underCatalogPath } from './properties/catalog-path'
import { harmlessOptions } from './properties/foreign-options'
import type { Setting } from './properties/setting/setting'
import { readDetails, type Details } from './properties/unmodelled'
import { type Engine } from './engine'
import {
  columnKey,
  constraintType,
  generatedExpression,
  hiddenOptions,
  isA,
  keyOf,
  ownerOf,
  type Edge,
  type Fact,
  type Facts,
  type Id,
  type IdOf,
  withOptions,
  withParents,
} from './facts'
import { settledFact } from './expressions'
import { ofOwnObjects } from './own-objects'
import type { Ignored } from '../scratch/ignored-tables'

/** What a database holds, as PostgreSQL itself reports it; without roles and data. */
export interface Catalog {
  facts: Facts
  /** What pg-delta does not read. */
  details: Details
  /** The kinds of objects in it that are not compared: `Subscriptions`. */
  uncompared: readonly string[]
  /** Names of all roles, which privileges may mention. */
  roles: readonly string[]
}

/** All that a server said of a database, nothing left out. */
export interface Reading {
  facts: Facts
  details: Details
  roles: readonly string[]
}

/** Keys of tables that are left out with all that belongs to them. */
export type LeftOut = ReadonlySet<string>

/** TypeORM keeps views and generated columns here; what they are is in the catalogs. */
const metadata = 'typeorm_metadata'

/**
 * Reads the catalogs in one snapshot each; writes nothing.
 * @param other reads what pg-delta does not
 */
export async function readServer(engine: Engine, pool: Pool, other = pool): Promise<Reading> {
  const [{ factBase }, [details, roles]] = await Promise.all([
    engine.extract(ofOwnObjects(pool)),
    readRest(other),
  ])
  const facts = await withForeignOptions(engine, pool, factBase)
  return { facts, details, roles }
}

/** One after the other: a connection more costs more than the wait. */
async function readRest(pool: Pool): Promise<[Details, string[]]> {
  return [await readDetails(pool), await rolesOf(pool)]
}

/** Names of all roles of the server. */
export async function rolesOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ rolname: string }>(
    'SELECT rolname FROM pg_catalog.pg_roles ORDER BY rolname',
  )
  return rows.map(({ rolname }) => rolname)
}

/** pg-delta hides what it does not know by name; what is no secret is shown. */
async function withForeignOptions(engine: Engine, pool: Pool, facts: Facts): Promise<Facts> {
  if (!facts.facts().some((fact) => hiddenOptions(fact).length > 0)) return facts
  const { rows } = await underCatalogPath(pool, (client) =>
    client.query<{ key: string; options: string[] }>(harmlessOptions),
  )
  const known = new Map(rows.map(({ key, options }) => [key, options]))
  const shown = facts.facts().map((fact) => withOptions(fact, known))
  return engine.build(shown, [...facts.edges])
}

/** What is compared of what was read. */
export function catalogOf(
  engine: Engine,
  { facts: all, details, roles }: Reading,
  ignored: readonly Ignored[],
  left: LeftOut = new Set(),
): Catalog {
  const kept = keptFacts(all, { details, ignored, left })
  const edges = [...kept].flatMap(({ id }) => all.outgoingEdges(id))
  const between = new Set(
    edges.filter(({ to, kind }) => kind !== 'owner' && isIn(kept, all.get(to))),
  )
  const facts = all.facts().filter((fact) => kept.has(fact))
  return {
    facts: engine.build(
      facts
        .map(withDomainDefault(details))
        .map(settledFact)
        .map(withDetails(details))
        .map(withoutRules(details)),
      all.edges.filter((edge) => between.has(edge)),
    ),
    details: {
      ...details,
      settings: details.settings.filter((one) => !isIgnored(one, ignored)),
      objects: new Map([...details.objects].filter(([, one]) => !isIgnored(one, ignored))),
      childIndexes: details.childIndexes.filter((one) => !isIgnored(one, ignored)),
    },
    uncompared: uncomparedIn(all),
    roles,
  }
}

/** Reads what is compared; writes nothing. */
export async function readCatalog(
  engine: Engine,
  pool: Pool,
  ignored: readonly Ignored[],
  left?: LeftOut,
): Promise<Catalog> {
  return catalogOf(engine, await readServer(engine, pool), ignored, left)
}

/** The key of the table that a fact belongs to, or of the fact itself. */
export function homeKey(fact: Fact, facts: Facts): string {
  let last = fact
  for (let one: Fact | undefined = fact; one; one = one.parent && facts.get(one.parent)) {
    if (one.id.kind === 'table') return keyOf(one.id)
    last = one.id.kind === 'schema' ? last : one
  }
  const owner = last.id.kind === 'sequence' ? ownerOf(last) : undefined
  return owner ? keyOf({ kind: 'table', schema: owner.schema, name: owner.table }) : keyOf(last.id)
}

/**
 * A fact base of these facts and of the edges between them, each once: for two that are equal pg-delta writes two
 * statements. Ownership is not compared.
 */
export function rebuild(engine: Engine, facts: Fact[], edges: readonly Edge[]): Facts {
  const present = new Set(facts.map(({ id }) => keyOf(id)))
  const known = new Map<string, Edge>()
  for (const edge of edges) {
    const [from, to] = [keyOf(edge.from), keyOf(edge.to)]
    const isBetween = edge.kind !== 'owner' && present.has(from) && present.has(to)
    if (isBetween) known.set(JSON.stringify([edge.kind, from, to]), edge)
  }
  return engine.build(facts, [...known.values()])
}

/** Marks a virtual column inside its expression, since pg-delta knows stored ones only. */
export const virtualMark = ' /*virtual*/'

function withDetails({ virtual, parents }: Details): (fact: Fact) => Fact {
  return (fact) => {
    const { id, payload } = fact
    if (isA(id, 'table')) return withParents(fact, parents.get(`${id.schema}.${id.name}`))
    if (id.kind !== 'column' || !virtual.has(`${id.schema}.${id.table}.${id.name}`)) return fact
    return {
      ...fact,
      payload: { ...payload, generatedExpr: `${generatedExpression(fact)}${virtualMark}` },
    }
  }
}

/** pg-delta reads a text in which names may lack their schemas. */
function withDomainDefault({ domainDefaults }: Details): (fact: Fact) => Fact {
  return (fact) => {
    const { id, payload } = fact
    const value = isA(id, 'domain') ? domainDefaults.get(`${id.schema}.${id.name}`) : undefined
    return value === undefined ? fact : { ...fact, payload: { ...payload, default: value } }
  }
}

/** A NOT NULL that holds for some rows only, or not below the table, is a property of its own. */
function withoutRules({ settings }: Details): (fact: Fact) => Fact {
  const special = new Set(settings.flatMap((one) => (isSpecialRule(one) ? columnIn(one) : [])))
  return (fact) => {
    const { id, payload } = fact
    if (special.size === 0 || !isA(id, 'column') || !special.has(columnKey(id))) return fact
    return { ...fact, payload: { ...payload, notNull: false } }
  }
}

/** True for a NOT NULL that is NOT VALID or NO INHERIT. */
export function isSpecialRule({ key }: Setting): boolean {
  return key.startsWith('NOT NULL RULE ')
}

function columnIn({ schema, table, column: name }: Setting): string[] {
  return name === undefined ? [] : [columnKey({ kind: 'column', schema, table, name })]
}

const cluster = new Set<Id['kind']>(['role', 'membership', 'defaultPrivilege', 'subscription'])

/** Of the cluster and so of another server's, or secret: neither made nor compared. */
function uncomparedIn(facts: Facts): string[] {
  const all = facts.facts()
  const isSecret = (fact: Fact) => hiddenOptions(fact).length > 0
  return [
    ...(all.some(({ id }) => id.kind === 'subscription') ? ['Subscriptions'] : []),
    ...(all.some(isSecret) ? ['Secrets in options of foreign servers'] : []),
  ]
}

/** From PostgreSQL 17 on a domain's NOT NULL is a constraint too; pg-delta would write it twice. */
function isNotNull(fact: Fact): boolean {
  return fact.id.kind === 'constraint' && constraintType(fact) === 'n'
}

function isIn(facts: ReadonlySet<Fact>, fact: Fact | undefined): boolean {
  return fact !== undefined && facts.has(fact)
}

/** An extension brings it, so that no script need say it. */
function isBrought({ id, payload }: Fact, { extensionComments }: Details): boolean {
  if (id.kind !== 'comment' || id.target.kind !== 'extension') return false
  return extensionComments.get(id.target.name) === payload['text']
}

interface Keeping {
  details: Details
  ignored: readonly Ignored[]
  left: LeftOut
}

/** All but those of the cluster, and of tables that are ignored or left out. */
function keptFacts(all: Facts, { details, ignored, left }: Keeping): Set<Fact> {
  const kept = new Set<Fact>()
  const isOut = ({ schema, table }: Ignored) =>
    isIgnored({ schema, table }, ignored) ||
    (left.size > 0 && left.has(keyOf({ kind: 'table', schema, name: table })))
  const walk = (fact: Fact) => {
    const { id } = fact
    if (cluster.has(id.kind) || isNotNull(fact) || isOwners(fact, all)) return
    if (isBrought(fact, details)) return
    if (id.kind === 'index' && isIgnoredIndex(id, ignored)) return
    if (isRelation(id) && isOut({ schema: id.schema, table: id.name })) return
    const owner = id.kind === 'sequence' ? ownerOf(fact) : undefined
    if (owner && isOut(owner)) return
    kept.add(fact)
    for (const child of all.childrenOf(id)) walk(child)
  }
  for (const root of all.roots()) walk(root)
  for (const { schema } of ignored.filter(
    (one) => one.schema !== 'public' && one.index === undefined,
  ))
    removeEmpty({ kind: 'schema', name: schema }, all, kept, left)
  return kept
}

const relations = new Set<Id['kind']>(['table', 'view', 'materializedView', 'foreignTable'])

function isRelation(id: Id): id is IdOf<'table' | 'view' | 'materializedView' | 'foreignTable'> {
  return relations.has(id.kind)
}

/** A schema in which there is nothing but what is ignored is made by nobody. */
function removeEmpty(home: Id, all: Facts, kept: Set<Fact>, left: LeftOut): void {
  const fact = all.get(home)
  const children = all.childrenOf(home)
  const own = children.filter(({ id }) => !('target' in id))
  const isGone = (one: Fact) => !kept.has(one) && !(left.size > 0 && left.has(homeKey(one, all)))
  if (!fact || !own.every(isGone)) return
  for (const one of [fact, ...children]) kept.delete(one)
}

/** An owner's own privileges say nothing, and name the role that made the scratch database. */
function isOwners({ id }: Fact, all: Facts): boolean {
  if (id.kind !== 'acl') return false
  const roles = all.outgoingEdges(id.target).filter(({ kind }) => kind === 'owner')
  return roles.some(({ to }) => to.kind === 'role' && to.name === id.grantee)
}

function isIgnored(one: Ignored | undefined, ignored: readonly Ignored[]): boolean {
  return (
    one?.table === metadata ||
    ignored.some(
      ({ schema, table, index }) =>
        index === undefined && schema === one?.schema && table === one.table,
    )
  )
}

function isIgnoredIndex(
  { schema, name }: { schema: string; name: string },
  ignored: readonly Ignored[],
): boolean {
  return ignored.some((one) => one.index === name && one.schema === schema)
}
