import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ownersOf } from '../../src/add-script/source/choose-owners'
import type { OwnerChoice, Settings } from '../../src/settings/value/setting-types'
import { withFolder } from '../support/folder'

const settings = (owners?: OwnerChoice) => ({ ...(owners && { owners }) }) as Settings

const files = {
  'plain.sql': `-- OWNER TO nobody\nCREATE TABLE t (a text DEFAULT 'OWNER TO x')`,
  'schema.sql': 'CREATE SCHEMA a\n  AUTHORIZATION app;',
  'owned.sql': 'CREATE TABLE t (a int);\nALTER TABLE t\n  OWNER TO app;',
}

test('owners are compared where the schema file states one', () =>
  withFolder(files, async (folder) => {
    assert.equal(await ownersOf(settings(), join(folder, 'owned.sql')), 'compare')
    assert.equal(await ownersOf(settings(), join(folder, 'schema.sql')), 'compare')
    assert.equal(await ownersOf(settings(), join(folder, 'plain.sql')), 'ignore')
    assert.equal(await ownersOf(settings(), undefined), 'ignore')
  }))

test('the setting decides before the schema file', () =>
  withFolder(files, async (folder) => {
    assert.equal(await ownersOf(settings('ignore'), join(folder, 'owned.sql')), 'ignore')
    assert.equal(await ownersOf(settings('compare'), join(folder, 'plain.sql')), 'compare')
  }))
