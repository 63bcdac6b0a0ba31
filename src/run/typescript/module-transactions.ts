import type { QueryRunner } from 'typeorm'
import type { MessageResult } from '../../database/postgres/simple-query'
import { dataSourceOf } from '../../database/postgres/query-runner'
import { quoteLiteral } from '../../database/sql/quote'
import { finishClaim, insertClaim } from '../../journal/model/claim'
import type { PreparedModule } from '../prepare/prepared-step'
import { sessionName } from '../context/application-name'
import { claimRefused, type Execution } from '../session/execution'
import { asRole } from '../context/script-role'
import { restoreSession, timeoutsFor } from '../context/session-settings'

/** What comes before a TypeScript script's own work in its transaction. */
export function beforeCode({ context, work }: Execution, { claim }: PreparedModule): string[] {
  const { settings } = context
  return [
    insertClaim(settings.journal, claim),
    ...timeoutsFor(work, settings, { local: true }),
    nameScript(context, claim.revision),
    ...asRole(settings, true),
  ]
}

/** Its own queries follow the claim, so that only the session's name still shows which script runs. */
function nameScript({ operator, runId }: Execution['context'], revision: string): string {
  return `SET LOCAL application_name = ${quoteLiteral(sessionName(operator, runId, revision))}`
}

/** What follows it, up to COMMIT. */
export function afterCode({ context, work }: Execution, { claim }: PreparedModule): string[] {
  return [...restoreSession(work), finishClaim(context.settings.journal, claim)]
}

/** Sends typetrek's own statements as one message; throws what the server refuses. */
export async function sendFor(
  execution: Execution,
  prepared: PreparedModule,
  texts: readonly string[],
) {
  const { error } = await execution.work.send(texts.join(';\n'))
  if (error) throw refusalOf(execution, prepared, error)
}

function refusalOf(
  execution: Execution,
  prepared: PreparedModule,
  error: NonNullable<MessageResult['error']>,
) {
  return execution.isClaimRefused(error) ? claimRefused(prepared.step.revision) : error
}

/**
 * The transactions of TypeScript scripts that follow each other. BEGIN, claim and timeouts are one message;
 * so are the finish, COMMIT, and the next script's BEGIN, claim and timeouts. A script costs one round
 * trip beside its own queries.
 */
export class CodeTransactions {
  /** The script whose transaction is open because its predecessor's last message has started it. */
  private started: PreparedModule | undefined
  /** Subscribers and an isolation level are TypeORM's own business: it begins and commits then. */
  private readonly byItself: boolean

  constructor(
    private readonly execution: Execution,
    private readonly queryRunner: QueryRunner,
  ) {
    const { options, subscribers } = dataSourceOf(queryRunner)
    const { isolationLevel } = options as { isolationLevel?: unknown }
    this.byItself = isolationLevel !== undefined || subscribers.length > 0
  }

  /** Begins the script's transaction and claims, unless that is done. */
  async open(prepared: PreparedModule): Promise<void> {
    const { execution, queryRunner } = this
    if (this.started === prepared) {
      this.started = undefined
      return
    }
    if (this.byItself) {
      await queryRunner.startTransaction()
      return sendFor(execution, prepared, beforeCode(execution, prepared))
    }
    count(queryRunner, 1)
    return sendFor(execution, prepared, ['START TRANSACTION', ...beforeCode(execution, prepared)])
  }

  /**
   * Finishes and commits; begins `next` with the same message. A script that has ended its transaction by
   * itself is only finished.
   */
  async close(prepared: PreparedModule, next: PreparedModule | undefined): Promise<void> {
    const { execution, queryRunner } = this
    const after = afterCode(execution, prepared)
    if (this.byItself || !queryRunner.isTransactionActive) {
      await sendFor(execution, prepared, after)
      return commitAll(queryRunner)
    }
    const own = [...after, 'COMMIT']
    const following = next ? ['START TRANSACTION', ...beforeCode(execution, next)] : []
    const { tags, error } = await execution.work.send([...own, ...following].join(';\n'))
    if (error && tags.length < own.length) throw refusalOf(execution, prepared, error)
    count(queryRunner, 0)
    if (!next) return
    // what stopped the next one stops it again, where it can be reported
    if (error) return rollBackAll(execution, queryRunner)
    count(queryRunner, 1)
    this.started = next
  }

  /** Takes back what was started for a script that is not to run. */
  async abandon(): Promise<void> {
    if (!this.started) return
    this.started = undefined
    await rollBackAll(this.execution, this.queryRunner)
  }

  async rollBack(): Promise<void> {
    this.started = undefined
    await rollBackAll(this.execution, this.queryRunner)
  }
}

/** TypeORM counts transactions by itself, so that a script's `startTransaction()` makes a savepoint. */
function count(queryRunner: QueryRunner, depth: number): void {
  Object.assign(queryRunner, { isTransactionActive: depth > 0, transactionDepth: depth })
}

/** A script that left its own savepoints open loses nothing: they commit with the rest. */
export async function commitAll(queryRunner: QueryRunner): Promise<void> {
  while (queryRunner.isTransactionActive) await queryRunner.commitTransaction()
}

/** TypeORM counts transactions by itself, so both its count and the session must come back to none. */
export async function rollBackAll(execution: Execution, queryRunner: QueryRunner): Promise<void> {
  while (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction()
  if (execution.work.status !== 'I') await execution.work.send('ROLLBACK')
}
