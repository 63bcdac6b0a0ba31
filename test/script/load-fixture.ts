import { execFile } from 'node:child_process'
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Script } from '../../src/script/script'
import { withFolder } from '../support/folder'

export interface TestProject {
  /** Real path of the project's folder. */
  folder: string
  /** Absolute path of one of its files. */
  at(path: string): string
  /** A script of kind `ts` whose module is that file. */
  script(path: string): Script
  /** Runs JavaScript in a process of its own (CommonJS; `load`, `loadScript` and `at` are there) and gives what it prints. */
  run(code: string, environment?: Record<string, string>): Promise<string>
}

export const kinds = ['commonjs', 'module'] as const
export type Kind = (typeof kinds)[number]

let runs = 0
const built = join(__dirname, '../../src/script/typescript')
const installed = dirname(dirname(require.resolve('pg/package.json')))

/** A project of its own on disk, with TypeORM installed by links, its own cache, and no tsconfig.json but a given one. */
export async function withProject(
  kind: Kind,
  files: Record<string, string>,
  work: (project: TestProject) => Promise<void>,
): Promise<void> {
  const manifest = JSON.stringify(kind === 'module' ? { type: kind } : {})
  await withFolder({ 'package.json': manifest, ...files }, async (path) => {
    const folder = await realpath(path)
    await mkdir(join(folder, 'node_modules'), { recursive: true })
    for (const name of ['typeorm', 'reflect-metadata']) {
      await symlink(join(installed, name), join(folder, 'node_modules', name))
    }
    await work(testProject(folder))
  })
}

function testProject(folder: string): TestProject {
  const at = (path: string): string => join(folder, path)
  return {
    folder,
    at,
    script: (path) => ({
      revision: '1',
      title: 'test',
      kind: 'ts',
      file: at(path),
      files: [at(path)],
      checksum: '',
      checksumKind: 'ts',
    }),
    run: async (code, environment) => {
      const head = [
        `const at = (path) => require('node:path').join(${JSON.stringify(folder)}, path)`,
        `const load = require(${JSON.stringify(join(built, 'load-module.js'))})`,
        `const { loadScript } = require(${JSON.stringify(join(built, 'load-script.js'))})`,
      ].join('\n')
      const whole = `${head}\n;(async () => {${code}\n})()`
      const file = at(`run-${(runs += 1)}.cjs`)
      await writeFile(file, whole)
      const { stdout } = await promisify(execFile)(process.execPath, [file], {
        cwd: folder,
        env: { ...process.env, ...environment },
      })
      return stdout.trim()
    },
  }
}

/** What `work` throws; fails when it throws nothing. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
