import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { addScript } from '../../src/add-script/add-script'
import type { Answers, Question } from '../../src/change/model/answers'
import { MigrationError } from '../../src/errors'
import { settingsFor } from '../../src/settings/library'
import type { Settings } from '../../src/settings/value/setting-types'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { Random } from '../support/history-random'
import { few } from '../support/scope'
import { changedModel, isRequired, randomModel, sqlOf, valueIn, type Model } from './random-schema'

const seed = Number(process.env['RANDOM_SEED'] ?? 20260101)
/** The whole of it takes 200. */
const pairs = Number(process.env['RANDOM_PAIRS'] ?? few(1, 20))

const outcomes = new Map<string, number>()

for (let at = 0; at < pairs; at++)
  test(`random schemas ${seed + at}: proven with rows, up and down, or refused with a reason`, async () => {
    const random = new Random(seed + at)
    const model = randomModel(random)
    const target = changedModel(model, random)
    const answers = { ...agreeable(target), online: random.chance(0.25) }
    const outcome = await outcomeOf(sqlOf(model), sqlOf(target), answers)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    assert.doesNotMatch(outcome, /^PROOF_FAILED|^SCRIPT_FAILED/)
  })

after(() => {
  if (process.env['RANDOM_PAIRS'] === undefined) return
  const lines = [...outcomes].toSorted(([, a], [, b]) => b - a).map(([what, n]) => `${n} ${what}`)
  console.log([`random schemas from ${seed}:`, ...lines].join('\n'))
})

/** Proven, as it is said to come back; or the refusal. */
async function outcomeOf(
  before: string,
  target: string,
  answers: Partial<Answers>,
): Promise<string> {
  const files = { 'migration/1_before.sql': before, 'schema.sql': target }
  let outcome = ''
  await withDatabase((database) =>
    withFolder(files, async (folder) => {
      const settings = await settingsFor(join(folder, 'migration'), database.url)
      const address = { kind: 'postgres' as const, connection: database.connection }
      const own: Settings = {
        ...settings,
        schema: join(folder, 'schema.sql'),
        scratch: { ...settings.scratch, address },
      }
      outcome = await added(own, answers)
    }),
  )
  return outcome
}

async function added(settings: Settings, answers: Partial<Answers>): Promise<string> {
  try {
    const options = { title: 'random', from: 'schema', dryRun: true, answers } as const
    const { outcome, scripts, proven, notes } = await addScript(settings, options)
    const text = scripts.flatMap(({ files }) => files.map((file) => file.text)).join('\n')
    if (outcome === 'nothing') return 'nothing differs'
    assert.ok(proven)
    const way = /There is no downgrade/.test(text)
      ? 'one way'
      : /while the tables are empty only/.test(text)
        ? 'comes back while empty'
        : /not every value/.test(text)
          ? 'comes back, not every value'
          : 'comes back whole'
    const rows = notes.some((note) => note.startsWith('Table ')) ? ', a table without rows' : ''
    return `proven, ${way}${rows}`
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    if (error.code === 'PROOF_FAILED') show(`${error.code} ${error.message}`, error.detail ?? '')
    return `${error.code}: ${error.message.replaceAll(/"[^"]*"/g, '"…"')}`
  }
}

function show(...lines: string[]): void {
  if (process.env['SHOW']) console.log(lines.join('\n'))
}

/** Says yes to all that is asked. */
function agreeable(target: Model): Partial<Answers> {
  return {
    yes: true,
    ask: async ({ about, choices, suggestion, text }: Question) => {
      if (about === 'rename') return Promise.resolve(choices?.at(-1) ?? '')
      if (suggestion !== undefined) return Promise.resolve(suggestion)
      const type = / becomes (.*?) from /.exec(text)?.[1]?.replace(/ COLLATE .*/, '')
      if (about === 'using') {
        const [, table = '', column = ''] = /^"?(\w+)"?\."?(\w+)"? becomes /.exec(text) ?? []
        const value = isRequired(target, table, column) ? valueIn(target, table, column) : 'NULL'
        return Promise.resolve(`${value}::${type}`)
      }
      const [, table = '', column = ''] = /^"?(\w+)"?\."?(\w+)"? becomes required/.exec(text) ?? []
      return Promise.resolve(valueIn(target, table, column))
    },
  }
}
