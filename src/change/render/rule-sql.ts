import { eq, ne } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { IdOf } from '../../catalog/facts'
import type { OwnOperation } from '../model/operation'
import { quotedBody } from './online/quoted-text'

type Of<Kind extends OwnOperation['kind']> = Extract<OwnOperation, { kind: Kind }>

export function ruleSql(operation: Of<'drop constraint'> | Of<'add constraint'>): string {
  return operation.kind === 'add constraint' ? addRule(operation) : dropRule(operation.constraint)
}

function addRule({
  constraint: { schema, table, name },
  of = 'TABLE',
  definition,
  isAlone = false,
}: Pick<Of<'add constraint'>, 'constraint' | 'of' | 'definition' | 'isAlone'>): string {
  const start = `ALTER ${of} ${isAlone ? 'ONLY ' : ''}${quoteIdentifier(schema, table)}`
  return `${start} ADD CONSTRAINT ${quoteIdentifier(name)} ${definition}`
}

export function constraintSql(
  operation: Of<'alter constraint'> | Of<'validate constraint'>,
): string {
  const { constraint, of } = operation
  const start = `ALTER ${of} ${quoteIdentifier(constraint.schema, constraint.table)}`
  const name = quoteIdentifier(constraint.name)
  return operation.kind === 'alter constraint'
    ? `${start} ALTER CONSTRAINT ${name}${operation.checked}`
    : `${start} VALIDATE CONSTRAINT ${name}`
}

/** Below its parent, or out of it: as a partition where there are bounds, else as a child that inherits. */
export function placeSql({ table, parent, bound, into }: Of<'place partition'>): string {
  const above = quoteIdentifier(parent.schema, parent.name)
  const below = quoteIdentifier(table.schema, table.name)
  if (bound === undefined) return `ALTER TABLE ${below} ${into ? '' : 'NO '}INHERIT ${above}`
  return `ALTER TABLE ${above} ${into ? `ATTACH PARTITION ${below} ${bound}` : `DETACH PARTITION ${below}`}`
}

/**
 * The name that a NOT NULL constraint has is not the same in all databases: PostgreSQL 17 had none, and pg_upgrade
 * makes them up.
 */
export function renameRequiredSql(
  { column, to }: Of<'rename not null'>,
  plain: (sql: string) => string = (sql) => sql,
): string {
  const table = plain(quoteIdentifier(column.schema, column.table))
  const names = [table, plain(quoteIdentifier(to))].map((name) => name.replaceAll('%', '%%'))
  const rename = quoteLiteral(`ALTER TABLE ${names[0]} RENAME CONSTRAINT %I TO ${names[1]}`)
  const body = `
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid ${eq} k.conrelid AND a.attnum ${eq} k.conkey[1]
    WHERE k.conrelid ${eq} ${quoteLiteral(table)}::pg_catalog.regclass::pg_catalog.oid
      AND k.contype ${eq} 'n' AND a.attname ${eq} ${quoteLiteral(column.name)});
BEGIN
  IF rule_name ${ne} ${quoteLiteral(to)} THEN
    EXECUTE pg_catalog.format(${rename}, rule_name);
  END IF;
END
`
  return `DO ${quotedBody(body, 'rename')}`
}

/** Indexes of partitions, and the rules that they are of. */
export function attachedIndexSql(operation: Of<'attached index'>): string {
  switch (operation.part) {
    case 'create':
      return operation.definition
    case 'attach': {
      const { index, above } = operation
      const parent = quoteIdentifier(above.schema, above.name)
      return `ALTER INDEX ${parent} ATTACH PARTITION ${quoteIdentifier(index.schema, index.name)}`
    }
    case 'drop':
      return `DROP INDEX ${quoteIdentifier(operation.index.schema, operation.index.name)}`
    case 'drop rule':
      return dropRule(operation.rule)
    case 'add rule': {
      const { rule: constraint, definition, isAlone } = operation
      return addRule({ constraint, of: 'TABLE', definition, isAlone })
    }
  }
}

function dropRule({ schema, table, name }: IdOf<'constraint'>): string {
  return `ALTER TABLE ${quoteIdentifier(schema, table)} DROP CONSTRAINT ${quoteIdentifier(name)}`
}
