import type { ParsedStatement } from './parse-statement'

/** Only the fields that decide; libpg-query leaves out what is false or empty. */
interface Option {
  DefElem?: { defname?: string; arg?: object }
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Says what a statement is when PostgreSQL refuses it in a transaction, from its syntax tree. The list
 * is that of the callers of `PreventInTransactionBlock` in PostgreSQL 18.
 *
 * @param slotless names the subscriptions that were parted from their slots before: dropping those
 * touches no other server, so it is allowed.
 */
export function refusedBySyntax(
  node: ParsedStatement,
  slotless: ReadonlySet<string>,
): string | undefined {
  const [type, fields] = Object.entries(node)[0] as [string, Fields]
  switch (type) {
    case 'IndexStmt':
      return fields.concurrent ? 'CREATE INDEX CONCURRENTLY' : undefined
    case 'DropStmt':
      return fields.concurrent ? 'DROP INDEX CONCURRENTLY' : undefined
    case 'ReindexStmt':
      return refusedReindex(fields)
    case 'VacuumStmt':
      return fields.is_vacuumcmd ? 'VACUUM' : undefined
    case 'ClusterStmt':
      return fields.relation ? undefined : 'CLUSTER'
    case 'AlterDatabaseStmt':
      return option(fields, 'tablespace') ? 'ALTER DATABASE … SET TABLESPACE' : undefined
    case 'AlterTableStmt':
      return detachesConcurrently(fields)
        ? 'ALTER TABLE … DETACH PARTITION … CONCURRENTLY'
        : undefined
    case 'CreateSubscriptionStmt':
      return makesSlot(fields) ? 'CREATE SUBSCRIPTION' : undefined
    case 'AlterSubscriptionStmt':
      return refusedSubscriptionChange(fields)
    case 'DropSubscriptionStmt':
      return slotless.has(String(fields.subname)) ? undefined : 'DROP SUBSCRIPTION'
    case 'DiscardStmt':
      return fields.target === 'DISCARD_ALL' ? 'DISCARD ALL' : undefined
    case 'TransactionStmt':
      return refusedTransaction(fields)
    default:
      return always[type]
  }
}

const always: Readonly<Record<string, string>> = {
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
}

/** The subscription that `ALTER SUBSCRIPTION … SET (slot_name = NONE)` parts from its slot. */
export function slotlessSubscription(node: ParsedStatement): string | undefined {
  const [type, fields] = Object.entries(node)[0] as [string, Fields]
  if (type !== 'AlterSubscriptionStmt') return undefined
  const slot = option(fields, 'slot_name')
  return slot && valueOf(slot).toLowerCase() === 'none' ? String(fields.subname) : undefined
}

function option(fields: Fields, name: string, list = 'options'): Option['DefElem'] {
  const options = (fields[list] ?? []) as readonly Option[]
  return options.find(({ DefElem }) => DefElem?.defname === name)?.DefElem
}

/** A string, a number, or a word, which the parser takes for the name of a type; bare means true. */
function valueOf({ arg }: NonNullable<Option['DefElem']>): string {
  if (!arg) return 'true'
  const {
    String: text,
    Integer: number,
    Boolean: flag,
    TypeName: word,
  } = arg as {
    String?: { sval?: string }
    Integer?: { ival?: number }
    Boolean?: { boolval?: boolean }
    TypeName?: { names?: readonly { String?: { sval?: string } }[] }
  }
  if (text) return text.sval ?? ''
  if (number) return String(number.ival ?? 0)
  if (flag) return String(flag.boolval ?? false)
  return word?.names?.at(-1)?.String?.sval ?? ''
}

function isOn(fields: Fields, name: string, absent: boolean, list?: string): boolean {
  const found = option(fields, name, list)
  return found ? !/^(?:false|off|0)$/i.test(valueOf(found)) : absent
}

function refusedReindex(fields: Fields): string | undefined {
  const kind = String(fields.kind).replace('REINDEX_OBJECT_', '')
  if (isOn(fields, 'concurrently', false, 'params')) return `REINDEX ${kind} CONCURRENTLY`
  return kind === 'INDEX' || kind === 'TABLE' ? undefined : `REINDEX ${kind}`
}

function detachesConcurrently({ cmds = [] }: Fields): boolean {
  const commands = cmds as readonly {
    AlterTableCmd?: { def?: { PartitionCmd?: { concurrent?: boolean } } }
  }[]
  return commands.some(({ AlterTableCmd }) => AlterTableCmd?.def?.PartitionCmd?.concurrent === true)
}

function makesSlot(fields: Fields): boolean {
  return isOn(fields, 'create_slot', isOn(fields, 'connect', true))
}

function refusedSubscriptionChange(fields: Fields): string | undefined {
  const kind = String(fields.kind).replace('ALTER_SUBSCRIPTION_', '')
  if (kind === 'REFRESH') return 'ALTER SUBSCRIPTION … REFRESH'
  if (kind.endsWith('_PUBLICATION')) {
    return isOn(fields, 'refresh', true) ? 'ALTER SUBSCRIPTION with refresh' : undefined
  }
  const remote = ['failover', 'two_phase'].find((name) => option(fields, name))
  return kind === 'OPTIONS' && remote ? `ALTER SUBSCRIPTION … SET (${remote})` : undefined
}

function refusedTransaction({ kind }: Fields): string | undefined {
  if (kind === 'TRANS_STMT_COMMIT_PREPARED') return 'COMMIT PREPARED'
  return kind === 'TRANS_STMT_ROLLBACK_PREPARED' ? 'ROLLBACK PREPARED' : undefined
}
