import type { Catalog } from '../catalog/catalog'
import { compare } from '../catalog/difference'
import type { Copy } from '../change/trial/trial'
import { asNew } from '../change/complete/complete-steps'
import type { Statement } from '../change/model/script-part'
import { trySteps } from '../change/trial/try-steps'
import type { PlannedStep } from '../change/model/planned-step'
import { MigrationError } from '../errors'
import { arrangeSchema } from './arrange'
import { foldTables } from './fold-tables'

/** Nothing is there yet that would have to be decided on. */
const nothingDecided = { using: new Map(), backfill: new Map(), valueMaps: new Map() } as const

/**
 * The statements that make a schema, in an order in which they work: they are run in the copy, which is
 * empty, and it has that schema afterwards.
 * @throws {MigrationError} SCHEMA_NOT_WRITABLE
 */
export async function schemaSteps(copy: Copy, target: Catalog): Promise<Statement[]> {
  try {
    const empty = await copy.read()
    const planned = copy.plan(compare(empty, target), nothingDecided).map(plain)
    const arranged = arrangeSchema(planned, target.facts)
    const folded = foldTables(arranged, target.facts)
    const steps = await firstThatWorks(copy, [folded, arranged, planned])
    const { steps: rest } = await copy.finish(target, nothingDecided)
    return copy.writer.write([...steps, ...rest])
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'DIFFERENCE_REFUSED') throw error
    throw notWritable([error.message, error.detail].filter(Boolean).join('\n'), error)
  }
}

/** The error for what the scripts make and a schema file cannot. */
export function notWritable(detail: string, cause?: unknown): MigrationError {
  return new MigrationError('SCHEMA_NOT_WRITABLE', 'the schema cannot be written as one file', {
    detail,
    hint: 'Write it by hand, or with pg_dump --schema-only; dump_schema --check compares it with the scripts.',
    cause,
  })
}

/** Nothing is replaced in a database that is empty. */
function plain(one: PlannedStep): PlannedStep {
  return { ...one, operation: asNew(one.operation) }
}

async function firstThatWorks(
  copy: Copy,
  orders: readonly PlannedStep[][],
): Promise<PlannedStep[]> {
  const [order = [], ...others] = orders
  try {
    return await trySteps(copy.pool, order, copy.writer)
  } catch (error) {
    if (!(error instanceof MigrationError) || others.length === 0) throw error
    return firstThatWorks(copy, others)
  }
}
