import type { StructuredPatch } from 'diff'

/** One file's part of a unified diff. */
export interface FileDiff {
  /** As the `---` line has it, without `a/`; undefined for /dev/null. */
  from: string | undefined
  /** As the `+++` line has it, without `b/`; undefined for /dev/null. */
  to: string | undefined
  patch: StructuredPatch
}

/** True for a text that is a unified diff, as `git diff` and `diff -u` write it, rather than SQL. */
export function isUnifiedDiff(text: string): boolean {
  return /^--- .*\n\+\+\+ .*\n@@ -\d/m.test(text)
}

/** Loaded when a command has printed a diff. */
const library = () => require('diff') as typeof import('diff')

/**
 * Reads a unified diff; text between its files (`diff --git`, `index`) is skipped. Undefined where a hunk
 * does not have the lines that its header says. Pure.
 */
export function readUnifiedDiff(text: string): FileDiff[] | undefined {
  let patches: StructuredPatch[]
  try {
    patches = library().parsePatch(text)
  } catch {
    return undefined
  }
  return patches
    .filter(({ hunks }) => hunks.length > 0)
    .map((patch) => ({
      from: pathOf(patch.oldFileName, 'a/'),
      to: pathOf(patch.newFileName, 'b/'),
      patch,
    }))
}

function pathOf(name: string | undefined, prefix: string): string | undefined {
  if (name === '/dev/null') return undefined
  return name?.replace(new RegExp(`^(?:${prefix}|[ciwo]/)`), '')
}

/**
 * The other version of a file: `forward` makes the new one of the old, `backward` the old one of the
 * new. Undefined where the text is not the version that the diff was taken from. Pure.
 */
export function applyDiff(
  text: string,
  patch: StructuredPatch,
  direction: 'forward' | 'backward',
): string | undefined {
  const { applyPatch, reversePatch } = library()
  const directed = direction === 'forward' ? patch : reversePatch(patch)
  const expected = oldLines(directed)
  const result = applyPatch(text, directed, {
    autoConvertLineEndings: false,
    // by itself the library looks for the lines of a hunk elsewhere too
    compareLine: (at, line, _operation, patched) => line === patched && expected.get(at) === line,
  })
  return result === false ? undefined : result
}

/** The lines that the old version must have, by their numbers. */
function oldLines({ hunks }: StructuredPatch): Map<number, string> {
  return new Map(
    hunks.flatMap(({ oldStart, lines }) =>
      lines
        .filter((line) => !/^[+\\]/.test(line))
        .map((line, at): [number, string] => [oldStart + at, line.slice(1)]),
    ),
  )
}
