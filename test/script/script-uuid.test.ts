import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalUuid, uuidIn } from '../../src/script/module-text/script-uuid'

const uuid = '9f0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a11'

test('a module has the uuid that its class, its exports or its object name', () => {
  const given = [
    `export class A {\n  uuid = '${uuid}'\n}`,
    `class A { readonly uuid: string = "${uuid.toUpperCase()}"; run() {} }`,
    `class A { static uuid = '${uuid.replaceAll('-', '')}' }`,
    `class A { constructor() { this.uuid = '${uuid}' } }`,
    `export const uuid = '${uuid}'`,
    `exports.uuid = '${uuid}'`,
    `export default { uuid: '${uuid}', async run() {} }`,
    `module.exports = { name: 'x', uuid: '${uuid}' }`,
    `export const migration = { uuid: '${uuid}', run() {} }`,
  ]
  for (const text of given) assert.equal(uuidIn(text), uuid, text)
})

test('a uuid in SQL, in rows, in a variable or in a comment is not that of the module', () => {
  const given = [
    `await q.query(\`UPDATE t SET x = 1\nWHERE\n  uuid = '${uuid}'\`)`,
    `await q.query("UPDATE t SET x = 1 WHERE uuid = '${uuid}'")`,
    `await insert([{ uuid: '${uuid}', name: 'x' }])`,
    `async upgrade() { const uuid = '${uuid}' }`,
    `class A { /* uuid = '${uuid}' */\n  // uuid = '${uuid}'\n}`,
    `class A { uuid = 'none' }`,
  ]
  for (const text of given) assert.equal(uuidIn(text), undefined, text)
})

test('a uuid has one form', () => {
  assert.equal(canonicalUuid(uuid.toUpperCase().replaceAll('-', '')), uuid)
  assert.equal(canonicalUuid('20240101120000'), undefined)
})
