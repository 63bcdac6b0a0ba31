import type { TransactionKind } from './lexed'

/** What a statement does to the transaction around it, by its first words. */
export function transactionKind(words: readonly string[]): TransactionKind | undefined {
  const [first, second, third] = words
  switch (first) {
    case 'BEGIN':
      return 'begin'
    case 'START':
      return second === 'TRANSACTION' ? 'begin' : undefined
    case 'COMMIT':
    case 'END':
      return second === 'PREPARED' ? 'prepared' : 'commit'
    case 'ROLLBACK':
    case 'ABORT':
      if (second === 'PREPARED') return 'prepared'
      return second === 'TO' || third === 'TO' ? 'savepoint' : 'rollback'
    case 'SAVEPOINT':
    case 'RELEASE':
      return 'savepoint'
    case 'PREPARE':
      return second === 'TRANSACTION' && third !== 'AS' ? 'prepare' : undefined
    default:
      return undefined
  }
}
