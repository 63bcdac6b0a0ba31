import { quoteIdentifier } from '../database/sql/quote'
import type { DataSource, EntityMetadata } from 'typeorm'

/** One copy of the package may decorate what another one reads. */
const key = Symbol.for('typetrek.was')

/** What a class was called, and what its properties' columns were. */
interface Names {
  table?: string
  columns: Map<string, string>
}

type Decorated = object & { [key]?: Names }

/**
 * Says of an entity or of one of its columns how the database called it before, so that `add_script`
 * renames it rather than asks: `@Was('name') @Column() fullName!: string`. The name is the one in the
 * database; of a table it may stand behind a schema: `@Was('app.client') @Entity() class Customer`.
 * Once the rename is in a script, `add_script` says that the decorator can go.
 */
export function Was(name: string): ClassDecorator & PropertyDecorator {
  return (target: object, property?: string | symbol) => {
    if (property === undefined) namesOf(target).table = name
    else namesOf(target.constructor).columns.set(String(property), name)
  }
}

function namesOf(owner: Decorated): Names {
  if (!Object.hasOwn(owner, key))
    Object.defineProperty(owner, key, { value: { columns: new Map() } })
  return owner[key]!
}

/** A name that the source says something had before. */
export interface FormerName {
  /** As `--rename` names both: `customer.name` and `full_name`. */
  from: string
  to: string
  /** Where it is said: `@Was('name') of Customer.fullName`, `-- was: name in line 7 of schema.sql`. */
  place: string
}

/** What the decorators of these entities say, each once. */
export function formerNamesIn({ entityMetadatas, driver }: DataSource): FormerName[] {
  const names = entityMetadatas.flatMap((metadata) => {
    const schema = metadata.schema ?? driver.schema ?? 'public'
    const table = path(schema, metadata.tableName)
    return [...tableName(metadata, schema, table), ...columnNames(metadata, table)]
  })
  return [...new Map(names.map((one) => [`${one.from} ${one.to}`, one])).values()]
}

function tableName(metadata: EntityMetadata, schema: string, table: string): FormerName[] {
  const { target, name } = metadata
  const old =
    typeof target === 'function' && Object.hasOwn(target, key) ? said(target).table : undefined
  if (old === undefined) return []
  const from = old.includes('.') ? old : path(schema, old)
  return [{ from, to: table, place: `@Was('${old}') of ${name}` }]
}

function columnNames({ columns }: EntityMetadata, table: string): FormerName[] {
  return columns.flatMap(({ propertyName, databaseName, embeddedMetadata, entityMetadata }) => {
    const owner = embeddedMetadata?.type ?? entityMetadata.target
    if (typeof owner !== 'function') return []
    const old = said(owner).columns.get(propertyName)
    if (old === undefined) return []
    const place = `@Was('${old}') of ${owner.name}.${propertyName}`
    return [{ from: `${table}.${quoted(old)}`, to: quoted(databaseName), place }]
  })
}

/** A class has what its parents say of their properties. */
function said(owner: Decorated): Names {
  const chain: Names[] = []
  for (let one: Decorated | null = owner; one; one = Object.getPrototypeOf(one) as Decorated | null)
    if (Object.hasOwn(one, key)) chain.push(one[key]!)
  const columns = new Map(chain.toReversed().flatMap((names) => [...names.columns]))
  return { ...chain[0], columns }
}

function path(schema: string, name: string): string {
  return `${quoted(schema)}.${quoted(name)}`
}

/** As an option's value has it. */
function quoted(name: string): string {
  return /[".:]/.test(name) ? quoteIdentifier(name) : name
}
