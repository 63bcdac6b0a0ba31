import type { Catalog } from './catalog'
import { type ColumnId, type Fact, type Facts, factsOf, type IdOf, textOf } from './facts'

/** A rule on rows: a constraint, or an index that may be unique. */
export interface RuleFacts {
  /** As `pg_constraint.contype` has it; empty for an index. */
  type: string
  definition: string
  validated: boolean
}

/** Reads a constraint's or an index's fact; undefined for others. */
export function ruleOf({ id, payload }: Fact): RuleFacts | undefined {
  if (id.kind !== 'constraint' && id.kind !== 'index') return undefined
  const definition = textOf(payload['def'])
  return {
    type: typeof payload['type'] === 'string' ? payload['type'] : '',
    definition,
    validated: payload['validated'] !== false,
  }
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
    .filter(({ payload }) => payload['type'] === 'f')
    .map(({ id, payload }) => {
      const definition = textOf(payload['def'])
      const [, own = '', table = '', others = ''] =
        /^FOREIGN KEY \((.*?)\) REFERENCES (.*?)\((.*?)\)/.exec(definition) ?? []
      const [schema = '', name = ''] = names(table, '.')
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

function names(list: string, separator: ',' | '.'): string[] {
  const found = list.matchAll(
    separator === ',' ? /"((?:[^"]|"")*)"|[^\s,"]+/g : /"((?:[^"]|"")*)"|[^."]+/g,
  )
  return Array.from(found, ([plain, quoted]) => quoted?.replaceAll('""', '"') ?? plain)
}
