import { plainNames, type Words } from '../../catalog/sql-words'
import type { Effect, WrittenEffect } from '../model/effect'
import type { SchemaOperation } from '../model/operation'
import type { PlannedStep } from '../model/planned-step'
import type { Statement } from '../model/script-part'
import { countSql } from './count-sql'
import { layOut } from './lay-out'
import { isOnline, onlineSql } from './online/online-sql'
import { sqlOf } from './operation-sql'
import { renameRequiredSql } from './rule-sql'
import { isOfTwin, togetherSql, twinSql } from './online/twin-sql'

/** A statement with what is known of it from planning. */
export type WrittenStep = Omit<PlannedStep, 'effects'> & Statement

/** Writes statements for one server, whose words decide which names need quotes. */
export class StepWriter {
  private readonly texts = new WeakMap<SchemaOperation, string>()

  constructor(private readonly words: Words) {}

  /** Names without quotes and schemas that they do not need. */
  plain(sql: string): string {
    return plainNames(sql, this.words)
  }

  /** The step's statement, without the semicolon at its end. */
  sql({ operation }: Pick<PlannedStep, 'operation'>): string {
    const known = this.texts.get(operation)
    const sql = known ?? this.written(operation)
    if (known === undefined) this.texts.set(operation, sql)
    return sql
  }

  /** The steps as statements of a script. */
  write(steps: readonly PlannedStep[]): WrittenStep[] {
    return steps.map((one) => ({
      ...one,
      sql: this.sql(one),
      effects: one.effects.map((effect) => writtenEffect(effect, (sql) => this.plain(sql))),
    }))
  }

  /** A block of PL/pgSQL is no statement whose names are found: they are written plain at once. */
  private written(operation: SchemaOperation): string {
    const plain = (text: string) => this.plain(text)
    if (operation.kind === 'together')
      return togetherSql(operation, (one) => this.sql({ operation: one }))
    if (operation.kind === 'rename not null') return renameRequiredSql(operation, plain)
    if (isOfTwin(operation)) return twinSql(operation, plain)
    return isOnline(operation) ? onlineSql(operation, plain) : layOut(sqlOf(operation), this.words)
  }
}

function writtenEffect(effect: Effect, plain: (sql: string) => string): WrittenEffect {
  return effect.kind === 'fails unless none'
    ? { ...effect, query: plain(countSql(effect.query)) }
    : effect
}

/** With every name quoted. */
export function writtenAsIs(steps: readonly PlannedStep[]): WrittenStep[] {
  return steps.map((one) => ({
    ...one,
    sql: sqlOf(one.operation),
    effects: one.effects.map((effect) => writtenEffect(effect, (sql) => sql)),
  }))
}
