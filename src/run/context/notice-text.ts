import { labelOf, listWriters, type ScriptName } from '../../plan/notice'
import { describeBlocker, describeHolder, describeOrphan } from './server-sessions'
import type { Notice } from './events'

/** The sentence of a notice, as the command line prints it. Pure. */
export function describeNotice(notice: Notice): string {
  const sentence = sentences[notice.code] as (of: Notice) => string
  return sentence(notice)
}

type Sentences = {
  [Code in Notice['code']]: (notice: Extract<Notice, { code: Code }>) => string
}

const sentences: Sentences = {
  LATE: ({ scripts }) => `late, older than the newest applied: ${names(scripts)}`,
  MISSING: ({ scripts }) => `applied, but the file is gone: ${names(scripts)}`,
  CHANGED: ({ scripts }) => `changed since applied: ${names(scripts)}`,
  HALF_REVERTED({ scripts }) {
    const commands = scripts.map(({ revision }) => `rebuild ${revision}`).join(', ')
    return `reverted only in part: ${names(scripts)}; finish it with ${commands}`
  },
  CLASS_NUMBER: ({ scripts }) =>
    `numbered by the class, as TypeORM does, since the file's name says no number or another: ${names(scripts)}`,
  PASSED_OVER({ script, direction, scripts }) {
    const why = direction === 'up' ? 'are pending before it' : 'were applied after it'
    return `${labelOf(script)} goes alone, though these ${why}: ${names(scripts)}`
  },
  JOURNAL_WRITERS: ({ writers }) =>
    `SQL of the journal would run, and others than its owner may write it: ${listWriters(writers)}`,
  OTHER_TOOL({ history }) {
    const { describeHistory } =
      require('../../journal/histories') as typeof import('../../journal/histories')
    return `another tool has migrated this database: found ${describeHistory(history)}; upgrade and setup refuse until adopt has recorded what is done`
  },
  LOCK_HELD: ({ holder }) => `waiting: ${describeHolder(holder)}`,
  ORPHAN_AT_WORK: ({ session }) => `waiting: ${describeOrphan(session)}`,
  BLOCKED: ({ work, blocker }) => `${work}: waiting for ${describeBlocker(blocker)}`,
  INDEX_BUILDING: () => 'waiting: another backend is building an index there',
  CONFLICT({ work, sqlstate, blocker, wait }) {
    const by = blocker ? `, held by ${describeBlocker(blocker)}` : ''
    const seconds = (wait / 1000).toFixed(1)
    return `${work}: ${conflicts[sqlstate] ?? 'conflict'}${by}; trying again in ${seconds} s`
  },
  PLAN_AGAIN: ({ error }) => `${error.message}; planning again`,
  CLAIMS_ONLY: () => 'behind a pooler without a direct connection: only the claims guard',
  POOLED_SETTINGS: () =>
    'behind a pooler: scripts outside a transaction run without lock_timeout and statement_timeout, and what they SET stays in the pool; typeorm.direct_url names an address past it',
  ORPHAN_ENDED: ({ pid, was }) => `ended backend ${pid}, which ${ended[was]}`,
  SECOND_CONNECTION: ({ giver }) =>
    `waiting for a second connection: the ${giver} has given none yet`,
  INDEX_PROGRESS: ({ work, phase, percent }) =>
    `${work}: ${phase}${percent === undefined ? '' : `, ${percent} %`}`,
  FAILURE_NOT_RECORDED: ({ reason }) => `the failure was not recorded: ${reason}`,
  OWN_TRANSACTION: ({ script, file }) =>
    `${labelOf(script)} has its own BEGIN and COMMIT in the middle: ${file} runs statement by statement`,
  INVALID_INDEX: ({ index }) =>
    `dropping the INVALID index ${index}, which an earlier attempt left`,
  SET_UP_RESUMED: () => 'going on with a set-up that was cut off',
}

/** What may be tried again, by SQLSTATE. */
const conflicts: Readonly<Record<string, string>> = {
  '55P03': 'lock timeout',
  '40P01': 'deadlock',
  '40001': 'serialization failure',
}

const ended = {
  idle: 'was idle, with all its work recorded',
  'in a transaction': 'slept in a transaction',
}

function names(scripts: readonly ScriptName[]): string {
  return scripts.map(labelOf).join(', ')
}
