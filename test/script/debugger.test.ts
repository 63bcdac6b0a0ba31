import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as inspector from 'node:inspector'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { loadModule } from '../../src/script/typescript/load-module'
import { withProject } from './load-fixture'

/** Debugs the main thread as an editor does: finds the place of a line of the source by the map, and stops there. */
const client = `
const { Session } = require('node:inspector')
const { SourceMap } = require('node:module')
const { parentPort, workerData: { url, line } } = require('node:worker_threads')
parentPort.on('message', () => undefined) // it lives until it is terminated
const session = new Session()
session.connectToMainThread()
session.on('Debugger.scriptParsed', ({ params }) => {
  if (params.url !== url) return
  if (!params.sourceMapURL.startsWith('data:')) return parentPort.postMessage('no map')
  const text = Buffer.from(params.sourceMapURL.split(',')[1], 'base64').toString()
  const map = new SourceMap(JSON.parse(text))
  const lines = Array.from({ length: params.endLine + 1 }, (_, index) => index)
  const lineNumber = lines.find((one) => map.findEntry(one, 200).originalLine === line - 1)
  session.post('Debugger.setBreakpointByUrl', { url, lineNumber }, () => parentPort.postMessage('set'))
})
session.on('Debugger.paused', ({ params: { callFrames: [frame], hitBreakpoints } }) => {
  session.post('Debugger.evaluateOnCallFrame', { callFrameId: frame.callFrameId, expression: 'seen' }, (error, found) => {
    parentPort.postMessage({ name: frame.functionName, value: found?.result.value, hits: hitBreakpoints.length })
    session.post('Debugger.resume')
  })
})
session.post('Debugger.enable', {}, () => parentPort.postMessage('ready'))
`

const source = `interface Seen {
  word: string
}

export function upgrade(): string {
  const seen: Seen['word'] = 'here'
  return seen
}

export function fail(): never {
  throw new Error('line 11')
}
`

for (const kind of ['commonjs', 'module'] as const) {
  test(`a breakpoint on a line of a .ts stops there, in a project of kind ${kind}`, async () => {
    inspector.open(0)
    try {
      await withProject(kind, { 'main.ts': source }, async ({ at }) => {
        const workerData = { url: pathToFileURL(at('main.ts')).href, line: 7 }
        const worker = new Worker(client, { eval: true, workerData })
        const next = async () => ((await once(worker, 'message')) as unknown[])[0]
        assert.equal(await next(), 'ready')
        const set = next()
        const module = (await loadModule(at('main.ts'))) as Record<string, () => string>
        assert.equal(await set, 'set')
        const stopped = next()
        assert.equal(module['upgrade']!(), 'here')
        assert.deepEqual(await stopped, { name: 'upgrade', value: 'here', hits: 1 })
        assert.throws(module['fail']!, ({ stack = '' }: Error) => /main\.ts:11:9/.test(stack))
        await worker.terminate()
      })
    } finally {
      inspector.close()
    }
  })
}
