import type { Client } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestDatabase } from '../support/database'

/** First half of the advisory locks that are the kit's gates; the second is the gate's number. */
const space = 4711

/** The numbers of gates: what stands in the middle of statement n of script r has `inScript(r, n)`. */
export const gateNumber = {
  inScript: (revision: number, place = 0) => 1000 + revision * 10 + place,
  commit: (revision: number) => 2000 + revision,
  claim: (revision: number) => 3000 + revision,
  finish: (revision: number) => 4000 + revision,
  journal: 5000,
  index: 6000,
  indexDone: 6001,
  enumDone: 6002,
}

/** A statement that waits while the test holds the gate, and passes at once otherwise. */
export function gate(number: number): string {
  return `SELECT pg_advisory_xact_lock_shared(${space}, ${number})`
}

/**
 * What the kit puts into a database before the migrator comes: a ledger into which every script writes
 * one row, and gates where no script can have one: in the claim, in finish, in COMMIT, in the journal's
 * creation, in the last transaction of a concurrent index and of a new enum label.
 */
export const kitSchema = `
CREATE SCHEMA kit;
CREATE FUNCTION kit.gate(number int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(${space}, number); RETURN number; END $$;
CREATE FUNCTION kit.at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM kit.gate(${gateNumber.commit(0)} + substring(NEW.script FROM '^[0-9]+')::int); RETURN NULL; END $$;
CREATE FUNCTION kit.at_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN PERFORM kit.gate(${gateNumber.claim(0)} + NEW.revision::int);
  ELSIF NEW.outcome = 'success' THEN PERFORM kit.gate(${gateNumber.finish(0)} + NEW.revision::int);
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION kit.at_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE made text;
BEGIN
  FOR made IN SELECT command_tag || ' ' || object_identity FROM pg_event_trigger_ddl_commands() LOOP
    IF made LIKE 'CREATE TABLE %migration_journal' THEN
      EXECUTE 'CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON ' || substr(made, 14)
        || ' FOR EACH ROW EXECUTE FUNCTION kit.at_entry()';
      PERFORM kit.gate(${gateNumber.journal});
    ELSIF made LIKE 'CREATE TABLE %.ledger' THEN
      CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON ledger DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION kit.at_commit();
    ELSIF made = 'CREATE INDEX public.gated' THEN PERFORM kit.gate(${gateNumber.indexDone});
    ELSIF made LIKE 'ALTER TYPE %' THEN PERFORM kit.gate(${gateNumber.enumDone});
    END IF;
  END LOOP;
END $$;
CREATE EVENT TRIGGER kit ON ddl_command_end EXECUTE FUNCTION kit.at_ddl();`

export const ledger = 'CREATE TABLE ledger (script text NOT NULL)'

/** A gate that is shut: whoever comes to it waits until it is opened. */
export interface ShutGate {
  /** The process id of the backend that waits there; nothing when `ended` says so first. */
  arrived(ended: () => boolean): Promise<number | undefined>
  open(): Promise<void>
}

/** Shuts a gate, on a connection of its own that holds no transaction. */
export async function shut(database: TestDatabase, number: number): Promise<ShutGate> {
  const client: Client = await database.client()
  await client.query(`SELECT pg_advisory_lock(${space}, ${number})`)
  return {
    async arrived(ended) {
      for (;;) {
        const { rows } = await client.query<{ pid: number }>(
          `SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE locktype = 'advisory' AND classid = ${space} AND objid = ${number} AND NOT granted
              AND datname = current_database() LIMIT 1`,
        )
        if (rows[0] || ended()) return rows[0]?.pid
        await sleep(10)
      }
    },
    // where the server was stopped, the lock is gone with the connection
    open: async () => {
      await client.query(`SELECT pg_advisory_unlock(${space}, ${number})`).catch(() => undefined)
    },
  }
}
