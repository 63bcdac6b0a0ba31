import {
  downgradeFunctionLine,
  downgradeLine,
  upgradeLine,
} from '../../script/sections/template-lines'
import type { ScriptLayout } from '../../script/layout/layout'
import type { Draft } from './script-draft'

const up = `-- ${upgradeLine}
-- ALTER TABLE customer ADD COLUMN phone text;
-- CREATE INDEX customer_phone_idx ON customer (phone);
-- UPDATE customer SET phone = fax WHERE phone IS NULL;
`

const down = `-- ${downgradeLine}
-- ALTER TABLE customer DROP COLUMN phone;
`

/** A script that does nothing yet, with samples in comments. Pure. */
export function emptyDraft(header: readonly string[], { markers }: ScriptLayout): Draft {
  const lines = header.map((line) => `-- ${line}\n`).join('')
  const sql = `${lines}${lines && '\n'}${markers.up}\n${up}\n${markers.down}\n${down}`
  const sample = (...comments: string[]) => [{ sql: '', comments }]
  return {
    purpose: '',
    sql,
    up: sample(
      upgradeLine,
      "await queryRunner.query('ALTER TABLE customer ADD COLUMN phone text')",
    ),
    down: sample(
      downgradeFunctionLine,
      "await queryRunner.query('ALTER TABLE customer DROP COLUMN phone')",
    ),
    transaction: true,
  }
}
