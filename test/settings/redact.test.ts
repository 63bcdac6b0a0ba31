import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretsInCommand } from '../../src/settings/value/command-secrets'
import { redactor } from '../../src/settings/value/redact'
import { fc } from '../support/property'

const rows: [rule: string, secrets: string[], text: string, redacted: string][] = [
  ['as it is', ['hunter2'], 'password hunter2 refused', 'password *** refused'],
  ['in the middle of a word', ['hunter2'], 'xhunter2y', 'x***y'],
  ['percent-encoded', ['p#w/d@1'], 'postgres://u:p%23w%2Fd%401@h', 'postgres://u:***@h'],
  ['percent-encoded in small letters', ['p/w/d'], 'u:p%2fw%2Fd@h', 'u:***@h'],
  ['as JSON escapes it', ['a"b\\c\nd'], '{"p":"a\\"b\\\\c\\nd"}', '{"p":"***"}'],
  ['with the signs of a pattern', ['a.b*c'], 'aXbbc a.b*c', 'aXbbc ***'],
  ['the longest first', ['secret', 'secret-long'], 'secret-long secret', '*** ***'],
  ['a short one only where it stands alone', ['abc'], 'abc fabcd u:abc@h', '*** fabcd u:***@h'],
  ['none where there is none', ['', 'x'], 'text', 'text'],
]

for (const [rule, secrets, text, redacted] of rows) {
  test(`a secret is replaced: ${rule}`, () => {
    assert.equal(redactor(secrets)(text), redacted)
  })
}

test('no secret of four characters or more is left in any text, plain, encoded or as JSON', () => {
  const anySecret = fc
    .string({ minLength: 4, unit: 'grapheme' })
    .filter((text) => !/[*<>]/.test(text))
  fc.assert(
    fc.property(anySecret, fc.string(), fc.string(), (secret, before, after) => {
      const redact = redactor([secret])
      for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret)]) {
        assert.ok(!redact(`${before} ${spelling} ${after}`).includes(secret))
      }
      assert.equal(redact(`<${secret}>`), '<***>')
      assert.equal(redact(`<${encodeURIComponent(secret)}>`), '<***>')
    }),
  )
})

test('secrets within a command line are found by the names of its variables, options and headers', () => {
  const found: Readonly<Record<string, readonly string[]>> = {
    'get --password s3cret --user x': ['s3cret'],
    'TOKEN=abc123 get-token': ['abc123'],
    'DB_PASSWORD="two words" get': ['two words'],
    "get --client-secret='s3 cret' -token t0ken": ['s3 cret', 't0ken'],
    'curl -H "X-Vault-Token: hvs.abc" https://vault/v1/db': ['hvs.abc'],
    "curl -H 'Authorization: Bearer eyJ.x' https://h?access_token=qq": ['qq', 'eyJ.x'],
    'curl -u ann:pa55 https://h': ['pa55'],
    'aws rds generate-db-auth-token --hostname h --port 5432 --username u': [],
    'aws secretsmanager get-secret-value --secret-id prod/db --query SecretString': [],
    'cat /run/token; get --token-file /run/t --password "$PASSWORD" TOKEN=$(cat x)': [],
    'vault read -field=password db/creds/app': [],
    'gcloud auth print-access-token': [],
  }
  for (const [command, secrets] of Object.entries(found))
    assert.deepEqual(secretsInCommand(command), secrets, command)
})
