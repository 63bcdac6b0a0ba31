import type { QueryRunner } from 'typeorm'
import type { ScriptContext } from 'typetrek'

const batchSize = 1000

/** Notes when each ticket was first answered, for the tickets that were there before the column. */
export async function upgrade(queryRunner: QueryRunner, context: ScriptContext): Promise<void> {
  await queryRunner.query('ALTER TABLE ticket ADD COLUMN first_responded_at timestamptz')
  let after: number | null = 0
  while (after !== null) after = await backfill(queryRunner, context, after)
}

export async function downgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query('ALTER TABLE ticket DROP COLUMN first_responded_at')
}

/** Fills the next batch of tickets by id; the last id of the batch, or null after the last one. */
async function backfill(
  queryRunner: QueryRunner,
  context: ScriptContext,
  after: number,
): Promise<number | null> {
  const [batch]: { last: number | null }[] = await queryRunner.query(
    `SELECT max(id) AS last
     FROM (SELECT id FROM ticket WHERE id > $1 ORDER BY id LIMIT $2) AS batch`,
    [after, batchSize],
  )
  const last = batch?.last ?? null
  if (last === null) return null

  await queryRunner.query(
    `UPDATE ticket SET first_responded_at = answer.at
     FROM (
       SELECT ticket_id, min(sent_at) AS at
       FROM message
       WHERE agent_id IS NOT NULL AND NOT internal AND ticket_id > $1 AND ticket_id <= $2
       GROUP BY ticket_id
     ) AS answer
     WHERE ticket.id = answer.ticket_id`,
    [after, last],
  )
  context.log(`tickets up to ${last}`)
  return last
}
