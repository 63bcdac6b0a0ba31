import { readFileSync } from 'node:fs'
import { createTypeormTable, insertTypeormRow, typeormTableName } from '../../journal/typeorm-table'
import { stampOf } from '../../script/module-text/migration-classes'
import type { PreparedModule } from '../prepare/prepared-step'
import type { Execution } from '../session/execution'
import { sendFor } from './module-transactions'

/**
 * A migration that reads or writes TypeORM's own table finds it as TypeORM would have left it: with a row
 * for each migration that is applied. For all others the table is not touched.
 */
export async function provideHistory(
  execution: Execution,
  prepared: PreparedModule,
): Promise<void> {
  const { context, work, plan } = execution
  const names = plan?.migrations
  if (!names || prepared.step.script?.migration === undefined) return
  const { database, settings } = context
  const given = database.migrationsTable ?? settings.typeorm['migrationsTableName']
  const plain = typeof given === 'string' && given !== '' ? given : 'migrations'
  const text = prepared.step.script.moduleText?.() ?? textOf(prepared.file)
  if (!mentions(text, plain.slice(plain.lastIndexOf('.') + 1))) return
  const table = await typeormTableName(work, database, settings.typeorm)
  const rows = appliedBefore(execution, prepared).flatMap((revision) => {
    const name = names.get(revision)
    const timestamp = name === undefined ? undefined : stampOf(name)
    return name !== undefined && timestamp !== undefined ? [{ name, timestamp }] : []
  })
  const inserts = rows.map((row) => insertTypeormRow(table, row))
  await sendFor(execution, prepared, [createTypeormTable(table), ...inserts])
}

/** The revisions that are applied when this step begins, oldest application first. */
function appliedBefore({ plan }: Execution, { step }: PreparedModule): string[] {
  const applied = new Set(plan?.applied.map(({ revision }) => revision))
  for (const { revision, direction } of plan?.steps ?? []) {
    if (revision === step.revision) break
    if (direction === 'up') applied.add(revision)
    else applied.delete(revision)
  }
  return [...applied]
}

/** True of a text in which the table is a part of a statement; an import from a folder of that name is none. */
export function mentions(text: string, table: string): boolean {
  const code = text.replace(/^\s*(?:import|export)\b[^;\n]*\bfrom\s+['"][^'"]*['"]/gm, '')
  const name = table.replace(/[^\w]/g, String.raw`\$&`)
  const words = String.raw`\b(?:from|into|update|join|table|exists|only)\s+`
  const qualified = String.raw`(?:\\?"?[\w$]+\\?"?\s*\.\s*)?\\?"?${name}\\?"?(?![\w./-])`
  return new RegExp(words + qualified, 'i').test(code)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // it was loaded, and what is gone since cannot be looked at
  }
}
