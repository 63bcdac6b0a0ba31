import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readScratchName } from '../../src/scratch/scratch-name'
import { readFolder } from '../../src/script/folder/read-folder'
import { migrate } from '../support/cli'
import type { TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { until } from '../support/until'
import { first, withProject } from './project'
import { repositoryIn } from '../support/repository'

const wider = { 'schema.sql': 'CREATE TABLE users (id int PRIMARY KEY, name varchar(50));' }

test('a changed schema becomes a script that is proven, committed and applied', async () => {
  await withProject(wider, async ({ run, git, newest, cwd }) => {
    await run('upgrade')
    const added = await run('add_script longer names')
    const text = await newest()
    const upgraded = await run('upgrade')
    const again = await run('add_script nothing')
    const down = await run('downgrade')

    assert.deepEqual([added.status, added.stderr], [0, ''])
    assert.match(added.stdout, /^migration\/\d{14}_longer_names\.sql\ncommitted as [0-9a-f]{10}\n$/)
    assert.match(
      text,
      /^-- longer names\n--\n-- From the canonical schema, .*\n-- Proven with rows on PostgreSQL 18\.\n/,
    )
    assert.match(
      text,
      /\n-- MIGRATE UP\n\nALTER TABLE users ALTER COLUMN name TYPE character varying\(50\);\n/,
    )
    assert.match(await git('log', '-1', '--format=%s'), /^Add migration \d{14} longer names$/)
    assert.match(
      await git('show', '--name-only', '--format=', 'HEAD'),
      /^migration\/\d{14}_longer_names\.sql$/,
    )
    assert.equal(await git('status', '--porcelain'), '')
    assert.equal(upgraded.status, 0, upgraded.stderr)
    assert.deepEqual(again, {
      status: 0,
      stdout:
        'Nothing differs between the scripts and the canonical schema. No script is needed.\n',
      stderr: '',
      exits: [],
    })
    assert.equal((await readdir(join(cwd, 'migration'))).length, 2)
    assert.equal(down.status, 0, down.stderr)
  })
})

test('--dry-run shows the script and --check answers; both write nothing', async () => {
  await withProject(wider, async ({ run, git, cwd }) => {
    const shown = await run('add_script longer --dry-run')
    const check = await run('add_script --check')
    const asked = await run('add_script --check --json')
    await writeFile(join(cwd, 'schema.sql'), first['migration/1_first.sql'])
    const same = await run('add_script --check')

    assert.equal(shown.status, 0, shown.stderr)
    assert.match(shown.stdout, /^Would write:\nmigration\/\d{14}_longer\.sql\n {2}-- longer\n/)
    assert.match(shown.stdout, /Proven with rows/)
    assert.deepEqual([check.status, check.stdout.split('\n')[0]], [3, 'Something differs:'])
    assert.equal((JSON.parse(asked.stdout) as { result: string }).result, 'shown')
    assert.equal(same.status, 0, same.stderr)
    assert.deepEqual(await readdir(join(cwd, 'migration')), ['1_first.sql'])
    assert.equal(await git('rev-list', '--count', 'HEAD'), '1')
  })
})

const unlogged = {
  'migration/1_first.sql': 'CREATE TABLE users (id serial);',
  'schema.sql': 'CREATE TABLE users (id serial); ALTER SEQUENCE users_id_seq SET UNLOGGED;',
}

test('a difference that the comparison misses is found by the second reading, refused, and answers a check', async () => {
  await withProject(unlogged, async ({ run, cwd }) => {
    await run('upgrade')
    const added = await run('add_script unlogged')
    const check = await run('add_script --check')

    assert.equal(added.status, 1)
    assert.match(
      added.stderr,
      /^error: a difference is of a kind that add_script cannot write\n {2}sequence public\.users_id_seq is integer .+, not unlogged integer .+\nhint: Write a script for it by hand: add_script --from none makes an empty one\.\n$/,
    )
    assert.equal(check.status, 3, check.stderr)
    assert.match(check.stdout + check.stderr, /sequence public\.users_id_seq is .+, not/)
    assert.deepEqual(await readdir(join(cwd, 'migration')), ['1_first.sql'])
  })
})

const dropped = { 'schema.sql': 'CREATE TABLE users (id int PRIMARY KEY);' }

test('a loss needs --yes, and a check that meets one says that something differs', async () => {
  await withProject(dropped, async ({ run, newest, cwd }) => {
    const refused = await run('add_script no names')
    const check = await run('add_script --check')
    const before = await readdir(join(cwd, 'migration'))
    const agreed = await run('add_script no names --yes --json')

    assert.deepEqual([refused.status, check.status], [1, 3])
    assert.match(refused.stderr, /^error: the script would destroy data\n {2}.*users\.name/m)
    assert.deepEqual(before, ['1_first.sql'])
    assert.equal(agreed.status, 0, agreed.stderr)
    const document = JSON.parse(agreed.stdout) as Record<string, unknown>
    const { result, source, destructive, proven } = document
    assert.deepEqual([result, source, destructive, proven], ['added', 'schema', true, true])
    assert.match(await newest(), /-- The upgrade loses data: see the comments below\.\n/)
  })
})

test('on a terminal the question is asked, and the answer is taken', async () => {
  const renamed = {
    'schema.sql': 'CREATE TABLE users (id int PRIMARY KEY, full_name varchar(20));',
  }
  await withProject(renamed, async ({ run, newest }) => {
    const terminal = { stdin: true, stderr: true }
    const told = await run('add_script names --rename users.name:full_name --dry-run --no-verify')
    const open = await run('add_script names')
    const asked = await run('add_script names', { terminal, input: 'nonsense\n1\n' })
    assert.equal(asked.status, 0, asked.stderr)

    assert.match(told.stdout, /ALTER TABLE users RENAME COLUMN name TO full_name;/)
    assert.equal(open.status, 1)
    assert.match(open.stderr, /and run: migrate add_script names --rename users\.name:full_name\n/)
    assert.match(asked.stderr, /1 of 1 {2}column users\.name \(character varying\(20\)\) is gone/)
    assert.match(
      asked.stderr,
      /The same without questions:\n {2}migrate add_script names --rename users\.name:full_name\n/,
    )
    assert.match(asked.stderr, /"nonsense" is none of the choices\./)
    assert.match(await newest(), /RENAME COLUMN name TO full_name;/)
  })
})

test('-- was: in the schema renames without a question, once, and is then reported as stale', async () => {
  const schema = `CREATE TABLE customer ( -- was: users
    id int PRIMARY KEY,
    full_name varchar(20) -- was: name
  );`
  await withProject({ 'schema.sql': schema }, async ({ run, newest }) => {
    const added = await run('add_script names --no-verify')
    const again = await run('add_script again')

    assert.equal(added.status, 0, added.stderr)
    assert.match(
      await newest(),
      /ALTER TABLE users RENAME TO customer;\n.*RENAME COLUMN name TO full_name;/,
    )
    assert.equal(again.status, 0, again.stderr)
    assert.match(again.stderr, /can go: -- was: users in line 1 of schema\.sql\./)
    assert.match(again.stderr, /can go: -- was: name in line 3 of schema\.sql\./)
  })
})

test('a terminal that ends leaves the question open, and nothing is written', async () => {
  await withProject(dropped, async ({ run, cwd }) => {
    const terminal = { stdin: true, stderr: true }
    const { status, stderr } = await run('add_script x', { terminal, input: '' })

    assert.equal(status, 1)
    assert.match(stderr, /nothing was written, since a question was left open\n/)
    assert.ok(stderr.includes('[2]: \u001b[31m'), 'nothing moves while somebody types')
    assert.deepEqual(await readdir(join(cwd, 'migration')), ['1_first.sql'])
  })
})

test('pending, changed and unfinished scripts are told first', async () => {
  await withProject(wider, async ({ run, cwd }) => {
    await run('upgrade')
    await writeFile(join(cwd, 'migration/2_more.sql'), 'CREATE TABLE more ();')
    const pending = await run('add_script x')
    await rm(join(cwd, 'migration/2_more.sql'))
    await writeFile(join(cwd, 'migration/1_first.sql'), `${first['migration/1_first.sql']} --`)
    const changed = await run('add_script x')

    assert.deepEqual([pending.status, changed.status], [1, 1])
    assert.match(
      pending.stderr,
      /^error: a script is pending in database .*\n {2}2\nhint: Run migrate upgrade/,
    )
    assert.match(changed.stderr, /^error: applied scripts were changed since\n/)
  })
})

test('a database that cannot be reached, or has nothing yet, is said and is no hindrance', async () => {
  await withProject(wider, async ({ run, cwd }) => {
    const nothing = await run('add_script x --dry-run --no-verify')
    const ini = await readFile(join(cwd, 'development.ini'), 'utf8')
    await writeFile(
      join(cwd, 'development.ini'),
      ini.replace(/^typeorm\.url.*$/m, 'typeorm.url = postgres://localhost:1/app'),
    )
    const unreachable = await run('add_script x --dry-run --no-verify')

    assert.deepEqual([nothing.status, unreachable.status], [0, 0])
    assert.match(nothing.stderr, /^note: Nothing is applied in database .* yet/)
    assert.match(
      unreachable.stderr,
      /^note: cannot connect to database "app" at localhost:1: whether/,
    )
  })
})

test('a check is refused where there is nothing to compare the scripts with', async () => {
  const ini = '[migration]\ntypeorm.url = postgres://nowhere/app'
  await withFolder({ 'development.ini': ini }, async (cwd) => {
    for (const argv of ['add_script --check', 'add_script --check --from none']) {
      const { status, stdout, stderr } = await migrate(argv.split(' '), { cwd })
      assert.deepEqual([status, stdout], [2, ''])
      assert.match(stderr, /^error: there is nothing to compare the scripts with\n/)
    }
  })
})

test('--from none writes an empty script with samples, in every form, without a database', async () => {
  await withFolder(
    { 'development.ini': '[migration]\ntypeorm.url = postgres://nowhere/app' },
    async (cwd) => {
      const repository = repositoryIn(cwd)
      await repository.git('init', '--quiet')
      const run = (argv: string) => migrate(argv.split(' '), { cwd })
      const forms = [await run('add_script --from none --no-commit as sql')]
      forms.push(await run('add_script --from none --no-commit --ts as ts'))
      forms.push(await run('add_script --from none --no-commit --pair as pair'))

      for (const { status, stderr } of forms) assert.deepEqual([status, stderr], [0, ''])
      const scripts = await readFolder(join(cwd, 'migration'))
      assert.deepEqual(
        scripts.map(({ title, kind, files }) => [title, kind, files.length]),
        [
          ['as_sql', 'sql', 1],
          ['as_ts', 'ts', 1],
          ['as_pair', 'mixed', 3],
        ],
      )
      assert.match(
        await readFile(scripts[0]!.file, 'utf8'),
        /^-- as sql\n\n-- MIGRATE UP\n-- Write the upgrade here, in place of this line\.\n-- ALTER TABLE /,
      )
      assert.equal((await repository.git('diff', '--cached', '--name-only')).split('\n').length, 5)
    },
  )
})

for (const form of ['ts', 'pair']) {
  test(`--${form} writes TypeScript that goes up and down`, async () => {
    await withProject(wider, async ({ run, cwd, database }) => {
      await writeFile(join(cwd, 'tsconfig.json'), '{}')
      const added = await run(`add_script --${form} it's \`longer\` \${x}`)
      const up = await run('upgrade')
      const type = () =>
        database.query(
          `SELECT atttypmod - 4 AS n FROM pg_attribute WHERE attname = 'name' AND attrelid = 'users'::regclass`,
        )
      const wide = await type()
      const down = await run('downgrade')
      const narrow = await type()

      assert.deepEqual(
        [added.status, up.status, down.status],
        [0, 0, 0],
        added.stderr + up.stderr + down.stderr,
      )
      assert.deepEqual([wide, narrow], [[{ n: 50 }], [{ n: 20 }]])
    })
  })
}

const titles = [
  `it's "quoted"; DROP TABLE users --`,
  '🎉 émoji/slash\\back',
  'MIGRATE DOWN',
  'migrate: no-transaction',
  'two\nlines\r\nof it',
]

for (const title of titles) {
  test(`the title ${JSON.stringify(title)} harms neither the script nor the commit`, async () => {
    await withProject(wider, async ({ cwd, git, run }) => {
      const { status, stderr } = await migrate(['add_script', '--from', 'none', '--', title], {
        cwd,
      })
      assert.equal(status, 0, stderr)
      const { file } = (await readFolder(join(cwd, 'migration')))[1]!
      const written = (await readFile(file, 'utf8')).replace(
        '\n-- MIGRATE DOWN',
        'SELECT 1;\n\n-- MIGRATE DOWN',
      )
      await writeFile(file, `${written}SELECT 2;\n`)
      const upgraded = await run('upgrade')

      assert.equal(upgraded.status, 0, upgraded.stderr)
      assert.equal(
        (await git('log', '-1', '--format=%s')).replace(/^Add migration \d{14} /, ''),
        title.replaceAll(/\s+/g, ' '),
      )
      const [, script] = await readFolder(join(cwd, 'migration'))
      assert.ok(script?.downgrade)
      assert.equal(script.upgrade?.options.transaction, true)
    })
  })
}

test('--with-schema takes the changed schema along; else it is told', async () => {
  await withProject({ 'schema.sql': first['migration/1_first.sql'] }, async ({ cwd, git, run }) => {
    await writeFile(join(cwd, 'schema.sql'), wider['schema.sql'])
    await writeFile(join(cwd, 'staged.txt'), '')
    await git('add', 'staged.txt')
    const shown = await run('add_script longer --with-schema --message Wider')

    assert.equal(shown.status, 0, shown.stderr)
    assert.equal(await git('log', '-1', '--format=%s'), 'Wider')
    assert.equal(await git('status', '--porcelain'), 'A  staged.txt')
    assert.match(
      await git('show', '--name-only', '--format=', 'HEAD'),
      /^migration\/.*\nschema\.sql$/,
    )
  })
})

test('what git refuses leaves the script, with exit status 1 and what to do', async () => {
  await withProject(wider, async ({ cwd, git, run }) => {
    await git('checkout', '--quiet', '--detach')
    const { status, stderr } = await run('add_script longer')

    assert.equal(status, 1)
    assert.match(
      stderr,
      /^error: the script is written, but HEAD is detached.*\n {2}at migration\/\d{14}_longer\.sql\n/,
    )
    assert.equal((await readdir(join(cwd, 'migration'))).length, 2)
    assert.match(await git('status', '--porcelain'), /^\?\? migration\//)
  })
})

test('a script that another command adds meanwhile is told, and nothing is written', async () => {
  await withProject(wider, async ({ run, cwd }) => {
    const { status, stderr } = await run('add_script longer --verbose', {
      onWrite: (text) => {
        if (!text.startsWith('proving the script')) return
        writeFileSync(join(cwd, 'migration/20990101000000_other.sql'), 'SELECT 1;')
      },
    })

    assert.equal(status, 1)
    assert.match(
      stderr,
      /^error: another script was added meanwhile\n {2}at migration\/20990101000000_other\.sql\n/m,
    )
    const names = await readdir(join(cwd, 'migration'))
    assert.deepEqual(names.toSorted(), ['1_first.sql', '20990101000000_other.sql'])
  })
})

test('vcs = none leaves git alone', async () => {
  await withProject(
    { ...wider, 'setup.cfg': '[migration]\nvcs = none\n' },
    async ({ git, run }) => {
      const { status, stdout } = await run('add_script longer')

      assert.equal(status, 0)
      assert.match(stdout, /^migration\/\d{14}_longer\.sql\n$/)
      assert.match(await git('status', '--porcelain'), /^\?\? migration\//)
    },
  )
})

test("a command's SQL is taken as it is; its diff becomes a script with the diff above", async () => {
  await withProject(
    { ...wider, 'old.sql': first['migration/1_first.sql'] },
    async ({ cwd, run, newest }) => {
      const set = (command: string) =>
        writeFile(join(cwd, 'setup.cfg'), `[migration]\nvcs = none\nschema_diff_cmd = ${command}\n`)
      await set('echo "ALTER TABLE users  ADD more int -- as it is"')
      const sql = await run('add_script more')
      const text = await newest()
      const users = (type: string) =>
        `CREATE TABLE users (id int PRIMARY KEY, name ${type}, more int);`
      await writeFile(join(cwd, 'old.sql'), users('varchar(20)'))
      await writeFile(join(cwd, 'schema.sql'), users('varchar(50)'))
      await set('diff -u old.sql schema.sql')
      const diff = await run('add_script longer --from command')
      const longer = await newest()
      await set('true')
      const nothing = await run('add_script nothing')

      assert.equal(sql.status, 0, sql.stderr)
      assert.match(
        text,
        /\n-- From schema_diff_cmd\.\n[^]*\n-- MIGRATE UP\nALTER TABLE users {2}ADD more int -- as it is\n\n-- MIGRATE DOWN\n/,
      )
      assert.equal(diff.status, 0, diff.stderr)
      assert.match(
        longer,
        /\n-- -CREATE TABLE users \(id int PRIMARY KEY, name varchar\(20\), more int\);\n[^]*-- MIGRATE UP\n\nALTER TABLE users /,
      )
      assert.equal(
        nothing.stdout,
        'schema_diff_cmd says that nothing differs. No script is needed.\n',
      )
    },
  )
})

const ownScratch = ({ datname }: { datname: string }) =>
  readScratchName(datname)?.pid === process.pid

/** Waits until a script sleeps in a scratch database of this process. */
async function untilReplaying({ query }: TestDatabase): Promise<void> {
  const asleep = "SELECT datname FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
  await until(async () => (await query<{ datname: string }>(asleep)).some(ownScratch))
}

const phases: readonly [phase: string, script: string, reached: typeof untilReplaying][] = [
  ['replaying the scripts', 'SELECT pg_sleep(600);', untilReplaying],
  ['comparing', 'SELECT 1;', () => Promise.resolve()],
  ['proving the script on a copy', 'SELECT 1;', () => Promise.resolve()],
]

for (const [phase, script, reached] of phases) {
  test(`a SIGINT while it is ${phase} leaves no script and no scratch database`, async () => {
    const files = { ...wider, 'migration/2_b.sql': script }
    await withProject(files, async ({ run, cwd, database }) => {
      let sent = false
      const { status, stderr } = await run('add_script longer --verbose', {
        onWrite: (text, send) => {
          if (sent || !text.includes(phase)) return
          sent = true
          void reached(database).then(() => send('SIGINT'))
        },
      })

      assert.equal(status, 130, stderr)
      assert.match(stderr, /error: /)
      assert.deepEqual(await readdir(join(cwd, 'migration')), ['1_first.sql', '2_b.sql'])
      const rows = await database.query<{ datname: string }>('SELECT datname FROM pg_database')
      assert.deepEqual(rows.filter(ownScratch), [])
    })
  })
}

const refused: readonly [argv: string, message: string][] = [
  ['add_script', 'add_script needs a title'],
  ['add_script x --from schemas', '--from schemas is no source'],
  ['add_script x --ts --pair', '--ts and --pair contradict each other'],
  ['add_script x --rename users', '--rename cannot be read: users'],
  ['add_script x --from entities', 'the settings do not name typeorm.entities'],
]

for (const [argv, message] of refused) {
  test(`"${argv}" is refused`, async () => {
    await withFolder(
      { 'development.ini': '[migration]\ntypeorm.url = postgres://nowhere/app' },
      async (cwd) => {
        await mkdir(join(cwd, 'migration'))
        const { status, stderr } = await migrate(argv.split(' '), { cwd })

        assert.equal(stderr.split('\n')[0], `error: ${message}`)
        assert.equal(status, 2)
      },
    )
  })
}

test('a diff whose file is not committed is compared with the scripts, and written once', async () => {
  const files = {
    'schema.sql': first['migration/1_first.sql'],
    'setup.cfg': '[migration]\nvcs = git\nschema_diff_cmd = git diff schema.sql\n',
  }
  await withProject(files, async ({ run, git, newest, cwd }) => {
    await writeFile(join(cwd, 'schema.sql'), wider['schema.sql'])
    const added = await run('add_script longer')
    const upgraded = await run('upgrade')
    const again = await run('add_script again')
    await writeFile(
      join(cwd, 'schema.sql'),
      'CREATE TABLE users (id int PRIMARY KEY, name varchar(50), more int);',
    )
    const next = await run('add_script more --with-schema')
    const last = await run('upgrade')

    assert.equal(added.status, 0, added.stderr)
    assert.match(added.stderr, /schema\.sql is not committed: --with-schema takes it along\./)
    assert.equal(upgraded.status, 0, upgraded.stderr)
    assert.equal(again.status, 0, again.stderr)
    assert.match(again.stdout, /No script is needed/)
    assert.match(again.stderr, /schema\.sql is not committed/)
    assert.equal(next.status, 0, next.stderr)
    const up = (await newest()).split('-- MIGRATE UP')[1] ?? ''
    assert.match(up, /ADD COLUMN more integer;/)
    assert.doesNotMatch(up, /TYPE/)
    assert.equal(last.status, 0, last.stderr)
    assert.equal(await git('status', '--porcelain'), '')
  })
})

test('--edit opens the script before the commit, and what is saved is proven', async () => {
  await withProject(wider, async ({ cwd, run, git, newest }) => {
    const editor = (script: string) => ({ env: { ...process.env, VISUAL: '', EDITOR: script } })
    const none = await run('add_script --edit longer', { env: {} })
    const failed = await run('add_script --edit longer', editor('false'))
    const emptied = await run('add_script --edit longer', editor('truncate -s 0'))
    const wrong = await run('add_script --edit longer', editor('sed -i s/50/40/g'))
    const before = await readdir(join(cwd, 'migration'))
    const saved = await run(
      'add_script --edit longer',
      editor("sed -i 's/^-- MIGRATE UP/&\\nUPDATE users SET name = upper(name);/'"),
    )
    const text = await newest()
    const shown = await run('add_script --edit more --dry-run', editor('true'))

    assert.match(none.stderr, /^error: --edit needs an editor\n/)
    assert.equal(none.status, 2)
    assert.match(failed.stderr, /^error: nothing was written, since the editor ended with 1\n/m)
    assert.match(emptied.stderr, /nothing was written, since nothing is left of the script/)
    assert.match(
      wrong.stderr,
      /^error: the script does not do what it should\n {2}The upgrade leaves a difference/m,
    )
    assert.match(wrong.stderr, /varying\(40\)/)
    assert.deepEqual(before, ['1_first.sql'])
    assert.equal(saved.status, 0, saved.stderr)
    assert.match(text, /^UPDATE users SET name = upper\(name\);$/m)
    assert.match(await git('show', '--format=%s'), /^Add migration \d+ longer$[^]*^\+UPDATE users/m)
    assert.match(shown.stderr, /--edit and --dry-run contradict each other/)
  })
})

test('--edit of an empty script proves what was written into it', async () => {
  await withProject({}, async ({ run, newest }) => {
    const editor = (script: string) => ({ env: { ...process.env, VISUAL: script } })
    const line = 'add_script --from none --edit by hand'
    const wrong = await run(line, editor('sed -i 1i\\\\SELCT'))
    const right = await run(line, editor('sh -c \'echo "UPDATE users SET name = 1" > $1\' sh'))

    assert.match(
      wrong.stderr,
      /^error: the script does not do what it should\n {2}The upgrade fails: /m,
    )
    assert.equal(right.status, 1, right.stderr)
    assert.match(right.stderr, /The downgrade fails: /)
    const both = await run(
      line,
      editor(
        'sh -c \'printf "%s\\n" "-- MIGRATE UP" "UPDATE users SET name = 1;" "-- MIGRATE DOWN" "SELECT 1;" > $1\' sh',
      ),
    )
    assert.equal(both.status, 0, both.stderr)
    assert.match(await newest(), /^UPDATE users SET name = 1;$/m)
  })
})

test('add_migration_script takes the title first and the settings file last, as nous.migration did', async () => {
  await withProject(wider, async ({ run, git }) => {
    const added = await run('add_migration_script longer development.ini')
    const twice = await run('development.ini add_migration_script longer development.ini')

    assert.match(added.stdout, /^migration\/\d{14}_longer\.sql\ncommitted as /)
    assert.match(await git('log', '-1', '--format=%s'), /longer$/)
    assert.match(twice.stderr, /settings file "development.ini" .*contradict each other/)
  })
})

test('another version control program is called by its name: add, then commit', async (t) => {
  const version = await promisify(execFile)('fossil', ['version']).catch(() => undefined)
  if (!version) return t.skip('fossil is not installed')
  await withFolder({ 'migration/1_a.sql': 'SELECT 1' }, async (cwd) => {
    const env = { ...process.env, HOME: cwd, USER: 'ann' }
    const fossil = async (...args: string[]) =>
      (await promisify(execFile)('fossil', args, { cwd, env })).stdout
    await fossil('init', 'repository.fossil')
    await fossil('open', '-f', 'repository.fossil')
    await fossil('user', 'default', 'ann').catch(() => '')
    const ini = '[migration]\ntypeorm.url = postgres://u@h/d\nvcs = VCS\n'
    const run = async (vcs: string, line: string) => {
      await writeFile(join(cwd, 'development.ini'), ini.replace('VCS', vcs))
      return migrate(line.split(' '), { cwd })
    }
    const added = await run('fossil', 'add_script --from none by name')
    const absent = await run('no-such-vcs', 'add_script --from none another')
    const only = await run('fossil', 'add_script --from none --no-commit a third')

    assert.equal(added.status, 0, added.stderr)
    assert.match(await fossil('timeline', '-n', '1'), /Add migration \d{14} by name/)
    assert.equal(absent.status, 1)
    assert.match(
      absent.stderr,
      /^error: the script is written, but there is no program no-such-vcs\n/,
    )
    assert.equal(only.status, 0, only.stderr)
    assert.match(await fossil('changes'), /ADDED +migration\/\d{14}_a_third\.sql/)
  })
})
