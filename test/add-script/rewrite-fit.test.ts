import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TwinCandidate, spreadUnfit, whyUnfit } from '../../src/add-script/rewrite/fit'
import { readColumns, readVolatile, whyNotAddable } from '../../src/add-script/rewrite/read-columns'
import { swapGroups } from '../../src/add-script/rewrite/swap-order'
import type { Column } from '../../src/catalog/difference'
import { columnKey, type ColumnId } from '../../src/catalog/facts'
import { Databases } from './scratch'

const column = (table: string, name: string): ColumnId => ({
  kind: 'column',
  schema: 'public',
  table,
  name,
})

const schema = `CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TYPE pair AS (a int); CREATE TABLE key (id int PRIMARY KEY);
  CREATE TABLE referring (id int REFERENCES key) PARTITION BY LIST (id);
  CREATE TABLE t (id int PRIMARY KEY, viewed int, computed int, made int GENERATED ALWAYS AS (computed) STORED, guarded int,
    watched int, conditional int, counted int, called int, granted int, odd positive, stored text, plain int DEFAULT 5 CHECK (plain > 0), apart int);
  CREATE TABLE ranged (id int GENERATED ALWAYS AS IDENTITY, during int4range, EXCLUDE USING gist (during WITH &&));
  CREATE INDEX i ON t (plain, (plain + 1)) WHERE plain > 2; ALTER TABLE t ADD UNIQUE (plain); ALTER TABLE t ADD UNIQUE (apart);
  CREATE TABLE other (t int REFERENCES t (plain));
  CREATE VIEW v AS SELECT viewed FROM t; ALTER TABLE t ENABLE ROW LEVEL SECURITY;
  CREATE POLICY p ON t USING (guarded > 0);
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER a BEFORE UPDATE OF watched ON t FOR EACH ROW EXECUTE FUNCTION f();
  CREATE TRIGGER b AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.conditional > 0) EXECUTE FUNCTION f();
  CREATE STATISTICS s ON id, counted FROM t;
  CREATE FUNCTION g() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(called) FROM t; END;
  GRANT SELECT (granted) ON t TO pg_read_all_data; ALTER TABLE t ALTER stored SET STORAGE EXTERNAL;
  ALTER TABLE t CLUSTER ON t_apart_key;
  CREATE TABLE parent (a int); CREATE TABLE child () INHERITS (parent);
  CREATE TABLE parts (a int) PARTITION BY LIST (a); CREATE TABLE part PARTITION OF parts DEFAULT;
  CREATE TABLE typed OF pair;
  CREATE TABLE published (id int PRIMARY KEY, a int); CREATE PUBLICATION ids FOR TABLE published (id);
  GRANT USAGE ON ranged_id_seq TO pg_read_all_data`

const expected: readonly (readonly [ColumnId, ...string[]])[] = [
  [column('t', 'id'), 'statistics object public.s uses it'],
  [column('key', 'id'), 'a foreign key connects it with a partitioned table'],
  [column('t', 'viewed'), 'rule _RETURN on view public.v uses it'],
  [column('t', 'computed'), 'default value for column made of table public.t uses it'],
  [column('t', 'guarded'), 'policy p on table public.t uses it'],
  [column('t', 'watched'), 'trigger a on table public.t uses it'],
  [column('t', 'conditional'), 'trigger b on table public.t uses it'],
  [column('t', 'counted'), 'statistics object public.s uses it'],
  [column('t', 'called'), 'function public.g() uses it'],
  [column('t', 'granted'), 'it has privileges of its own'],
  [column('t', 'odd'), 'its type is a domain'],
  [column('t', 'stored'), 'it is stored in a way of its own'],
  [column('t', 'plain')],
  [column('t', 'apart'), 'its table is clustered, or known to replicas, by public.t_apart_key'],
  [column('other', 't')],
  [column('ranged', 'id'), 'privileges or a comment are on public.ranged_id_seq'],
  [column('ranged', 'during'), 'constraint ranged_during_excl on table public.ranged uses it'],
  [column('parent', 'a'), 'its table inherits, or is inherited from'],
  [column('child', 'a'), 'its table inherits, or is inherited from'],
  [
    column('parts', 'a'),
    'its table is partitioned, or a partition',
    'its table inherits, or is inherited from',
  ],
  [column('part', 'a'), 'its table is partitioned, or a partition'],
  [column('typed', 'a'), 'its table is one of a type'],
  [column('published', 'id'), 'publication of table public.published in publication ids uses it'],
]

test('what depends on a column, but for its indexes, constraints and sequences, rules out a second one', () =>
  Databases.with(async (databases) => {
    const pool = databases.open(await databases.make(schema))
    const read = await readColumns(
      pool,
      expected.map(([id]) => id),
    )

    const found = read.map(({ obstacles }, at) => [expected[at]![0].name, ...obstacles])
    assert.deepEqual(
      found,
      expected.map(([{ name }, ...obstacles]) => [name, ...obstacles]),
    )
    assert.deepEqual(read[0]?.triggers, ['a'])
    assert.deepEqual(await readVolatile(pool, ['random', 'abs']), ['random'])
    const twin = column('t', 'new')
    assert.equal(await whyNotAddable(pool, twin, 'bigint', '7'), undefined)
    assert.match(
      (await whyNotAddable(pool, twin, 'mood', undefined)) ?? '',
      /"mood" does not exist/,
    )
  }))

const plain: Column = {
  type: 'integer',
  fullType: 'integer',
  notNull: false,
  identity: false,
  generated: undefined,
  default: undefined,
}
const using = {
  expression: '',
  effects: [],
  destructive: false,
  unknown: false,
  dropsDefault: false,
  breaksKeys: false,
  raises: false,
}
const candidate = (more: Partial<TwinCandidate> = {}, to = 'bigint'): TwinCandidate => ({
  change: { id: column('t', 'a'), from: plain, to: { ...plain, type: to }, retyped: true },
  up: using,
  down: using,
  trigger: 'zz_t_twin',
  read: {
    comment: null,
    statistics: null,
    options: null,
    identity: null,
    sequences: [],
    obstacles: [],
    triggers: ['audit'],
  },
  ...more,
})
const why = (one: TwinCandidate) => whyUnfit(one, { enums: [] }, new Set(['random']))

test('a second column is made of its row alone, after all triggers, and the old one of it', () => {
  const made = (expression: string) => ({ up: { ...using, expression } })
  assert.equal(why(candidate()), undefined)
  assert.equal(why(candidate(made('a * 100'))), undefined)
  assert.match(why(candidate({ up: undefined })) ?? '', /follow those of another column/)
  assert.match(why(candidate({ down: undefined })) ?? '', /cannot be made of the new ones/)
  assert.match(why(candidate(made('row_number() OVER ()'))) ?? '', /other rows/)
  assert.match(why(candidate(made('a + random()'))) ?? '', /^random\(\) gives/)
  const { read } = candidate()
  const later = candidate({ read: { ...read, triggers: ['zz_t_twin2'] } })
  assert.match(why(later) ?? '', /^trigger zz_t_twin2 would run after/)
})

test('columns that a foreign key connects change together where their types are not compared', () => {
  const id = column('p', 'id')
  const key = (to: string) => {
    const one = candidate({}, to)
    const other = candidate({ change: { ...one.change, id } }, to)
    const reasons = new Map([[columnKey(id), 'a view uses it']])
    const parts = { columns: ['a'], table: { schema: 'public', name: 'p' }, referred: ['id'] }
    const rest = { rest: '', setColumns: [], checked: '' }
    const foreign = { schema: 'public', name: 'k', table: 't', validated: true, comment: null }
    spreadUnfit([one, other], [{ ...foreign, parts: { ...parts, ...rest } }], reasons)
    return reasons.get(columnKey(one.change.id))
  }

  assert.equal(key('bigint'), undefined)
  assert.match(key('numeric') ?? '', /^a foreign key connects it with p.id/)
})

test('tables are swapped before those that they refer to, and together in a circle', () => {
  const refers = (...pairs: readonly string[]) =>
    pairs.map((pair) => ({ from: pair[0]!, to: pair[1]! }))
  assert.deepEqual(swapGroups(['a', 'b', 'c'], refers('ba', 'cb', 'aa')), [['c'], ['b'], ['a']])
  assert.deepEqual(swapGroups(['a', 'b', 'c'], refers('ab', 'ba', 'ca')), [['c'], ['a', 'b']])
  assert.deepEqual(swapGroups(['a', 'b'], []), [['a'], ['b']])
})
