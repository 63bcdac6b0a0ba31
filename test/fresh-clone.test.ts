import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clone, withClone } from './support/clone'
import { serverUser } from '../src/database/embedded/place/owner'

const isRoot = process.getuid?.() === 0

test('a clone in a 0700 folder migrates its database', async () => {
  await withClone({}, migratesToTheNewest)
})

test('a clone whose path has 200 characters migrates its database', async () => {
  const below = join('a'.repeat(60), 'b'.repeat(60), 'c'.repeat(60))

  await withClone({ below }, async (clone) => {
    assert.ok(clone.folder.length >= 200)
    await migratesToTheNewest(clone)
  })
})

// Without root this is the first test: the folder's owner then is an ordinary user.
test('an ordinary user whose home is 0700 migrates the database of a clone in it', async () => {
  const user = isRoot ? await serverUser() : undefined

  await withClone({ user }, migratesToTheNewest)
})

test('the two commands of a fresh clone stand in the README, and .ci/run calls the second', async () => {
  const repository = join(__dirname, '../..')
  const readme = await readFile(join(repository, 'README.md'), 'utf8')
  const ci = await readFile(join(repository, '.ci/run'), 'utf8')

  const commands = ['npm ci && bin/migrate development.ini upgrade', 'npm ci && npm test']
  for (const command of commands) assert.ok(readme.includes(`\n${command}\n`), command)
  assert.match(ci, /^npm ci\nnpm test$/m)
})

async function migratesToTheNewest({ folder, run }: Clone): Promise<void> {
  const upgrade = await run('bin/migrate', 'development.ini', 'upgrade')
  assert.equal(upgrade.status, 0, upgrade.stderr)

  const status = await run('bin/migrate', 'status', '--json')
  assert.equal(status.status, 0, status.stderr)
  const { applied, pending } = JSON.parse(status.stdout) as {
    applied: { revision: string }[]
    pending: unknown[]
  }
  assert.deepEqual(
    applied.map(({ revision }) => revision),
    await revisionsIn(join(folder, 'example-app/migration')),
  )
  assert.deepEqual(pending, [])
}

async function revisionsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return [...new Set(names.map((name) => /^\d+/.exec(name)?.[0] ?? ''))].toSorted()
}
