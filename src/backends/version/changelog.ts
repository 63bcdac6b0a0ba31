import { appendFile, mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Writes lines of comma-separated values. */
export interface ChangelogOutput {
  /** Appends one line, each value in double quotes. */
  record(...values: unknown[]): Promise<void>
}

/** What a module's `up` and `down` are called with, and have as `this`. */
export interface ModuleRun {
  /** What `DRIVER` of the configuration makes. */
  driver: unknown
  /** What the configuration module exports. */
  config: Readonly<Record<string, unknown>>
  /** The version before this step. */
  currentVersion: number | string
  /** The version after it. */
  versionTo: number | string
  /** True: it is a real run. */
  execute: boolean
  /** Where the files of `changelog` go. */
  changelogFolder: string
  /** Of a function that `changelog` has wrapped. */
  output?: ChangelogOutput
}

/** `up` or `down` of a module. */
export type ModuleFunction = (run: ModuleRun) => unknown

/**
 * Gives `up` or `down` of a module a recorder, which appends to a CSV file below the folder of the
 * migrations.
 */
export function changelog(path: string): (work: ModuleFunction) => ModuleFunction
export function changelog(path: string, work: ModuleFunction): ModuleFunction
export function changelog(path: string, work?: ModuleFunction): unknown {
  const wrap = (inner: ModuleFunction): ModuleFunction =>
    function recording(run) {
      const file = resolve(run.changelogFolder, path)
      return inner.call(run, { ...run, output: recorder(file) })
    }
  return work ? wrap(work) : wrap
}

function recorder(file: string): ChangelogOutput {
  return {
    async record(...values) {
      await mkdir(dirname(file), { recursive: true })
      const cells = values.map((value) => `"${String(value).split('"').join('""')}"`)
      await appendFile(file, `${cells.join(',')}\n`)
    },
  }
}
