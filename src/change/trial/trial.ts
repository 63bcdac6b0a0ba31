import type { Pool } from 'pg'
import { MigrationError } from '../../errors'
import { type Catalog, type LeftOut, readCatalog } from '../../catalog/catalog'
import { compare, type Difference } from '../../catalog/difference'
import type { Decisions } from '../model/decisions'
import { draftSteps, remainingSteps } from '../operations/from-engine'
import { dropTables } from './drop-tables'
import { expandFirst } from '../moves/phases'
import type { Engine } from '../../catalog/engine'
import { completeSteps } from '../complete/complete-steps'
import { groupSteps } from './dependencies'
import { eq, ne } from '../../database/sql/operators'
import type { Words } from '../../catalog/sql-words'
import type { PlannedStep } from '../model/planned-step'
import { sqlOf } from '../render/operation-sql'
import { StepWriter } from '../render/write-steps'
import { tryOutside, trySteps } from './try-steps'
import type { Ignored } from '../../scratch/ignored-tables'

/** How often what a plan left over is planned again: pg-delta may forget one thing over another. */
const rounds = 3

/** What is looked at on a copy. */
export interface Looking {
  ignored: readonly Ignored[]
  /** Tables that no catalog is read with. */
  left?: LeftOut
  /** True: steps that ran are taken to lead where they were meant to, since a proof follows. */
  trusted?: boolean
}

/** The throw-away copy on which everything is tried. */
export class Copy {
  private constructor(
    readonly engine: Engine,
    readonly pool: Pool,
    private readonly looking: Looking,
    readonly writer: StepWriter,
    readonly major: number,
  ) {}

  static async of(engine: Engine, pool: Pool, looking: Looking): Promise<Copy> {
    const { rows } = await pool.query<{ version: string }>(
      "SELECT pg_catalog.current_setting('server_version_num') AS version",
    )
    const major = Math.floor(Number(rows[0]?.version) / 10_000)
    return new Copy(engine, pool, looking, new StepWriter(await readWords(pool)), major)
  }

  read(): Promise<Catalog> {
    const { ignored, left } = this.looking
    return readCatalog(this.engine, this.pool, ignored, left)
  }

  /** Every step of a difference, with what it does to rows. */
  plan(difference: Difference, decisions: Decisions): PlannedStep[] {
    const { from, to } = difference
    return completeSteps(draftSteps(this.engine, difference, decisions, this.major), from, to)
  }

  /** Runs the steps in one transaction, in the most readable way that works, and gives that back. */
  run(steps: readonly PlannedStep[], from: Catalog, to: Catalog): Promise<PlannedStep[]> {
    return this.inOrder(steps, from, to, true)
  }

  /** The same order, with nothing done. */
  order(steps: readonly PlannedStep[], from: Catalog, to: Catalog): Promise<PlannedStep[]> {
    return this.inOrder(steps, from, to, false)
  }

  private async inOrder(
    steps: readonly PlannedStep[],
    from: Catalog,
    to: Catalog,
    keep: boolean,
  ): Promise<PlannedStep[]> {
    const grouped = expandFirst(groupSteps(steps, from, to))
    for (const order of [expandFirst(dropTables(grouped, from)), grouped]) {
      try {
        return await trySteps(this.pool, order, this.writer, keep)
      } catch (error) {
        if (!(error instanceof MigrationError)) throw error
      }
    }
    return trySteps(this.pool, expandFirst(steps), this.writer, keep)
  }

  runOutside(steps: readonly PlannedStep[]): Promise<void> {
    return tryOutside(this.pool, steps, this.writer)
  }

  /**
   * Plans and runs what is left until the copy is the target, unless it is trusted to be that.
   * @returns the steps that this took, and the catalog
   * @throws {MigrationError} DIFFERENCE_REFUSED with what would still differ
   */
  async finish(
    to: Catalog,
    decisions: Decisions,
  ): Promise<{ steps: PlannedStep[]; catalog: Catalog }> {
    const steps: PlannedStep[] = []
    if (this.looking.trusted) return { steps, catalog: to }
    for (let round = 0; round < rounds; round++) {
      const catalog = await this.read()
      if (remaining(this.engine, catalog, to).length === 0) return { steps, catalog }
      steps.push(...(await this.run(this.plan(compare(catalog, to), decisions), catalog, to)))
    }
    const catalog = await this.read()
    const left = remaining(this.engine, catalog, to)
    if (left.length === 0) return { steps, catalog }
    throw new MigrationError('DIFFERENCE_REFUSED', 'the script would not reach the target schema', {
      detail: `Still to do after it:\n${left.join('\n')}`,
      hint: 'Write this script by hand: add_script --from none makes an empty one.',
    })
  }

  /** What the copy still lacks to be the target, unless it is trusted to be that. */
  async lacks(target: Catalog): Promise<string[]> {
    return this.looking.trusted ? [] : remaining(this.engine, await this.read(), target)
  }
}

/** What would still lead from one catalog to the other, as SQL; nothing when the two are equal. */
export function remaining(engine: Engine, from: Catalog, to: Catalog): string[] {
  return remainingSteps(engine, from, to).map(({ operation }) => sqlOf(operation))
}

const inCatalog = (namespace: string) => `${namespace} ${eq} 'pg_catalog'::pg_catalog.regnamespace`

/** Asks the server, whose version decides. */
export async function readWords(pool: Pool): Promise<Words> {
  const reserved = await pool.query<{ word: string }>(
    `SELECT word FROM pg_catalog.pg_get_keywords() WHERE catcode ${ne} 'U'`,
  )
  const system = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_catalog.pg_class WHERE ${inCatalog('relnamespace')}
     UNION SELECT typname FROM pg_catalog.pg_type WHERE ${inCatalog('typnamespace')}
     UNION SELECT proname FROM pg_catalog.pg_proc WHERE ${inCatalog('pronamespace')}`,
  )
  return {
    reserved: new Set(reserved.rows.map(({ word }) => word)),
    system: new Set(system.rows.map(({ name }) => name)),
  }
}
