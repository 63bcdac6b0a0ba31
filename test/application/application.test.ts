import { test } from 'node:test'
import { few } from '../support/scope'
import { type Edit, versionsOf } from './edit'
import { firstVersion } from './first-version'
import { live } from './life'
import { yearOne } from './year-one'
import { yearThree } from './year-three'
import { yearTwo } from './year-two'

const edits = [...yearOne, ...yearTwo, ...yearThree]
const versions = versionsOf(firstVersion(), edits)
const seed = Number(process.env['APPLICATION_SEED'] ?? 20260101)
const count = Number(process.env['APPLICATION_EDITS'] ?? few(2, edits.length))
const start = seed % (edits.length - count + 1)
const end = start + count

test('successive changes of an application are proven, go up, down and up, and leave no difference', async (context) => {
  const report = async (edit: Edit, work: () => Promise<void>) => {
    let succeeded = false
    await context.test(edit.title, async () => {
      await work()
      succeeded = true
    })
    return succeeded
  }
  // a failure does not hide those after it
  for (let at = start; at < end;)
    at += await live(versions.slice(at, end + 1), edits.slice(at, end), report)
})
