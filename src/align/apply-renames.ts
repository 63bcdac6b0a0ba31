import type { PoolClient } from 'pg'
import {
  renameConstraint,
  renameRelation,
  type Renaming,
} from '../add-script/decide/rename-operations'
import type { Catalog } from '../catalog/catalog'
import type { Rename } from '../change/model/answers'
import type { Copy } from '../change/trial/trial'
import { findNamePairs, type AlikeNames, type NamePair } from './name-pairs'
import { namedObjects, type NamedObject } from './named-objects'
import { orderRenames, type RenameBatch } from './order-renames'

/** Renames that ran, in their order. */
export interface AppliedRenames {
  /** Each object once; without names in between. */
  pairs: readonly NamePair[]
  /** Every statement, with names in between. */
  steps: readonly { pair: NamePair; renaming: Renaming }[]
  alike: readonly AlikeNames[]
  /** What PostgreSQL refused, and why. */
  refused: readonly RefusedRename[]
  /** The copy after them. */
  catalog: Catalog
}

/** A rename that PostgreSQL refused, and why. */
export interface RefusedRename extends NamePair {
  reason: string
}

/** Definitions name types, so they are equal only once the type is renamed. */
const mostRounds = 8

/**
 * Renames on a copy what differs in its name alone, until no more follows from what was renamed. What
 * PostgreSQL refuses is left, with the reason.
 */
export async function renameOnCopy(
  copy: Copy,
  start: Catalog,
  target: Catalog,
  given: readonly Rename[],
): Promise<AppliedRenames> {
  const wanted = namedObjects(target)
  const pairs: NamePair[] = []
  const steps: AppliedRenames['steps'][number][] = []
  let catalog = start
  for (let round = 1; ; round++) {
    const objects = namedObjects(catalog)
    const found = findNamePairs(objects, wanted, given)
    const taken = new Set([...objects, ...wanted].map(({ name }) => name))
    const { done, refused } = await runBatches(copy, orderRenames(found.pairs, taken))
    if (done.length === 0) return { pairs, steps, alike: found.alike, refused, catalog }
    if (round === mostRounds) throw new Error('renames lead to renames for ever')
    for (const batch of done) {
      pairs.push(...batch.pairs)
      steps.push(...batch.steps.map((pair) => ({ pair, renaming: renamingOf(pair) })))
    }
    catalog = await copy.read()
  }
}

/** What a rename is as a statement, and what reverts it. */
function renamingOf({ object, to }: NamePair): Renaming {
  const { schema, name, table = '' } = object
  const [renaming] = isIndex(object)
    ? renameRelation<'index'>({ kind: 'index', schema, name }, { schema, name: to }, [
        { kind: 'table', schema, name: table },
      ])
    : object.what === 'type' || object.what === 'sequence'
      ? renameRelation<'type' | 'sequence'>(
          { kind: object.what, schema, name },
          { schema, name: to },
        )
      : renameConstraint(
          { kind: 'constraint', schema, table, name },
          to,
          object.what === 'constraint' ? 'TABLE' : 'DOMAIN',
        )
  return renaming!
}

/** By its index a constraint is renamed under a lock that stops no reader and no writer. */
export function isIndex({ what, hasIndex = false }: NamedObject): boolean {
  return what === 'index' || hasIndex
}

async function runBatches({ pool, writer }: Copy, batches: readonly RenameBatch[]) {
  const done: RenameBatch[] = []
  const refused: RefusedRename[] = []
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    for (const batch of batches) {
      const reason = await failureOf(client, batch, writer)
      if (reason === undefined) done.push(batch)
      else refused.push(...batch.pairs.map((pair) => ({ ...pair, reason })))
    }
    await client.query('COMMIT')
    return { done, refused }
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

async function failureOf(
  client: PoolClient,
  { steps }: RenameBatch,
  writer: Copy['writer'],
): Promise<string | undefined> {
  await client.query('SAVEPOINT batch')
  try {
    for (const pair of steps) await client.query(writer.sql(renamingOf(pair).up))
    await client.query('RELEASE batch')
    return undefined
  } catch (error) {
    await client.query('ROLLBACK TO batch')
    if ((error as { code?: string }).code === undefined) throw error
    return (error as Error).message
  }
}
