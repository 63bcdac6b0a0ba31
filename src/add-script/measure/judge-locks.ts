import type { SeenScript, SeenStatement } from './lock-trace'

/** What was seen of the scripts of a change. */
export interface LockReport {
  /** How many rows each of the tables had. */
  rows: number
  tables: readonly string[]
  /** Tables that the scripts are about and that took no more rows. */
  few: readonly string[]
  /** The upgrades, in the order of the scripts. */
  scripts: readonly SeenScript[]
  /** The downgrades, of which those that the rows do not let run are absent. */
  downgrades: readonly SeenScript[]
}

/** How long ACCESS EXCLUSIVE may be held where no line announces it, in milliseconds. */
const longestLock = 100

/** What breaks the rules whatever the machine: a rewrite or a scan under a lock that no line announces. Pure. */
export function unannouncedWork({ scripts, downgrades }: LockReport): string[] {
  const all = [...scripts, ...downgrades].flatMap(({ transactions }) => transactions)
  return all.flatMap(({ statements }) => statements.flatMap(faultsOf))
}

function faultsOf({ sql, announced, worked }: SeenStatement): string[] {
  return worked
    .filter(({ table, ancestors }) =>
      [table, ...ancestors].every((one) => !announced.includes(plain(one))),
    )
    .map(({ table, mode, does }) => {
      const what = does === 'rewrites' ? 'writes all of' : 'reads all of'
      return `A statement ${what} ${table} under ${mode} and no line says so: ${firstLine(sql)}.`
    })
}

function plain(table: string): string {
  return table.replaceAll('"', '')
}

/** What held ACCESS EXCLUSIVE too long; without work of its own, that is a busy machine's doing. Pure. */
export function longLocks({ scripts, downgrades }: LockReport): string[] {
  const all = [...scripts, ...downgrades].flatMap(({ transactions }) => transactions)
  return all
    .filter(({ statements, held }) => held > longestLock && !isAnnounced(statements))
    .map(({ statements: [first], held }) => {
      const time = `${Math.round(held)} ms`
      const statement = firstLine(first?.sql ?? '')
      return `ACCESS EXCLUSIVE was held for ${time}, though nothing was rewritten or read under it, as on a busy machine: ${statement}.`
    })
}

function isAnnounced(statements: readonly SeenStatement[]): boolean {
  return statements.some(({ announced }) => announced.length > 0)
}

function firstLine(text: string): string {
  return text.slice(0, text.search(/$/m))
}

/** The lines of a script's header about its locks; at most two. Pure. */
export function lockLines({ rows, tables, few, scripts }: LockReport, part: number): string[] {
  const seen = scripts[part]
  if (!seen || tables.length === 0) return []
  const held = Math.max(0, ...seen.transactions.map((one) => one.held))
  const lock = held === 0 ? 'no ACCESS EXCLUSIVE was seen' : `ACCESS EXCLUSIVE for ${ms(held)}`
  const where = `${rows.toLocaleString('en')} rows in ${tables.join(', ')}`
  const others =
    few.length > 0 ? [`Measured with few rows, since no more fit: ${few.join(', ')}.`] : []
  return [
    `Measured with ${where}, read and written meanwhile: ${lock}, no statement of others took longer than ${ms(seen.waited)}.`,
    ...others,
  ]
}

function ms(time: number): string {
  return `${Math.max(1, Math.ceil(time))} ms`
}

/** The least that was seen in several runs: what is only the machine's doing comes by chance. Pure. */
export function leastOf(one: LockReport, other: LockReport): LockReport {
  return {
    ...one,
    scripts: leastScripts(one.scripts, other.scripts),
    downgrades: leastScripts(one.downgrades, other.downgrades),
  }
}

function leastScripts(one: readonly SeenScript[], other: readonly SeenScript[]): SeenScript[] {
  return one.map((script, at) => ({
    waited: Math.min(script.waited, other[at]?.waited ?? script.waited),
    transactions: script.transactions.map((each, place) => ({
      ...each,
      held: Math.min(each.held, other[at]?.transactions[place]?.held ?? each.held),
    })),
  }))
}
