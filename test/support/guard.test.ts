import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAlive } from '../../src/database/embedded/place/process'
import type { TestServer } from './server'
import { until } from './until'

const program = `require(process.argv[1]).startTestServer(18).then((server) => {
  console.log(JSON.stringify(server))
  setInterval(() => {}, 1000)
})`

test('a test server and its folders do not outlive the process that started them, however that ends', async () => {
  const argv = ['-e', program, join(__dirname, 'server.js')]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { pid, folders } = JSON.parse(line.toString()) as TestServer
  assert.ok(folders.every((folder) => existsSync(folder)))

  child.kill('SIGKILL')

  await until(() => !folders.some((folder) => existsSync(folder)))
  assert.equal(await isAlive(pid), false)
})
