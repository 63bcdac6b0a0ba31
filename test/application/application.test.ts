import { test, type TestContext } from 'node:test'
import { few } from '../support/scope'
import { type Edit, versionsOf } from './edit'
import { firstVersion } from './first-version'
import { live } from './life'
import { wilder } from './wilder'
import { yearOne } from './year-one'
import { yearThree } from './year-three'
import { yearTwo } from './year-two'

const seed = Number(process.env['APPLICATION_SEED'] ?? 20260101)
const all = Number(process.env['APPLICATION_EDITS'] ?? few(2, Infinity))

/** Some successive edits, from where the seed says. */
async function liveThrough(edits: readonly Edit[], context: TestContext): Promise<void> {
  const versions = versionsOf(firstVersion(), edits)
  const count = Math.min(all, edits.length)
  const start = seed % (edits.length - count + 1)
  const report = async ({ title }: Edit, work: () => Promise<void>) => {
    let succeeded = false
    await context.test(title, async () => {
      await work()
      succeeded = true
    })
    return succeeded
  }
  // a failure does not hide those after it
  for (let at = start; at < start + count;)
    at += await live(versions.slice(at), edits.slice(at, start + count), report)
}

test('changes of an application, one after the other, are proven, go up, down and up, and leave no difference', (context) =>
  liveThrough([...yearOne, ...yearTwo, ...yearThree], context))

test(
  'several changes at once, of what much depends on, are proven, go up, down and up, and leave no difference',
  {
    skip:
      all < Infinity && process.env['APPLICATION_EDITS'] === undefined
        ? 'TYPETREK_TESTS=all runs it'
        : false,
  },
  (context) => liveThrough(wilder, context),
)
