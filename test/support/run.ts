import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { serversVariable, startTestServer, stopTestServer } from './server'

/** The majors that most tests use; others are started by the test file that needs them. */
const majors = [18, 14]

/** Runs the test files below the paths given (default: all) on clusters that live as long as the run. */
async function main(paths: readonly string[]): Promise<number> {
  const files = await testFiles(paths.length > 0 ? paths : [resolve(__dirname, '..')])
  if (files.length === 0) {
    console.error(`no test files below ${paths.join(', ')}`)
    return 2
  }
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stopping.abort())
  const servers = await Promise.allSettled(majors.map((major) => startTestServer(major)))
  const started = servers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    for (const one of servers) if (one.status === 'rejected') throw one.reason
    return stopping.signal.aborted
      ? 130
      : await runFiles(files, JSON.stringify(started), stopping.signal)
  } finally {
    await Promise.all(started.map(stopTestServer))
  }
}

async function testFiles(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      if ((await stat(path)).isFile()) return [path]
      const names = await readdir(path, { recursive: true })
      return names.filter((name) => name.endsWith('.test.js')).map((name) => join(path, name))
    }),
  )
  return [...new Set(lists.flat().map((file) => resolve(file)))].toSorted()
}

function runFiles(files: readonly string[], servers: string, stop: AbortSignal): Promise<number> {
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env
  const preload = ['--require', join(__dirname, 'plain-output.js')]
  // WebAssembly (pg_dump, the parser) runs too briefly in a test to be worth optimizing
  const options = [
    '--liftoff-only',
    ...preload,
    '--test',
    '--test-concurrency=4',
    '--test-reporter=spec',
  ]
  const child = spawn(
    process.execPath,
    [...options, '--test-reporter-destination=stdout', ...files],
    { stdio: 'inherit', env: { ...environment, [serversVariable]: servers } },
  )
  const end = () => child.kill('SIGTERM')
  stop.addEventListener('abort', end)
  return new Promise((settle, fail) => {
    child.once('error', fail)
    child.once('close', (code) => settle(code ?? 130))
  })
}

main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
