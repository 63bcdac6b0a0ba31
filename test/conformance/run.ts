import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startTestServer, stopTestServer } from '../support/server'
import { accept, conformance, ownPairs } from './conformance'
import { type Pair, readPairs, sampleOf } from './pair'
import { courses, figures, reasons } from './report'

const usage = `npm run conformance -- [FOLDER] [OPTIONS]

Runs the pairs of schemas in FOLDER's .jsonl files (default: the project's own) and says what became
of them; exit status 1 where a verdict is worse than known.

  --sample N     N pairs, chosen by --seed
  --seed N       default 1
  --only TEXT    pairs whose suite/name contains TEXT; may be given again
  --json FILE    writes every verdict with its details into FILE
  --accept       records verdicts that are new or better in test/conformance/known
  --major N      PostgreSQL's major version, default 18
  --rows         puts rows into the tables first; pairs that rows stop are not testable
  --jobs N       pairs side by side, default 2
  --timeout S    seconds for one pair, default 120
`

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...{
        sample: text,
        seed: text,
        only: { ...text, multiple: true },
        json: text,
        major: text,
        jobs: text,
      },
      ...{ timeout: text, accept: flag, rows: flag, help: flag },
    },
  })
  if (values.help) return say(usage)
  if (values.accept && (values.rows || values.major !== undefined))
    throw new Error('known verdicts are those of the default major version without rows')
  if (positionals.length > 1) throw new Error(`one folder, not ${positionals.join(' ')}`)
  const all = await readPairs(positionals[0] ?? ownPairs)
  const { only = [''], sample, seed = '1' } = values
  const named = all.filter(({ suite, name }) =>
    only.some((part) => `${suite}/${name}`.includes(part)),
  )
  const size = sample === undefined ? undefined : count('--sample', sample)
  const pairs = sampleOf(named, size, count('--seed', seed))
  if (pairs.length === 0) throw new Error('no pairs')
  const lines = await onServer(count('--major', values.major ?? '18'), pairs, {
    jobs: count('--jobs', values.jobs ?? '2'),
    timeout: count('--timeout', values.timeout ?? '120') * 1000,
    rows: values.rows ?? false,
  })
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify(lines, undefined, 2)}\n`)
  say(`${figures(lines)}${reasons(lines)}${courses(lines)}`)
  if (values.accept) await accept(lines)
  return lines.some(({ course }) => course === 'worse') ? 1 : 0
}

async function onServer(
  major: number,
  pairs: readonly Pair[],
  options: { jobs: number; timeout: number; rows: boolean },
) {
  const started = await startTestServer(major)
  const stop = () => void stopTestServer(started).finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  try {
    const { host, port } = started
    let done = 0
    return await conformance(
      pairs,
      { host, port, major },
      {
        ...options,
        done: ({ suite, name }, { is, reason }) => {
          done += 1
          process.stderr.write(
            `${done}/${pairs.length} ${is}: ${suite}/${name}${reason && `: ${reason}`}\n`,
          )
        },
      },
    )
  } finally {
    await stopTestServer(started)
  }
}

function count(option: string, value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${option} takes a whole number, not ${value}`)
  return number
}

function say(words: string): number {
  process.stdout.write(words)
  return 0
}

main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  },
)
