import type { Draft } from './script-draft'

const up = `-- ALTER TABLE customer ADD COLUMN phone text;
-- CREATE INDEX customer_phone_idx ON customer (phone);
-- UPDATE customer SET phone = fax WHERE phone IS NULL;
`

const down = `-- What undoes it. Without this section the script is irreversible.
-- ALTER TABLE customer DROP COLUMN phone;
`

/** A script that does nothing yet, with samples in comments. Pure. */
export function emptyDraft(header: readonly string[]): Draft {
  const lines = header.map((line) => `-- ${line}\n`).join('')
  const sql = `${lines}${lines && '\n'}-- MIGRATE UP\n${up}\n-- MIGRATE DOWN\n${down}`
  const sample = (text: string) => [{ sql: '', comments: [text] }]
  return {
    purpose: '',
    sql,
    up: sample("await queryRunner.query('ALTER TABLE customer ADD COLUMN phone text')"),
    down: sample("await queryRunner.query('ALTER TABLE customer DROP COLUMN phone')"),
    transaction: true,
  }
}
