import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutMain, inStages, type ScriptStage } from '../../src/add-script/online/stages'
import type { OnlineSides } from '../../src/add-script/online/online-context'
import type { Catalog } from '../../src/catalog/catalog'
import { type Fact, type Id, keyOf } from '../../src/catalog/facts'
import { sqlOf } from '../../src/change/render/operation-sql'
import {
  columnKey,
  type OwnOperation,
  type SchemaOperation,
} from '../../src/change/model/operation'
import { step, type PlannedStep } from '../../src/change/model/planned-step'

/*
 * The rules of the stages, over operations alone: no server. Above each rule are those who learned it: issues
 * and pull requests of other tools and of applications.
 */

const table = (name: string) => ({ kind: 'table', schema: 'public', name }) as const
const column = (of: string, name: string) =>
  ({ kind: 'column', schema: 'public', table: of, name }) as const
const rule = (of: string, name: string) =>
  ({ kind: 'constraint', schema: 'public', table: of, name }) as const
const index = (name: string) => ({ kind: 'index', schema: 'public', name }) as const

/** As much of a catalog as the planner looks at. */
function catalog(...found: readonly (readonly [id: Id, parent?: Id, payload?: object])[]): Catalog {
  const facts = found.map(
    ([id, parent, payload = {}]) => ({ id, payload, ...(parent && { parent }) }) as unknown as Fact,
  )
  const byKey = new Map(facts.map((fact) => [keyOf(fact.id), fact]))
  const read = {
    get: (id: Id) => byKey.get(keyOf(id)),
    has: (id: Id) => byKey.has(keyOf(id)),
    facts: () => facts,
    childrenOf: () => [],
  }
  return { facts: read } as unknown as Catalog
}

const t = table('t')
const c = table('c')
const sides: OnlineSides = {
  from: catalog([t], [c], [index('i'), t], [index('o'), t]),
  to: catalog([t], [c], [index('i'), t], [index('o'), c]),
}

const alter = (of: string, name: string, part: 'required' | 'no default'): PlannedStep =>
  step({ kind: 'alter column', column: column(of, name), part }, [column(of, name)], {
    lock: 'accessExclusive',
  })
const fill = (of: string, name: string, expression: string): PlannedStep => {
  const operation = { kind: 'fill column', column: column(of, name), expression, onlyNulls: true }
  return step(operation as SchemaOperation, [column(of, name)], { verb: 'data' })
}
const add = (of: string, name: string, more: Partial<OwnOperation> & { rule: string }) => {
  const operation = { kind: 'add constraint', constraint: rule(of, name), valid: true, ...more }
  return step(operation as SchemaOperation, [rule(of, name)], {
    verb: 'create',
    lock: 'accessExclusive',
  })
}
const check = (of: string, name: string) =>
  add(of, name, { rule: 'CHECK', definition: 'CHECK ((a > 0))' })
const unique = (of: string, name: string) => {
  const key = { columns: '(a)', rest: '', checked: '' }
  return add(of, name, { rule: 'UNIQUE', definition: 'UNIQUE (a)', key })
}
const build = (name: string): PlannedStep => {
  const on = 'public.t USING btree (a)'
  const operation = {
    kind: 'create index',
    index: index(name),
    sql: '',
    unique: false,
    on,
  } as const
  return step(operation, [index(name), t], { verb: 'create', lock: 'share' })
}
const buildOn = (of: typeof t, name: string): PlannedStep => {
  const on = `public.${of.name} USING btree (a)`
  const operation = { kind: 'create index', index: index(name), sql: '', unique: true, on } as const
  return step(operation, [index(name), of], { verb: 'create', lock: 'share' })
}
const drop = (name: string): PlannedStep =>
  step({ kind: 'drop index', index: index(name) }, [index(name), t], {
    verb: 'drop',
    drops: index(name),
    lock: 'accessExclusive',
  })
const retype = (of: string, name: string): PlannedStep =>
  step(
    { kind: 'alter column', column: column(of, name), part: 'type', type: 'bigint' },
    [column(of, name)],
    { lock: 'accessExclusive', rewrites: true, chain: columnKey(column(of, name)) },
  )

/** `main: one | two` a script, `*` for one whose statements are transactions of their own. */
function planned(...steps: readonly PlannedStep[]): string[] {
  return inStages(steps, sides).map(shown)
}

function shown({ purpose, transaction, steps }: ScriptStage): string {
  const texts = steps.map(({ operation }) => brief(operation))
  return `${purpose || 'main'}${transaction ? '' : '*'}: ${texts.join(' | ')}`
}

function brief(operation: SchemaOperation): string {
  const [first = ''] = sqlOf(operation).replaceAll('"', '').replaceAll('public.', '').split('\n')
  return first.replace(/^DO \$\$$/, 'fill').replace(/ RETURNS .*/, '')
}

const rules: readonly (readonly [name: string, steps: readonly PlannedStep[], ...string[]])[] = [
  // squawk constraint-missing-not-valid; margince/margince#5360; crbnos/carbon#1541
  [
    'a check is validated by itself, after it was added',
    [check('t', 'k')],
    'main: ALTER TABLE t ADD CONSTRAINT k CHECK ((a > 0)) NOT VALID',
    'validate: ALTER TABLE t VALIDATE CONSTRAINT k',
  ],
  // taskcluster/taskcluster#3632; boardsesh/boardsesh#3496; alphagov/notifications-api#3954
  [
    'two tables are not locked in one transaction, and each VALIDATE is one',
    [check('t', 'k'), check('c', 'l')],
    'main*: ALTER TABLE t ADD CONSTRAINT k CHECK ((a > 0)) NOT VALID | ALTER TABLE c ADD CONSTRAINT l CHECK ((a > 0)) NOT VALID',
    'validate*: ALTER TABLE t VALIDATE CONSTRAINT k | ALTER TABLE c VALIDATE CONSTRAINT l',
  ],
  // ankane/strong_migrations#71; sbdchd/squawk#300; nyaruka/rapidpro#6980
  [
    'SET NOT NULL follows a validated check, whose drop goes with it',
    [alter('t', 'a', 'required')],
    'main: ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID',
    'validate: ALTER TABLE t VALIDATE CONSTRAINT t_a_required',
    'required: ALTER TABLE t ALTER COLUMN a SET NOT NULL | ALTER TABLE t DROP CONSTRAINT t_a_required',
  ],
  // xataio/pgroll#55 with its trigger; sbdchd/squawk#101; nyaruka/rapidpro#6980
  [
    'the check and what fills new rows stand before the backfill',
    [fill('t', 'a', '0'), alter('t', 'a', 'required')],
    'main*: CREATE FUNCTION t_fill() | CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill() | ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID',
    'backfill*: fill',
    'validate: ALTER TABLE t VALIDATE CONSTRAINT t_a_required',
    'required: ALTER TABLE t ALTER COLUMN a SET NOT NULL | ALTER TABLE t DROP CONSTRAINT t_a_required | DROP TRIGGER t_fill ON t | DROP FUNCTION t_fill()',
  ],
  // langgenius/dify#37738; doctolib/safe-pg-migrations#172; alphagov/notifications-api#3954
  [
    'the columns of a table are filled together, required table by table',
    [
      ...[fill('t', 'a', '0'), fill('c', 'a', '0'), fill('t', 'b', '1'), fill('t', 'd', 'a + 1')],
      ...[alter('t', 'a', 'required'), alter('c', 'a', 'required')],
    ],
    'main*: CREATE FUNCTION t_fill() | CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill() | ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID | CREATE FUNCTION c_fill() | CREATE TRIGGER c_fill BEFORE INSERT OR UPDATE ON c FOR EACH ROW EXECUTE FUNCTION c_fill() | ALTER TABLE c ADD CONSTRAINT c_a_required CHECK (a IS NOT NULL) NOT VALID',
    'backfill*: fill | fill | fill',
    'validate*: ALTER TABLE t VALIDATE CONSTRAINT t_a_required | ALTER TABLE c VALIDATE CONSTRAINT c_a_required',
    'required t: ALTER TABLE t ALTER COLUMN a SET NOT NULL | ALTER TABLE t DROP CONSTRAINT t_a_required | DROP TRIGGER t_fill ON t | DROP FUNCTION t_fill()',
    'required c: ALTER TABLE c ALTER COLUMN a SET NOT NULL | ALTER TABLE c DROP CONSTRAINT c_a_required | DROP TRIGGER c_fill ON c | DROP FUNCTION c_fill()',
  ],
  // squawk require-concurrent-index-creation and -deletion; doctolib/safe-pg-migrations#7; NikolayS/postgres_dba#22
  [
    'indexes come and go concurrently, what goes goes last',
    [drop('i'), build('j')],
    'concurrently*: CREATE INDEX CONCURRENTLY j ON t (a)',
    'drops*: DROP INDEX CONCURRENTLY i',
  ],
  // pgcodekeeper/pgcodekeeper#48; cardstack/boxel#5407; grayhemp/pgtoolkit#11; cockroachdb/cockroach#147312
  [
    'an index that changes is built beside the old one and takes its name at once',
    [drop('i'), build('i')],
    'concurrently*: CREATE INDEX CONCURRENTLY i_new ON t (a)',
    'swap: ALTER INDEX i RENAME TO i_old | ALTER INDEX i_new RENAME TO i',
    'drops*: DROP INDEX CONCURRENTLY i_old',
  ],
  // stripe/pg-schema-diff: a unique index that goes from one table to another
  [
    'an index whose name another table takes goes first',
    [drop('o'), buildOn(c, 'o')],
    'main: DROP INDEX o',
    'concurrently*: CREATE UNIQUE INDEX CONCURRENTLY o ON c (a)',
  ],
  // squawk disallowed-unique-constraint; saleor/saleor-docs#1055; 2ndQuadrant/bdr#231
  [
    'a unique key is made of an index',
    [unique('t', 'u')],
    'concurrently*: CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)',
    'constraints: ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX u',
  ],
  // kaaveland/eugene#52; darklang/dark#3379; 2ndQuadrant/bdr#231
  [
    'a column of a primary key is required before the key is made of its index',
    [
      add('t', 'p', {
        rule: 'PRIMARY KEY',
        definition: 'PRIMARY KEY (a)',
        key: { columns: '(a)', rest: '', checked: '' },
      }),
      alter('t', 'a', 'required'),
    ],
    'main: ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID',
    'concurrently*: CREATE UNIQUE INDEX CONCURRENTLY p ON t (a)',
    'validate: ALTER TABLE t VALIDATE CONSTRAINT t_a_required',
    'required: ALTER TABLE t ALTER COLUMN a SET NOT NULL | ALTER TABLE t DROP CONSTRAINT t_a_required',
    'constraints: ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY USING INDEX p',
  ],
  // sbdchd/squawk#161; mercuretechnologies/xprem#119; dsx-ai-factory/infra-controller#5941
  [
    'a key that changes is replaced by one statement',
    [
      step({ kind: 'engine', sql: 'DROP' }, [rule('t', 'u')], { drops: rule('t', 'u') }),
      unique('t', 'u'),
    ],
    'concurrently*: CREATE UNIQUE INDEX CONCURRENTLY u_new ON t (a)',
    'constraints: ALTER TABLE t DROP CONSTRAINT u, ADD CONSTRAINT u UNIQUE USING INDEX u_new',
  ],
  // sbdchd/squawk#349 and assume-in-transaction #331; DhananjayThomble/URL-Shortener-App#294
  [
    'a table that the change makes needs none of it',
    [check('n', 'k'), alter('n', 'a', 'required'), unique('n', 'u')],
    'main: ALTER TABLE n ADD CONSTRAINT k CHECK ((a > 0)) | ALTER TABLE n ALTER COLUMN a SET NOT NULL | ALTER TABLE n ADD CONSTRAINT u UNIQUE (a)',
  ],
]

for (const [name, steps, ...expected] of rules)
  test(name, () => assert.deepEqual(planned(...steps), expected))

// stripe/pg-schema-diff, "Switch primary key and make old key nullable"
test('a column leaves the primary key before it may be empty, where the key is replaced at once', () => {
  const key = { columns: '(b)', rest: '', checked: '' }
  const gone = step({ kind: 'drop constraint', constraint: rule('t', 'k') }, [rule('t', 'k')], {
    drops: rule('t', 'k'),
  })
  const optional = { kind: 'alter column', column: column('t', 'a'), part: 'not required' } as const

  assert.deepEqual(
    planned(
      gone,
      step(optional, [column('t', 'a')]),
      add('t', 'k', { rule: 'PRIMARY KEY', definition: 'PRIMARY KEY (b)', key }),
    ),
    [
      'concurrently*: CREATE UNIQUE INDEX CONCURRENTLY k_new ON t (b)',
      'constraints: ALTER TABLE t DROP CONSTRAINT k, ADD CONSTRAINT k PRIMARY KEY USING INDEX k_new',
      'drops: ALTER TABLE t ALTER COLUMN a DROP NOT NULL',
    ],
  )
})

// DhananjayThomble/URL-Shortener-App#294; boardsesh/boardsesh#3496; uktrade/pg-bulk-ingest#63
test('what rewrites a table is alone, with what happens to the same column at once, and says so', () => {
  const [main] = inStages(
    [
      alter('c', 'b', 'no default'),
      retype('t', 'a'),
      retype('c', 'a'),
      alter('t', 'b', 'no default'),
    ],
    sides,
  )
  const cut = cutMain(main!, main!.steps, sides)

  assert.deepEqual(cut.map(shown), [
    'main: ALTER TABLE c ALTER COLUMN b DROP DEFAULT',
    'under a lock: ALTER TABLE t ALTER COLUMN a TYPE bigint',
    'under a lock: ALTER TABLE c ALTER COLUMN a TYPE bigint',
    'rest: ALTER TABLE t ALTER COLUMN b DROP DEFAULT',
  ])
  const said = cut.map(({ steps }) => steps.map(({ effects }) => effects.map(({ kind }) => kind)))
  assert.deepEqual(said, [[[]], [['works under a lock']], [['works under a lock']], [[]]])
})
