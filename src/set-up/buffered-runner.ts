import type { QueryRunner, Table, TableColumn } from 'typeorm'

/** What TypeORM's PostgreSQL runner has besides its interface. */
interface SchemaRunner extends QueryRunner {
  driver: { parseTableName(table: Table): { schema?: string } }
  executeQueries(up: Statement | Statement[], down: Statement | Statement[]): Promise<void>
  hasEnumType(table: Table, column: TableColumn): Promise<boolean>
  buildEnumName(table: Table, column: TableColumn, schema?: boolean, plain?: boolean): string
  getCurrentSchema(): Promise<string>
}

interface Statement {
  query: string
  parameters?: readonly unknown[]
}

/** Few enough that the server is at work on a message while TypeORM makes up the next. */
const most = 64

const allTypes = `SELECT n.nspname AS schema, t.typname AS name FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace`

/**
 * The runner with its schema statements sent together: TypeORM waits for each of the thousands that a
 * large schema takes, and asks for each enum whether it is there. Whatever else is asked comes after what
 * was said before it, so that order and answers are the same. A statement that fails is reported by the
 * next question, or by COMMIT, as part of its message.
 * @param waiting called when the first message is on its way
 */
export function buffered(runner: QueryRunner, waiting?: () => void): QueryRunner {
  const own = runner as SchemaRunner
  const original = {
    query: own.query.bind(own) as (text: string, ...rest: unknown[]) => Promise<unknown>,
    executeQueries: own.executeQueries.bind(own),
    hasEnumType: own.hasEnumType.bind(own),
  }
  const messages = new Messages(original.query, waiting)
  const types = new KnownTypes(own)
  const query = async (text: string, ...rest: unknown[]) => {
    await messages.settle()
    return original.query(text, ...rest)
  }
  return Object.assign(own, {
    query: query as SchemaRunner['query'],
    async executeQueries(up: Statement | Statement[], down: Statement | Statement[]) {
      const statements = [up].flat()
      types.note(statements)
      if (statements.some(({ parameters }) => parameters !== undefined))
        return original.executeQueries(up, down)
      messages.add(statements)
    },
    async hasEnumType(table: Table, column: TableColumn) {
      return (await types.has(table, column)) ?? original.hasEnumType(table, column)
    },
  })
}

/** Statements on their way, one message after the other. */
class Messages {
  private open: string[] = []
  private sent: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly send: (text: string) => Promise<unknown>,
    private waiting: (() => void) | undefined,
  ) {}

  add(statements: readonly Statement[]): void {
    this.open.push(...statements.map(({ query }) => query))
    if (this.open.length >= most) this.flush()
  }

  /** @throws what the server said to any of them; once, so that ROLLBACK can follow */
  async settle(): Promise<void> {
    this.flush()
    const { sent } = this
    this.sent = Promise.resolve()
    await sent
  }

  private flush(): void {
    const { open } = this
    if (open.length === 0) return
    this.open = []
    // a line of its own, since an expression may end in a comment
    this.sent = this.sent.then(() => this.send(open.join('\n;\n')))
    this.sent.catch(() => undefined)
    this.waiting?.()
    this.waiting = undefined
  }
}

const creates = 'CREATE TYPE '

/** Which enums there are, by what was there at first and what was said since. */
class KnownTypes {
  private readonly made = new Set<string>()
  private there: Promise<ReadonlySet<string>> | undefined
  private surprised = false

  constructor(private readonly runner: SchemaRunner) {}

  note(statements: readonly Statement[]): void {
    for (const { query } of statements) {
      if (query.startsWith(creates)) this.made.add(query.slice(creates.length).split(' AS ')[0]!)
      else if (/^(?:DROP|ALTER) TYPE /.test(query)) this.surprised = true
    }
  }

  /** @returns undefined where only the server knows */
  async has(table: Table, column: TableColumn): Promise<boolean | undefined> {
    if (this.surprised) return undefined
    const { runner } = this
    if (this.made.has(runner.buildEnumName(table, column))) return true
    const schema = runner.driver.parseTableName(table).schema ?? (await runner.getCurrentSchema())
    const there = await (this.there ??= this.read())
    return there.has(JSON.stringify([schema, runner.buildEnumName(table, column, false, true)]))
  }

  private async read(): Promise<ReadonlySet<string>> {
    const rows = (await this.runner.query(allTypes)) as { schema: string; name: string }[]
    return new Set(rows.map(({ schema, name }) => JSON.stringify([schema, name])))
  }
}
