import { setTimeout as sleep } from 'node:timers/promises'
import type { TestDatabase } from './database'

/** Ends a hang, and nothing else: no machine is so slow that a test should fail for it. */
const hang = 120_000

/**
 * Waits until a condition holds, however long the machine needs for it.
 * @param state what the error shows when it never does
 */
export async function until(
  condition: () => Promise<boolean> | boolean,
  state: () => string = () => condition.toString(),
): Promise<void> {
  for (const end = Date.now() + hang; !(await condition()); await sleep(20)) {
    if (Date.now() > end) throw new Error(`still not so after ${hang / 1000} s: ${state()}`)
  }
}

/** Waits until so many statements of the database sleep in pg_sleep. */
export async function untilAsleep({ query }: TestDatabase, count = 1): Promise<void> {
  await untilSessions(query, "state = 'active' AND wait_event = 'PgSleep'", count)
}

/** Waits until a connection to the database waits for a lock that another one holds. */
export async function untilBlocked({ query }: TestDatabase): Promise<void> {
  await untilSessions(query, "wait_event_type = 'Lock'", 1)
}

async function untilSessions(
  query: TestDatabase['query'],
  condition: string,
  count: number,
): Promise<void> {
  const sessions = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`
  await until(
    async () => (await query(sessions)).length >= count,
    () => `${count} sessions where ${condition}`,
  )
}

/** A statement that sleeps until `go`, however long that takes; the table comes from `prepareGo`. */
export const sleepUntilGo = `DO $$ BEGIN
  FOR nap IN 1..${hang / 50} LOOP
    IF EXISTS (SELECT FROM public.go) THEN RETURN; END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
  RAISE 'it was never told to go on';
END $$;
`

/** The same, but no cancel request ends it before `go`. */
export const sleepOnUntilGo = `DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM public.go) LOOP
    BEGIN PERFORM pg_sleep(600); EXCEPTION WHEN query_canceled THEN NULL; END;
  END LOOP;
END $$;
`

/** Makes what `sleepUntilGo` looks at. */
export async function prepareGo({ query }: TestDatabase): Promise<void> {
  await query('CREATE TABLE public.go ()')
}

/** Lets a statement go on that sleeps until then. */
export async function go({ query }: TestDatabase): Promise<void> {
  await query('INSERT INTO public.go DEFAULT VALUES')
}
