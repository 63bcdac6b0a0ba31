import { foldEntries } from '../../src/journal/model/applied-state'
import type { Plan, PlanOptions, Request, Step } from '../../src/plan/plan'
import { planSteps } from '../../src/plan/planner'
import type { Script, SqlPart } from '../../src/script/script'
import { historyOf, wordsOf } from '../journal/history'

/** Scripts from a short text: `3` can be reverted, `3!` cannot, `3ts` is a module. */
export function scriptsOf(text: string): Script[] {
  return wordsOf(text).map((word) => {
    const [, revision = '', sort = ''] = /^(\d+)(!|ts)?$/.exec(word) ?? []
    if (revision === '') throw new Error(`no script: ${word}`)
    return scriptOf(revision, { kind: sort === 'ts' ? 'ts' : 'sql', reversible: sort !== '!' })
  })
}

export function scriptOf(
  revision: string,
  { kind = 'sql', reversible = true }: { kind?: 'sql' | 'ts'; reversible?: boolean } = {},
): Script {
  const file = `/scripts/${revision}.${kind}`
  const part: SqlPart = {
    text: 'SELECT 1',
    file,
    line: 1,
    options: { transaction: true, settings: [] },
  }
  return {
    revision,
    title: '',
    kind,
    file,
    files: [file],
    checksum: `checksum of ${revision}`,
    checksumKind: kind,
    ...(kind === 'sql' && { upgrade: part }),
    ...(kind === 'sql' && reversible && { downgrade: part }),
  }
}

/** A request as a person would say it: `upgrade 3`, `downgrade`, `to 2`, `upgrade count 2`, `mark only 3`, `rebuild 3 answer done`. */
export function requestOf(text: string): Request {
  const [command = '', ...rest] = wordsOf(text)
  const said = new Map<string, string>()
  const first = rest.length % 2 === 1 ? rest.shift() : undefined
  while (rest.length > 1) said.set(rest.shift()!, rest.shift()!)
  const target = first ?? said.get('target')
  const answer = said.get('answer')?.replace('-', ' ')
  const only = said.get('only')
  const count = said.get('count')
  return {
    command,
    ...(said.has('force') && { force: said.get('force') === 'true' }),
    ...(target !== undefined && { target }),
    ...(answer !== undefined && { answer }),
    ...(only !== undefined && { only }),
    ...(count !== undefined && { count: Number(count) }),
  } as Request
}

export const usual: PlanOptions = { lateScripts: 'run', strict: false }

export function planOf(
  scripts: string,
  history: string,
  request: string,
  options: Partial<PlanOptions> = {},
): Plan {
  const state = foldEntries(historyOf(history))
  return planSteps(scriptsOf(scripts), state, requestOf(request), { ...usual, ...options })
}

/** `up 2, down 3, mark 4`: what a plan does, in order. */
export function stepsText(steps: readonly Step[]): string {
  return steps
    .map(({ operation, direction, revision, answer }) => {
      const said = answer ? ` (${answer})` : ''
      return operation === 'run_skip' ? `mark ${revision}` : `${direction} ${revision}${said}`
    })
    .join(', ')
}
