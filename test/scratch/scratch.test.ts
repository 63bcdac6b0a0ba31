import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nextCall, prepareNext } from '../../src/add-script/prepare-next'
import { processIo } from '../../src/cli/terminal/process-io'
import { openScratch } from '../../src/scratch/scratch'
import { readScratchName, scratchName, spareOf } from '../../src/scratch/scratch-name'
import { withScratch } from '../../src/scratch/lifetime'
import { MigrationError } from '../../src/errors'
import { readSettings } from '../../src/settings/read-settings'
import type { Settings } from '../../src/settings/value/setting-types'
import { type TestDatabase, withDatabase } from '../support/database'
import { usualLayout } from '../../src/script/layout/layout'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { until } from '../support/until'

async function settingsWith(url: string, more = ''): Promise<Settings> {
  let settings: Settings | undefined
  const ini = `[migration]\ntypeorm.url = postgres://nowhere/app\nscratch.url = ${url.replaceAll('%', '%%')}\n${more}`
  await withFolder({ 'development.ini': ini }, async (cwd) => {
    settings = await readSettings({ cwd, env: {} })
  })
  return settings!
}

/** Only those of owners that the test knows, since other tests have their own. */
async function scratchDatabases(database: TestDatabase, pid: number): Promise<string[]> {
  const rows = await database.query<{ name: string }>('SELECT datname AS name FROM pg_database')
  return rows.map(({ name }) => name).filter((name) => readScratchName(name)?.pid === pid)
}

for (const major of [18, 14]) {
  test(`scratch databases are made, copied and gone afterwards on PostgreSQL ${major}`, async () => {
    await withDatabase(
      async (database) => {
        const scratch = await openScratch(await settingsWith(database.url), undefined)
        const first = await scratch.create()
        await (await first.pool()).query('CREATE TABLE a AS SELECT 42 AS b')
        const second = await scratch.copy(first)
        const { rows } = await (await second.pool()).query('SELECT b FROM a')
        await (await second.pool()).query('DROP TABLE a')
        const original = await (await first.pool()).query('SELECT b FROM a')
        const during = await scratchDatabases(database, process.pid)
        await scratch.close()

        assert.equal(scratch.major, major)
        assert.deepEqual([rows, original.rows], [[{ b: 42 }], [{ b: 42 }]])
        assert.deepEqual(during.toSorted(), [first.name, second.name].toSorted())
        assert.deepEqual(await scratchDatabases(database, process.pid), [])
      },
      { major },
    )
  })
}

test('where what must hold does not, no work begins and the server that was opened meanwhile is released', async () => {
  await withDatabase(async (database) => {
    const settings = await settingsWith(database.url)
    const sessions = () =>
      database.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid IN (SELECT pid FROM pg_stat_activity WHERE application_name LIKE '% ${process.pid}')`,
      )
    let begun = false
    const standing = until(async () => (await sessions()).length > 0).then(() => {
      throw new MigrationError('PENDING', 'a script is pending')
    })
    const stopping = {
      signal: new AbortController().signal,
      interrupted: () => new MigrationError('INTERRUPTED', 'stopped'),
      standing,
    }
    const failure = await failureOf(
      withScratch(settings, Promise.resolve(undefined), stopping, async () => void (begun = true)),
    )

    assert.deepEqual([failure.code, begun], ['PENDING', false])
    await until(async () => (await sessions()).length === 0)
  })
})

test('closing drops databases that somebody is at work in', async () => {
  await withDatabase(async (database) => {
    const scratch = await openScratch(await settingsWith(database.url), undefined)
    const made = await scratch.create()
    const { name } = made
    const pool = await made.pool()
    const working = assert.rejects(pool.query('SELECT pg_sleep(600)'))
    await until(async () => {
      const asleep = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = $1`
      return (await database.query(asleep, [name])).length > 0
    })
    await scratch.close()
    await working

    assert.deepEqual(await scratchDatabases(database, process.pid), [])
  })
})

const holder = `
const { openScratch } = require(${JSON.stringify(join(__dirname, '../../src/scratch/scratch.js'))})
openScratch(JSON.parse(process.argv[1]), undefined).then(async (scratch) => {
  await scratch.create()
  await scratch.create()
  console.log('ready')
  setInterval(() => {}, 1000)
})`

/** A process that has two scratch databases. */
async function startHolder(settings: Settings) {
  const child = spawn(process.execPath, ['-e', holder, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const kill = async () => {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return { pid: child.pid!, kill }
}

test('the next command drops what a killed one left, and nothing of one that lives', async () => {
  await withDatabase(async (database) => {
    const settings = await settingsWith(database.url)
    const dead = await startHolder(settings)
    const alive = await startHolder(settings)
    try {
      await dead.kill()
      assert.equal((await scratchDatabases(database, dead.pid)).length, 2)

      // the server may take a moment to notice that its client is gone
      await until(async () => {
        await (await openScratch(settings, undefined)).close()
        return (await scratchDatabases(database, dead.pid)).length === 0
      })

      assert.equal((await scratchDatabases(database, alive.pid)).length, 2)
    } finally {
      await alive.kill()
      await (await openScratch(settings, undefined)).close()
    }
  })
})

test('databases of other hosts go when nobody holds their lock, and other names are left alone', async () => {
  await withDatabase(async (database) => {
    const far = { host: '00000000', pid: 999_999_999, start: 'abcdef' }
    const held = { ...far, use: '000001' }
    const names = [
      scratchName(held, 1),
      scratchName({ ...far, use: '000002' }, 1),
      'typetrek_scratch_of_mine',
    ]
    const tag = `${held.host}_${held.pid}_${held.start}_${held.use}`
    await database.query('SELECT pg_advisory_lock(hashtextextended($1, 1959))', [tag])
    for (const name of names) await database.query(`CREATE DATABASE ${name} TEMPLATE template0`)
    try {
      await (await openScratch(await settingsWith(database.url), undefined)).close()

      const rows = await database.query<{ datname: string }>(
        'SELECT datname FROM pg_database WHERE datname = ANY ($1) ORDER BY 1',
        [names],
      )
      assert.deepEqual(
        rows.map(({ datname }) => datname),
        [names[0], names[2]],
      )
    } finally {
      for (const name of names) await database.query(`DROP DATABASE IF EXISTS ${name}`)
    }
  })
})

test('a role without CREATEDB is told what it lacks', async () => {
  await withDatabase(async (database) => {
    const role = `poor_${database.name}`
    await database.query(`CREATE ROLE ${role} LOGIN`)
    try {
      const url = database.url.replace('postgres@', `${role}@`)
      const scratch = await openScratch(await settingsWith(url), undefined)
      const error = await failureOf(scratch.create())
      await scratch.close()

      assert.equal(error.code, 'SCRATCH_FAILED')
      assert.match(error.message, /^cannot create a scratch database on .*\(scratch\.url\)$/)
      assert.match(error.hint ?? '', /CREATEDB/)
    } finally {
      await database.query(`DROP ROLE ${role}`)
    }
  })
})

test('extensions of the settings are in every database, one that is not there is named', async () => {
  await withDatabase(async (database) => {
    const scratch = await openScratch(
      await settingsWith(
        database.url,
        'scratch.extensions = citext, "uuid-ossp"'.replaceAll('"', ''),
      ),
      undefined,
    )
    const { rows } = await (
      await (await scratch.create()).pool()
    ).query("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1")
    await scratch.close()
    const lacking = await openScratch(
      await settingsWith(database.url, 'scratch.extensions = postgis'),
      undefined,
    )
    const error = await failureOf(lacking.create())
    await lacking.close()

    assert.deepEqual(rows, [{ extname: 'citext' }, { extname: 'uuid-ossp' }])
    assert.equal(error.code, 'EXTENSION_MISSING')
    assert.equal(error.message, 'the scratch server has no extension "postgis"')
    assert.deepEqual(await scratchDatabases(database, process.pid), [])
  })
})

/** Settings that name a server, or none, with a home of their own for an embedded one. */
async function withHome(
  work: (settings: Settings, named: Settings) => Promise<void>,
): Promise<void> {
  const own = process.env['XDG_CACHE_HOME']
  const ini = {
    'development.ini': '[migration]\ntypeorm.url = postgres://nowhere/app',
    'migration/1_a.sql': 'CREATE TABLE a (id int)',
  }
  await withFolder(ini, async (cwd) => {
    process.env['XDG_CACHE_HOME'] = join(cwd, 'cache')
    try {
      const config = join(cwd, 'development.ini')
      const settings = await readSettings({ cwd: __dirname, config, env: {} })
      const here = { ...settings, here: __dirname }
      await withDatabase(async (database) => {
        const { scratch } = await settingsWith(database.url)
        await work(here, { ...here, scratch })
      })
    } finally {
      if (own === undefined) delete process.env['XDG_CACHE_HOME']
      else process.env['XDG_CACHE_HOME'] = own
    }
  })
}

async function serverFor(settings: Settings, major: number | undefined): Promise<unknown[]> {
  const scratch = await openScratch(settings, major)
  await scratch.close()
  return [scratch.major, scratch.own]
}

test("an embedded server of production's major version comes first, then scratch.url", async () => {
  await withHome(async (settings, named) => {
    const scratch = await openScratch(named, 16)
    const pool = await (await scratch.create()).pool()
    const { rows } = await pool.query<{ fsync: string; place: string }>(
      `SELECT current_setting('fsync') AS fsync, current_setting('data_directory') AS place`,
    )
    const inMemory = rows[0]?.place.startsWith('/dev/shm/typetrek-')
    const servers = {
      first: [scratch.major, scratch.own],
      notInstalled: await serverFor(named, 11),
      notKnown: await serverFor(named, undefined),
      preferred: await serverFor({ ...named, scratch: { ...named.scratch, prefer: 'url' } }, 16),
    }
    const stopping = { signal: new AbortController().signal, interrupted: () => new MigrationError('INTERRUPTED', 'stopped', { hint: '' }) } // oxfmt-ignore
    const seen: boolean[] = []
    const major = await withScratch(named, 16, stopping, (one) => {
      seen.push(one.own)
      if (one.own) return Promise.reject(new MigrationError('EXTENSION_MISSING', 'it has no postgis', { hint: '' })) // oxfmt-ignore
      return Promise.resolve(one.major)
    })
    await scratch.close()
    const error = await failureOf(openScratch(settings, 11))

    const url = [18, false]
    assert.deepEqual(servers, {
      first: [16, true],
      notInstalled: url,
      notKnown: url,
      preferred: url,
    })
    assert.equal(rows[0]?.fsync, 'off')
    assert.equal(inMemory, await hasMemory())
    assert.deepEqual([seen, major], [[true, false], 18])
    assert.equal(error.code, 'EMBEDDED_UNAVAILABLE')
    assert.match(error.hint ?? '', /npm install.*or set scratch\.url/)
  })
})

test("typetrek's own server drops what a command leaves, and has ready what the next one begins with", async () => {
  await withHome(async (settings) => {
    const first = await openScratch(settings, 16)
    const made = await first.create()
    await (await made.pool()).query('CREATE TABLE a ()')
    await first.close()
    const second = await openScratch(settings, 16)
    try {
      const databases = () =>
        second.rows<{ name: string; oid: number }>(
          `SELECT datname AS name, oid::int FROM pg_database WHERE datname LIKE 'typetrek%'`,
          [],
        )
      await until(async () => {
        const names = (await databases()).map(({ name }) => name)
        return names.length === 1 && names[0] === spareOf('template0')
      })
      const [spare] = await databases()
      const taken = await second.create()
      const after = await databases()
      const { rows } = await (
        await taken.pool()
      ).query(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`)

      assert.deepEqual(after, [{ name: taken.name, oid: spare!.oid }])
      assert.equal(rows.length, 0)

      // what the command line does after a script was written
      const { startProcess } = processIo()
      const next = nextCall(settings, second, 'empty')
      startProcess!(join(__dirname, '../../src/cli/prepare-process.js'), next)
      await until(async () => {
        const names = (await databases()).map(({ name }) => name)
        return names.filter((name) => /^typetrek_replayed_.*_rows_spare$/.test(name)).length === 1
      })
      const notes = `SELECT part FROM public.typetrek_notes WHERE name LIKE 'typetrek_replayed%' ORDER BY part`
      const parts = (await second.rows<{ part: string }>(notes, [])).map(({ part }) => part)
      assert.deepEqual(parts, ['items', 'reading', 'rows'])
      assert.equal(nextCall({ ...settings, scratch: { ...settings.scratch, keep: 0 } }, second, 'empty'), undefined) // oxfmt-ignore
    } finally {
      await second.close()
    }
    const { signal } = new AbortController()
    const other = join(process.env['XDG_CACHE_HOME']!, 'removed')
    process.env['XDG_CACHE_HOME'] = other
    await prepareNext({ settings, major: 16 }, usualLayout, signal)
    assert.equal(existsSync(other), false)
  })
})

/** As the server asks for it: a file system in memory with room for a large schema. */
async function hasMemory(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs('/dev/shm')
    return process.platform === 'linux' && bavail * bsize >= 2 * 2 ** 30
  } catch {
    return false // there is none
  }
}
