import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { groupFiles } from './groups'
import { guard } from './guard'
import { fastFolder, serversVariable, startTestServer, stopTestServer } from './server'

/** Runs `npm run lint` too. */
const lintFlag = '--lint'

/** The majors that most tests use; others are started by the test file that needs them. */
const majors = [18, 14]

/** Runs the test files below the paths given (default: all) on clusters that live as long as the run. */
async function main(words: readonly string[]): Promise<number> {
  const paths = words.filter((word) => word !== lintFlag)
  const files = await testFiles(paths.length > 0 ? paths : [resolve(__dirname, '..')])
  if (files.length === 0) {
    console.error(`no test files below ${paths.join(', ')}`)
    return 2
  }
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stopping.abort())
  const linted = words.includes(lintFlag) ? lint(stopping) : undefined
  const servers = await Promise.allSettled(majors.map((major) => startTestServer(major)))
  const started = servers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const temporary = await temporaryFolder()
  try {
    for (const one of servers) if (one.status === 'rejected') throw one.reason
    if (stopping.signal.aborted) return (await linted) || 130
    const status = await runFiles(
      await groupFiles(files, temporary),
      { [serversVariable]: JSON.stringify(started), TMPDIR: temporary },
      stopping.signal,
    )
    return (await linted) || status
  } finally {
    await Promise.all(started.map(stopTestServer))
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Checks the sources meanwhile, which takes one processor some seconds; the tests end where that fails. */
function lint(stopping: AbortController): Promise<number> {
  const child = spawn('npm', ['run', 'lint'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stopping.signal.addEventListener('abort', () => child.kill('SIGTERM'))
  return new Promise((settle, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(chunks))
      if (code !== 0) stopping.abort()
      settle(code ?? 130)
    })
  })
}

/** Where the files of tests go; every user may make some, as in `/tmp`. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(await fastFolder(), 'typetrek-run-'))
  guard([folder])
  await chmod(folder, 0o1777)
  return folder
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

function runFiles(
  files: readonly string[],
  variables: Readonly<Record<string, string>>,
  stop: AbortSignal,
): Promise<number> {
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
    { stdio: 'inherit', env: { ...environment, ...variables } },
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
