import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandTable } from '../../src/cli/commands'

type CommandName = keyof typeof commandTable
import { cutOff } from '../run/cut-off'
import { migrate, type CliResult, type Surroundings } from '../support/cli'
import { JsonTypes } from '../support/json-types'
import { until } from '../support/until'
import { withApplication } from './application'
import { withProject } from './project'

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'json.md'), 'utf8')
const types = new JsonTypes(page)
const typeOfCommand = rowsOf('Document')
const typeOfEvent = new Map(
  Array.from(
    page.matchAll(/^\| `(\w+)` +\| `([A-Z]\w+)` +\| [a-z].*\|$/gm),
    ([, event = '', type = '']) => [event, type],
  ),
)
/** `upgrade success`: what was seen of each command. */
const seen = new Set<string>()

function rowsOf(suffix: string): Map<string, string> {
  const rows = page.matchAll(new RegExp(`^\\| \`(\\w+)\` +\\| \`(\\w+${suffix})\` +\\|$`, 'gm'))
  return new Map(Array.from(rows, ([, name = '', type = '']) => [name, type]))
}

interface Document {
  outcome: string
  exitStatus: number
  [key: string]: unknown
}

/** Checks what a command wrote with `--json` against the page. */
function checked(line: string, { status, stdout }: CliResult): Document {
  const document = JSON.parse(stdout) as Document
  const command = line.split(' ').find((word) => Object.hasOwn(commandTable, word)) ?? ''
  const isPlan = line.includes('--dry-run') && typeOfCommand.get(command)?.match(/^(?:Run|SetUp)/)
  const type =
    document.outcome === 'error'
      ? 'Failure'
      : isPlan
        ? 'PlanDocument'
        : (typeOfCommand.get(command) ?? 'none')
  assert.deepEqual(types.check(document, type), [], line)
  assert.equal(document.exitStatus, status, line)
  assert.equal(document.outcome, status === 0 ? 'success' : status === 3 ? 'no' : 'error', line)
  seen.add(`${command} ${document.outcome}`)
  return document
}

async function documentOf(
  run: (line: string, more?: Partial<Surroundings>) => Promise<CliResult>,
  line: string,
): Promise<Document> {
  return checked(line, await run(`${line} --json`))
}

const scripts = {
  'migration/1_a.sql': '-- MIGRATE UP\nCREATE TABLE a (i int);\n-- MIGRATE DOWN\nSELECT 1/0;\n',
  'migration/2_b.sql': '-- MIGRATE UP\nSELECT 2;\n-- MIGRATE DOWN\nSELECT 2;\n',
  'migration/3_c.sql': 'SELECT 3;\n',
  'migration/4_wrong.sql': "SELECT 4;\nDO $$ BEGIN PERFORM lenght('x'); END $$;\n",
  'schema.sql': 'CREATE TABLE a (i int);\n',
}

test('the documents of commands that change the database are those of docs/json.md', async () => {
  await withApplication(scripts, async ({ run }) => {
    const lines = [
      'plan',
      'plan downgrade',
      'dry_upgrade',
      'dry_downgrade',
      'setup --dry-run',
      'upgrade 1 --dry-run',
      'upgrade 1',
      'setup',
      'to 2',
      'downgrade',
      'skip',
      'mark 3',
      'upgrade',
      'rebuild',
      'downgrade 0',
      'to 0',
      'plan downgrade 0',
      'dry_downgrade 0',
      'mark 99',
      'skip 1',
      'plan 99',
      'dry_upgrade 99',
    ]
    for (const line of lines) await documentOf(run, line)
    const { steps } = await documentOf(run, 'upgrade')
    assert.equal((steps as unknown[]).length, 1)
  })
})

test('what is adopted, and told TypeORM, is as docs/json.md says', async () => {
  await withApplication(scripts, async ({ cwd, database, run }) => {
    await database.query(
      'CREATE TABLE migrations (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL)',
    )
    await documentOf(run, 'adopt')
    await database.query('INSERT INTO migrations ("timestamp", name) VALUES (1, \'a\')')
    const { marked } = await documentOf(run, 'adopt')
    assert.deepEqual(marked, [{ revision: '1', title: 'a' }])
    await documentOf(run, 'adopt --export')
    await documentOf(run, 'doctor')
    await writeFile(join(cwd, 'migration/stray.sql'), 'SELECT 1;')
    await documentOf(run, 'doctor')
    await rm(join(cwd, 'migration/stray.sql'))
    await documentOf(run, 'manifest dist')
    await documentOf(run, 'bundle out/bundle.cjs')
    await documentOf(run, 'init')
    await writeFile(join(cwd, 'package.json'), '{}')
    await documentOf(run, 'other.ini init')
  })
})

test('a plan that would run SQL of the journal is as docs/json.md says', async () => {
  await withApplication(scripts, async ({ cwd, run }) => {
    await run('upgrade 2')
    await rm(join(cwd, 'migration/2_b.sql'))
    const { steps } = await documentOf(run, 'plan downgrade')
    assert.equal((steps as { sql: string }[])[0]?.sql, 'SELECT 2;\n')
  })
})

test('the documents of commands that only look are those of docs/json.md', async () => {
  await withApplication(scripts, async ({ cwd, database, run }) => {
    await run('upgrade 1')
    await run('downgrade')
    await run('upgrade')
    await cutOff(database, 6)
    await writeFile(join(cwd, 'migration/6_e.sql'), '-- migrate: no-transaction\nSELECT 6;\n')
    await rm(join(cwd, 'migration/2_b.sql'))
    await writeFile(join(cwd, 'migration/3_c.sql'), 'SELECT 33;\n')
    await writeFile(join(cwd, 'migration/7_f.sql'), 'SELECT 7;\n')

    const status = await documentOf(run, 'status --check')
    const lists = ['applied', 'pending', 'failed', 'unfinished', 'missing', 'changed']
    assert.deepEqual(
      lists.map((list) => (status[list] as { revision: string }[]).map((one) => one.revision)),
      [['1'], ['7'], ['4'], ['6'], ['2'], ['3']],
    )
    const lines = [
      'list',
      'errors',
      'trace 1',
      'trace 99',
      'next_version',
      'status --current',
      'status',
      'url',
      'environ',
      'repair',
      'repair 3 --yes',
      'touch 7',
      'touch 1',
      'touch 1 --force --yes --dry-run',
    ]
    for (const line of [...lines, 'version', 'rebuild 6 --done --dry-run', 'rebuild 6 --done']) {
      await documentOf(run, line)
    }
    const [failure] = (await documentOf(run, 'errors --limit 1'))['entries'] as { id: string }[]
    await documentOf(run, `trace ${failure?.id}`)
  })
})

test('the documents about a migrator that is at work are those of docs/json.md', async () => {
  await withApplication({ 'migration/1_a.sql': 'SELECT pg_sleep(60)' }, async ({ run }) => {
    const running = run('upgrade --json')
    let status: Document | undefined
    await until(async () => {
      status = await documentOf(run, 'status')
      return (status['running'] as { revision?: string } | null)?.revision === '1'
    })
    assert.deepEqual(status?.['pending'], [])
    await documentOf(run, 'unlock')
    const { ended } = await documentOf(run, 'unlock --terminate --yes')
    assert.equal((ended as unknown[]).length, 2)
    const { error } = checked('upgrade', await running)
    assert.match((error as { code: string }).code, /_LOST$/)
  })
})

test('the documents of commands that write files are those of docs/json.md', async () => {
  const table = 'CREATE TABLE users (id int PRIMARY KEY, name varchar(20)); CREATE SEQUENCE s;'
  const schema = table.replace('20', '50')
  const files = { 'migration/1_first.sql': table, 'schema.sql': schema }
  await withProject(files, async ({ run, cwd, database }) => {
    await documentOf(run, 'drift')
    await database.query('CREATE TABLE extra ()')
    await documentOf(run, 'drift')
    await database.query('DROP TABLE extra')
    const renamed = schema.replace('PRIMARY', 'CONSTRAINT users_id $&').replace(' s;', ' t;')
    await writeFile(join(cwd, 'schema.sql'), renamed)
    const { undecided } = await documentOf(run, 'align --dry-run')
    assert.equal((undecided as unknown[]).length, 1)
    await writeFile(join(cwd, 'schema.sql'), schema)
    await documentOf(run, 'dump_schema --check')
    await documentOf(run, 'add_script --check')
    await documentOf(run, 'add_script wider --dry-run')
    await documentOf(run, 'add_script wider')
    await documentOf(run, 'add_migration_script wider development.ini')
    await documentOf(run, 'prove --dry-run')
    await documentOf(run, 'dump_schema -')
    await documentOf(run, 'dump_schema --yes')
    await documentOf(run, 'generate more --dry-run')
    await documentOf(run, 'generate more')
    await rm(join(cwd, 'migration'), { recursive: true })
    await mkdir(join(cwd, 'migration'))
    await writeFile(join(cwd, 'migration/1_a.sql'), 'CREATE TABLE a (i int)')
    await writeFile(join(cwd, 'migration/2_b.sql'), 'CREATE TABLE b (i int)')
    await documentOf(run, 'squash 1 2 both --dry-run')
    await documentOf(run, 'squash 1 9')
    await writeFile(join(cwd, 'migration/99_wrong.sql'), 'SELCT 1;')
    await documentOf(run, 'dump_schema')
  })
})

test('a command that fails before anything begins writes a document too', async () => {
  await withApplication({}, async ({ cwd }) => {
    const run = (line: string) => migrate(line.split(' '), { cwd })
    for (const command of withOption('json')) {
      const words = { to: '5', trace: '5', generate: 'x', touch: '5', squash: '1 2' }
      const given = words[command as keyof typeof words] ?? (command.startsWith('add_') && 'x')
      const word = given ? ` ${given}` : ''
      const line = `absent.ini ${command}${word}`
      const others: Record<string, string> = { version: 'version x', init: 'development.ini init' }
      const asked = others[command] ?? line
      const { database, error } = await documentOf(run, asked)
      assert.equal(database, null)
      assert.match((error as { code: string }).code, /^(?:SETTINGS_NOT_FOUND|USAGE)$/)
    }
  })
})

test('with --log json stderr has one event a line, and stdout is what it is without', async () => {
  await withApplication(scripts, async ({ run }) => {
    const events = await eventsOf(run, 'upgrade --json --log json --verbose')
    const said = events.filter(({ event }) => !['statement', 'note'].includes(event))
    const named = said.map(({ event, revision }) => (revision ? `${event} ${revision}` : event))
    const ends = ['finished 1', 'finished 2', 'finished 3', 'failed 4']
    assert.deepEqual(
      named.filter((one) => !one?.startsWith('started ')),
      ['run_started', 'planned', ...ends, 'error', 'run_ended'],
    )
    for (const one of ['1', '2', '3']) {
      assert.equal(named.indexOf(`started ${one}`) + 1, named.indexOf(`finished ${one}`))
    }
    const { stdout } = await run('status --log json')
    assert.equal(stdout, (await run('status')).stdout)
    assert.equal((await eventsOf(run, 'status --json --log json --check')).length, 2)
  })
})

test('MIGRATE_LOG=json is the same, and --log comes before it', async () => {
  await withApplication(scripts, async ({ run }) => {
    const env = { MIGRATE_LOG: 'json' }
    const events = await eventsOf(run, 'upgrade 1', { env })
    assert.equal(events.at(-1)?.event, 'run_ended')
    assert.equal(events.at(-1)?.['exitStatus'], 0)
    const { stderr } = await run('upgrade 2 --log text', { env })
    assert.match(stderr, /^database "/)
    const quiet = await eventsOf(run, 'upgrade --quiet', { env })
    assert.deepEqual([...new Set(quiet.map(({ level }) => level))], ['error'])
  })
})

test('notices, what a script says, waiting and trying again are events', async () => {
  const files = {
    'migration/1_a.sql': 'CREATE TABLE a (i int)',
    'migration/3_c.sql': 'SELECT 3',
    'migration/4_d.sql': "DO $$ BEGIN RAISE WARNING 'careful'; END $$",
    'migration/5_e.sql': 'ALTER TABLE a ADD j int',
  }
  await withApplication(files, async ({ cwd, database, run }) => {
    await run('upgrade 3')
    await writeFile(join(cwd, 'migration/2_b.sql'), 'SELECT 2')
    const said = await eventsOf(run, 'upgrade 4 --log json')
    const blocker = await database.client()
    await blocker.query('BEGIN; LOCK TABLE a')
    const retried = await eventsOf(run, 'upgrade --lock-timeout 20ms --log json', {
      onWrite: (text) => {
        if (text.includes('"event":"retry"')) void blocker.query('ROLLBACK')
      },
    })
    const holder = await database.client()
    const { lockKey } = await import('../../src/run/lock/advisory-key.js')
    const key = lockKey({ schema: 'public', table: 'migration_journal' })
    await holder.query(`BEGIN; SELECT pg_advisory_xact_lock(${key})`)
    await writeFile(join(cwd, 'migration/6_f.sql'), 'SELECT 6')
    const waited = await eventsOf(run, 'upgrade --lock-wait 100ms --log json')
    const noted = await eventsOf(run, 'postgres://me:hunter22@db/app url --log json')

    const names = (events: readonly LogEvent[]) => events.map(({ event }) => event)
    assert.ok(names(said).includes('notice') && names(said).includes('message'))
    assert.equal(said.find(({ event }) => event === 'message')?.level, 'warn')
    assert.ok(names(retried).includes('retry'))
    assert.ok(names(waited).includes('waiting'))
    assert.deepEqual(names(noted), ['run_started', 'note', 'run_ended'])
    assert.doesNotMatch(JSON.stringify(noted), /hunter22/)
  })
})

test('wrong settings and wrong calls are events, and so is a wrong format refused', async () => {
  await withApplication({}, async ({ run }) => {
    const settings = await eventsOf(run, 'absent.ini status --log json')
    assert.deepEqual(
      settings.map(({ event }) => event),
      ['run_started', 'error', 'run_ended'],
    )
    const call = await eventsOf(run, 'upgrad --log=json')
    assert.deepEqual(
      call.map(({ event }) => event),
      ['error'],
    )
    const { status, stderr } = await run('status --log jsn')
    assert.equal(status, 2)
    assert.equal(stderr, 'error: --log is neither text nor json: "jsn"\nhint: Did you mean json?\n')
  })
})

interface LogEvent {
  event: string
  level: string
  revision?: string
  [key: string]: unknown
}

async function eventsOf(
  run: (line: string, more?: Partial<Surroundings>) => Promise<CliResult>,
  line: string,
  more: Partial<Surroundings> = {},
): Promise<LogEvent[]> {
  const terminal = { stdin: true, stdout: true, stderr: true }
  const { stderr } = await run(line, { terminal, ...more })
  return stderr
    .trimEnd()
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => {
      const event = JSON.parse(text) as LogEvent
      assert.deepEqual(types.check(event, typeOfEvent.get(event.event) ?? 'none'), [], text)
      seen.add(`event ${event.event}`)
      return event
    })
}

function withOption(option: 'json'): CommandName[] {
  const commands = Object.keys(commandTable) as CommandName[]
  return commands.filter((name) =>
    (commandTable[name].options as readonly string[]).includes(option),
  )
}

test('docs/json.md states every command with --json, and every key that it states was seen', () => {
  assert.deepEqual([...typeOfCommand.keys()].toSorted(), withOption('json').toSorted())
  const expected = withOption('json').flatMap((name) => [`${name} success`, `${name} error`])
  const checks = ['drift no', 'status no', 'add_script no', 'dump_schema no', 'repair no']
  assert.deepEqual(
    [...expected, ...checks].filter((one) => !seen.has(one)),
    [],
  )
  assert.deepEqual(
    [...typeOfEvent.keys()].filter((event) => !seen.has(`event ${event}`)),
    [],
  )
  assert.deepEqual(types.unseen(), [])
})
