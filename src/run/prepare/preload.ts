import type { Step } from '../../plan/plan'
import { classify } from '../../script/parser/sql-work'
import { requirePacked } from '../../start/packed-modules'

// What the server answers gets its turn between so many.
const textsAtOnce = 20

/** Prefetches what a plan will need while the server has not answered yet. */
export function readAhead(steps: readonly Step[]): void {
  prepareCode(steps).catch(toldWhereNeeded)
  void classifyAhead(steps)
}

/** What could not be prefetched is made when it is needed, and its error is reported then. */
const toldWhereNeeded = (): void => undefined

/** Compiles the modules among the steps on other threads, and loads TypeORM for them meanwhile. */
export async function prepareCode(steps: readonly Step[]): Promise<void> {
  const scripts = steps.flatMap(({ script, operation }) =>
    script && script.kind !== 'sql' && operation !== 'run_skip' ? [script] : [],
  )
  if (scripts.length === 0) return
  const files = scripts.flatMap(({ file, module }) => (module ? [] : [file]))
  await Promise.all([files.length > 0 && compiled(files), loadTypeorm()])
}

async function compiled(files: readonly string[]): Promise<void> {
  const { prepareModules } = await import('../../script/typescript/load-module.js')
  await prepareModules(files)
}

/** Takes as long as to compile many scripts, so that is started first. */
async function loadTypeorm(): Promise<void> {
  await new Promise((settle) => setImmediate(settle))
  requirePacked(require.resolve('typeorm'))
}

/** Cuts SQL into statements. */
async function classifyAhead(steps: readonly Step[]): Promise<void> {
  for (const [index, { script, direction }] of steps.entries()) {
    if (index % textsAtOnce === 0) await new Promise((settle) => setImmediate(settle))
    const part = direction === 'up' ? script?.upgrade : script?.downgrade
    if (script?.kind === 'sql' && part) classify(part).catch(toldWhereNeeded)
  }
}
