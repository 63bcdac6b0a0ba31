import { spawn } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fullVariable, seed, seedVariable } from './mode'
import { isClean, readReport, renderReport, reportVariable } from './report'

/** Runs the fault kit in full and prints what came of every fault; paths narrow it to some test files. */
async function main(paths: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-faults-'))
  try {
    const status = await runTests(paths.length > 0 ? paths : [__dirname], {
      [fullVariable]: 'full',
      [seedVariable]: String(seed),
      [reportVariable]: folder,
    })
    const rows = readReport(folder)
    process.stdout.write(`\nseed ${seed} (${seedVariable} repeats it)\n\n${renderReport(rows)}\n`)
    if (rows.length === 0) return 1
    return isClean(rows) ? status : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runTests(paths: readonly string[], more: Record<string, string>): Promise<number> {
  const program = join(__dirname, '..', 'support', 'run.js')
  const child = spawn(process.execPath, [program, ...paths], {
    stdio: 'inherit',
    env: { ...process.env, ...more },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
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
