import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Contestant, isInstalled } from './contestants'
import { measure, type Measured, median } from './measure'
import type { BenchScript } from './scripts'
import { type BenchServer, urlOf } from './server'

/** What a contestant came to in all rounds. */
export interface Row {
  name: string
  /** Median, in milliseconds. */
  milliseconds: number
  rounds: readonly number[]
  /** Times the first contestant's median. */
  ratio: number
  mebibytes: number | undefined
  /** Median of the processor time, in milliseconds. */
  processor?: number
}

export interface Contest {
  title: string
  /** What the rows' ratios are times of: the first one's name. */
  unit: string
  rows: readonly Row[]
  /** Runs that failed, which the rows leave out: a sentence each. */
  failures?: readonly string[]
}

export interface ContestOptions {
  title: string
  server: BenchServer
  /** The port that contestants are given; default: the server's own. */
  port?: number
  scripts: readonly BenchScript[]
  /** Applied before the clock starts. */
  before?: readonly BenchScript[]
  rounds: number
  /** See Stage. */
  only?: readonly string[] | undefined
}

/** Runs every contestant on fresh databases, all of them in turn each round, so that noise meets them alike. */
export async function contest(
  options: ContestOptions,
  contestants: readonly Contestant[],
): Promise<Contest> {
  const { only } = options
  const chosen = contestants.filter(
    ({ name }, index) => index === 0 || (only?.includes(name) ?? true),
  )
  const present = chosen.filter(isInstalled)
  const found = new Map<Contestant, Measured[]>(present.map((one) => [one, []]))
  const failures: string[] = []
  for (let round = 0; round < options.rounds; round++)
    for (const [one, measured] of found)
      await runOnce(options, one).then(
        (run) => measured.push(run),
        (error: Error) => failures.push(`${one.name}, round ${round + 1}: ${error.message}`),
      )
  const rows = [...found].map(([one, measured]) => rowOf(one.name, measured))
  return { ...tableOf(options.title, rows), failures }
}

/** @param rows their ratios are set here, to the first one */
export function tableOf(title: string, rows: readonly Row[]): Contest {
  const [first] = rows
  const unit = first?.milliseconds ?? Number.NaN
  const rated = rows.map((row) => ({ ...row, ratio: row.milliseconds / unit }))
  return { title, unit: first?.name ?? '', rows: rated }
}

export function rowOf(name: string, measured: readonly Measured[]): Row {
  const rounds = measured.map(({ milliseconds }) => milliseconds)
  const peaks = measured.flatMap(({ mebibytes }) => mebibytes ?? [])
  const mebibytes = peaks.length === 0 ? undefined : Math.max(...peaks)
  const processor = median(measured.flatMap((one) => one.processor ?? []))
  return { name, milliseconds: median(rounds), rounds, ratio: 1, mebibytes, processor }
}

/** One run of one contestant; with `before`, those scripts are applied first and only the rest is timed. */
async function runOnce(
  { server, port = server.port, scripts, before = [] }: ContestOptions,
  contestant: Contestant,
): Promise<Measured> {
  return withFolder((folder) =>
    server.withDatabase(async (database) => {
      if (before.length > 0)
        await run(contestant, join(folder, 'before'), before, urlOf(server.port, database))
      const all = [...before, ...scripts]
      return run(contestant, join(folder, 'now'), all, urlOf(port, database))
    }),
  )
}

async function run(
  contestant: Contestant,
  folder: string,
  scripts: readonly BenchScript[],
  url: string,
): Promise<Measured> {
  await mkdir(folder)
  await contestant.write(folder, scripts)
  await contestant.prepare?.(folder, url)
  return measure(contestant.command(folder, url), folder, contestant.environment?.(folder))
}

export async function withFolder<Result>(
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
