import { gate, gateNumber, ledger } from './gates'

/** A folder of scripts, a command, and what must be there after it, however often it was hurt. */
export interface Scenario {
  name: string
  files: Readonly<Record<string, string>>
  /** Further lines of `[migration]`. */
  settings?: string
  /** The command that is hurt, and run again plainly. */
  command: readonly string[]
  /** Commands that are run undisturbed before. */
  before?: readonly (readonly string[])[]
  /** A gate at which a first run of the command is killed before; the one that is hurt resumes it. */
  cutAt?: number
  /** True: the command builds the ledger itself; it wants an empty database. */
  fromNothing?: boolean
  /** Every row that the ledger must hold, each once. */
  ledger: readonly string[]
  /** Every success that the journal must hold, each once: `revision operation`. */
  journal: readonly string[]
  /** Gates that the command comes to. */
  gates: readonly number[]
}

const revisions = [1, 2, 3, 4, 5]
const each = (text: (revision: number) => string) => revisions.map(text)

const up = (revision: number) => `INSERT INTO ledger VALUES ('${revision} up');
CREATE TABLE t${revision} (i int PRIMARY KEY);
${gate(gateNumber.inScript(revision))};
INSERT INTO t${revision} SELECT generate_series(1, 20);
${gate(gateNumber.inScript(revision, 1))};
COMMENT ON TABLE t${revision} IS 'made by ${revision}'`

const down = (revision: number) => `INSERT INTO ledger VALUES ('${revision} down');
${gate(gateNumber.inScript(revision, 2))};
DROP TABLE t${revision}`

/** One script brings its rows as COPY data, and so goes statement by statement inside its transaction. */
const copied = `COPY t4 FROM stdin;\n101\n102\n\\.\n`

const sql = (revision: number) =>
  `-- MIGRATE UP\n${up(revision)};\n${revision === 4 ? copied : ''}-- MIGRATE DOWN\n${down(revision)};\n`

const queries = (text: string) =>
  text
    .split(';\n')
    .map((statement) => `  await queryRunner.query(${JSON.stringify(statement)})`)
    .join('\n')

const typeScript = (revision: number) => `import type { QueryRunner } from 'typeorm'
export async function upgrade(queryRunner: QueryRunner) {
${queries(up(revision))}
}
export async function downgrade(queryRunner: QueryRunner) {
${queries(down(revision))}
}
`

const outside = `-- migrate: no-transaction
CREATE INDEX CONCURRENTLY gated ON t1 (kit.gate(${gateNumber.index} + 0 * i));
VACUUM t1;
BEGIN; INSERT INTO ledger VALUES ('2 up'); ${gate(gateNumber.inScript(2))}; COMMIT;
ALTER TYPE mood ADD VALUE 'happy';
CREATE INDEX CONCURRENTLY IF NOT EXISTS other ON t1 (i);
DROP INDEX CONCURRENTLY dropped;
`

const folder = (of: (revision: number) => string, extension: string) =>
  Object.fromEntries(revisions.map((one) => [`migration/${one}_s.${extension}`, of(one)]))

const mixed = (revision: number) => (revision % 2 ? sql(revision) : typeScript(revision))
const mixedFolder = Object.fromEntries(
  revisions.map((one) => [`migration/${one}_s.${one % 2 ? 'sql' : 'ts'}`, mixed(one)]),
)

const commits = revisions.map(gateNumber.commit)
const upGates = [
  gateNumber.journal,
  ...revisions.flatMap((one) => [
    gateNumber.claim(one),
    gateNumber.inScript(one),
    gateNumber.inScript(one, 1),
    gateNumber.finish(one),
  ]),
  ...commits,
]
const upwards = {
  command: ['upgrade'],
  ledger: each((one) => `${one} up`),
  journal: each((one) => `${one} run`),
  gates: upGates,
}
const downwards = {
  before: [['upgrade']],
  command: ['downgrade', '0'],
  ledger: each((one) => `${one} up`).concat(each((one) => `${one} down`)),
  journal: each((one) => `${one} run`).concat(each((one) => `${one} rollback`)),
  gates: [
    ...revisions.flatMap((one) => [
      gateNumber.claim(one),
      gateNumber.inScript(one, 2),
      gateNumber.finish(one),
    ]),
    ...commits,
  ],
}

const notTransactional = {
  files: {
    'migration/1_s.sql': `CREATE TYPE mood AS ENUM ('sad');
INSERT INTO ledger VALUES ('1 up'); CREATE TABLE t1 (i int);
INSERT INTO t1 SELECT generate_series(1, 20); CREATE INDEX dropped ON t1 (i)`,
    'migration/2_s.sql': outside,
    'migration/3_s.sql': "INSERT INTO ledger VALUES ('3 up')",
  },
  command: ['upgrade'],
  ledger: ['1 up', '2 up', '3 up'],
  journal: ['1 run', '2 run', '3 run'],
  gates: [
    gateNumber.index,
    gateNumber.indexDone,
    gateNumber.inScript(2),
    gateNumber.commit(2),
    gateNumber.enumDone,
    gateNumber.claim(2),
    gateNumber.finish(2),
  ],
}

const schema = `CREATE TYPE mood AS ENUM ('sad');
${ledger};
${gate(gateNumber.inScript(0))};
INSERT INTO ledger VALUES ('0 schema');
CREATE TABLE t1 (i int, mood mood);
${gate(gateNumber.inScript(0, 1))};
CREATE INDEX ON t1 (i);
`

export const scenarios: readonly Scenario[] = [
  {
    name: 'SQL in batches',
    files: folder(sql, 'sql'),
    ...upwards,
  },
  {
    name: 'TypeScript',
    files: folder(typeScript, 'ts'),
    ...upwards,
  },
  {
    name: 'all in one transaction',
    files: mixedFolder,
    settings: 'transaction = all\njournal_schema = elsewhere\n',
    ...upwards,
  },
  { name: 'SQL outside a transaction', ...notTransactional },
  {
    name: 'SQL outside a transaction, resumed',
    ...notTransactional,
    cutAt: gateNumber.indexDone,
    // what runs again before the claim is taken over is the plan alone
    gates: notTransactional.gates.filter((gate) => gate !== gateNumber.claim(2)),
  },
  { name: 'SQL downgraded to 0', files: folder(sql, 'sql'), ...downwards },
  { name: 'TypeScript and SQL downgraded to 0', files: mixedFolder, ...downwards },
  {
    name: 'set-up with a canonical schema',
    files: { ...folder(sql, 'sql'), 'schema.sql': schema },
    settings: 'schema = schema.sql\n',
    command: ['setup'],
    fromNothing: true,
    ledger: ['0 schema'],
    journal: ['0 run', ...each((one) => `${one} run_skip`)],
    gates: [
      gateNumber.journal,
      gateNumber.inScript(0),
      gateNumber.inScript(0, 1),
      gateNumber.commit(0),
      gateNumber.finish(0),
      ...[0, ...revisions].map(gateNumber.claim),
    ],
  },
  {
    name: 'set-up that runs the scripts',
    files: { ...folder(sql, 'sql'), 'migration/1_s.sql': `${ledger};\n${up(1)}` },
    ...upwards,
    command: ['setup', '--run-scripts'],
    fromNothing: true,
    journal: ['0 run', ...upwards.journal],
  },
  {
    name: 'marks',
    files: folder(sql, 'sql'),
    command: ['mark', '--yes'],
    ledger: [],
    journal: each((one) => `${one} run_skip`),
    gates: [gateNumber.journal, ...revisions.map(gateNumber.claim)],
  },
]
