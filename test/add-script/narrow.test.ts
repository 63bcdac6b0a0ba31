import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readServer } from '../../src/catalog/catalog'
import { loadEngine } from '../../src/catalog/engine'
import { unconcerned } from '../../src/add-script/difference/select'
import { Databases } from './scratch'

test('a change concerns what it changes, what that stands on and what stands on it', () =>
  Databases.with(async (databases) => {
    const schema = (name: string, storage: string, published: string) => `
      CREATE TABLE hub (id int PRIMARY KEY, name ${name});
      CREATE TABLE near (id int PRIMARY KEY, hub int REFERENCES hub);
      CREATE TABLE beside (id int PRIMARY KEY, name text);
      CREATE TABLE far (id int PRIMARY KEY, near int REFERENCES near);
      CREATE TABLE stored (id int, name text ${storage});
      CREATE TABLE told (id int PRIMARY KEY, name text);
      CREATE TABLE told_too (id int PRIMARY KEY);
      CREATE PUBLICATION news FOR TABLE told ${published}, told_too;
      CREATE VIEW both_names AS SELECT hub.name, beside.name AS other FROM hub, beside;`
    const engine = await loadEngine()
    const [before, after] = [
      schema('varchar(5)', '', 'WHERE (id > 1)'),
      schema('text', 'STORAGE EXTERNAL', '(id) WHERE (id > 2)'),
    ]
    const pools = [
      databases.open(await databases.make(before)),
      databases.open(await databases.make(after)),
    ] as const
    const [one, other] = [await readServer(engine, pools[0]), await readServer(engine, pools[1])]

    const left = [...unconcerned(one, other)].map((key) => /name="(\w+)"/.exec(key)?.[1] ?? '')

    assert.deepEqual(left.toSorted(), ['far', 'near', 'told_too'])
    assert.equal(unconcerned(one, one).size, 7)
  }))
