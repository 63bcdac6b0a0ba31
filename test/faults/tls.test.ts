import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { connect } from '../../src/database/postgres/connect'
import { migrate } from '../support/cli'
import { withFolder, writeFiles } from '../support/folder'
import { type OwnServer, withOwnServer } from '../support/own-server'
import { until } from '../support/until'

const call = promisify(execFile)
const scripts = {
  'migration/1_a.sql':
    'CREATE TABLE IF NOT EXISTS a AS SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  'migration/2_b.ts': `import type { QueryRunner } from 'typeorm'
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('INSERT INTO a SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')`,
}

/** An authority, and a key and certificate of the server `localhost` that it signed. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => call('openssl', args, { cwd: folder })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = (name: string) => ['-subj', `/CN=${name}`]
  await openssl(
    'req',
    '-x509',
    ...key,
    ...subject('test authority'),
    '-days',
    '2',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  )
  await openssl(
    'req',
    ...key,
    ...subject('localhost'),
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  )
  await writeFile(join(folder, 'names'), 'subjectAltName=DNS:localhost\n')
  const signed = [
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
  ]
  await openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.crt')
}

const unknown = /hint: Name the certificate of the server's authority with typeorm\.ssl\.ca/
const cases: readonly (readonly [
  rule: string,
  url: string,
  keys: readonly string[],
  refused?: RegExp,
])[] = [
  ['no authority is named', 'localhost:PORT/RULE?sslmode=require', [], unknown],
  ['TLS is on and no authority is named', 'localhost:PORT/RULE', ['ssl = true'], unknown],
  ['the authority is named', 'localhost:PORT/RULE', ['ssl.ca = ca.crt']],
  ['the URL names the authority', 'localhost:PORT/RULE?sslmode=verify-full&sslrootcert=ca.crt', []],
  ['another authority is named', 'localhost:PORT/RULE', ['ssl.ca = other/ca.crt'], unknown],
  [
    'the certificate has another name',
    '127.0.0.1:PORT/RULE?sslmode=verify-full',
    ['ssl.ca = ca.crt'],
    /hint: Connect by the name that the certificate has, or give that name in typeorm\.ssl\.servername\./,
  ],
  ['the name is given', '127.0.0.1:PORT/RULE', ['ssl.ca = ca.crt', 'ssl.servername = localhost']],
  ['nothing shall be verified', '127.0.0.1:PORT/RULE', ['ssl.rejectUnauthorized = false']],
  ['the URL says that nothing shall be', '127.0.0.1:PORT/RULE?sslmode=no-verify', []],
  [
    'TLS is off and the server asks for it',
    'localhost:PORT/RULE',
    [],
    /no encryption\n {2}SQLSTATE 28000\nhint: .* at the TLS options\./,
  ],
]

test('TLS: what the settings say is done, or refused with what to look at', async (context) => {
  const openssl = await call('openssl', ['version']).catch(() => undefined)
  if (!openssl) return context.skip('needs the program openssl')
  await withOwnServer((server) =>
    withFolder({ ...scripts, 'other/x': '' }, async (cwd) => {
      await makeCertificates(cwd)
      await makeCertificates(join(cwd, 'other'))
      for (const name of ['server.key', 'server.crt'])
        await server.write(name, await readFile(join(cwd, name), 'utf8'))
      await server.write('pg_hba.conf', 'local all all trust\nhostssl all all all trust\n')
      await server.start(['ssl=on'])
      for (const [index, [rule, url, keys, refused]] of cases.entries()) {
        const name = `case_${index}`
        await server.query(`CREATE DATABASE ${name}`)
        const address = url.replace('PORT', String(server.port)).replace('RULE', name)
        const lines = [`url = postgres://postgres@${address}`, ...keys].map(
          (line) => `typeorm.${line}\n`,
        )
        await writeFiles(cwd, {
          'development.ini': `[migration]\npackage = migration\n${lines.join('')}`,
        })

        const { status, stderr } = await migrate(['upgrade'], { cwd })

        assert.equal(status, refused ? 2 : 0, `${rule}: ${stderr}`)
        if (refused) assert.match(stderr, refused, rule)
        else
          assert.deepEqual(await server.query('SELECT ssl FROM a', name), [
            { ssl: true },
            { ssl: true },
          ])
      }
      await cancelled(server, await readFile(join(cwd, 'ca.crt'), 'utf8'))
    }),
  )
})

/** A cancel request goes by TLS as well. */
async function cancelled({ port, query }: OwnServer, ca: string): Promise<void> {
  const parts = { host: 'localhost', port, user: 'postgres', database: 'postgres', ssl: { ca } }
  const session = await connect(parts, { label: 'test', wait: 0, patience: 0 })
  const asleep = session.send('SELECT pg_sleep(600)')
  await until(
    async () =>
      (await query("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length > 0,
  )
  await session.cancel()
  assert.equal((await asleep).error?.code, '57014')
  await session.close()
}
