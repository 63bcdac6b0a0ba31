import { describe, shown } from '../../catalog/object-names'
import type { ColumnId } from '../../catalog/facts'
import type { ConversionEffect, WrittenEffect } from '../model/effect'
import { pathOf } from '../model/option-values'

/** The lines above a statement, without `--`: one for each effect. */
export function commentsOf({ effects }: { effects: readonly WrittenEffect[] }): string[] {
  return effects.map(sentenceOf)
}

/** An effect in a full sentence. */
export function sentenceOf(effect: WrittenEffect): string {
  switch (effect.kind) {
    case 'drops':
      return `Drops ${describe(effect.object)}${endings[effect.with]}.`
    case 'makes again':
      return `Makes ${describe(effect.column)} again, which is computed.`
    case 'computes from now on':
      return `Drops the values of ${describe(effect.column)}: they are computed from now on.`
    case 'converts':
      return converts(effect)
    case 'moves':
      return `Moves ${effect.from.map(pathOf).join(', ')} to ${shown(effect.into)}.`
    case 'drops moved':
      return `Drops column ${pathOf(effect.column)}, whose values are in ${shown(effect.into)} now.`
    case 'cannot restore':
      return 'The old values cannot be restored.'
    case 'fails on any row':
      return 'Fails where the table has rows.'
    case 'fails unless none':
      return `Fails unless this is 0: ${effect.query}`
    case 'fails on value':
      return `Fails while a row has '${effect.value}'.`
    case 'replaces value':
      return `Rows with '${effect.value}' get '${effect.by}': which they were is lost.`
    case 'keeps references':
      return `What refers to ${tableAndName(effect.column)} gets the same new values.`
    case 'restores keys':
      return `Rows for the keys that ${effect.table} still holds; their other values are lost.`
    case 'follows TypeORM':
      return 'What TypeORM remembers of views and generated columns.'
    case 'works in batches':
      return 'In batches, each committed by itself. Stopped and run again, it goes on with the rest.'
    case 'works under a lock':
      return worksUnderLock(effect)
    case 'gets a twin': {
      const { column, twin, type } = effect
      return `${tableAndName(column)} becomes ${type} by a second column, ${twin}: kept in step, filled, and then swapped.`
    }
    case 'fails on equal values':
      return 'Fails where two rows have the same values.'
    default:
      return conversion(effect)
  }
}

function worksUnderLock(effect: Extract<WrittenEffect, { kind: 'works under a lock' }>): string {
  const { does, lock, online, why } = effect
  const table = shown(effect.table)
  const work = { rewrites: `Rewrites ${table}`, reads: `Reads all of ${table}`, 'builds an index': `Builds an index of ${table}` }[does] // oxfmt-ignore
  const stopped = lock === 'ACCESS EXCLUSIVE' ? 'reads or writes' : 'writes'
  const reason =
    why === undefined ? 'It has no online form' : `No second column can replace it: ${why}`
  const more = online ? ` ${reason}.` : ''
  return `${work} under ${lock}: nobody ${stopped} it meanwhile.${more}`
}

const endings = {
  rows: ' with all its rows',
  values: ' with its values',
  'computed values': ', which is computed',
  'nothing else': '',
} as const

function tableAndName({ table, name }: ColumnId): string {
  return `${table}.${name}`
}

function converts({ column, from, to, how }: Extract<WrittenEffect, { kind: 'converts' }>): string {
  const what = `${pathOf(column)} from ${from} to ${to}`
  if (how === undefined) return `Converts ${what} by an expression, which may lose values.`
  return typeof how === 'number'
    ? `Cuts ${what}: ${cutOff(how)}.`
    : `Converts ${what}. ${conversion(how)}`
}

/** What is lost where texts are cut after so many characters. */
export function cutOff(size: number): string {
  return `what is longer than ${size} characters is lost`
}

function conversion(effect: ConversionEffect): string {
  switch (effect.kind) {
    case 'raises on digits':
      return `Raises where a value has too many digits${effect.rounds ? '; rounds the others' : ''}.`
    case 'raises on length':
      return `Raises where a value has more than ${effect.size} ${effect.unit}.`
    case 'raises out of range':
      return `Raises where a value is out of the range of ${effect.type}.`
    case 'raises on other text': {
      const thing = effect.isEnum ? `no value of ${effect.type}` : `no ${effect.type}`
      return `Raises on a text that is ${thing}.`
    }
    case 'raises on lost value':
      return `Raises on a value that ${effect.enum} lacks.`
    case 'rounds':
      return effect.to === undefined ? 'Rounds.' : `Rounds to ${effect.to}.`
    case 'loses':
      return `Loses ${effect.what}.`
  }
}
