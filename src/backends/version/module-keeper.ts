import { basename } from 'node:path'
import { MigrationError } from '../../errors'
import type { FullEntry } from '../../journal/model/entry'
import { labelOf } from '../../plan/notice'
import type { Step } from '../../plan/plan'
import { noVersion } from '../../plan/scheme/version-scheme'
import type { ExecutionContext } from '../../run/context/run-context'
import { codeFailure } from '../../run/failure/script-failure'
import { loadModule } from '../../script/typescript/load-module'
import { newEntry } from '../new-entry'
import { capturingPrints } from './captured-prints'
import type { ModuleFunction, ModuleRun } from './changelog'
import type { VersionConfig } from './config-module'
import { OperationLog } from './operation-log'
import { ProcessLock } from './process-lock'
import type { VersionKeeper } from './version-backend'

/** Modules that export up and down, and a version that functions of the user's own keep. */
export class ModuleKeeper implements VersionKeeper {
  private readonly lock: ProcessLock
  private readonly log: OperationLog
  private driver: { made: unknown } | undefined

  constructor(
    private readonly config: VersionConfig,
    key: string,
  ) {
    this.lock = new ProcessLock(key)
    this.log = new OperationLog(config.journal)
  }

  async current(): Promise<string | undefined> {
    const version = await this.config.get({ config: this.config.exports })
    const text = typeof version === 'number' ? String(version) : textIn(version)
    if (text === '' || /^[0.]+$/.test(text)) return undefined
    if (/^\d+(?:\.\d+)*$/.test(text)) return text
    throw new MigrationError('SETTINGS_INVALID', `getCurrentVersion gave "${text}", no version`, {
      hint: 'Give a number, or several with dots between them; 0 where nothing is applied.',
    })
  }

  async perform(context: ExecutionContext, step: Step): Promise<void> {
    const startedAt = new Date().toISOString()
    const printed: string[] = []
    let failure: MigrationError | undefined
    try {
      if (step.operation !== 'run_skip') await this.call(context, step, printed)
      await this.keep(step, startedAt, printed)
    } catch (error) {
      failure = codeFailure(error, labelOf(step), step.script?.file ?? '')
    }
    const outcome = failure ? 'error' : 'success'
    const { id: _, ...entry } = newEntry(context, step, '0', { outcome, error: failure })
    const output = printed.length > 0 ? { output: printed.join('\n') } : {}
    await this.log.append({ ...entry, startedAt, ...output })
    if (failure) throw failure
  }

  entries(): Promise<readonly FullEntry[]> {
    return this.log.read()
  }

  take(): Promise<boolean> {
    return this.lock.take()
  }

  holder(): Promise<string | undefined> {
    return this.lock.holder()
  }

  release(): Promise<void> {
    return this.lock.release()
  }

  /** A driver that can be closed is. */
  async close(): Promise<void> {
    const made = this.driver?.made as { close?: () => unknown } | null | undefined
    if (typeof made?.close === 'function') await made.close()
  }

  /** What the comments say is shown first, then what the function prints, as it comes. */
  private async call({ observer }: ExecutionContext, step: Step, printed: string[]): Promise<void> {
    const { script, direction, revision, title } = step
    const say = (line: string) => observer.message?.('LOG', line, { revision, title })
    script?.describe?.(direction).forEach(say)
    const work = functionIn(await loadModule(script!.file), step)
    const run = await this.runFor(step)
    const print = (line: string) => {
      printed.push(line)
      say(line)
    }
    await capturingPrints(print, async () => work.call(run, run))
  }

  private async runFor(step: Step): Promise<ModuleRun> {
    const { config } = this
    this.driver ??= { made: await config.driver() }
    return {
      driver: this.driver.made,
      config: config.exports,
      currentVersion: versionValue(step.from),
      versionTo: versionValue(step.to),
      execute: true,
      changelogFolder: config.changelogFolder,
    }
  }

  /** After a downgrade, the version below it is kept: what was reverted runs again. */
  private async keep(step: Step, startedAt: string, printed: readonly string[]): Promise<void> {
    const { script, direction, from, to, revision } = step
    const migration = {
      version: versionValue(revision),
      previous: versionValue(from),
      direction,
      fileName: script ? basename(script.file) : '',
      checksum: script?.checksum,
      startedAt,
      finishedAt: new Date().toISOString(),
      output: printed.join('\n'),
    }
    await this.config.set({ config: this.config.exports }, versionValue(to), migration)
  }
}

function functionIn(exported: Record<string, unknown>, step: Step): ModuleFunction {
  const byDefault = exported['default'] as Record<string, unknown> | null | undefined
  const found = exported[step.direction] ?? byDefault?.[step.direction]
  if (typeof found === 'function') return found as ModuleFunction
  const code = step.direction === 'down' ? 'IRREVERSIBLE' : 'SCRIPT_INVALID'
  throw new MigrationError(code, `script ${labelOf(step)} exports no ${step.direction}`, {
    file: step.script?.file,
    hint: `Write export function ${step.direction}().`,
  })
}

function textIn(version: unknown): string {
  return typeof version === 'string' ? version.trim() : ''
}

/** A number where it is one. */
function versionValue(version: string = noVersion): number | string {
  const value = Number(version)
  return /^\d+$/.test(version) && Number.isSafeInteger(value) ? value : version
}
