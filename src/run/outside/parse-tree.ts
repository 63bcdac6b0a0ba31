import { quoteIdentifier } from '../../database/sql/quote'

/** What settling reads of libpg-query's trees; it leaves out what is false or empty. */
export interface RangeVar {
  catalogname?: string
  schemaname?: string
  relname: string
  /** `t` for a temporary one. */
  relpersistence?: string
  /** Offset in bytes. */
  location?: number
}

export interface IndexStatement {
  idxname?: string
  relation: RangeVar
  unique?: boolean
  concurrent?: boolean
  if_not_exists?: boolean
}

export interface DropStatement {
  removeType?: string
  concurrent?: boolean
  objects?: { List?: { items?: StringNode[] } }[]
}

export interface AlterTableStatement {
  relation: RangeVar
  cmds?: { AlterTableCmd?: AlterTableCommand }[]
}

export interface AlterTableCommand {
  subtype?: string
  name?: string
  def?: {
    Constraint?: { conname?: string; skip_validation?: boolean }
    ColumnDef?: { colname?: string }
    PartitionCmd?: { name?: RangeVar; concurrent?: boolean }
  }
}

/** The names in statements that create something; each kind has some of them. */
export interface CreateStatement {
  relation?: RangeVar
  into?: { rel?: RangeVar }
  view?: RangeVar
  sequence?: RangeVar
  schemaname?: string
  idxname?: string
  typeName?: StringNode[]
}

export interface EnumStatement {
  typeName?: StringNode[]
  oldVal?: string
  newVal?: string
}

export interface ReindexStatement {
  kind?: string
  name?: string
  relation?: RangeVar
  params?: { DefElem?: { defname?: string } }[]
}

export interface SubscriptionStatement {
  kind?: string
  subname?: string
  publication?: StringNode[]
}

/** Those of which only a name counts. */
export interface NamedStatement {
  extname?: string
  dbname?: string
  tablespacename?: string
  kind?: string
  gid?: string
}

export interface StringNode {
  String?: { sval?: string }
}

export function textsOf(nodes: readonly StringNode[] = []): string[] {
  return nodes.map((node) => node.String?.sval ?? '')
}

/** The name as SQL, with its schema where the statement names one. */
export function nameOf({ schemaname, relname }: RangeVar): string {
  return schemaname === undefined ? quoteIdentifier(relname) : quoteIdentifier(schemaname, relname)
}
