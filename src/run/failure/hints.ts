import type { DatabaseError } from 'pg'

/** What failed, since each has another way to leave the transaction. */
export type FailedForm = 'sql' | 'module' | 'schema'

/** Where a statement failed, as far as the hint depends on it. */
export interface HintPlace {
  form: FailedForm
  /** `finish`: what typetrek itself sends after the script. */
  stage?: 'script' | 'finish' | undefined
  /** True for a script that runs outside a transaction of typetrek's. */
  outside?: boolean | undefined
}

/** What PostgreSQL's message leaves open. */
const hints: Readonly<Record<string, string>> = {
  '25P02': 'An earlier statement failed; look at that one first.',
  '53100': "The server's disk is full: make room, and run it again.",
  '55006': 'Put the change of data and the change of the table into two scripts.',
  '55P03': 'Something else holds the lock: run it again later, or give it a longer lock_timeout.',
  '57014': 'It was cancelled; raise statement_timeout if it needs longer.',
  '22012:finish':
    'The script rolled its own transaction back; remove its ROLLBACK, or put "-- migrate: no-transaction" at the top.',
  '25006:finish': 'The script made its transaction read-only, so it cannot be recorded.',
}

const leave = {
  sql: 'put "-- migrate: no-transaction" at the top of the script',
  module: 'write "export const transaction = false" in the script',
}

const isolationHint =
  'The journal entry is the first statement of the transaction: put "-- migrate: no-transaction" at the top, and BEGIN ISOLATION LEVEL … and COMMIT into the script.'

/** PostgreSQL's own hint, then typetrek's. Pure. */
export function hintFor(error: DatabaseError, place: HintPlace): string | undefined {
  const own = transactionHint(error, place) ?? otherHint(error, place)
  return error.hint && own ? `${error.hint} ${own}` : (error.hint ?? own)
}

/** The hint of a failure in the one transaction of a run; undefined where another transaction is no help. Pure. */
export function hintForAll(sqlstate: string | undefined, callers: boolean): string | undefined {
  if (!['25001', '2D000', '55P04'].includes(sqlstate ?? '')) return undefined
  if (callers) return 'The transaction is the caller’s: run it on a connection without one.'
  return sqlstate === '55P04'
    ? 'A new enum value can be used only after the transaction that adds it: add it in a script of its own, before this one, and run with --transaction each.'
    : `Run with --transaction each, and ${leave.sql}, or "export const transaction = false" in TypeScript.`
}

/** For what PostgreSQL refuses because of the transaction that it is in. */
function transactionHint(error: DatabaseError, { form, outside }: HintPlace): string | undefined {
  const { code, message, where } = error
  if (code === '25001' && message.startsWith('SET TRANSACTION')) return isolationHint
  if (form === 'schema' || outside) return insideHint(code, form)
  const way = leave[form]
  if (code === '25001' && where)
    return `PostgreSQL refuses this statement in a function or a DO block too: make it a statement of the script, and ${way}.`
  if (code === '25001') return `PostgreSQL refuses this statement in a transaction: ${way}.`
  if (code === '2D000') return `The block ends its own transaction: ${way}.`
  if (code !== '55P04') return undefined
  return `A new enum value can be used only after its transaction: add it in a script of its own, before this one, or ${way}.`
}

/** Where the script has left the transaction already, or, as the canonical schema, cannot. */
function insideHint(code: string | undefined, form: FailedForm): string | undefined {
  if (code === '55P04') {
    return form === 'schema'
      ? 'Give the type all its values where it is created.'
      : 'A new enum value can be used only after its transaction: COMMIT before this statement.'
  }
  if (form === 'schema') return undefined
  if (code === '25001') return 'Move it out of BEGIN … COMMIT, and out of functions and DO blocks.'
  if (code !== '2D000') return undefined
  return 'Only a procedure or DO block that is called by itself may end the transaction: not between BEGIN and COMMIT, not in a function, and not in a block with EXCEPTION.'
}

function otherHint({ code, message }: DatabaseError, { stage }: HintPlace): string | undefined {
  if (code === '57014' && !message.includes('statement timeout')) return undefined
  return (stage && hints[`${code}:${stage}`]) || hints[code ?? '']
}
