import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'

/** typetrek's own part of a transaction that the caller has open. */
export interface CallersPart {
  /** True once it was taken back, and with it every setting that was made in it. */
  undone: boolean
  /** Makes it a part of the caller's transaction. */
  keep(): Promise<void>
  /** Takes it back; the caller's transaction is then what it was, and usable. */
  undo(): Promise<void>
}

const name = '"typetrek run"'

/** Sets a savepoint in the transaction that the caller has open; does nothing where there is none. */
export async function enterCallersTransaction(work: Session): Promise<CallersPart> {
  const send = async (...texts: string[]) => {
    if (!work.inCallersTransaction || work.lost) return
    const { error } = await work.send(texts.join(';\n'))
    if (error) throw error
  }
  await send(`SAVEPOINT ${name}`)
  const part: CallersPart = {
    undone: false,
    keep: () => send(`RELEASE SAVEPOINT ${name}`),
    async undo() {
      await work.quiet()
      await send(`ROLLBACK TO SAVEPOINT ${name}`, `RELEASE SAVEPOINT ${name}`)
      part.undone = work.inCallersTransaction
    },
  }
  return part
}

/** A set-up commits by itself. */
export function setUpInTransaction(): MigrationError {
  return new MigrationError(
    'TRANSACTION_MODE',
    'the set-up cannot run inside the transaction that the caller has open',
    { hint: 'Commit it before, or give a connection without one, a Pool or a DataSource.' },
  )
}
