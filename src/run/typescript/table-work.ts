import type { QueryRunner } from 'typeorm'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { ScriptContext } from '../../script/context'
import type {
  ApplyOptions,
  TableColumnChange,
  ColumnOptions,
  IndexOptions,
  ScriptTable,
  SelectOptions,
  TableFilter,
  TableRow,
} from '../../script/script-table'

/** What a table needs of its script. */
type Hands = Pick<ScriptContext, 'signal' | 'log'>

/** Milliseconds from one line of progress to the next. */
const progressInterval = 5000

/**
 * A table on the script's own connection. Values are compared with a plain `=`, since a column's type may
 * bring an operator of its own, as citext does.
 */
export class TableWork implements ScriptTable {
  readonly add_column = this.addColumn.bind(this)
  readonly ensure_column = this.ensureColumn.bind(this)
  readonly change_column = this.changeColumn.bind(this)
  readonly remove_column = this.removeColumn.bind(this)
  readonly index_column = this.indexColumn.bind(this)
  readonly add_foreign = this.addForeign.bind(this)
  private readonly table: string

  constructor(
    private readonly queryRunner: QueryRunner,
    private readonly hands: Hands,
    private readonly name: string,
    schema: string | undefined,
  ) {
    this.table = schema === undefined ? quoteIdentifier(name) : quoteIdentifier(schema, name)
  }

  async addColumn(name: string, type: string, options: ColumnOptions = {}): Promise<void> {
    const { notNull, unique, index } = options
    const words = [
      `ADD COLUMN ${quoteIdentifier(name)} ${type}`,
      ...defaultOf(options).map((sql) => `DEFAULT ${sql}`),
      ...(notNull ? ['NOT NULL'] : []),
      ...(unique ? ['UNIQUE'] : []),
    ]
    await this.alter(words.join(' '))
    if (index) await this.indexColumn(name)
  }

  async ensureColumn(name: string, type: string, options: ColumnOptions = {}): Promise<boolean> {
    if (await this.hasColumn(name)) return false
    await this.addColumn(name, type, options)
    return true
  }

  async changeColumn(name: string, change: TableColumnChange): Promise<void> {
    const { name: newName, type, using, notNull } = change
    const column = `ALTER COLUMN ${quoteIdentifier(name)}`
    const [value] = defaultOf(change)
    const typed =
      type === undefined
        ? []
        : [`${column} TYPE ${type} USING ${using ?? `${quoteIdentifier(name)}::${type}`}`]
    const parts = [
      ...(value === undefined ? [] : [`${column} DROP DEFAULT`]),
      ...typed,
      ...(value === undefined || value === 'NULL' ? [] : [`${column} SET DEFAULT ${value}`]),
      ...(notNull === undefined ? [] : [`${column} ${notNull ? 'SET' : 'DROP'} NOT NULL`]),
    ]
    if (parts.length > 0) await this.alter(parts.join(', '))
    if (newName === undefined || newName === name) return
    await this.alter(`RENAME COLUMN ${quoteIdentifier(name)} TO ${quoteIdentifier(newName)}`)
  }

  removeColumn(name: string): Promise<void> {
    return this.alter(`DROP COLUMN ${quoteIdentifier(name)}`)
  }

  async indexColumn(
    columns: string | readonly string[],
    { name, unique = false, method = 'btree' }: IndexOptions = {},
  ): Promise<void> {
    const list = [columns].flat()
    const own = name === undefined ? '' : ` ${quoteIdentifier(name)}`
    const text = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX${own} ON ${this.table} USING ${quoteIdentifier(method)} (${list.map((one) => quoteIdentifier(one)).join(', ')})`
    await this.query(text)
  }

  async addForeign(
    name: string,
    target: string,
    { type = 'bigint', column, onDelete }: Parameters<ScriptTable['addForeign']>[2] = {},
  ): Promise<void> {
    await this.ensureColumn(name, type)
    const key = column === undefined ? '' : ` (${quoteIdentifier(column)})`
    const rule = onDelete === undefined ? '' : ` ON DELETE ${onDelete}`
    const other = quoteIdentifier(...target.split('.'))
    await this.alter(`ADD FOREIGN KEY (${quoteIdentifier(name)}) REFERENCES ${other}${key}${rule}`)
    await this.indexColumn(name)
  }

  async insert(rows: TableRow | readonly TableRow[]): Promise<TableRow[]> {
    const inserted: TableRow[] = []
    for (const row of [rows].flat()) {
      const names = Object.keys(row)
      const given =
        names.length === 0
          ? 'DEFAULT VALUES'
          : `(${names.map((one) => quoteIdentifier(one)).join(', ')}) VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})`
      const text = `INSERT INTO ${this.table} ${given} RETURNING *`
      inserted.push(...(await this.query(text, Object.values(row))).records)
    }
    return inserted
  }

  async select({ columns, where, orderBy, limit }: SelectOptions = {}): Promise<TableRow[]> {
    const list = columns?.map((one) => quoteIdentifier(one)).join(', ') ?? '*'
    const filter = conditionOf(where)
    const order = orderBy?.map((one) =>
      one.startsWith('-') ? `${quoteIdentifier(one.slice(1))} DESC` : quoteIdentifier(one),
    )
    const more = `${order ? ` ORDER BY ${order.join(', ')}` : ''}${limit === undefined ? '' : ` LIMIT ${Math.trunc(limit)}`}`
    const text = `SELECT ${list} FROM ${this.table} WHERE ${filter.sql}${more}`
    return (await this.query(text, filter.values)).records
  }

  async update(values: TableRow, where: TableFilter): Promise<number> {
    const names = Object.keys(values)
    const filter = conditionOf(where, names.length)
    const set = names.map((one, at) => `${quoteIdentifier(one)} = $${at + 1}`).join(', ')
    const text = `UPDATE ${this.table} SET ${set} WHERE ${filter.sql}`
    return (await this.query(text, [...Object.values(values), ...filter.values])).affected
  }

  async delete(where: TableFilter): Promise<number> {
    const { sql, values } = conditionOf(where)
    return (await this.query(`DELETE FROM ${this.table} WHERE ${sql}`, values)).affected
  }

  async count(where?: TableFilter): Promise<number> {
    const { sql, values } = conditionOf(where)
    const text = `SELECT pg_catalog.count(*) AS count FROM ${this.table} WHERE ${sql}`
    const { records } = await this.query(text, values)
    return Number(records[0]?.['count'])
  }

  async apply(
    callback: (row: TableRow, index: number) => unknown,
    { batch = 1000, where }: ApplyOptions = {},
  ): Promise<number> {
    const key = await this.primaryKey()
    const columns = key.map((one) => quoteIdentifier(one)).join(', ')
    const filter = conditionOf(where)
    const progress = this.progress(await this.count(where))
    let done = 0
    for (let last: readonly unknown[] | undefined; ;) {
      const from = filter.values.length
      const after = last
        ? ` AND (${columns}) > (${last.map((_, at) => `$${from + at + 1}`).join(', ')})`
        : ''
      const text = `SELECT * FROM ${this.table} WHERE ${filter.sql}${after} ORDER BY ${columns} LIMIT ${Math.max(1, Math.trunc(batch))}`
      const { records } = await this.query(text, [...filter.values, ...(last ?? [])])
      const final = records.at(-1)
      if (!final) return done
      // read before, since the callback may change the row that it is given
      last = key.map((one) => final[one])
      for (const row of records) {
        this.hands.signal.throwIfAborted()
        await callback(row, done++)
      }
      progress(done)
    }
  }

  async run(callback: (index: number) => unknown, count: number): Promise<void> {
    const progress = this.progress(count)
    for (let index = 0; index < count; index++) {
      this.hands.signal.throwIfAborted()
      await callback(index)
      progress(index + 1)
    }
  }

  /** A line now and then, for work that takes its time. */
  private progress(total: number): (done: number) => void {
    let last = performance.now()
    return (done) => {
      if (performance.now() - last < progressInterval && done < total) return
      last = performance.now()
      this.hands.log(`${this.name}: ${done} of ${Math.max(done, total)}`)
    }
  }

  private async hasColumn(name: string): Promise<boolean> {
    const { records } = await this.query(
      'SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid AND attname OPERATOR(pg_catalog.=) $2::pg_catalog.name AND NOT attisdropped',
      [this.table, name],
    )
    return records.length > 0
  }

  private async primaryKey(): Promise<string[]> {
    const { records } = await this.query(
      `SELECT a.attname::pg_catalog.text AS name FROM pg_catalog.pg_constraint AS c
         CROSS JOIN LATERAL pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (attnum, place)
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.attnum
        WHERE c.conrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid AND c.contype OPERATOR(pg_catalog.=) 'p'
        ORDER BY k.place`,
      [this.table],
    )
    if (records.length === 0) throw new Error(`table ${this.table} has no primary key to go by`)
    return records.map(({ name }) => String(name))
  }

  private async alter(action: string): Promise<void> {
    await this.query(`ALTER TABLE ${this.table} ${action}`)
  }

  private async query(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<{ records: TableRow[]; affected: number }> {
    const { records, affected } = await this.queryRunner.query(text, [...values], true)
    return { records: records as TableRow[], affected: affected ?? 0 }
  }
}

/** @param offset how many parameters stand before */
function conditionOf(
  where: TableFilter | undefined,
  offset = 0,
): { sql: string; values: unknown[] } {
  const values: unknown[] = []
  const parts = Object.entries(where ?? {}).map(([name, value]) => {
    if (value === null) return `${quoteIdentifier(name)} IS NULL`
    if (value === undefined) throw new Error(`the filter has no value for ${name}`)
    const place = `$${offset + values.push(value)}`
    return `${quoteIdentifier(name)} = ${Array.isArray(value) ? `ANY (${place})` : place}`
  })
  return { sql: parts.length === 0 ? 'true' : parts.join(' AND '), values }
}

function defaultOf({ default: value, defaultSql }: ColumnOptions | TableColumnChange): string[] {
  if (defaultSql !== undefined) return [defaultSql]
  return value === undefined ? [] : [quoteLiteral(value)]
}
