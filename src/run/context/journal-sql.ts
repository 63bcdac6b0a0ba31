import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'
import { orInterrupted } from '../../interruption'
import { readDowngradeTexts } from '../../journal/downgrade-texts'
import type { JournalName } from '../../journal/model/journal-name'
import { readWriters } from '../../journal/writers'
import { listWriters, type PlanNotice } from '../../plan/notice'
import type { Plan, Step } from '../../plan/plan'

/** SQL of the journal that would run, and who may have written it. */
export interface JournalSql {
  /** Each with its `journalSql`. */
  steps: readonly Step[]
  /** Who may write the journal beside its owner and superusers: `mallory (UPDATE)`. */
  writers: readonly string[]
}

/** Says whether SQL of the journal may run. */
export type ApproveJournalSql = boolean | ((sql: JournalSql) => boolean | Promise<boolean>)

/**
 * The plan with the text of each step whose SQL is the journal's, and who may write the journal. Asks the
 * server only where there is such a step.
 */
export async function withJournalSql(
  session: Session,
  name: JournalName,
  plan: Plan,
): Promise<Plan> {
  const revisions = plan.steps.flatMap((step) => (step.fromJournal ? [step.revision] : []))
  if (revisions.length === 0) return plan
  const texts = await readDowngradeTexts(session, name, revisions)
  const journalWriters = await readWriters(session, name)
  const steps = plan.steps.map((step): Step => {
    const journalSql = step.fromJournal ? texts.get(step.revision) : undefined
    return journalSql === undefined ? step : { ...step, journalSql }
  })
  return {
    ...plan,
    steps,
    notices: [...plan.notices, ...noticesOf(journalWriters)],
    journalWriters,
  }
}

function noticesOf(writers: readonly string[]): PlanNotice[] {
  return writers.length > 0 ? [{ kind: 'notice', code: 'JOURNAL_WRITERS', writers }] : []
}

/** What was agreed to in one run: only that text runs. */
export class Approval {
  private agreed: ReadonlyMap<string, string | undefined> | undefined

  constructor(
    private readonly approve: ApproveJournalSql | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Asks before the first plan runs, and compares each later one with what was agreed to.
   * @throws {MigrationError} DECLINED, STALE_PLAN
   */
  async check({ steps, journalWriters: writers = [] }: Plan): Promise<void> {
    const own = steps.filter(({ fromJournal }) => fromJournal)
    if (own.length === 0) return
    if (this.agreed) return this.compare(own)
    const answer = Promise.resolve(this.answer({ steps: own, writers }))
    if (!(await orInterrupted(answer, this.signal))) throw declined(writers)
    this.agreed = new Map(own.map(({ revision, journalSql }) => [revision, journalSql]))
  }

  /** Where nobody says anything, what only the owner can have written is trusted. */
  private answer(sql: JournalSql): boolean | Promise<boolean> {
    if (typeof this.approve === 'function') return this.approve(sql)
    return this.approve ?? sql.writers.length === 0
  }

  private compare(steps: readonly Step[]): void {
    for (const { revision, journalSql } of steps) {
      if (this.agreed?.has(revision) && this.agreed.get(revision) === journalSql) continue
      throw new MigrationError(
        'STALE_PLAN',
        `the SQL of the journal for ${revision} has changed since the plan was made`,
        { hint: 'Check plan downgrade, and run it again.' },
      )
    }
  }
}

function declined(writers: readonly string[]): MigrationError {
  return new MigrationError('DECLINED', 'nothing was done, since SQL of the journal was to run', {
    detail:
      writers.length > 0
        ? `Others than the journal's owner may have written it: ${listWriters(writers)}.`
        : undefined,
    hint: 'Check it with --dry-run and give --yes, or restore the files of the scripts.',
  })
}
