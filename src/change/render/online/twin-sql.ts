import { quoteIdentifier, quoteLiteral } from '../../../database/sql/quote'
import type { SchemaOperation, TogetherOperation } from '../../model/operation'
import type { ForeignKeyParts, Twin, TwinOperation } from '../../model/twin-operation'
import { lockBlock } from './online-sql'
import { plainPath, quotedBody } from './quoted-text'

type Of<Kind extends TwinOperation['kind']> = Extract<TwinOperation, { kind: Kind }>

/** Writes names as a person would. */
type Plain = (sql: string) => string

const kinds: ReadonlySet<SchemaOperation['kind']> = new Set<TwinOperation['kind']>([
  'twin function',
  'enable always',
  'drop twin',
  'analyze',
  'add twin check',
  'add identity',
  'give sequence',
  'remember sequence',
  'continue remembered',
  'add twin key',
  'comment',
  'column settings',
])

/** True for a statement about a column that takes another one's place. */
export function isOfTwin(operation: SchemaOperation): operation is TwinOperation {
  return kinds.has(operation.kind)
}

/** Such a statement. @param plain also writes the names in a function */
export function twinSql(operation: TwinOperation, plain: Plain): string {
  return operation.kind === 'twin function'
    ? functionSql(operation, plain)
    : plain(plainTwinSql(operation))
}

function plainTwinSql(operation: Exclude<TwinOperation, Of<'twin function'>>): string {
  switch (operation.kind) {
    case 'enable always': {
      const { table, trigger } = operation
      return `ALTER TABLE ${quoteIdentifier(table.schema, table.name)} ENABLE ALWAYS TRIGGER ${quoteIdentifier(trigger)}`
    }
    case 'drop twin': {
      const { schema, table, name } = operation.column
      return `ALTER TABLE ${quoteIdentifier(schema, table)} DROP COLUMN ${quoteIdentifier(name)}`
    }
    case 'analyze':
      return `ANALYZE ${quoteIdentifier(operation.table.schema, operation.table.name)}`
    case 'add twin check': {
      const { constraint, column, twin } = operation
      const table = quoteIdentifier(constraint.schema, constraint.table)
      const check = `${quoteIdentifier(column.name)} IS NULL OR ${quoteIdentifier(twin)} IS NOT NULL`
      return `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} CHECK (${check}) NOT VALID`
    }
    case 'add identity':
      return identitySql(operation)
    case 'give sequence':
    case 'remember sequence':
    case 'continue remembered':
      return sequenceSql(operation)
    case 'add twin key': {
      const { constraint, key } = operation
      const table = quoteIdentifier(constraint.schema, constraint.table)
      return `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} ${keySql(key)} NOT VALID`
    }
    case 'comment':
      return `COMMENT ON ${objectSql(operation.on)} IS ${quoteLiteral(operation.text)}`
    case 'column settings':
      return settingsSql(operation)
  }
}

function sequenceSql(
  operation: Of<'give sequence' | 'remember sequence' | 'continue remembered'>,
): string {
  switch (operation.kind) {
    case 'give sequence': {
      const { sequence, column } = operation
      const owner = quoteIdentifier(column.schema, column.table, column.name)
      return `ALTER SEQUENCE ${quoteIdentifier(sequence.schema, sequence.name)} OWNED BY ${owner}`
    }
    case 'remember sequence': {
      const { sequence, place } = operation
      const set = (name: string) =>
        `pg_catalog.set_config('typetrek.${name}_${place}', ${name}::pg_catalog.text, true)`
      return `SELECT ${set('last_value')}, ${set('is_called')} FROM ${quoteIdentifier(sequence.schema, sequence.name)}`
    }
    case 'continue remembered': {
      const { sequence, place } = operation
      const get = (name: string) => `pg_catalog.current_setting('typetrek.${name}_${place}')`
      return `SELECT pg_catalog.setval(${quoteLiteral(plainPath(sequence))}, ${get('last_value')}::pg_catalog.int8, ${get('is_called')}::pg_catalog.bool)`
    }
  }
}

function identitySql({ column, generated, sequence, options }: Of<'add identity'>): string {
  const { schema, table, name } = column
  const start = `ALTER TABLE ${quoteIdentifier(schema, table)} ALTER COLUMN ${quoteIdentifier(name)}`
  const own = `SEQUENCE NAME ${quoteIdentifier(sequence.schema, sequence.name)}`
  const all = options === '' ? own : `${own} ${options}`
  return `${start} ADD GENERATED ${generated} AS IDENTITY (${all})`
}

function keySql({ columns, table, referred, rest, setColumns, checked }: ForeignKeyParts): string {
  const list = (names: readonly string[]) => names.map((name) => quoteIdentifier(name)).join(', ')
  const to = `${quoteIdentifier(table.schema, table.name)}(${list(referred)})`
  const some = setColumns.length > 0 ? ` (${list(setColumns)})` : ''
  return `FOREIGN KEY (${list(columns)}) REFERENCES ${to}${rest}${some}${checked}`
}

function objectSql(on: Of<'comment'>['on']): string {
  switch (on.kind) {
    case 'column':
      return `COLUMN ${quoteIdentifier(on.schema, on.table, on.name)}`
    case 'index':
      return `INDEX ${quoteIdentifier(on.schema, on.name)}`
    case 'constraint':
      return `CONSTRAINT ${quoteIdentifier(on.name)} ON ${quoteIdentifier(on.schema, on.table)}`
  }
}

function settingsSql({ column, statistics, options }: Of<'column settings'>): string {
  const alter = `ALTER COLUMN ${quoteIdentifier(column.name)} SET`
  const parts = [
    ...(statistics === undefined ? [] : [`${alter} STATISTICS ${statistics}`]),
    ...(options.length > 0 ? [`${alter} (${options.join(', ')})`] : []),
  ]
  return `ALTER TABLE ${quoteIdentifier(column.schema, column.table)} ${parts.join(', ')}`
}

function functionSql(operation: Of<'twin function'>, plain: Plain): string {
  const { table, name, twins, isLenient, replaces } = operation
  const row = `(SELECT NEW.*) AS ${quoteIdentifier(table.name)}`
  const lines = twins.map((one) => (isLenient ? leniently(one, row) : set(one, row)))
  const body = plain(`\nBEGIN\n${lines.join('\n')}\n  RETURN NEW;\nEND\n`)
  const routine = plain(quoteIdentifier(table.schema, name))
  const create = replaces ? 'CREATE OR REPLACE' : 'CREATE'
  return `${create} FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS ${quotedBody(body, 'twin')}`
}

/** An expression names the columns of its row as it does in an UPDATE. */
function set({ source, twin, expression }: Twin, row: string): string {
  const value =
    expression === '' ? `NEW.${quoteIdentifier(source)}` : `(SELECT ${expression} FROM ${row})`
  return `  NEW.${quoteIdentifier(twin)} := ${value};`
}

function leniently(one: Twin, row: string): string {
  const none = `NEW.${quoteIdentifier(one.twin)} := NULL;`
  return `  BEGIN\n  ${set(one, row)}\n  EXCEPTION WHEN others THEN\n    ${none}\n  END;`
}

/** A block, which is all or nothing. @param sqlOf writes its statements */
export function togetherSql(
  { operations }: TogetherOperation,
  sqlOf: (operation: SchemaOperation) => string,
): string {
  const lines = operations.map((one) => {
    if (one.kind === 'lock if allowed') return `${lockBlock(one, sqlOf, '  ')};`
    const sql = sqlOf(one)
    return `  ${isQuery(one) ? sql.replace(/^SELECT /, 'PERFORM ') : sql};`
  })
  return `DO ${quotedBody(`\nBEGIN\n${lines.join('\n')}\nEND\n`, 'swap')}`
}

function isQuery({ kind }: SchemaOperation): boolean {
  return kind === 'remember sequence' || kind === 'continue remembered'
}
