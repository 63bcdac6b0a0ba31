import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { canonicalDump, dumpOf, sources, withScripts } from './example-database'

const repository = join(sources, '..')

/**
 * The example as a project of its own, compiled by the project's own tsc: every `.js` beside its `.ts`.
 * It has no package.json of typetrek above it, as an application has none.
 */
async function withBuild(work: (example: string) => Promise<void>): Promise<void> {
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    sourceMap: true,
    declaration: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: ['node'],
  }
  const tsconfig = JSON.stringify({ compilerOptions, include: ['example-app'] })
  const files = { 'tsconfig.json': tsconfig, 'package.json': '{}' }
  await withFolder(files, async (folder) => {
    const modules = join(folder, 'node_modules')
    await mkdir(modules)
    for (const name of ['typeorm', 'reflect-metadata', '@types']) {
      await symlink(join(repository, 'node_modules', name), join(modules, name))
    }
    await symlink(repository, join(modules, 'typetrek'))
    await cp(sources, join(folder, 'example-app'), { recursive: true })
    await compile(folder)
    await work(join(folder, 'example-app'))
  })
}

async function compile(folder: string): Promise<void> {
  const compiler = join(repository, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '-p', folder])
}

/** What a release ships: no `.ts`, no maps. */
async function shipped(example: string): Promise<string> {
  const release = join(example, '../release')
  await cp(join(example, 'migration'), release, { recursive: true })
  for (const name of await readdir(release)) {
    if (!/\.(js|sql)$/.test(name)) await rm(join(release, name))
  }
  return release
}

test('sources, sources with their build, and a release are the same scripts, unchanged', async () => {
  await withBuild(async (example) => {
    const built = join(example, 'migration')
    const release = await shipped(example)
    for (const [first, ...others] of [
      [join(sources, 'migration'), built, release],
      [release, built, join(sources, 'migration')],
    ] as const) {
      await withDatabase(async (database) => {
        await withScripts(database, (migrator) => migrator.execute({ command: 'upgrade' }), first)
        assert.equal(await dumpOf(database), await canonicalDump(18))

        for (const folder of [first, ...others]) {
          const status = await withScripts(database, (migrator) => migrator.status(), folder)
          assert.deepEqual(
            {
              applied: status.applied.length,
              pending: status.pending,
              missing: status.missing,
              changed: status.changed,
            },
            { applied: 17, pending: [], missing: [], changed: [] },
            folder,
          )
        }
      })
    }
  })
})

test('a release reverts what development applied', async () => {
  await withBuild(async (example) => {
    const release = await shipped(example)
    await withDatabase(async (database) => {
      await withScripts(database, (migrator) => migrator.execute({ command: 'upgrade' }))

      const { steps } = await withScripts(
        database,
        (migrator) => migrator.execute({ command: 'downgrade', target: '20250602110000' }),
        release,
      )

      assert.deepEqual(
        steps.map(({ kind, outcome }) => `${kind} ${outcome}`),
        ['sql success', 'ts success', 'sql success', 'sql success'],
      )
    })
  })
})

test('a module that was edited counts as changed in its source and in its build', async () => {
  await withBuild(async (example) => {
    const built = join(example, 'migration')
    const release = await shipped(example)
    const edited = '20240422090000_tags'
    await withDatabase(async (database) => {
      await withScripts(database, (migrator) => migrator.execute({ command: 'mark' }), built)
      await writeFile(join(built, `${edited}.ts`), 'export async function upgrade() {}\n')
      const status = await withScripts(database, (migrator) => migrator.status(), built)
      assert.deepEqual(
        status.changed.map(({ script }) => `${script.revision}_${script.title}`),
        [edited],
      )
    })
    await withDatabase(async (database) => {
      await withScripts(database, (migrator) => migrator.execute({ command: 'mark' }), release)
      await writeFile(join(release, `${edited}.js`), 'exports.upgrade = async () => {}\n')
      const status = await withScripts(database, (migrator) => migrator.status(), release)
      assert.deepEqual(
        status.changed.map(({ script }) => `${script.revision}_${script.title}`),
        [edited],
      )
    })
  })
})
