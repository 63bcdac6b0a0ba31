import type { QueryRunner } from 'typeorm'
import type { ScriptContext } from 'typetrek'

const batchSize = 500

/** Moves the phone number into the settings, where what else a company may choose will stand. */
export async function upgrade(queryRunner: QueryRunner, context: ScriptContext): Promise<void> {
  await queryRunner.query(`ALTER TABLE company ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'`)
  await inBatches(
    queryRunner,
    context,
    `UPDATE company SET settings = jsonb_build_object('phone', phone), phone = NULL
     WHERE id IN (SELECT id FROM company WHERE phone IS NOT NULL LIMIT ${batchSize})`,
  )
  await queryRunner.query('ALTER TABLE company DROP COLUMN phone')
}

export async function downgrade(queryRunner: QueryRunner, context: ScriptContext): Promise<void> {
  await queryRunner.query('ALTER TABLE company ADD COLUMN phone varchar')
  await inBatches(
    queryRunner,
    context,
    `UPDATE company SET phone = settings ->> 'phone', settings = settings - 'phone'
     WHERE id IN (SELECT id FROM company WHERE settings ? 'phone' LIMIT ${batchSize})`,
  )
  await queryRunner.query('ALTER TABLE company DROP COLUMN settings')
}

/** Runs the update until it finds no row any more. */
async function inBatches(
  queryRunner: QueryRunner,
  context: ScriptContext,
  update: string,
): Promise<void> {
  let total = 0
  let moved = batchSize
  while (moved === batchSize) {
    const { affected } = await queryRunner.query(update, [], true)
    moved = affected ?? 0
    total += moved
  }
  context.log(`${total} phone numbers moved`)
}
