import type { Catalog } from './catalog'
import type { Qualified } from './object-names'
import {
  type ColumnId,
  constraintType,
  definitionOf,
  type Fact,
  type Facts,
  factsOf,
  type IdOf,
  isValidated,
} from './facts'

/** A rule on rows: a constraint, or an index that may be unique. */
export interface RuleFacts {
  /** As `pg_constraint.contype` has it; empty for an index. */
  type: string
  definition: string
  validated: boolean
}

/** Reads a constraint's or an index's fact; undefined for others. */
export function ruleOf(fact: Fact): RuleFacts | undefined {
  if (fact.id.kind !== 'constraint' && fact.id.kind !== 'index') return undefined
  const type = constraintType(fact) ?? ''
  return { type, definition: definitionOf(fact), validated: isValidated(fact) }
}

/** A foreign key with its columns. */
export interface ForeignKey {
  id: IdOf<'constraint'>
  definition: string
  columns: readonly ColumnId[]
  referred: readonly ColumnId[]
}

/** Every foreign key of a catalog: its columns are those that it depends on. */
export function foreignKeys({ facts }: Catalog): readonly ForeignKey[] {
  const known = read.get(facts) ?? readKeys(facts)
  read.set(facts, known)
  return known
}

const read = new WeakMap<Facts, readonly ForeignKey[]>()

function readKeys(facts: Facts): ForeignKey[] {
  return factsOf(facts, 'constraint')
    .filter((fact) => constraintType(fact) === 'f')
    .map((fact) => {
      const { id } = fact
      const definition = definitionOf(fact)
      const [, own = '', , others = ''] = keyDefinition.exec(definition) ?? []
      const { schema, name } = referredTable(definition) ?? { schema: '', name: '' }
      const column =
        (schema: string, table: string) =>
        (name: string): ColumnId => ({ kind: 'column', schema, table, name })
      return {
        id,
        definition,
        columns: names(own, ',').map(column(id.schema, id.table)),
        referred: names(others, ',').map(column(schema, name)),
      }
    })
}

const keyDefinition = /^FOREIGN KEY \((.*?)\) REFERENCES (.*?)\((.*?)\)/

/** The table that a foreign key refers to, by its definition as PostgreSQL writes it. */
export function referredTable(definition: string): Qualified | undefined {
  const [, , table] = keyDefinition.exec(definition) ?? []
  const [schema = '', name = ''] = table === undefined ? [] : names(table, '.')
  return table === undefined ? undefined : { schema, name }
}

function names(list: string, separator: ',' | '.'): string[] {
  const found = list.matchAll(
    separator === ',' ? /"((?:[^"]|"")*)"|[^\s,"]+/g : /"((?:[^"]|"")*)"|[^."]+/g,
  )
  return Array.from(found, ([plain, quoted]) => quoted?.replaceAll('""', '"') ?? plain)
}
