import type { Random } from '../support/history-random'

interface Column {
  name: string
  type: string
  required: boolean
  value?: string
  generated?: string
}

interface Table {
  name: string
  columns: Column[]
  checks: string[]
  uniques: string[]
  indexes: [column: string, rest: string][]
  /** Name of the table that `parent` refers to. */
  parent?: string
  isView?: boolean
  isPartitioned?: boolean
  hasPolicy?: boolean
  comment?: string
}

/** A schema that can be written as SQL, and changed. */
export interface Model {
  enums: Map<string, string[]>
  tables: Table[]
}

const types: Readonly<Record<string, string>> = {
  integer: '1',
  bigint: '2',
  smallint: '3',
  text: "'x'",
  'varchar(20)': "'y'",
  'varchar(40)': "''",
  'numeric(10,2)': '0.5',
  numeric: '1',
  boolean: 'false',
  timestamp: 'now()',
  timestamptz: 'CURRENT_TIMESTAMP',
  date: "'2020-01-01'",
  jsonb: `'{"a": 1}'`,
  uuid: 'gen_random_uuid()',
  'text[]': "'{}'",
  'integer[]': 'ARRAY[1, 2]',
  'double precision': '1.5',
  interval: "'1 day'",
}
const words = ['name', 'state', 'amount', 'note', 'code', 'at', 'owner', 'Kind', 'order', 'total']
const nouns = ['customer', 'invoice', 'item', 'user', 'Log', 'tag', 'event']
const labels = ['new', 'open', 'done', 'gone', "it's", 'paid']

/** A schema of three to six tables. */
export function randomModel(random: Random): Model {
  const model: Model = { enums: new Map(), tables: [] }
  for (const name of ['mood', 'status']) model.enums.set(name, someLabels(random))
  const count = 3 + random.below(4)
  while (model.tables.length < count) addTable(model, random)
  return model
}

/** The same schema, changed in a few places. */
export function changedModel(model: Model, random: Random): Model {
  const other = structuredClone(model)
  const count = 1 + random.below(5)
  for (let at = 0; at < count; at++) random.pick(changes)(other, random)
  return other
}

function someLabels(random: Random): string[] {
  return labels.filter(() => random.chance(0.6)).concat('last')
}

function addTable(model: Model, random: Random): void {
  const name = nouns.find((noun) => !model.tables.some((one) => one.name === noun))
  if (name === undefined) return
  const table: Table = { name, columns: [], checks: [], uniques: [], indexes: [] }
  for (let at = 0; at < 2 + random.below(4); at++) addColumn(model, table, random)
  const [first] = model.tables
  if (first && random.chance(0.5) && !first.isPartitioned) table.parent = first.name
  table.isPartitioned = random.chance(0.15)
  table.isView = random.chance(0.4)
  table.hasPolicy = random.chance(0.2)
  if (random.chance(0.3)) table.comment = `all of "${name}"`
  model.tables.push(table)
  if (random.chance(0.7)) addIndex(model, random, table)
}

function addColumn(model: Model, table: Table, random: Random): void {
  const name = words.find((word) => !table.columns.some((one) => one.name === word))
  if (name === undefined) return
  const type = random.chance(0.25)
    ? random.pick([...model.enums.keys()])
    : random.pick(Object.keys(types))
  const column: Column = { name, type, required: random.chance(0.4) }
  if (random.chance(0.5)) column.value = valueOf(model, type)
  const number = table.columns.find((one) => one.type === 'integer' && !one.generated)
  if (number && random.chance(0.2)) {
    Object.assign(column, { type: 'integer', required: false, generated: `"${number.name}" * 2` })
    delete column.value
  }
  table.columns.push(column)
}

/** True where a column may hold no null. */
export function isRequired(model: Model, table: string, column: string): boolean {
  const found = model.tables.find(({ name }) => name === table)
  return found?.columns.find(({ name }) => name === column)?.required ?? false
}

/** Some value of a column; empty where there is no such column. */
export function valueIn(model: Model, table: string, column: string): string {
  const found = model.tables.find(({ name }) => name === table)
  const type = found?.columns.find(({ name }) => name === column)?.type
  return type === undefined ? '' : valueOf(model, type)
}

function valueOf({ enums }: Model, type: string): string {
  const own = enums.get(type)
  return own ? `'${own.at(-1)!}'` : types[type]!
}

function addIndex(model: Model, random: Random, given?: Table): void {
  const table = given ?? random.pick(model.tables)
  const column = random.pick(table.columns)
  if (column.type === 'jsonb') return
  const rest = random.pick(['', ' DESC', '', ` WHERE "${column.name}" IS NOT NULL`])
  table.indexes.push([column.name, rest])
}

function plain(table: Table): Column[] {
  return table.columns.filter(
    (one) =>
      !one.generated &&
      !table.columns.some(({ generated }) => generated?.includes(`"${one.name}"`)),
  )
}

const changes: readonly ((model: Model, random: Random) => void)[] = [
  addTable,
  (model, random) => addColumn(model, random.pick(model.tables), random),
  (model, random) => addColumn(model, random.pick(model.tables), random),
  addIndex,
  (model, random) => {
    const table = random.pick(model.tables)
    const columns = plain(table)
    if (columns.length === 0) return
    const column = random.pick(columns)
    column.type = random.pick(Object.keys(types))
    if (column.value !== undefined) column.value = valueOf(model, column.type)
    if (column.type === 'jsonb')
      table.indexes = table.indexes.filter(([name]) => name !== column.name)
    table.checks = []
  },
  (model, random) => {
    const table = random.pick(model.tables)
    const columns = plain(table)
    if (table.columns.length < 3 || columns.length === 0) return
    const { name } = random.pick(columns)
    table.columns = table.columns.filter((one) => one.name !== name)
    table.indexes = table.indexes.filter(([column]) => column !== name)
    table.uniques = table.uniques.filter((column) => column !== name)
    table.checks = table.checks.filter((column) => column !== name)
  },
  (model, random) => {
    const column = random.pick(random.pick(model.tables).columns)
    if (!column.generated) column.required = !column.required
  },
  (model, random) => {
    const column = random.pick(random.pick(model.tables).columns)
    if (column.generated) return
    if (column.value === undefined) column.value = valueOf(model, column.type)
    else delete column.value
  },
  (model, random) => {
    const name = random.pick([...model.enums.keys()])
    const last = model.enums.get(name)!.at(-1)!
    const others = someLabels(random).filter((label) => label !== last)
    model.enums.set(name, [...others, last])
  },
  (model, random) => {
    const table = random.pick(model.tables)
    table.isView = !table.isView
  },
  (model, random) => {
    const table = random.pick(model.tables)
    table.hasPolicy = !table.hasPolicy
  },
  (model, random) => {
    const table = random.pick(model.tables)
    const column = table.columns.find((one) => one.type === 'integer')
    if (column) table.checks = table.checks.length > 0 ? [] : [column.name]
  },
  (model, random) => {
    const table = random.pick(model.tables)
    if (table.isPartitioned) return
    const column = table.columns.find((one) => one.type !== 'jsonb' && !one.generated)
    if (column) table.uniques = table.uniques.length > 0 ? [] : [column.name]
  },
  (model) => {
    const last = model.tables.at(-1)!
    const isNeeded = model.tables.some(({ parent }) => parent === last.name)
    if (model.tables.length > 2 && !isNeeded) model.tables.pop()
  },
  (model, random) => {
    const table = random.pick(model.tables)
    table.comment = table.comment === undefined ? 'new' : `${table.comment}'s`
  },
]

/** As a person would write it. */
export function sqlOf({ enums, tables }: Model): string {
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
  const made = [...enums].map(
    ([name, values]) => `CREATE TYPE ${name} AS ENUM (${values.map(literal).join(', ')});`,
  )
  return [...made, ...tables.map((table) => tableSql(table, literal))].join('\n')
}

function tableSql(table: Table, literal: (text: string) => string): string {
  const name = `"${table.name}"`
  const { isPartitioned } = table
  const columns = table.columns.map(columnSql)
  const key = isPartitioned ? 'id int PRIMARY KEY' : 'id serial PRIMARY KEY'
  const parent = table.parent === undefined ? [] : [`parent_id int REFERENCES "${table.parent}"`]
  const checks = table.checks.map(
    (column) => `CONSTRAINT "${table.name}_positive" CHECK ("${column}" > 0)`,
  )
  const uniques = table.uniques.map((column) => `UNIQUE ("${column}")`)
  const parts = [key, ...columns, ...parent, ...checks, ...uniques].join(',\n  ')
  return [
    `CREATE TABLE ${name} (\n  ${parts}\n)${isPartitioned ? ' PARTITION BY RANGE (id)' : ''};`,
    isPartitioned
      ? `CREATE TABLE "${table.name}_low" PARTITION OF ${name} FOR VALUES FROM (0) TO (100);`
      : '',
    ...table.indexes.map(
      ([column, rest], at) =>
        `CREATE INDEX "${table.name}_${at}" ON ${name} ("${column}"${rest.replace(/ WHERE.*/, '')})${/ WHERE.*/.exec(rest)?.[0] ?? ''};`,
    ),
    table.isView ? `CREATE VIEW "${table.name}_view" AS SELECT * FROM ${name};` : '',
    table.hasPolicy
      ? `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON ${name} USING (id > 0);`
      : '',
    table.comment === undefined ? '' : `COMMENT ON TABLE ${name} IS ${literal(table.comment)};`,
  ].join('\n')
}

function columnSql({ name, type, required, value, generated }: Column): string {
  const more = generated ? ` GENERATED ALWAYS AS (${generated}) STORED` : ''
  const own = value === undefined ? '' : ` DEFAULT ${value}`
  return `"${name}" ${type}${more}${own}${required ? ' NOT NULL' : ''}`
}
