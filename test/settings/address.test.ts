import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addressUrl,
  describeAddress,
  looksLikeAddress,
  parseAddress,
} from '../../src/settings/address/address'
import type { ConnectionParts } from '../../src/settings/value/setting-types'
import { fc } from '../support/property'

const rows: [url: string, connection: ConnectionParts][] = [
  ['postgres://u:p@h:5433/d', { user: 'u', password: 'p', host: 'h', port: 5433, database: 'd' }],
  ['POSTGRESQL://u@h/d', { user: 'u', host: 'h', database: 'd' }],
  ['postgres://localhost:5432', { host: 'localhost', port: 5432 }],
  ['postgres:///d', { database: 'd' }],
  ['postgres://', {}],
  ['postgres://u:@h/d', { user: 'u', host: 'h', database: 'd' }],
  ['postgres://u:p#w@h/d', { user: 'u', password: 'p#w', host: 'h', database: 'd' }],
  ['postgres://u:p;w@h/d', { user: 'u', password: 'p;w', host: 'h', database: 'd' }],
  ['postgres://u:p%w@h/d', { user: 'u', password: 'p%w', host: 'h', database: 'd' }],
  ['postgres://u:p:w@h/d', { user: 'u', password: 'p:w', host: 'h', database: 'd' }],
  ['postgres://u:p@w@h/d', { user: 'u', password: 'p@w', host: 'h', database: 'd' }],
  ['postgres://u:p/w@h/d', { user: 'u', password: 'p/w', host: 'h', database: 'd' }],
  ['postgres://u:p?w@h/d', { user: 'u', password: 'p?w', host: 'h', database: 'd' }],
  [
    'postgres://u:#;%:@/@h:1/d',
    { user: 'u', password: '#;%:@/', host: 'h', port: 1, database: 'd' },
  ],
  ['postgres://u:@p/w@h/d', { user: 'u', password: '@p/w', host: 'h', database: 'd' }],
  [
    'postgres://u%40x:p%23%2F%25@h/d%20e',
    { user: 'u@x', password: 'p#/%', host: 'h', database: 'd e' },
  ],
  ['postgres://u:%ff@h/d', { user: 'u', password: '%ff', host: 'h', database: 'd' }],
  ['postgres://u:ü€@h/d', { user: 'u', password: 'ü€', host: 'h', database: 'd' }],
  [
    'postgres://u@h/d?application_name=a@b',
    { user: 'u', host: 'h', database: 'd', application_name: 'a@b' },
  ],
  ['postgres://[::1]:5432/d', { host: '::1', port: 5432, database: 'd' }],
  [
    'postgres://u@/d?host=/var/run/pg&port=6000',
    { user: 'u', database: 'd', host: '/var/run/pg', port: 6000 },
  ],
  ['postgres://%2Fvar%2Frun/d', { host: '/var/run', database: 'd' }],
  [
    'postgres://h/d?user=u&password=p%26q&dbname=e',
    { host: 'h', database: 'e', user: 'u', password: 'p&q' },
  ],
  ['postgres://h/d?sslmode=disable', { host: 'h', database: 'd', ssl: false }],
  ['postgres://h/d?sslmode=require', { host: 'h', database: 'd', ssl: {} }],
  [
    'postgres://h/d?sslmode=no-verify',
    { host: 'h', database: 'd', ssl: { rejectUnauthorized: false } },
  ],
  [
    'postgres://h/d?sslmode=require&uselibpqcompat=true',
    { host: 'h', database: 'd', ssl: { rejectUnauthorized: false } },
  ],
  [
    'postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem&sslkey=k.pem',
    { host: 'h', database: 'd', ssl: { ca: '/ca.pem', key: 'k.pem' } },
  ],
  ['postgres://h/d?connect_timeout=3', { host: 'h', database: 'd', connectionTimeoutMillis: 3000 }],
  ['postgres://h/d?search_mode=x', { host: 'h', database: 'd', search_mode: 'x' }],
]

for (const [url, connection] of rows) {
  test(`${url} is understood`, () => {
    const reading = parseAddress(url)
    assert.ok('address' in reading && reading.address.kind === 'postgres')
    assert.deepEqual(reading.address.connection, connection)
  })
}

const embedded: [url: string, expected: object][] = [
  ['embedded:/a/b', { kind: 'embedded', path: '/a/b' }],
  ['embedded:rel/50%25?x', { kind: 'embedded', path: 'rel/50%25?x' }],
  ['embedded:/a?major=17', { kind: 'embedded', path: '/a', major: 17 }],
  ['embedded:/a?major=17&database=x', { kind: 'embedded', path: '/a', major: 17, database: 'x' }],
]

for (const [url, expected] of embedded) {
  test(`${url} is understood`, () => {
    assert.deepEqual(parseAddress(url), { address: expected })
  })
}

const refused: [url: string, problem: string][] = [
  ['oracle://u:hunter2@h/d', '"oracle" is no database that is supported here'],
  ['mysql://u:hunter2@h', 'database URL cannot be understood'],
  ['sqlite:', 'sqlite: names no file'],
  ['development.ini', 'not a database URL'],
  ['postgres:d', 'not a database URL'],
  ['postgres://u:hunter2@h:port/d', 'port is no number from 1 to 65535'],
  ['postgres://u:hunter2@h:70000/d', 'port is no number from 1 to 65535'],
  ['postgres://u:hunter2@a,b/d', 'database URL names several hosts'],
  ['postgres://u:hunter2@h x/d', 'database URL cannot be understood'],
  [
    'postgres://u:hunter2@h/d?sslmode=on',
    'sslmode is none of disable, allow, prefer, require, verify-ca, verify-full, no-verify',
  ],
  ['postgres://u:hunter2@h/d?ssl_mode=require', 'URL option "ssl_mode" is unknown'],
  ['embedded:', 'embedded: names no folder'],
  ['embedded:/a?major=new', 'embedded: major is no number such as 17'],
  ['embedded:/a?version=17', 'embedded: has no option "version"'],
]

for (const [url, problem] of refused) {
  test(`${url} is refused without its password`, () => {
    const reading = parseAddress(url)
    assert.equal('problem' in reading && reading.problem, problem)
    assert.doesNotMatch(JSON.stringify(reading), /hunter2/)
  })
}

test('a text is an address by its scheme, so that C:\\x.ini and config.ini are files', () => {
  const texts = [
    'postgres://h',
    'embedded:x',
    'mysql://h',
    'config.ini',
    'C:\\x.ini',
    'a/embedded:x',
  ]
  assert.deepEqual(texts.filter(looksLikeAddress), ['postgres://h', 'embedded:x', 'mysql://h'])
})

test('an address is described without user, password or options', () => {
  const connection = { user: 'u', password: 'hunter2', database: 'app', application_name: 'x' }
  const described = [
    { kind: 'postgres', connection: { ...connection, host: 'localhost', port: 5432 } },
    { kind: 'postgres', connection: { ...connection, host: '/run/pg', port: 6000 } },
    { kind: 'postgres', connection: { ...connection, host: '::1' } },
    { kind: 'postgres', connection: {} },
    { kind: 'embedded', path: '/a', database: 'app' },
    { kind: 'data_source', file: '/a/data-source.ts' },
  ] as const
  assert.deepEqual(described.map(describeAddress), [
    'database "app" at localhost:5432',
    'database "app" at /run/pg, port 6000',
    'database "app" at [::1]:5432',
    'database at localhost:5432',
    'embedded database "app" in /a',
    'database of /a/data-source.ts',
  ])
})

test('an address is written for psql, with or without its password', () => {
  const parts = { user: 'u@x', password: 'p#/', host: 'h', port: 5433, database: 'd e' }
  const socket = { user: 'u', host: '/run/p g', port: 6000, database: 'd', ssl: false }
  const written = [
    addressUrl(parts, { masked: false }),
    addressUrl(parts, { masked: true }),
    addressUrl(socket, { masked: false }),
    addressUrl({ host: '::1', ssl: { ca: 'PEM', key: 'hunter2' } }, { masked: false }),
  ]
  assert.deepEqual(written, [
    'postgres://u%40x:p%23%2F@h:5433/d%20e',
    'postgres://u%40x:***@h:5433/d%20e',
    'postgres://u@/d?host=/run/p%20g&port=6000&sslmode=disable',
    'postgres://[::1]:5432/?sslmode=require',
  ])
})

test('every address that is written is read back', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' })
  const host = fc.constantFrom('localhost', 'db.example.org', '::1', '10.0.0.1', '/var/run/a b')
  const parts = fc.record({
    user: text,
    password: text,
    host,
    port: fc.integer({ min: 1, max: 65535 }),
    database: text,
  })
  fc.assert(
    fc.property(parts, (connection) => {
      const reading = parseAddress(addressUrl(connection, { masked: false }))
      assert.ok('address' in reading && reading.address.kind === 'postgres')
      assert.deepEqual(reading.address.connection, { ...connection })
    }),
  )
})

test('a password is told from an unencoded URL whatever signs it holds', () => {
  const sign = fc.constantFrom(...'#;%:@/?&=+ ab1'.split(''))
  const anyPassword = fc
    .array(sign, { minLength: 1, maxLength: 8 })
    .map((signs) => `x${signs.join('')}`)
  fc.assert(
    fc.property(anyPassword, (password) => {
      if (/%[0-9a-f]{2}/i.test(password) || /@[\w.-]*(?::[^:/?@]*)?(?:$|[/?])/.test(password))
        return
      const reading = parseAddress(`postgres://user:${password}@host:5432/app`)
      assert.ok('address' in reading && reading.address.kind === 'postgres')
      assert.equal(reading.address.connection.password, password)
    }),
  )
})

test('no text makes the address reader throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => void parseAddress(`postgres://${text}`)),
  )
})
