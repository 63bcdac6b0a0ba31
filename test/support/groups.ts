import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** How many test files share a process, which loads what they have in common once. */
const together = 5

/** Their tests kill, stop and injure, and each file may do so to its own process. */
const alone = 'faults'

/** Writes programs into a folder that run the test files, few at a time; gives their paths, or those of lone files. */
export async function groupFiles(files: readonly string[], folder: string): Promise<string[]> {
  const groups = groupsOf(files)
  return Promise.all(
    groups.map(async (group, at) => {
      const [first] = group
      if (group.length === 1) return first!
      const number = String(at + 1).padStart(3, '0')
      const program = join(folder, `${number}-${basename(dirname(first!))}.cjs`)
      await writeFile(program, group.map((file) => `require(${JSON.stringify(file)})\n`).join(''))
      return program
    }),
  )
}

/** Neighbours, which are alike and often equally slow, come into different groups. */
export function groupsOf(files: readonly string[]): string[][] {
  return [...new Set(files.map((file) => dirname(file)))].flatMap((folder) => {
    const own = files.filter((file) => dirname(file) === folder)
    const count = basename(folder) === alone ? own.length : Math.ceil(own.length / together)
    return Array.from({ length: count }, (_, group) => own.filter((_, at) => at % count === group))
  })
}
