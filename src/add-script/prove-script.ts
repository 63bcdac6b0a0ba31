import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { Readings } from '../catalog/readings'
import { preloadEngine } from '../catalog/engine'
import { MigrationError } from '../errors'
import { openMigrator } from '../migrator/pick-migrator'
import type { ScriptLayout } from '../script/layout/layout'
import { withScratch } from '../scratch/lifetime'
import { serverOf } from '../scratch/database-state'
import { ignoredTables } from '../scratch/ignored-tables'
import { replayScripts } from '../scratch/replay-scripts'
import type { Scratch, ScratchDatabase } from '../scratch/scratch'
import type { ScriptSource, Settings } from '../settings/value/setting-types'
import { lacksDowngrade } from '../script/lacks-downgrade'
import { withSystemFailures } from '../system-error'
import type { AddedScript } from './deliver/add-script-options'
import { failedLine, proofLines } from './proof/header'
import { prove, type Proof } from './proof/prove'
import { claimsProof, rewriteHeader } from './proof/rewrite-header'
import { chosenScript, withTexts, type Chosen } from './source/chosen-script'
import { buildTarget, type ExpectedSchema } from './source/target-schema'

/** Which script is proven, and how. */
export interface ProveOptions {
  /** Its revision, its file or `latest`; default: the newest. */
  script?: string | undefined
  /** Folder that a file is named from; default: the process's. */
  cwd?: string
  /** What the newest script must lead to; default: as the settings say. */
  from?: ScriptSource | undefined
  /** False: the header stays as it is. */
  rewrite?: boolean
  /** Aborting it drops the scratch databases and throws INTERRUPTED. */
  signal?: AbortSignal
  /** Called with what goes on, in a few words. */
  progress?: (text: string) => void
}

/** What a proof showed. */
export interface ProveReport {
  revision: string
  title: string
  /** Absolute path. */
  file: string
  /** PostgreSQL's major version. */
  major: number
  /** The way that was gone: up, or up, down and up again. */
  way: 'up' | 'up, down, up'
  /** What the script was compared with; absent where nothing says what it must lead to. */
  compared?: ScriptSource
  /** What the proof could not show. */
  remarks: readonly string[]
  /** The header says it. */
  rewritten: boolean
  notes: readonly string[]
}

/**
 * Proves a script that a person has edited or written, as `add_script` proves its own: the scripts before it
 * are replayed in a scratch database, rows are put into every table, the script is applied, reverted and
 * applied again; catalogs and rows are compared. The newest script must lead to the canonical schema
 * or the entities, where the settings name them. Its header then says what was proven; of a script that
 * is applied already the file stays as it is.
 * @throws {MigrationError} PROOF_FAILED; USAGE; what scripts, schema and entities end in
 */
export async function proveScriptIn(
  layout: ScriptLayout,
  settings: Settings,
  options: ProveOptions = {},
): Promise<ProveReport> {
  return withSystemFailures(new Proving(settings, options, layout).run())
}

class Proving {
  private readonly signal: AbortSignal
  private readonly notes: string[] = []

  constructor(
    private readonly settings: Settings,
    private readonly options: ProveOptions,
    private readonly layout: ScriptLayout,
  ) {
    this.signal = options.signal ?? new AbortController().signal
  }

  async run(): Promise<ProveReport> {
    const { settings, layout, options, signal } = this
    const { script: word, cwd = process.cwd() } = options
    const chosen = await chosenScript(settings, layout, word, cwd)
    const { major, notes } = await serverOf(settings)
    this.notes.push(...notes)
    this.progress('opening the scratch server')
    preloadEngine()
    return withScratch(settings, major, { signal, interrupted }, (scratch) =>
      this.proven(scratch, chosen),
    )
  }

  private async proven(scratch: Scratch, chosen: Chosen): Promise<ProveReport> {
    const { settings, layout, signal } = this
    const { script } = chosen
    this.progress('replaying the scripts before it')
    const [before, target] = await Promise.all([this.before(scratch, chosen), this.target(scratch, chosen)]) // oxfmt-ignore
    const written = await withTexts(script)
    const near = script.kind === 'sql' ? undefined : settings.directory
    const work = { scratch, settings, layout, signal, readings: new Readings(), near }
    const reverts = hasDowngrade(script.kind, written, script.downgrade !== undefined)
    this.progress('proving the script on a copy')
    const proof = await prove(work, {
      scripts: [written],
      before,
      ...(target && { after: target.database }),
      downgrade: reverts ? 'with rows' : 'none',
      again: reverts,
      extra: target?.source === 'entities' ? 'keep' : 'drop',
      ignored: [...ignoredTables(settings), ...(target?.unsynchronized ?? [])],
    })
    return this.report(chosen, written, { ...proof, major: scratch.major }, { reverts, target })
  }

  private before(scratch: Scratch, { before }: Chosen): Promise<ScratchDatabase> {
    const { settings, signal, layout } = this
    if (before === undefined) return scratch.create()
    return replayScripts(scratch, settings, signal, layout, before)
  }

  /** What is older than the newest script leads to no schema that is written anywhere. */
  private target(scratch: Scratch, { isNewest }: Chosen): Promise<ExpectedSchema | undefined> {
    if (!isNewest) return Promise.resolve(undefined)
    return buildTarget(scratch, this.settings, this.options.from)
  }

  private async report(
    { script }: Chosen,
    written: AddedScript,
    proof: Proof & { major: number },
    { reverts, target }: { reverts: boolean; target: ExpectedSchema | undefined },
  ): Promise<ProveReport> {
    const { revision, title, file } = script
    if (proof.failures.length > 0) {
      await this.withdraw(written)
      throw new MigrationError('PROOF_FAILED', 'the script does not do what it should', {
        detail: proof.failures.join('\n'),
        file,
        hint: 'Correct it and run migrate prove again.',
      })
    }
    const rewritten = await this.rewrite(written, proofLines({ proof }))
    return {
      revision,
      title,
      file,
      major: proof.major,
      rewritten,
      notes: this.notes,
      way: reverts ? 'up, down, up' : 'up',
      remarks: proof.remarks,
      ...(target && { compared: target.source }),
    }
  }

  /** A header that says what is true no more is corrected. */
  private async withdraw(written: AddedScript): Promise<void> {
    const [first] = written.files
    if (first && claimsProof(first.text, signOf(first.path)))
      await this.rewrite(written, [failedLine])
  }

  /** @returns true where the file says it, now or already */
  private async rewrite({ revision, files }: AddedScript, lines: string[]): Promise<boolean> {
    const [first] = files
    if (!first || this.options.rewrite === false) return false
    const text = rewriteHeader(first.text, lines, signOf(first.path))
    if (text === first.text) return true
    if (await this.isApplied(revision)) {
      this.notes.push('The script is applied already, so that its file was left as it is.')
      return false
    }
    await writeFile(first.path, text)
    return true
  }

  private async isApplied(revision: string): Promise<boolean> {
    const migrator = await openMigrator(this.settings, this.layout)
    try {
      return (await migrator.status()).applied.some((entry) => entry.revision === revision)
    } catch (error) {
      if (error instanceof MigrationError && error.code === 'CONNECTION_FAILED') return false
      throw error
    } finally {
      await migrator.close()
    }
  }

  private progress(text: string): void {
    this.options.progress?.(text)
  }
}

function signOf(path: string): '--' | '//' {
  return extname(path) === '.sql' ? '--' : '//'
}

/** Whether a module has a downgrade, only its text says before it is run. */
function hasDowngrade(kind: string, { files }: AddedScript, sql: boolean): boolean {
  const [first] = files
  return kind === 'sql' ? sql : !lacksDowngrade(first?.text ?? '')
}

function interrupted(cause: unknown): MigrationError {
  return new MigrationError('INTERRUPTED', 'stopped before the script was proven', {
    hint: 'The file was not changed, and the scratch databases are dropped.',
    cause,
  })
}
