import { openDatabase } from '../database/open'
import { eq, ne } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import type { Step } from '../plan/plan'
import { lex } from '../script/lexer/lexer'
import { parseStatement, type ParsedStatement } from '../script/parser/parse-statement'
import type { Settings } from '../settings/value/setting-types'

/** What a statement drops. */
interface Dropped {
  /** As `to_regclass` or `to_regtype` takes it. */
  name: string
  column?: string
  isType?: true
}

/**
 * What else in the database depends on the tables, columns, views, sequences and types that the SQL of
 * these steps drops, as PostgreSQL's catalog describes it: `view report`, `constraint … on table …`.
 * Reads only; steps without SQL show nothing.
 */
export async function dependentsOf(settings: Settings, steps: readonly Step[]): Promise<string[]> {
  const texts = steps.flatMap(({ script, direction, journalSql }) => {
    const part = direction === 'up' ? script?.upgrade : script?.downgrade
    return journalSql ?? part?.text ?? []
  })
  const dropped = (await Promise.all(texts.map(droppedBy))).flat()
  if (dropped.length === 0) return []
  const database = await openDatabase(settings)
  try {
    const session = await database.open('read')
    try {
      const found: string[] = []
      for (const one of dropped) {
        const rows = await session.query<{ what: string }>(questionFor(one))
        found.push(...rows.map(({ what }) => what.replace(/^rule \S+ on /, '')))
      }
      return [...new Set(found)]
    } finally {
      await session.close()
    }
  } finally {
    await database.close()
  }
}

function questionFor({ name, column, isType }: Dropped): string {
  const [finder, catalog] = isType ? ['to_regtype', 'pg_type'] : ['to_regclass', 'pg_class']
  const of =
    column === undefined
      ? 'true'
      : `d.refobjsubid ${eq} (SELECT a.attnum FROM pg_catalog.pg_attribute AS a WHERE a.attrelid ${eq} d.refobjid AND a.attname ${eq} ${quoteLiteral(column)})`
  return `SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS what
    FROM pg_catalog.pg_depend AS d LEFT JOIN pg_catalog.pg_constraint AS c
         ON d.classid ${eq} 'pg_catalog.pg_constraint'::pg_catalog.regclass AND c.oid ${eq} d.objid
   WHERE d.refclassid ${eq} 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.deptype ${eq} 'n'
     AND d.refobjid ${eq} pg_catalog.${finder}(${quoteLiteral(name)})::pg_catalog.oid
     AND (c.oid IS NULL OR c.conrelid ${ne} d.refobjid) AND ${of}
   ORDER BY 1`
}

async function droppedBy(text: string): Promise<Dropped[]> {
  const { statements } = lex(text)
  const dropping = statements.filter(({ words }) => ['DROP', 'ALTER'].includes(words[0] ?? ''))
  const trees = await Promise.all(
    dropping.map(({ start, end }) => parseStatement(text.slice(start, end))),
  )
  return trees.flatMap((tree) => (tree ? droppedIn(tree) : []))
}

interface DropTree {
  removeType?: string
  objects?: readonly { List?: { items: Names }; TypeName?: { names: Names } }[]
}

interface AlterTree {
  relation?: { schemaname?: string; relname: string }
  cmds?: readonly { AlterTableCmd?: { subtype?: string; name?: string } }[]
}

type Names = readonly { String?: { sval?: string } }[]

const relations = /^OBJECT_(?:TABLE|VIEW|MATVIEW|SEQUENCE|FOREIGN_TABLE)$/

function droppedIn(tree: ParsedStatement): Dropped[] {
  const { removeType = '', objects = [] } = (tree['DropStmt'] ?? {}) as DropTree
  if (relations.test(removeType))
    return objects.flatMap(({ List }) => (List ? [{ name: nameOf(List.items) }] : []))
  if (removeType === 'OBJECT_TYPE' || removeType === 'OBJECT_DOMAIN') {
    return objects.flatMap(({ TypeName }) =>
      TypeName ? [{ name: nameOf(TypeName.names), isType: true as const }] : [],
    )
  }
  const { relation, cmds = [] } = (tree['AlterTableStmt'] ?? {}) as AlterTree
  if (!relation) return []
  const { schemaname, relname } = relation
  const name = schemaname ? quoteIdentifier(schemaname, relname) : quoteIdentifier(relname)
  return cmds.flatMap(({ AlterTableCmd: one }) =>
    one?.subtype === 'AT_DropColumn' && one.name ? [{ name, column: one.name }] : [],
  )
}

function nameOf(names: Names): string {
  return names.map(({ String: text }) => quoteIdentifier(text?.sval ?? '')).join('.')
}
