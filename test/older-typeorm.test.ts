import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { few } from './support/scope'

/** The tests that together reach every call of ours into TypeORM, the dearest where there is time. */
const files = few(
  ['typeorm', 'run/callers', 'integration/nestjs'],
  [
    ...['typeorm', 'setup', 'run/typescript', 'run/data-source', 'run/lent-state', 'run/callers'],
    ...['run/observer', 'scratch/sources', 'cli/entities', 'example-app/set-up'],
    ...['integration/nestjs', 'adopt/typeorm-application', 'align/hashed-names'],
  ],
)
for (const file of files) {
  test(`${file}.test passes with TypeORM 0.3 too`, async () => {
    const { status, output } = await runOnOlder(join(__dirname, `${file}.test.js`))
    assert.equal(status, 0, output)
    assert.match(output, /^# pass [1-9]/m)
  })
}

test('TypeORM 0.3 is what they get', async () => {
  const script = 'console.log(require.resolve("typeorm"))'
  const { output } = await run(['--require', preload, '-e', script])
  assert.match(output, /typeorm-0\.3/)
})

const preload = join(__dirname, 'support', 'older-typeorm.js')

function runOnOlder(file: string): Promise<{ status: number | null; output: string }> {
  return run(['--require', preload, '--test-reporter=tap', '--test', file])
}

async function run(words: readonly string[]): Promise<{ status: number | null; output: string }> {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env
  const env = { ...rest, NODE_OPTIONS: `${rest['NODE_OPTIONS'] ?? ''} --require ${preload}` }
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const status = await new Promise<number | null>((done, failed) => {
    child.once('error', failed)
    child.once('close', done)
  })
  return { status, output }
}
