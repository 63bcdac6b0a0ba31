import type { Chapter, Peculiarity, Scene } from './history-chapter'
import { chapterFiles, type HistoryFiles } from './history-files'
import { OrdinaryStory } from './history-ordinary'
import { Random } from './history-random'
import { sessionPeculiarities } from './history-sessions'
import { statementPeculiarities } from './history-statements'
import { textPeculiarities } from './history-text'

/** Every peculiarity by what it is. */
export const peculiarities: Readonly<Record<string, Peculiarity>> = {
  ...textPeculiarities,
  ...statementPeculiarities,
  ...sessionPeculiarities,
}

/** What another way of running the scripts needs to know: the SQL, and nothing that we read out of files. */
export interface HistoryScript {
  title: string
  up: string
  down: string
  needsTransaction: boolean
}

export interface History {
  /** The folder: file names → contents. */
  files: HistoryFiles
  /** In the order of their revisions. */
  scripts: readonly HistoryScript[]
}

export interface HistoryOptions {
  seed: number
  /** How many scripts at least. */
  scripts: number
  /** How often each peculiarity is told. */
  times: number
  role: string
  /** Which scripts the mode of execution can take; default: all. */
  fits?: (chapter: Chapter) => boolean
}

interface Placed {
  at: number
  chapter: Chapter
}

/** Makes a history of an application with every peculiarity in random places of it. */
export function makeHistory({ seed, scripts, times, role, fits }: HistoryOptions): History {
  const random = new Random(seed)
  const placed = peculiarChapters(random, times, role, fits ?? (() => true))
  const story = new OrdinaryStory(random)
  const ordinary = Math.max(scripts - placed.length, Math.ceil(scripts / 3))
  for (let n = 0; n < ordinary;) {
    const chapter = story.next()
    if (fits && !fits(chapter)) continue
    placed.push({ at: n++ / ordinary, chapter })
  }
  placed.sort((a, b) => a.at - b.at)
  return historyOf(
    placed.map(({ chapter }) => chapter),
    random,
  )
}

function peculiarChapters(
  random: Random,
  times: number,
  role: string,
  fits: (chapter: Chapter) => boolean,
): Placed[] {
  const placed: Placed[] = []
  for (const [index, [what, tell]] of Object.entries(peculiarities).entries()) {
    const told = what === 'three mebibytes' ? 1 : times
    for (let variant = 0; variant < told; variant++) {
      const chapters = tell({ name: `p${index}_${variant}`, variant, role } satisfies Scene)
      if (!chapters.every(fits)) continue
      const places = chapters.map(() => random.next()).toSorted((a, b) => a - b)
      for (const [n, chapter] of chapters.entries()) placed.push({ at: places[n] ?? 0, chapter })
    }
  }
  return placed
}

/** Gives chapters their revisions and files, in the order given. */
export function historyOf(chapters: readonly Chapter[], random: Random): History {
  const files: Record<string, string> = {}
  for (const [index, chapter] of chapters.entries())
    Object.assign(files, chapterFiles(chapter, index / chapters.length, index, random))
  return {
    files,
    scripts: chapters.map(({ title, up, down, needsTransaction = false }) => ({
      title,
      up,
      down,
      needsTransaction,
    })),
  }
}
