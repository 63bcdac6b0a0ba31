import { MigrationError } from '../../errors'
import { compare } from '../../catalog/difference'
import type { Decisions } from '../../change/model/decisions'
import type { PlannedStep } from '../../change/model/planned-step'
import type { Copy } from '../../change/trial/trial'
import { decideDown, type DownDecisions } from '../decide/downgrade-decisions'
import { planTwins } from '../rewrite/plan-twins'
import { rewriteStages } from '../rewrite/rewrite-stages'
import type { DraftPart, States } from './plan-downgrade'

/** The scripts that replace columns by second ones, run on the copy, and why other columns have none. */
export interface Rewritten {
  parts: DraftPart[]
  reasons: ReadonlyMap<string, string>
}

/** Runs on the copy what a change can do by second columns; where it can do nothing so, the copy stays as it is. */
export async function rewriteFirst(
  copy: Copy,
  { renamed, to, before, after }: States,
  up: Decisions,
  steps: readonly PlannedStep[],
): Promise<Rewritten> {
  const plain = (sql: string) => copy.writer.plain(sql)
  const difference = compare(renamed, to)
  const retyped = {
    ...compare(to, renamed),
    columns: compare(to, renamed).columns.filter((one) => one.retyped),
    newColumns: [],
  }
  const down = await decideDown({ ...retyped, before, after: before, plain }, up)
  const sides = { ...difference, before, after, plain }
  const { plan, reasons } = await planTwins({ sides, steps, up, down })
  const stages = plan ? rewriteStages(plan) : []
  for (const { up: own } of stages) await copy.runOutside(own).catch(withWayOut)
  if (stages.length === 0) return { parts: [], reasons }
  const catalog = await copy.read()
  const parts = stages.map((stage, at): DraftPart => {
    const part = { ...stage, renamings: [], catalog, downTransaction: false, isBetween: at > 0 }
    return stage.isConverted ? { ...part, ...claimOf(down) } : part
  })
  return { parts, reasons }
}

function claimOf({ losses, obstacles }: DownDecisions): Pick<DraftPart, 'reversible' | 'losses'> {
  const reversible = obstacles.length > 0 ? 'no' : losses.length > 0 ? 'lossy' : 'yes'
  return { reversible, losses: [...obstacles, ...losses] }
}

/** @throws {MigrationError} DIFFERENCE_REFUSED, which an index of the new type may lead to, say */
function withWayOut(cause: unknown): never {
  if (!(cause instanceof MigrationError)) throw cause
  const { code, message, detail } = cause
  throw new MigrationError(code, message, {
    detail,
    hint: 'Write --online instead of --online=rewrite: the table is then rewritten under a lock.',
    cause,
  })
}
