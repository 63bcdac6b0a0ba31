import type { Pool, PoolClient } from 'pg'
import { MigrationError } from '../../errors'
import type { StepWriter } from '../render/write-steps'
import type { PlannedStep } from '../model/planned-step'

/** An order that needs more is worth less than the next one. */
const mostPasses = 20

/** A value was used in the transaction that added it. */
const unsafeNewValue = '55P04'

/** Thrown where new values must be committed before what uses them; nothing of the steps is left. */
export class NewValuesFirst extends Error {}

/**
 * Runs the steps in one transaction and gives back the order in which they work: what something
 * else depends on yet, or what is not there yet, is put off.
 *
 * @param keep false: what they did is undone
 * @throws {NewValuesFirst} as it says
 * @throws {MigrationError} DIFFERENCE_REFUSED with the statement that cannot be run
 */
export async function trySteps(
  pool: Pool,
  steps: readonly PlannedStep[],
  writer: StepWriter,
  keep = true,
): Promise<PlannedStep[]> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN; SAVEPOINT step')
    const order = await inWorkingOrder({ client, writer }, steps)
    await client.query(keep ? 'COMMIT' : 'ROLLBACK')
    return order
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

/**
 * Runs each step by itself, as a script without a transaction is run.
 * @throws {MigrationError} DIFFERENCE_REFUSED with the statement that cannot be run
 */
export async function tryOutside(
  pool: Pool,
  steps: readonly PlannedStep[],
  writer: StepWriter,
): Promise<void> {
  for (const one of steps) {
    const sql = writer.sql(one)
    await pool.query(sql).catch((error: unknown) => {
      throw refused(sql, error)
    })
  }
}

/** Where statements are run, and how they are written. */
interface Run {
  client: PoolClient
  writer: StepWriter
}

async function inWorkingOrder(run: Run, steps: readonly PlannedStep[]): Promise<PlannedStep[]> {
  const order: PlannedStep[] = []
  let open: readonly PlannedStep[] = steps
  for (let pass = 1; open.length > 0; pass++) {
    const { done, left, failure } = await onePass(run, open)
    order.push(...done)
    if (failure && (done.length === 0 || pass === mostPasses)) throw failure
    open = left
  }
  return order
}

interface Pass {
  done: PlannedStep[]
  left: PlannedStep[]
  failure: MigrationError | undefined
}

async function onePass(run: Run, steps: readonly PlannedStep[]): Promise<Pass> {
  const done: PlannedStep[] = []
  const left: PlannedStep[] = []
  const heldBack = new Set<string>()
  let failure: MigrationError | undefined
  for (const one of steps) {
    const error =
      one.chain !== undefined && heldBack.has(one.chain) ? waits : await failureOf(run, one)
    if (error === undefined) {
      done.push(one)
      continue
    }
    left.push(one)
    if (one.chain !== undefined) heldBack.add(one.chain)
    if (error !== waits) failure ??= refused(run.writer.sql(one), error)
  }
  return { done, left, failure }
}

const waits = Symbol('waits')

async function failureOf({ client, writer }: Run, one: PlannedStep): Promise<unknown> {
  try {
    await client.query(writer.sql(one))
    await client.query('RELEASE step; SAVEPOINT step')
    return undefined
  } catch (error) {
    await client.query('ROLLBACK TO step')
    if ((error as { code?: string }).code === unsafeNewValue) throw new NewValuesFirst()
    return error
  }
}

function refused(sql: string, cause: unknown): MigrationError {
  const { message, code } = cause as { message: string; code?: string }
  return new MigrationError('DIFFERENCE_REFUSED', `a statement fails on the copy: ${message}`, {
    detail: sql,
    hint: 'Write this script by hand: add_script --from none makes an empty one.',
    sqlstate: code,
    cause,
  })
}
