import { readTables } from '../../src/sample-rows/tables/tables'
import { fillTables } from '../../src/sample-rows/fill'
import { openPool } from '../../src/database/postgres/pool'
import { type CliResult, migrate } from '../support/cli'
import { withFolder } from '../support/folder'
import { type Pair, withoutRoles } from './pair'
import { offeredOptions } from './questions'
import { journalSchema, ServerLost, Stage, type StageServer } from './stage'

/** What became of a pair, before it is judged whether a refusal is right. */
export interface Outcome {
  is: 'right' | 'refused' | 'wrong' | 'failed' | 'not testable'
  /** Of the error. */
  code?: string
  /** One line. */
  reason: string
  /** What differs, or what the error says further. */
  detail?: string
}

export interface PairOptions {
  /** Puts rows into the tables of `before` first. */
  rows?: boolean
}

/** Thrown where a pair's outcome is known before its end. */
class Decided extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.reason)
  }
}

/**
 * Runs one pair as a user would: `before` is the only script and applied, `after` is the canonical
 * schema, add_script writes the next script with every question answered by the option that it offers,
 * which is applied, looked at, and reverted.
 *
 * @throws ServerLost
 */
export async function runPair(
  pair: Pair,
  server: StageServer,
  options: PairOptions = {},
): Promise<Outcome> {
  const { minMajor = 0 } = pair
  if (minMajor > server.major) return notTestable(`needs PostgreSQL ${minMajor}`)
  if (/^\s*CREATE\s+SUBSCRIPTION\b/im.test(`${pair.before}\n${pair.after}`))
    return notTestable('needs a second server for its subscription')
  try {
    return await Stage.with(server, (stage) => runOn(stage, withoutRoles(pair), options))
  } catch (error) {
    if (error instanceof Decided) return error.outcome
    if (error instanceof ServerLost) throw error
    return {
      is: 'failed',
      code: 'INTERNAL',
      reason: firstLine(String(error)),
      detail: stackOf(error),
    }
  }
}

async function runOn(stage: Stage, pair: Pair, options: PairOptions): Promise<Outcome> {
  await stage.setUp(pair.setup ?? '')
  const before = await reference(stage, 'before', pair.before)
  const after = await reference(stage, 'after', pair.after)
  const application = await stage.make()
  await stage.run(application, [`CREATE SCHEMA ${journalSchema}`])
  const files = {
    'development.ini': settingsText(stage.server, application),
    'migration/1_before.sql': orNothing(pair.before),
    'schema.sql': orNothing(pair.after),
  }
  let outcome: Outcome = { is: 'right', reason: '' }
  await withFolder(files, async (cwd) => {
    const walk = new Walk(stage, application, cwd)
    outcome = await walk.run({ before, after }, options)
  })
  return outcome
}

/** The dump of a database that PostgreSQL itself made from the SQL. */
async function reference(stage: Stage, which: string, sql: string): Promise<string> {
  const name = await stage.build(sql).catch((error: Error) => {
    throw new Decided(notTestable(`PostgreSQL refuses ${which}: ${firstLine(error.message)}`))
  })
  return stage.dump(name)
}

/** One pair's way through the command line. */
class Walk {
  constructor(
    private readonly stage: Stage,
    private readonly application: string,
    private readonly cwd: string,
  ) {}

  async run(dumps: { before: string; after: string }, { rows = false }: PairOptions) {
    await this.succeed('the first upgrade', ['upgrade'])
    if (rows) await this.fill()
    const added = await this.addScript()
    if (added.status !== 0) return refusal(added)
    const { outcome, notes } = JSON.parse(added.stdout) as { outcome: string; notes: string[] }
    await this.upgrade(rows)
    await this.compare('', dumps.after, notes)
    await this.check()
    if (outcome === 'nothing') return right('')
    const down = await this.migrate(['downgrade', '1', '--json'])
    if (down.status !== 0) return notReverted(down)
    await this.compare('after the downgrade: ', dumps.before, notes)
    return right('')
  }

  private async fill(): Promise<void> {
    const { host, port } = this.stage.server
    const pool = await openPool({ host, port, user: 'postgres', database: this.application })
    try {
      const tables = await readTables(pool)
      await fillTables(
        pool,
        tables.filter(({ schema }) => schema !== journalSchema),
      )
    } finally {
      await pool.end()
    }
  }

  /** Adds the options that questions offer, until none is left open or one is asked again. */
  private async addScript(): Promise<CliResult> {
    const given = new Map<string, string[]>()
    for (;;) {
      const words = ['add_script', 'next', '--from', 'schema', '--yes', '--json']
      const result = await this.migrate([...words, ...[...given.values()].flat()])
      if (result.status === 0) return result
      const { code, detail = '' } = errorOf(result)
      const offered = code === 'QUESTION_OPEN' ? offeredOptions(detail) : []
      const fresh = offered.filter((words) => !given.has(words.join(' ')))
      if (fresh.length === 0) return result
      for (const option of fresh) given.set(option.join(' '), option)
    }
  }

  /** Rows may stop a change that they do not fit, and rightly. */
  private async upgrade(rows: boolean): Promise<void> {
    const result = await this.migrate(['upgrade', '--json'])
    if (result.status === 0) return
    const { code, message, sqlstate = '' } = errorOf(result)
    if (rows && /^2[23]/.test(sqlstate)) throw new Decided(notTestable(`rows stop it: ${message}`))
    throw new Decided({ ...failure(result, 'the upgrade'), code })
  }

  private async compare(when: string, expected: string, notes: readonly string[]): Promise<void> {
    const actual = await this.stage.dump(this.application)
    const found = await this.stage.differences(actual, expected)
    if (found.length === 0) return
    const detail = found.join('\n')
    const announced = notes.flatMap((note) => {
      const kind = leftOut.find((one) => one.note.test(note))
      return kind ? [{ note, says: kind.says }] : []
    })
    const isAnnounced = found.every((one) => announced.some(({ says }) => says(one, found)))
    const reason = isAnnounced
      ? announced.map(({ note }) => note).join(' ')
      : `${when}${firstLine(found[0] ?? '')}`
    if (isAnnounced) throw new Decided({ is: 'refused', code: 'NOT_COMPARED', reason, detail })
    throw new Decided({ is: 'wrong', reason, detail })
  }

  private async check(): Promise<void> {
    const result = await this.migrate(['add_script', '--check', '--from', 'schema'])
    if (result.status === 0) return
    const detail = `${result.stdout}${result.stderr}`
    if (result.status !== 3) throw new Decided({ ...failed('the second check fails'), detail })
    throw new Decided({ is: 'wrong', reason: 'a second check says that something differs', detail })
  }

  private async succeed(what: string, argv: readonly string[]): Promise<void> {
    const result = await this.migrate([...argv, '--json'])
    if (result.status !== 0) throw new Decided(failure(result, what))
  }

  private migrate(argv: readonly string[]): Promise<CliResult> {
    return migrate(argv, { cwd: this.cwd })
  }
}

const shows = (statement: RegExp) => (one: string) => statement.test(one)

/** What add_script says that it leaves out, and how the differences of two dumps show it. */
const leftOut = [
  { note: /^Owners are not compared\.$/, says: shows(/^\w+: ALTER .* OWNER TO /) },
  {
    note: /^Default privileges are not compared\.$/,
    says: shows(/^\w+: ALTER DEFAULT PRIVILEGES /),
  },
  {
    note: /^The names of the NOT NULL constraints of .* are not compared\.$/,
    says: (one: string, found: readonly string[]) =>
      found.some((other) => other !== one && unnamed(other) === unnamed(one)),
  },
]

/** A statement of one side or the other, but for the names of its NOT NULL constraints. */
function unnamed(difference: string): string {
  return difference
    .replace(/^\w+: /, '')
    .replaceAll(/CONSTRAINT (?:"(?:[^"]|"")*"|\S+) (?=NOT NULL)/g, '')
}

const refusals = [
  'QUESTION_OPEN',
  'DIFFERENCE_REFUSED',
  'DESTRUCTIVE_REFUSED',
  'EXTENSION_MISSING',
  'TRANSACTION_MODE',
]

/** Nothing was written: a decision of typetrek's, or a failure. */
function refusal(result: CliResult): Outcome {
  const { code } = errorOf(result)
  const found = failure(result, 'add_script')
  if (!refusals.includes(code)) return found
  const { message, detail } = errorOf(result)
  return {
    ...found,
    is: 'refused',
    reason: firstLine([message, detail].filter(Boolean).join(': ')),
  }
}

/** A script without a downgrade says so in its text, and is not reverted. */
function notReverted(result: CliResult): Outcome {
  if (errorOf(result).code === 'IRREVERSIBLE') return right('')
  return failure(result, 'the downgrade')
}

function failure(result: CliResult, what: string): Outcome {
  const { code, message, detail, hint } = errorOf(result)
  const more = [detail, hint].filter(Boolean).join('\n')
  const reason = firstLine([firstLine(message), detail].filter(Boolean).join(': '))
  return { ...failed(`${what}: ${reason}`), code, ...(more && { detail: more }) }
}

interface CliError {
  code: string
  message: string
  detail?: string
  hint?: string
  sqlstate?: string
}

function errorOf({ stdout, stderr }: CliResult): CliError {
  try {
    return (JSON.parse(stdout) as { error: CliError }).error
  } catch {
    return { code: 'INTERNAL', message: firstLine(stderr), detail: stderr }
  }
}

function right(reason: string): Outcome {
  return { is: 'right', reason }
}

function failed(reason: string): Outcome {
  return { is: 'failed', reason }
}

function notTestable(reason: string): Outcome {
  return { is: 'not testable', reason }
}

function orNothing(sql: string): string {
  return sql.trim() === '' ? '-- nothing\nSELECT 1;\n' : sql
}

function settingsText({ host, port }: StageServer, database: string): string {
  const url = `postgres://postgres@/${database}?host=${encodeURIComponent(host)}&port=${port}`
  return `[migration]
typeorm.url = ${url.replaceAll('%', '%%')}
scratch.url = ${url.replaceAll('%', '%%')}
scratch.prefer = url
schema = schema.sql
journal_schema = ${journalSchema}
vcs = none
`
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim()
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
