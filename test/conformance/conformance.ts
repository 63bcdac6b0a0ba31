import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type CrewOptions, runPairs } from './crew'
import type { Pair } from './pair'
import type { Line } from './report'
import type { StageServer } from './stage'
import {
  accepted,
  courseOf,
  judge,
  type Judged,
  knownText,
  type KnownList,
  readKnown,
} from './verdict'

/** Of the sources, since nothing but code is copied into `dist`. */
const here = resolve(__dirname, '../../../test/conformance')

/** The project's own pairs. */
export const ownPairs = join(here, 'pairs')

const fileOf = (suite: string) => join(here, 'known', `${suite}.tsv`)

/** What is known of a suite; undefined where it was never recorded. */
export async function knownOf(suite: string): Promise<KnownList | undefined> {
  const text = await readFile(fileOf(suite), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : readKnown(text)
}

/** Runs pairs and judges them by the lists of known verdicts. */
export async function conformance(
  pairs: readonly Pair[],
  server: StageServer,
  options: CrewOptions,
): Promise<Line[]> {
  const suites = [...new Set(pairs.map(({ suite }) => suite))]
  const known = new Map<string, KnownList>()
  for (const suite of suites) known.set(suite, (await knownOf(suite)) ?? new Map())
  const outcomes = await runPairs(pairs, server, options)
  return pairs.map((pair, at) => {
    const before = known.get(pair.suite)?.get(pair.name)
    const judged = judge(pair, outcomes[at]!, before)
    return { ...judged, course: courseOf(judged, before, options.rows) }
  })
}

/** Records what is new and what improved. */
export async function accept(judged: readonly Judged[]): Promise<void> {
  for (const suite of new Set(judged.map(({ suite }) => suite))) {
    const own = judged.filter((one) => one.suite === suite)
    const list = accepted((await knownOf(suite)) ?? new Map(), own)
    await writeFile(fileOf(suite), knownText(list))
  }
}
