import { virtualMark } from '../../catalog/catalog'
import type { Qualified } from '../../catalog/object-names'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'

/** pg-delta's statement with what it does not know put right: virtual columns. */
export function repairedSql(sql: string): string {
  return sql
    .replaceAll(`${virtualMark})) STORED`, ')) VIRTUAL')
    .replaceAll(`${virtualMark}) STORED`, ') VIRTUAL')
}

/** CREATE INDEX of a partitioned table with those of its partitions, without which it is not valid. */
export function withPartitions(sql: string): string {
  return sql.replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|\S+) ON) ONLY /, '$1 ')
}

/** ALTER TABLE of a partitioned table without its partitions. */
export function forTableAlone(sql: string): string {
  return sql.replace('ALTER TABLE ', 'ALTER TABLE ONLY ')
}

/** A partition with properties of columns that the parent gives it. */
export function withColumnList(sql: string, columns: readonly string[]): string {
  if (columns.length === 0) return sql
  return sql.replace(
    / PARTITION OF (?:"(?:[^"]|"")*"\.?)+(?= )/,
    (start) => `${start} (${columns.join(', ')})`,
  )
}

/** ADD COLUMN of a column that only becomes required once it is filled. */
export function withoutNotNull(sql: string): string {
  return sql.replace(/ NOT NULL(?= DEFAULT |$)/, '')
}

/** ADD VALUE as it may be run again after a crash. */
export function addedOnce(sql: string): string {
  return sql.replace(' ADD VALUE ', ' ADD VALUE IF NOT EXISTS ')
}

/** `ALTER TYPE … RENAME TO …` */
export function renameTypeSql({ schema, name }: Qualified, quoted: string): string {
  return `ALTER TYPE ${quoteIdentifier(schema, name)} RENAME TO ${quoted}`
}

/** A statement with another name for the enum that is replaced; names are quoted, types qualified. */
export function withTypeName(sql: string, schema: string, old: string, name: string): string {
  return sql.replaceAll(`${schema}.${old}`, () => `${schema}.${name}`)
}

/** CREATE of what is not there yet. */
export function withoutReplace(sql: string): string {
  return sql.replace(/^CREATE OR REPLACE /, 'CREATE ')
}

/** CREATE EVENT TRIGGER with its tags in the order in which they were declared. */
export function withTags(sql: string, tags: readonly string[]): string {
  const list = tags.map((tag) => quoteLiteral(tag)).join(', ')
  return sql.replace(/ WHEN TAG IN \([^)]*\)/, () => ` WHEN TAG IN (${list})`)
}
