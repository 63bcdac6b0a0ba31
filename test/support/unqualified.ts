import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query'

/** What of a statement PostgreSQL would look up through the search_path. */
export interface Unqualified {
  /** `operator =`, `function count`, `IN`. */
  what: string
  /** The statement's text, or as much of it as shows where it is. */
  statement: string
}

/**
 * Everything in these statements that PostgreSQL resolves through the search_path: operators, functions,
 * types, collations, operator classes and relations without a schema, functions and operators of another
 * schema than pg_catalog, and the syntax that stands for an operator (IN, BETWEEN, LIKE, NULLIF,
 * IS DISTINCT FROM, CASE x WHEN, JOIN USING).
 *
 * @param isForeign says of a statement's text that it is somebody else's
 * @see https://www.postgresql.org/docs/current/typeconv.html
 */
export async function findUnqualified(
  sql: string,
  isForeign: (statement: string) => boolean = () => false,
): Promise<Unqualified[]> {
  if (sql.trim() === '') return []
  await loadModule()
  const bytes = Buffer.from(sql)
  const found: Unqualified[] = []
  for (const { stmt, stmt_location: start = 0, stmt_len: length } of parseSync(sql).stmts ?? []) {
    const end = length === undefined ? bytes.length : start + length
    const statement = bytes.subarray(start, end).toString().trim()
    if (isForeign(statement)) continue
    const walk = new Walk()
    walk.visit(stmt as unknown as Json, undefined)
    found.push(...walk.problems.map((what) => ({ what, statement })))
  }
  return found
}

type Json = null | string | number | boolean | readonly Json[] | Node
interface Node {
  readonly [key: string]: Json
}

/** Syntax that the parser turns into an operator of that name, found through the search_path. */
const hiddenOperators: Readonly<Record<string, string>> = {
  AEXPR_IN: 'IN',
  AEXPR_LIKE: 'LIKE',
  AEXPR_ILIKE: 'ILIKE',
  AEXPR_SIMILAR: 'SIMILAR TO',
  AEXPR_BETWEEN: 'BETWEEN',
  AEXPR_NOT_BETWEEN: 'BETWEEN',
  AEXPR_BETWEEN_SYM: 'BETWEEN',
  AEXPR_NOT_BETWEEN_SYM: 'BETWEEN',
  AEXPR_NULLIF: 'NULLIF',
  AEXPR_DISTINCT: 'IS DISTINCT FROM',
  AEXPR_NOT_DISTINCT: 'IS DISTINCT FROM',
}

/** Objects that DROP, COMMENT and ALTER … RENAME name by a list of names, and that a schema holds. */
const inSchema =
  /^OBJECT_(?:TABLE|INDEX|SEQUENCE|VIEW|MATVIEW|FOREIGN_TABLE|TYPE|DOMAIN|FUNCTION|PROCEDURE|AGGREGATE|OPERATOR|COLLATION)$/

class Walk {
  readonly problems: string[] = []
  private readonly queries = new Set<string>()

  visit(value: Json, key: string | undefined): void {
    if (Array.isArray(value)) return value.forEach((one: Json) => this.visit(one, undefined))
    if (value === null || typeof value !== 'object') return
    const node = value as Node
    if (node.withClause) this.remember(node.withClause as Node)
    this.judge(key, node)
    for (const [name, child] of Object.entries(node)) this.visit(child, name)
  }

  /** The names that WITH gives are no relations. */
  private remember({ ctes }: Node): void {
    for (const { CommonTableExpr } of ctes as readonly Record<string, { ctename: string }>[]) {
      this.queries.add(CommonTableExpr!.ctename)
    }
  }

  private judge(key: string | undefined, node: Node): void {
    if (key === 'A_Expr') this.operator(node)
    else if (key === 'SubLink') this.subLink(node)
    else if (key === 'CaseExpr') this.when(node.arg !== undefined, 'CASE x WHEN')
    else if (key === 'JoinExpr') this.join(node)
    else if (key === 'FuncCall') this.inCatalog('function', namesOf(node.funcname))
    else if (key === 'SortBy') this.sortBy(node)
    else if (key === 'IndexElem' && node.opclass) this.inCatalog('class', namesOf(node.opclass))
    else if (key === 'DropStmt') this.drop(node)
    else if (key === 'TypeCast') this.nameInText(node)
    if ('typemod' in node && 'names' in node) this.type(namesOf(node.names))
    if ('collname' in node) this.inCatalog('collation', namesOf(node.collname))
    if ('relname' in node && 'relpersistence' in node) this.relation(node)
  }

  private operator({ kind, name }: Node): void {
    const hidden = hiddenOperators[kind as string]
    if (hidden) this.problems.push(hidden)
    else this.inCatalog('operator', namesOf(name))
  }

  private subLink({ subLinkType, operName }: Node): void {
    if (!['ANY_SUBLINK', 'ALL_SUBLINK'].includes(subLinkType as string)) return
    if (operName) this.inCatalog('operator', namesOf(operName))
    else this.problems.push('IN (SELECT)')
  }

  private join({ usingClause, isNatural }: Node): void {
    this.when(usingClause !== undefined, 'JOIN USING')
    this.when(isNatural === true, 'NATURAL JOIN')
  }

  private sortBy({ useOp }: Node): void {
    if (useOp) this.inCatalog('operator', namesOf(useOp))
  }

  private relation(node: Node): void {
    const { schemaname, relname } = node as { schemaname?: string; relname: string }
    if (schemaname !== undefined || this.queries.has(relname)) return
    this.problems.push(`relation ${relname}`)
  }

  private drop({ removeType, objects }: Node): void {
    if (!inSchema.test(removeType as string)) return
    for (const { List } of objects as readonly Record<string, { items: Json }>[]) {
      const names = List ? namesOf(List.items) : []
      this.when(List !== undefined && names.length < 2, `name ${names.join('.')}`)
    }
  }

  /** `'pg_class'::regclass` looks the name up when it runs. */
  private nameInText({ arg, typeName }: Node): void {
    const type = namesOf((typeName as Node).names).at(-1) ?? ''
    const text = (arg as { A_Const?: { sval?: { sval?: string } } } | undefined)?.A_Const?.sval
      ?.sval
    const looksUp = /^reg(?:class|type|proc|procedure|oper|operator|config|collation)$/.test(type)
    this.when(looksUp && text !== undefined && !text.includes('.'), `'${text}'::${type}`)
  }

  /** A type of the script's, or of the table at hand, may be in any schema, as long as it is named. */
  private type(names: readonly string[]): void {
    this.when(names.length < 2, `type ${names.join('.')}`)
  }

  private inCatalog(kind: string, names: readonly string[]): void {
    const isOurs = names.length === 2 && names[0] === 'pg_catalog'
    this.when(!isOurs, `${kind} ${names.join('.')}`)
  }

  private when(found: boolean, what: string): void {
    if (found) this.problems.push(what)
  }
}

function namesOf(list: Json | undefined): string[] {
  const names = (list ?? []) as readonly { String?: { sval?: string } }[]
  return names.map((one) => one.String?.sval ?? '')
}

/** The same in the statements and expressions of a DO block. */
export async function findUnqualifiedInBlock(block: string): Promise<Unqualified[]> {
  await loadModule()
  const found: Unqualified[] = []
  for (const { query, parseMode } of expressionsIn(parsePlPgSQLSync(block) as unknown as Json)) {
    const expression = parseMode === 3 ? query.replace(/^[^:]*:=/, '') : query
    found.push(...(await findUnqualified(parseMode === 0 ? query : `SELECT ${expression}`)))
  }
  return found
}

interface Expression {
  query: string
  /** 0: a statement; 2: an expression; 3: an assignment. */
  parseMode: number
}

function expressionsIn(value: Json): Expression[] {
  if (Array.isArray(value)) return value.flatMap((one: Json) => expressionsIn(one))
  if (value === null || typeof value !== 'object') return []
  const { PLpgSQL_expr: own } = value as { PLpgSQL_expr?: Partial<Expression> }
  if (own) return [{ query: own.query ?? '', parseMode: own.parseMode ?? 0 }]
  return Object.values(value as Node).flatMap(expressionsIn)
}
