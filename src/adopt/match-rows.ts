import { basename, dirname } from 'node:path'
import { isAfter } from '../script/revision'
import type { Script } from '../script/script'
import { withoutZeros, type AdoptedRow, type AdoptedRows } from './adopted-rows'

/** Which scripts another tool has applied. */
export interface Matched {
  scripts: readonly Script[]
  /** Rows that are no script here. */
  unknown: readonly AdoptedRow[]
}

/**
 * Finds the script of each row: by its whole name, else by its number where only one script has that.
 * Of a table that holds the newest version alone, every script up to it. Pure.
 */
export function matchRows(scripts: readonly Script[], { rows, upTo }: AdoptedRows): Matched {
  if (upTo) return matchUpTo(scripts, rows)
  const left = new Set(scripts.filter(({ repeatable }) => !repeatable))
  const byName = new Map<AdoptedRow, Script>()
  for (const row of rows) {
    const script = [...left].find((one) => namesOf(one).includes(row.name))
    if (!script) continue
    byName.set(row, script)
    left.delete(script)
  }
  const unknown: AdoptedRow[] = []
  for (const row of rows) {
    if (byName.has(row)) continue
    const [script, other] = [...left].filter((one) => isNumbered(one, row.stamp))
    if (script && !other) {
      byName.set(row, script)
      left.delete(script)
    } else unknown.push(row)
  }
  return { scripts: [...byName.values()], unknown }
}

function matchUpTo(scripts: readonly Script[], rows: readonly AdoptedRow[]): Matched {
  const stamp = rows.at(-1)?.stamp
  if (stamp === undefined) return { scripts: [], unknown: rows }
  const newest = scripts.find((one) => isNumbered(one, stamp))
  if (!newest) return { scripts: [], unknown: rows }
  const done = scripts.filter(
    ({ revision, repeatable }) => !repeatable && !isAfter(revision, newest.revision),
  )
  return { scripts: done, unknown: [] }
}

/** Everything that a tool may call a script. */
function namesOf({ file, migration, byName, uuid }: Script): string[] {
  const name = basename(file)
  const stem = name.replace(/(?:\.(?:up|down))?\.\w+$/, '')
  const compiled = [`${stem}.js`, `${stem}.ts`]
  const names = [uuid, migration, byName?.name, name, stem, ...compiled, basename(dirname(file))]
  return names.filter((one) => one !== undefined)
}

function isNumbered({ revision, byName, file }: Script, stamp: string | undefined): boolean {
  if (stamp === undefined) return false
  const numbers = [byName?.stamp ?? revision, ...numberOf(basename(file), basename(dirname(file)))]
  return numbers.includes(stamp)
}

/** The number that the file's name begins with, else that of its folder: what 0 was before it became 1. */
function numberOf(name: string, folder: string): string[] {
  const digits = /^\d+/.exec(name)?.[0] ?? /^\d[\d-]*(?=_)/.exec(folder)?.[0].replaceAll('-', '')
  return digits === undefined ? [] : [withoutZeros(digits)]
}
