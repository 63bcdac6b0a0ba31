import type { Step } from '../plan/plan'
import { classify } from '../script/statements'

// What the server answers gets its turn between so many.
const textsAtOnce = 20

/**
 * Cuts the SQL of steps into statements while the server is waited for; whoever needs it then finds it
 * done. What is wrong with a text is told there.
 */
export async function classifyAhead(steps: readonly Step[]): Promise<void> {
  for (const [index, { script, direction }] of steps.entries()) {
    if (index % textsAtOnce === 0) await new Promise((settle) => setImmediate(settle))
    const part = direction === 'up' ? script?.upgrade : script?.downgrade
    if (script?.kind === 'sql' && part) classify(part).catch(() => undefined)
  }
}
