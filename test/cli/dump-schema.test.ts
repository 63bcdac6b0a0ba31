import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readScratchName } from '../../src/scratch/scratch-name'
import { withProject, type Project } from './project'

const scripts = {
  'migration/1_first.sql': 'CREATE TABLE users (id int PRIMARY KEY, name varchar(20));',
  'migration/2_more.sql':
    "CREATE TABLE team (id int PRIMARY KEY, name text); INSERT INTO team VALUES (1, 'a');\n" +
    'ALTER TABLE users ADD team_id int REFERENCES team;',
}

const schema = `-- The canonical schema: what the scripts in migration result in.
-- Written by migrate dump_schema, which overwrites it: put changes into a script.
-- Rows that scripts insert are not in it: team.

CREATE TABLE team (
  id integer NOT NULL,
  name text,
  CONSTRAINT team_pkey PRIMARY KEY (id)
);

CREATE TABLE users (
  id integer NOT NULL,
  name character varying(20),
  team_id integer,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_team_id_fkey FOREIGN KEY (team_id) REFERENCES team(id)
);
`

async function read({ cwd }: Project): Promise<string> {
  return readFile(join(cwd, 'schema.sql'), 'utf8')
}

test('the schema is written from the scripts, sets a database up, and leaves nothing to add', async () => {
  await withProject(scripts, async (project) => {
    const { run, cwd, database } = project
    const written = await run('dump_schema')
    const again = await run('dump_schema')
    const setUp = await run('setup')
    const added = await run('add_script x')
    const check = await run('dump_schema --check')

    assert.deepEqual([written.status, written.stdout], [0, 'schema.sql\n'], written.stderr)
    assert.equal(
      written.stderr,
      'note: Scripts insert rows into table team: a schema holds none, nor does setup make any.\n',
    )
    assert.equal(await read(project), schema)
    assert.equal(again.stdout, 'schema.sql is as it should be: nothing was written.\n')
    assert.equal(setUp.status, 0, setUp.stderr)
    assert.match(added.stdout, /^Nothing differs between the scripts and the canonical schema\./)
    assert.deepEqual(
      [check.status, check.stdout],
      [0, 'schema.sql builds what the scripts build.\n'],
    )
    assert.deepEqual(
      (await readdir(cwd)).filter((name) => name.startsWith('.schema')),
      [],
    )
    const names = await database.query<{ datname: string }>('SELECT datname FROM pg_database')
    const left = names.filter(({ datname }) => readScratchName(datname)?.pid === process.pid)
    assert.deepEqual(left, [])
  })
})

test('- prints the schema and writes nothing; so does a project without a schema', async () => {
  await withProject(scripts, async ({ run, cwd }) => {
    const stdout = await run('dump_schema -')
    const ini = await readFile(join(cwd, 'development.ini'), 'utf8')
    await writeFile(join(cwd, 'development.ini'), ini.replace(/^schema = .*$/m, ''))
    const none = await run('dump_schema --json')
    const check = await run('dump_schema --check')

    assert.deepEqual([stdout.status, stdout.stdout], [0, schema])
    const { result, text, filled } = JSON.parse(none.stdout) as Record<string, unknown>
    assert.deepEqual([result, text, filled], ['shown', schema, ['team']])
    assert.equal(check.status, 2)
    assert.match(check.stderr, /^error: the settings do not name schema\n/)
    assert.equal((await readdir(cwd)).includes('schema.sql'), false)
  })
})

test('--check tells what the file lacks, and exits with 3', async () => {
  const old = { 'schema.sql': scripts['migration/1_first.sql'] }
  await withProject({ ...scripts, ...old }, async ({ run, cwd }) => {
    const told = await run('dump_schema --check')
    await writeFile(join(cwd, 'schema.sql'), 'CREATE TABEL users ();')
    const broken = await run('dump_schema --check')
    await rm(join(cwd, 'schema.sql'))
    const absent = await run('dump_schema --check --json')

    assert.equal(told.status, 3)
    assert.match(
      told.stdout,
      /^schema\.sql builds another schema than the scripts\. It lacks:\n {2}CREATE TABLE team /,
    )
    assert.equal(broken.status, 1)
    assert.match(broken.stderr, /syntax error at or near "TABEL"\n {2}at schema\.sql:1:8\n/)
    assert.equal(absent.status, 3)
    const { result, difference, notes } = JSON.parse(absent.stdout) as Record<string, unknown>
    assert.deepEqual([result, difference, notes], ['differs', [], ['schema.sql is not there.']])
  })
})

test('a file that was written by hand is replaced after a yes only', async () => {
  await withProject({ ...scripts, 'schema.sql': '-- mine\n' }, async (project) => {
    const { run } = project
    const terminal = { stdin: true, stderr: true }
    const refused = await run('dump_schema')
    const shown = await run('dump_schema --dry-run')
    const mine = await read(project)
    const asked = await run('dump_schema', { terminal, input: 'y\n' })

    assert.equal(refused.status, 1)
    assert.match(
      refused.stderr,
      /^error: nothing was written, since schema\.sql was not written by dump_schema\n {2}at schema\.sql\nhint: Give --yes /,
    )
    assert.deepEqual([shown.stdout, mine], [schema, '-- mine\n'])
    assert.match(
      asked.stderr,
      /schema\.sql was not written by dump_schema\. Overwrite it\? \[y\/N\]/,
    )
    assert.equal(asked.stdout, 'schema.sql\n')
    assert.equal(await read(project), schema)
  })
})

test('a file written by hand that builds the same stays', async () => {
  const own = `-- by hand\n${Object.values(scripts).join('\n')}`
  await withProject({ ...scripts, 'schema.sql': own }, async (project) => {
    const { status, stdout, stderr } = await project.run('dump_schema')

    assert.deepEqual([status, stdout], [0, 'schema.sql is as it should be: nothing was written.\n'])
    assert.match(
      stderr,
      /^note: schema\.sql was written by hand, and builds what the scripts build/,
    )
    assert.equal(await read(project), own)
  })
})

test('another file may be named, in a folder that is not there; a link stays one, rights stay', async () => {
  await withProject(scripts, async ({ run, cwd }) => {
    const file = join(cwd, 'sql/deep/schema.sql')
    const written = await run('dump_schema sql/deep/schema.sql')
    await writeFile(file, schema.replace('name text', 'name int'))
    await chmod(file, 0o640)
    await symlink('sql/deep/schema.sql', join(cwd, 'link.sql'))
    const linked = await run('dump_schema link.sql --yes')

    assert.deepEqual([written.stdout, linked.stdout], ['sql/deep/schema.sql\n', 'link.sql\n'])
    assert.equal(await readFile(file, 'utf8'), schema)
    assert.equal((await stat(file)).mode & 0o777, 0o640)
  })
})

test('casts and text search are in the file', async () => {
  const odd = {
    'migration/2_cast.sql':
      'CREATE FUNCTION truth(text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;\n' +
      'CREATE CAST (text AS boolean) WITH FUNCTION truth(text);',
    'migration/3_search.sql':
      'CREATE TEXT SEARCH CONFIGURATION own (COPY = simple);\n' +
      "CREATE INDEX users_search ON users USING gin (to_tsvector('own', name));",
  }
  await withProject(odd, async (project) => {
    const { run } = project
    const written = await run('dump_schema')

    assert.equal(written.stderr, '')
    const text = await read(project)
    assert.match(text, /^CREATE CAST \(text AS boolean\) WITH FUNCTION truth\(text\);$/m)
    assert.match(text, /^CREATE TEXT SEARCH CONFIGURATION own \(PARSER = [^)]*\);[^]*USING gin/m)
    const checked = await run('dump_schema --check')
    assert.equal(checked.status, 0, checked.stdout)
  })
})

test('a schema that cannot be written, or scripts that fail, leave the file as it is', async () => {
  const odd = {
    'migration/2_base_type.sql':
      'CREATE TYPE own;\n' +
      "CREATE FUNCTION own_in(cstring) RETURNS own LANGUAGE internal IMMUTABLE STRICT AS 'int4in';\n" +
      "CREATE FUNCTION own_out(own) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';\n" +
      'CREATE TYPE own (INPUT = own_in, OUTPUT = own_out, LIKE = int4);\n' +
      'ALTER TABLE users ADD COLUMN own own;',
  }
  await withProject({ ...odd, 'schema.sql': schema }, async (project) => {
    const { run, cwd } = project
    const unwritable = await run('dump_schema')
    await writeFile(join(cwd, 'migration/3_bad.sql'), 'SELECT 1/0;')
    const failing = await run('dump_schema')
    await rm(join(cwd, 'migration'), { recursive: true })
    await mkdir(join(cwd, 'migration'))
    const empty = await run('dump_schema')

    assert.equal(unwritable.status, 1)
    assert.match(
      unwritable.stderr,
      /^error: the schema cannot be written as one file\n {2}a statement fails on the copy: type "own" is only a shell\n/,
    )
    assert.match(failing.stderr, /division by zero \(replayed on an empty scratch database\)/)
    assert.match(empty.stderr, /^error: .*\n/)
    assert.deepEqual([failing.status, empty.status], [1, 2])
    assert.equal(await read(project), schema)
  })
})

test('Ctrl-C stops it with nothing written', async () => {
  await withProject(scripts, async ({ run, cwd, database }) => {
    const { status, stderr } = await run('dump_schema --verbose', {
      onWrite: (text, send) => {
        if (text.startsWith('writing the schema')) send('SIGINT')
      },
    })

    assert.equal(status, 130, stderr)
    assert.match(stderr, /^error: stopped before the schema was written\n/m)
    assert.equal((await readdir(cwd)).includes('schema.sql'), false)
    const rows = await database.query<{ datname: string }>('SELECT datname FROM pg_database')
    const left = rows.filter(({ datname }) => readScratchName(datname)?.pid === process.pid)
    assert.deepEqual(left, [])
  })
})

const refused: readonly [argv: string, message: string][] = [
  ['dump_schema a.sql b.sql', 'dump_schema takes one file, found "b.sql" too'],
  ['dump_schema migration', '"migration" is a folder, and dump_schema takes the file to write'],
  ['dump_schema development.ini', 'settings file "development.ini" stands behind the command'],
  ['add_script development.ini x', 'settings file "development.ini" stands behind the command'],
  ['dump_schema - --check', '--check and - contradict each other'],
  ['dump_schema --from entities', 'dump_schema has no option --from'],
]

test('wrong calls are refused before anything is done', async () => {
  await withProject(scripts, async ({ run }) => {
    for (const [argv, message] of refused) {
      const { status, stderr } = await run(argv)

      assert.deepEqual([status, stderr.split('\n')[0]], [2, `error: ${message}`])
    }
  })
})
