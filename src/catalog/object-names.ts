import { type Facts, type Id, keyOf } from './facts'

/** A name with its schema, as facts give it. */
export interface Qualified {
  schema: string
  name: string
}

/** The table (view, …) that an identity belongs to, itself for a table; undefined for what has none. */
export function relationOf(id: Id): Qualified | undefined {
  if ('target' in id) return relationOf(id.target)
  if ('table' in id) return { schema: id.schema, name: id.table }
  if (isRelation(id)) return { schema: id.schema, name: id.name }
  return undefined
}

const relations = new Set(['table', 'view', 'materializedView', 'foreignTable'])

function isRelation(id: Id): id is Id & Qualified {
  return relations.has(id.kind)
}

/** As a reader would name it: the schema only where it is not public. */
export function shown({ schema, name }: Qualified): string {
  return schema === 'public' ? name : `${schema}.${name}`
}

const words: Partial<Record<Id['kind'], string>> = {
  materializedView: 'materialized view',
  foreignTable: 'foreign table',
  eventTrigger: 'event trigger',
  typeAttribute: 'attribute',
  fdw: 'foreign-data wrapper',
  userMapping: 'user mapping',
  publicationRel: 'published table',
  publicationSchema: 'published schema',
  acl: 'privileges',
  securityLabel: 'security label',
  defaultPrivilege: 'default privileges',
  extensionIntent: 'extension object',
}

/** In a few words: `column users.email`, `index users_trgm`. */
export function describe(id: Id): string {
  const word = words[id.kind] ?? id.kind
  if ('target' in id) return `${word} of ${describe(id.target)}`
  if ('table' in id && 'name' in id)
    return `${word} ${shown({ schema: id.schema, name: id.table })}.${id.name}`
  if (id.kind === 'publicationRel')
    return `${word} ${shown({ schema: id.schema, name: id.table })} of ${id.publication}`
  if ('args' in id) return `${word} ${shown(id)}(${id.args.join(', ')})`
  if (id.kind === 'typeAttribute') return `${word} ${shown({ ...id, name: id.type })}.${id.name}`
  if ('schema' in id && 'name' in id && typeof id.schema === 'string')
    return `${word} ${shown({ schema: id.schema, name: id.name })}`
  if ('name' in id) return `${word} ${id.name}`
  return word
}

/** What TypeORM names after a hash of the table and its columns: it alone makes such names. */
export function isHashedName(name: string): boolean {
  return /^(?:PK|FK|IDX|UQ|REL|CHK|XCL)_[0-9a-f]{10,}$/.test(name)
}

/** As much of a name as fits: PostgreSQL cuts it at 63 bytes. */
export function clipped(name: string, bytes = 63): string {
  const characters = Array.from(name)
  while (Buffer.byteLength(characters.join('')) > bytes) characters.pop()
  return characters.join('')
}

/** The name that PostgreSQL makes up for a rule of a column; the longer of the two is cut first. */
export function madeUpName(table: string, column: string, end: string): string {
  let [first, second] = [table, column].map((name) => Buffer.byteLength(name)) as [number, number]
  const room = 63 - Buffer.byteLength(`__${end}`)
  while (first + second > room)
    if (first > second) first -= 1
    else second -= 1
  return `${clipped(table, first)}_${clipped(column, second)}_${end}`
}

const typeKinds = ['type', 'domain', 'collation', 'table', 'view', 'materializedView'] as const

/** A name for a type that gives way to another of its name: `status_old`, or the next that is free. */
export function freeName({ schema, name }: Qualified, sides: readonly Facts[]): string {
  const taken = new Set(sides.flatMap((facts) => facts.facts().map(({ id }) => keyOf(id))))
  for (let number = 1; ; number++) {
    const end = number === 1 ? '_old' : `_old${number}`
    const free = `${clipped(name, 63 - end.length)}${end}`
    if (!typeKinds.some((kind) => taken.has(keyOf({ kind, schema, name: free })))) return free
  }
}

/** The sequence whose next value a default is, `nextval('app.users_id_seq'::regclass)`. */
export function sequenceIn(expression: string): Qualified | undefined {
  const [, path = ''] = /^nextval\('((?:[^']|'')+)'::regclass\)$/.exec(expression) ?? []
  const found = path.replaceAll("''", "'").matchAll(/"((?:[^"]|"")*)"|[^."]+/g)
  const names = Array.from(found, ([plain, quoted]) => quoted?.replaceAll('""', '"') ?? plain)
  const [schema, name] = names.length === 1 ? ['public', names[0]] : names
  return schema !== undefined && name !== undefined ? { schema, name } : undefined
}
