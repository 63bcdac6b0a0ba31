import { after, before, test } from 'node:test'
import { startTestServer, stopTestServer, type TestServer } from '../support/server'
import { hurtOften, referenceOf } from './hurt'
import { full, only, seed, times } from './mode'
import { scenarios } from './scenario'

/** What was committed is on its way to the disk when the server answers, as everywhere but in tests. */
const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=50']
let server: TestServer

before(async () => {
  server = await startTestServer(18, { settings })
})

after(async () => {
  await stopTestServer(server)
})

for (const scenario of full ? scenarios : scenarios.slice(0, 1)) {
  if (!scenario.name.includes(only)) continue
  test(`${scenario.name}: a server that is stopped at once and started again has lost nothing (seed ${seed})`, async () => {
    const reference = await referenceOf(scenario, { server })
    await hurtOften(scenario, reference, ['server stopped at once'], times(1, 5), { server })
  })
}
