import { createHash, randomBytes } from 'node:crypto'
import { readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { eq, matches } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import { beginning } from '../database/embedded/place/process'
import type { Session } from '../database/postgres/session'
import { ownerTag, readScratchName, type ScratchOwner } from './scratch-name'

/** This process, for one use. */
export async function ownOwner(): Promise<ScratchOwner> {
  const start = await startOf(process.pid)
  return { host: await hostMark(), pid: process.pid, start, use: randomBytes(3).toString('hex') }
}

/** Says on the server that an owner lives, for as long as the session does. */
export async function holdTag(session: Session, owner: ScratchOwner): Promise<void> {
  await session.query(`SELECT pg_catalog.pg_advisory_lock(${lockKey})`, [ownerTag(owner)])
}

/**
 * Drops the scratch databases that a killed command left: those whose owner holds no lock any more and,
 * where that was on this machine, whose process is gone.
 * @returns how many
 */
export async function clearDead(session: Session): Promise<number> {
  const rows = await session.query<{ name: string }>(
    `SELECT datname AS name FROM pg_catalog.pg_database WHERE datname ${matches} '^typetrek_scratch_'`,
  )
  let cleared = 0
  for (const { name } of rows) {
    const owner = readScratchName(name)
    if (!owner || (await livesHere(owner))) continue
    if (await dropUnlessHeld(session, name, owner)) cleared += 1
  }
  return cleared
}

const lockKey = 'pg_catalog.hashtextextended($1, 1959)'

/** Locks are known by their database, too, and owners may have come by way of different ones. */
const heldAnywhere = `SELECT EXISTS (SELECT FROM pg_catalog.pg_locks
  WHERE locktype ${eq} 'advisory' AND granted AND objsubid ${eq} 1
    AND (classid::bigint OPERATOR(pg_catalog.<<) 32 OPERATOR(pg_catalog.|) objid::bigint) ${eq} ${lockKey}) AS held`

async function dropUnlessHeld(
  session: Session,
  name: string,
  owner: ScratchOwner,
): Promise<boolean> {
  const [row] = await session.query<{ held: boolean }>(heldAnywhere, [ownerTag(owner)])
  if (row?.held !== false) return false
  // another role's database is dropped by that role's next command
  const drop = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`
  const { error } = await session.send(drop)
  return error === undefined
}

async function livesHere({ host, pid, start }: ScratchOwner): Promise<boolean> {
  return host === (await hostMark()) && start === (await startOf(pid))
}

async function startOf(pid: number): Promise<string> {
  const moment = await beginning(pid)
  return moment === undefined ? 'gone' : digest(moment, 6)
}

/** Containers may share a host's name, but not the numbers of their processes. */
async function hostMark(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return digest(`${hostname()} ${namespace}`, 8)
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}
