import type { QueryRunner } from 'typeorm'
import type { ScriptContext } from 'typetrek'

/** The SQL beside this module does the work; the module says what came of it. */
export async function upgrade(queryRunner: QueryRunner, context: ScriptContext): Promise<void> {
  await context.runSql()
  const [open]: { due: number }[] = await queryRunner.query(
    'SELECT count(*)::integer AS due FROM ticket WHERE due_at IS NOT NULL',
  )
  context.log(`${open?.due ?? 0} open tickets have a date to be solved by`)
}

export async function downgrade(_queryRunner: QueryRunner, context: ScriptContext): Promise<void> {
  await context.runSql()
}
