import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { few } from '../support/scope'
import { hostileSql } from '../support/hostile'
import { withHostilePlace, type HostilePlace } from '../support/hostile-place'

const hostile = hostileSql({ few: true })

const before = `CREATE TYPE public.kind AS ENUM ('a', 'b');
CREATE TABLE public.t (id int PRIMARY KEY, parent int REFERENCES public.t, v varchar(20), k public.kind NOT NULL DEFAULT 'a', n int, at timestamptz);
CREATE TABLE public.u (x int);`

const after = `CREATE TYPE public.kind AS ENUM ('b', 'c');
CREATE TABLE public.t (id bigint PRIMARY KEY, parent bigint REFERENCES public.t, label varchar(20), k public.kind NOT NULL DEFAULT 'b', n text, at timestamptz, extra int NOT NULL);
CREATE SEQUENCE public.u_x_seq OWNED BY NONE;
CREATE TABLE public.u (x int NOT NULL DEFAULT nextval('public.u_x_seq'));`

const files = { 'migration/1_a.sql': `${hostile}\n${before}`, 'schema.sql': `${hostile}\n${after}` }

const answers = '--rename t.v:label --map kind.a=b --backfill t.extra=1 --backfill u.x=1 --yes'

async function newestScripts(cwd: string): Promise<string> {
  const names = (await readdir(join(cwd, 'migration'))).filter((name) => name.startsWith('2'))
  const texts = names.toSorted().map((name) => readFile(join(cwd, 'migration', name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

async function addAndRun(place: HostilePlace, options: string): Promise<string> {
  const upgraded = await place.run('upgrade')
  assert.equal(upgraded.status, 0, upgraded.stderr)
  const added = await place.run(`add_script next ${options} ${answers}`)
  assert.equal(added.status, 0, added.stdout + added.stderr)
  const text = await newestScripts(place.cwd)
  for (const command of ['upgrade', 'downgrade 1', 'upgrade']) {
    const { status, stderr } = await place.run(command)
    assert.equal(status, 0, `${command}: ${stderr}\n${text}`)
  }
  await place.assertUntouched()
  return text
}

for (const major of [14, 18]) {
  for (const options of few(major === 14 ? [''] : [], ['', '--online']))
    test(`PostgreSQL ${major}: add_script ${options} calls no operator or function that a script put into public, nor does what it writes`, async () => {
      await withHostilePlace(files, { major }, async (place) => {
        const text = await addAndRun(place, options)

        assert.match(text, /Proven with rows/)
        assert.match(text, /RENAME (?:COLUMN )?v TO label/)
      })
    })

  test(`PostgreSQL ${major}: dump_schema calls none either`, async () => {
    await withHostilePlace(files, { major }, async (place) => {
      await writeFile(join(place.cwd, 'schema.sql'), '')
      const { status, stdout, stderr } = await place.run('dump_schema --yes')

      assert.doesNotMatch(stdout + stderr, /hostile code ran/)
      assert.equal(status, 0, stdout + stderr)
    })
  })
}
