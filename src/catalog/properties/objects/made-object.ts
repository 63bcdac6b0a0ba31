import { inSchema, type Part, part } from '../setting/setting'

/** How objects of one kind are read, as SQL. */
export interface MadeObject {
  /** Its catalog and the alias that it has here. */
  catalog: string
  alias: string
  /** What CREATE and DROP call it, and its name in them: `OPERATOR` and `s.+ (integer, integer)`. */
  what: string
  path: string
  /** The schema that it is in. */
  home?: string
  owner?: string
  create: string
  /** What is compared, where that is less than how it is created. */
  value?: string
  /** Further tables. */
  joined?: string
  /** What must hold beside the rest. */
  where?: string
}

/** The name of an object: of its schema and itself. */
export const named = (home: string, name: string) =>
  `format('%s.%I', ${home}::regnamespace, ${name})`

/** By which other settings name it. */
export const keyOfMade = (what: string, path: string) => `'${what} ' || ${path}`

/** True for what neither an extension nor another object brings; the first oid that is not the server's own is 16384. */
export const isMade = (catalog: string, alias: string) => `${alias}.oid >= 16384 AND NOT EXISTS (
  SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${alias}.oid AND e.deptype IN ('e', 'i'))`

/** Whether a database has one. */
export const isThereAny = (catalog: string) => `EXISTS (SELECT FROM ${catalog} WHERE oid >= 16384)`

/** The name of a schema. */
export const schemaName = (home: string) =>
  `coalesce((SELECT nspname FROM pg_namespace WHERE oid = ${home}), '')`

/** Objects of one kind that a person made, and their comments: where one differs, it is dropped and made again. */
export function madeObjects(object: MadeObject): Part[] {
  const { catalog, what, path, home = '0', create, value = create } = object
  const key = keyOfMade(what, path)
  const schema = schemaName(home)
  const made = {
    key,
    schema,
    value,
    set: create,
    reset: `format('DROP ${what} %s', ${path})`,
    flags: `'again'`,
  }
  const comment = {
    key: `format('COMMENT ${what} %s', ${path})`,
    schema,
    within: key,
    set: `format('COMMENT ON ${what} %s IS %L', ${path}, said.description)`,
    reset: `format('COMMENT ON ${what} %s IS NULL', ${path})`,
  }
  const any = isThereAny(catalog)
  return [part(made, fromMade(object), any), part(comment, fromMade(object, said(object)), any)]
}

function fromMade(
  { catalog, alias, home, joined = '', where = 'true' }: MadeObject,
  more = '',
): string {
  const isIn = home ? `EXISTS (SELECT FROM pg_namespace n WHERE n.oid = ${home} AND ${inSchema})` : 'true' // oxfmt-ignore
  return `FROM ${catalog} ${alias} ${joined} ${more} WHERE ${isMade(catalog, alias)} AND ${where} AND ${isIn}`
}

function said({ catalog, alias }: MadeObject): string {
  return `JOIN pg_description said ON said.classoid = '${catalog}'::regclass AND said.objoid = ${alias}.oid`
}

/** As the query for owners takes them. */
export function ownedOf({
  catalog,
  alias,
  what,
  path,
  home = '0',
  owner = '',
}: MadeObject): string {
  return `SELECT '${catalog}'::regclass, ${alias}.oid, ${owner}, ${schemaName(home)}, '', format('ALTER ${what} %s', ${path}) FROM ${catalog} ${alias}`
}
