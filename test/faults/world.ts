import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MigrationError } from '../../src/errors'
import type { Request } from '../../src/plan/plan'
import type { MigratorFixture } from '../support/migrator'
import { kinds, type Model, nameOf, type Outcome, type Wish, type Written } from './model'

const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')
const ours = "application_name LIKE 'typetrek %' AND datname = current_database()"

/** Which of the migrator's connections. */
export type Cut = 'lock' | 'work' | 'both'

/** The real side of the model test: a folder, a database, and scripts whose fate is told in a table. */
export class World {
  constructor(private readonly fixture: MigratorFixture) {}

  /** `act` and `pass` tell in a log that a script did something, and let it fail or crash. */
  async prepare(): Promise<void> {
    await this.fixture.database.query(`CREATE SCHEMA harness;
CREATE TABLE harness.base (i int); INSERT INTO harness.base VALUES (1);
CREATE TABLE harness.log (id serial, what text);
CREATE TABLE harness.fate (revision text, what text);
CREATE FUNCTION harness.meet(r text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE f text := (SELECT what FROM harness.fate WHERE revision = r);
BEGIN
  IF f = 'fail' THEN RAISE EXCEPTION 'as it is told'; END IF;
  IF f = 'crash' THEN PERFORM pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid()); END IF;
END $$;
CREATE PROCEDURE harness.go(r text) LANGUAGE plpgsql AS $$ BEGIN PERFORM harness.meet(r); END $$;
CREATE FUNCTION harness.act(r text, word text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN INSERT INTO harness.log (what) VALUES (r || ' ' || word); PERFORM harness.meet(r); END $$;
CREATE FUNCTION harness.pass(r text, i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM harness.meet(r); RETURN i; END $$;`)
  }

  async write(revision: string, written: Written): Promise<void> {
    const extension = kinds[revision] === 'ts' ? 'ts' : 'sql'
    const path = join(this.fixture.folder, `${revision}_r.${extension}`)
    await writeFile(path, textOf(revision, written))
  }

  async remove(revision: string): Promise<void> {
    for (const extension of ['sql', 'ts']) {
      await rm(join(this.fixture.folder, `${revision}_r.${extension}`), { force: true })
    }
  }

  /** @param meanwhile is done while the command runs */
  async run(wish: Wish, meanwhile?: () => Promise<void>): Promise<Outcome> {
    const { another } = this.fixture
    await this.decide(wish.fate)
    const migrator = await another({
      ...(wish.strict && { strict: 'true' }),
      ...(wish.refuseLate && { late_scripts: 'refuse' }),
      ...(wish.all && { transaction: 'all' }),
    })
    const other = meanwhile?.()
    try {
      const { steps } = await migrator.execute(requestOf(wish))
      return { done: steps.map((step) => nameOf({ ...step, down: step.direction === 'down' })) }
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error
      return { code: error.code, done: wish.all ? [] : doneBefore(error) }
    } finally {
      await other
      await migrator.close()
    }
  }

  private async decide(fate: Wish['fate']): Promise<void> {
    const { revision = '', what = '' } = fate ?? {}
    const row = `('${revision}', '${what}')`
    await this.fixture.database.query(
      `TRUNCATE harness.fate; INSERT INTO harness.fate VALUES ${row}`,
    )
  }

  /** Ends connections of the migrator at some moment: the lock's, the work's, or both. */
  async cut(wish: Wish, after: number, which: Cut): Promise<string | undefined> {
    const advisory = "EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'advisory')"
    const chosen = { lock: advisory, work: `NOT ${advisory}`, both: 'true' }[which]
    const { code } = await this.run(wish, async () => {
      await sleep(after)
      await this.fixture.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity a WHERE ${ours} AND ${chosen}`,
      )
    })
    await this.alone()
    return code
  }

  /** Runs a process of its own, and kills it at some moment. */
  async kill({ command, target }: Wish, after: number): Promise<void> {
    await this.decide(undefined)
    const { database, folder } = this.fixture
    const argv = [program, database.url, command, ...(target === undefined ? [] : [target])]
    const child = spawn(process.execPath, [...argv, '-d', folder], { stdio: 'ignore' })
    const ended = new Promise((done) => child.on('close', done))
    await sleep(after)
    child.kill('SIGKILL')
    await ended
    await this.alone()
  }

  /** What a dead migrator left running in the server ends by itself. */
  private async alone(): Promise<void> {
    const count = `SELECT FROM pg_stat_activity a WHERE ${ours}`
    while ((await this.fixture.database.query(count)).length > 0) await sleep(10)
  }

  /** Everything that the model knows, as it is. */
  async look(): Promise<Record<string, unknown>> {
    const { database, another } = this.fixture
    const migrator = await another()
    const { applied, pending, missing, changed, unfinished } = await migrator.status()
    await migrator.close()
    const names = (list: readonly { revision: string }[]) => list.map(({ revision }) => revision)
    const [row] = await database.query<{ log: string[]; exists: string[] }>(`
      SELECT (SELECT coalesce(json_agg(what ORDER BY id), '[]') FROM harness.log) AS log,
             (SELECT coalesce(json_agg(substr(relname, 3)), '[]') FROM pg_class
               WHERE relname ~ '^t_' AND oid NOT IN (SELECT indexrelid FROM pg_index WHERE NOT indisvalid)) AS exists`)
    return {
      applied: names(applied),
      pending: pending.map(({ script, late }) => `${script.revision}${late ? ' late' : ''}`),
      missing: names(missing),
      changed: changed.map(({ entry }) => entry.revision),
      unfinished: names(unfinished).toSorted(),
      exists: row?.exists.toSorted(),
      log: row?.log,
    }
  }
}

/** The same, as the model says it should be. */
export function expected(model: Model): Record<string, unknown> {
  return {
    applied: model.applied,
    pending: model.pending.map((one) => `${one}${model.isLate(one) ? ' late' : ''}`),
    missing: model.missing,
    changed: model.changed,
    unfinished: [...model.partial.keys()].toSorted(),
    exists: [...model.exists].toSorted(),
    log: model.log,
  }
}

function doneBefore({ results }: MigrationError): string[] {
  const done = (results ?? []).filter(({ outcome }) => outcome === 'success')
  return done.map(({ revision, direction }) => nameOf({ revision, down: direction === 'down' }))
}

function requestOf({ command, target, count }: Wish): Request {
  if (command === 'to') return { command, target: target! }
  if (command === 'only') return { command: 'mark', only: target! }
  return { command, ...(target !== undefined && { target }), ...(count !== undefined && { count }) }
}

/** A change is a comment at the end, so that what was done of a script stays what it was. */
function textOf(revision: string, { version, reversible }: Written): string {
  const act = (word: string) => `SELECT harness.act('${revision}', '${word}');`
  const log = (word: string) => `INSERT INTO harness.log (what) VALUES ('${revision} ${word}');`
  const build = (name: string) =>
    `CREATE INDEX CONCURRENTLY ${name} ON harness.base (harness.pass('${revision}', i));`
  const sections = (up: readonly string[], down: readonly string[], header = '') =>
    `${header}-- MIGRATE UP\n${up.join('\n')}\n-- version ${version}\n${reversible ? `-- MIGRATE DOWN\n${header}${down.join('\n')}\n` : ''}`
  const [make, drop] = [`CREATE TABLE t_${revision} ();`, `DROP TABLE IF EXISTS t_${revision};`]
  switch (kinds[revision]) {
    case 'ts': {
      const body = (sql: readonly string[]) =>
        `async (q: { query(sql: string): Promise<unknown> }) => { ${sql.map((one) => `await q.query(${JSON.stringify(one)})`).join('; ')} }`
      const down = reversible ? `export const downgrade = ${body([act('down'), drop])}\n` : ''
      return `export const upgrade = ${body([act('up'), make])}\n${down}`
    }
    case 'outside':
      return sections(
        [log('up'), build(`t_${revision}`), log('up end')],
        [
          log('down'),
          build(`u_${revision}`),
          `DROP INDEX CONCURRENTLY IF EXISTS harness.t_${revision};`,
          `DROP INDEX CONCURRENTLY harness.u_${revision};`,
          log('down end'),
        ],
      )
    case 'opaque':
      return sections(
        [log('up'), `CALL harness.go('${revision}');`, make, log('up end')],
        [log('down'), `CALL harness.go('${revision}');`, drop, log('down end')],
        '-- migrate: no-transaction\n',
      )
    default:
      return sections([act('up'), make], [act('down'), drop])
  }
}
