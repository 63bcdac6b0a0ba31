import type { Pool } from 'pg'
import { readDetails, type Details } from './details'
import { type Engine } from './engine'
import { keyOf, type Edge, type Fact, type Facts, type Id, textOf } from './facts'
import { settledFact } from './settle-texts'
import type { Ignored } from './types'

/** What a database holds, as PostgreSQL itself reports it; without roles, owners and data. */
export interface Catalog {
  facts: Facts
  /** What pg-delta does not read. */
  details: Details
  /** What is in it and not compared, a sentence each. */
  remarks: readonly string[]
  /** Names of all roles, which privileges may mention. */
  roles: readonly string[]
}

/** TypeORM keeps views and generated columns here; what they are is in the catalogs. */
const metadata = 'typeorm_metadata'

/** Reads the catalogs in one snapshot each; writes nothing. */
export async function readCatalog(
  engine: Engine,
  pool: Pool,
  ignored: readonly Ignored[],
): Promise<Catalog> {
  const [{ factBase }, details, roles] = await Promise.all([
    engine.extract(pool),
    readDetails(pool),
    pool.query<{ rolname: string }>('SELECT rolname FROM pg_catalog.pg_roles ORDER BY rolname'),
  ])
  const left = leftOut(factBase, ignored)
  for (const id of owners(factBase)) left.add(keyOf(id))
  const facts = factBase.facts().filter(({ id }) => !left.has(keyOf(id)))
  return {
    facts: rebuild(engine, facts.map(settledFact).map(withDetails(details)), factBase.edges),
    details: {
      ...details,
      settings: details.settings.filter((one) => !isIgnored(one, ignored)),
    },
    remarks: remarksOn(factBase),
    roles: roles.rows.map(({ rolname }) => rolname),
  }
}

/** A fact base of these facts and of the edges between them; ownership is none of our business. */
export function rebuild(engine: Engine, facts: Fact[], edges: readonly Edge[]): Facts {
  const present = new Set(facts.map(({ id }) => keyOf(id)))
  const known = edges.filter(
    ({ from, to, kind }) => kind !== 'owner' && present.has(keyOf(from)) && present.has(keyOf(to)),
  )
  return engine.build(facts, known)
}

/** Marks a virtual column inside its expression, since pg-delta knows stored ones only. */
export const virtualMark = ' /*virtual*/'

function withDetails({ virtual }: Details): (fact: Fact) => Fact {
  return (fact) => {
    const { id, payload } = fact
    if (id.kind !== 'column' || !virtual.has(`${id.schema}.${id.table}.${id.name}`)) return fact
    return {
      ...fact,
      payload: { ...payload, generatedExpr: `${textOf(payload['generatedExpr'])}${virtualMark}` },
    }
  }
}

const cluster = new Set<Id['kind']>(['role', 'membership', 'defaultPrivilege', 'subscription'])

/** Of the cluster, and so of another server's: neither made nor compared. */
function remarksOn(facts: Facts): string[] {
  const kinds = new Set(facts.facts().map(({ id }) => id.kind))
  return [
    ...(kinds.has('defaultPrivilege') ? ['Default privileges are not compared.'] : []),
    ...(kinds.has('subscription') ? ['Subscriptions are not compared.'] : []),
  ]
}

/** From PostgreSQL 17 on a domain's NOT NULL is a constraint too; pg-delta would write it twice. */
function isNotNull({ id, payload }: Fact): boolean {
  return id.kind === 'constraint' && payload['type'] === 'n'
}

/** Keys of the facts that are not compared: those of the cluster, and the ignored tables' own. */
function leftOut(facts: Facts, ignored: readonly Ignored[]): Set<string> {
  const left = new Set<string>()
  const leave = (id: Id) => {
    left.add(keyOf(id))
    for (const child of facts.childrenOf(id)) leave(child.id)
  }
  for (const fact of facts.facts()) {
    const { id } = fact
    if (cluster.has(id.kind) || isNotNull(fact)) leave(id)
    else if (id.kind === 'table' && isIgnored({ schema: id.schema, table: id.name }, ignored))
      leave(id)
    else if (id.kind === 'sequence' && isIgnored(ownerOf(fact), ignored)) leave(id)
  }
  for (const { schema } of ignored.filter((one) => one.schema !== 'public')) {
    const home = { kind: 'schema', name: schema } as const
    const own = facts.childrenOf(home).filter(({ id }) => !('target' in id))
    if (own.every(({ id }) => left.has(keyOf(id)))) leave(home)
  }
  return left
}

/** An owner's own privileges say nothing, and name the role that made the scratch database. */
function owners(facts: Facts): Id[] {
  return facts.edges.flatMap(({ from, to, kind }) =>
    kind === 'owner' && to.kind === 'role'
      ? [{ kind: 'acl', target: from, grantee: to.name } as const]
      : [],
  )
}

function isIgnored(one: Ignored | undefined, ignored: readonly Ignored[]): boolean {
  return (
    one?.table === metadata ||
    ignored.some(({ schema, table }) => schema === one?.schema && table === one.table)
  )
}

function ownerOf({ payload }: Fact): Ignored | undefined {
  return (payload['ownedBy'] ?? undefined) as Ignored | undefined
}
