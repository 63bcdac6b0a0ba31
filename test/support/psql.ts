import { execFile, spawn } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { loadModule, parseSync } from 'libpg-query'
import { Client } from 'pg'
import { from } from 'pg-copy-streams'
import type { TestDatabase } from './database'
import { withFolder } from './folder'

/** SQL that somebody else than we shall run. */
export interface Replayed {
  text: string
  /** Give it one transaction, as `psql -1` does. */
  needsTransaction: boolean
}

const psqlOnly = /^\\(?:un)?restrict .*$/gm

/** The newest psql of this machine: on PATH, or where Debian keeps its servers. */
export async function findPsql(): Promise<string | undefined> {
  const majors = await readdir('/usr/lib/postgresql').catch(() => [])
  const installed = majors
    .toSorted((a, b) => Number(b) - Number(a))
    .map((major) => `/usr/lib/postgresql/${major}/bin/psql`)
  for (const path of ['psql', ...installed]) {
    const found = await promisify(execFile)(path, ['--version']).catch(() => undefined)
    if (found) return path
  }
  return undefined
}

/**
 * Runs texts with psql, statement by statement as psql cuts them, in a new session for each. Older
 * versions of psql do not know `\restrict`, so those lines are left out.
 */
export async function replayWithPsql(
  psql: string,
  { connection }: TestDatabase,
  texts: readonly Replayed[],
): Promise<void> {
  await withFolder({}, async (folder) => {
    const lines: string[] = []
    for (const [index, { text, needsTransaction }] of texts.entries()) {
      const path = join(folder, `${index}.sql`)
      await writeFile(path, text.replace(psqlOnly, ''))
      const include = `\\i ${path}`
      lines.push(...(needsTransaction ? ['BEGIN;', include, 'COMMIT;'] : [include]), '\\connect')
    }
    const main = join(folder, 'main.sql')
    await writeFile(main, lines.join('\n') + '\n')
    const { host, port, user, database } = connection
    await run(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', main], {
      PATH: process.env.PATH,
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGDATABASE: database,
      PGCLIENTENCODING: 'UTF8',
    })
  })
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const status = await new Promise((settle, fail) => {
    child.once('error', fail)
    child.once('close', settle)
  })
  const faults = said.split('\n').filter((line) => !/^psql:\S+ (NOTICE|WARNING): /.test(line))
  if (status !== 0) throw new Error(`psql ended with ${String(status)}:\n${faults.join('\n')}`)
}

/** Runs texts with pg, statement by statement as PostgreSQL's own parser cuts them, in a new session for each. */
export async function replayWithDriver(
  { connection }: TestDatabase,
  texts: readonly Replayed[],
): Promise<void> {
  await loadModule()
  for (const { text, needsTransaction } of texts) {
    const client = new Client(connection)
    await client.connect()
    try {
      if (needsTransaction) await client.query('BEGIN')
      await runText(client, text.replace(psqlOnly, '').replace(/^\ufeff/, ''))
      if (needsTransaction) await client.query('COMMIT')
    } finally {
      await client.end()
    }
  }
}

const copy = /^(COPY [^;]*? FROM stdin[^;]*);\r?\n([\s\S]*?)^\\\.\r?$/gim

async function runText(client: Client, text: string): Promise<void> {
  let at = 0
  for (const { index, 0: whole, 1: statement = '', 2: data = '' } of text.matchAll(copy)) {
    await runStatements(client, text.slice(at, index))
    await pipeline(Readable.from([data]), client.query(from(statement)))
    at = index + whole.length
  }
  await runStatements(client, text.slice(at))
}

async function runStatements(client: Client, text: string): Promise<void> {
  if (text.trim() === '') return
  const bytes = Buffer.from(text)
  for (const { stmt_location: start = 0, stmt_len: length } of parseSync(text).stmts ?? []) {
    const end = length === undefined || length === 0 ? bytes.length : start + length
    await client.query(bytes.toString('utf8', start, end))
  }
}
