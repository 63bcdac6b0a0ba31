import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDifference } from '../../src/add-script/difference/plan-change'
import { nobody, oneLine } from './change-case'
import { Databases } from './scratch'

const role = `DO $$ BEGIN CREATE ROLE typetrek_keeper; EXCEPTION WHEN duplicate_object THEN NULL; END $$;`
const before = `${role} CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;
  CREATE TABLE u (b int); ALTER VIEW v OWNER TO typetrek_keeper; ALTER TABLE u OWNER TO typetrek_keeper`

test('what is made again keeps its owner where the schema says nothing of owners', () =>
  Databases.with(async (databases) => {
    const copy = databases.open(await databases.make(before))
    const after = databases.open(
      await databases.make(
        'CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE u (b int)',
      ),
    )
    const { scripts, unproven } = await findDifference(copy, after, nobody, [], {
      owners: 'ignore',
    })

    const owning = scripts.flatMap(({ up }) => up.map(oneLine)).filter((sql) => / OWNER /.test(sql))
    assert.deepEqual(owning, ['ALTER VIEW v OWNER TO typetrek_keeper'])
    assert.deepEqual(unproven, ['Owners are not compared.'])
  }))
