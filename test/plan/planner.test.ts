import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlanOptions } from '../../src/plan/plan'
import { planOf, stepsText } from './situation'

type Row = [
  rule: string,
  scripts: string,
  history: string,
  request: string,
  expected: string,
  options?: Partial<PlanOptions>,
]

const strict = { strict: true }
const refuse = { lateScripts: 'refuse' } as const
const long = '123456789012345678901234567890'

const bad = 'SCRIPT_UNFINISHED'

const upgrades: Row[] = [
  ['an upgrade applies everything pending', '1 2 3', '', 'upgrade', 'up 1, up 2, up 3'],
  ['nothing pending is nothing to do', '1 2', '1 2', 'upgrade', ''],
  ['an empty folder is nothing to do', '', '', 'upgrade', ''],
  ['a target is included', '1 2 3 4', '1', 'upgrade 3', 'up 2, up 3'],
  [
    'a target that is applied brings what is pending before it',
    '1 2 3',
    '1 3',
    'upgrade 3',
    'up 2',
  ],
  ['a target below everything pending does nothing', '1 2 3', '1 2', 'upgrade 1', ''],
  [
    'the order is that of revisions, whatever the order of files',
    '3 1 2',
    '',
    'upgrade',
    'up 1, up 2, up 3',
  ],
  [
    'revisions are compared by value, not as text',
    '9 10 100',
    '',
    'upgrade',
    'up 9, up 10, up 100',
  ],
  [
    'revisions may have thirty digits',
    `${long} 99 ${long}0`,
    '',
    `upgrade ${long}`,
    `up 99, up ${long}`,
  ],
  ['leading zeros of a target do not count', '1 2 3', '', 'upgrade 002', 'up 1, up 2'],
  ['a late script is pending and runs in its place', '1 2 3 4', '1 3', 'upgrade', 'up 2, up 4'],
  ['a script that was reverted is pending again', '1 2', '1 2 -2', 'upgrade', 'up 2'],
  ['a script that failed is pending again', '1 2', '1 2x', 'upgrade', 'up 2'],
  ['a count takes that many of the pending', '1 2 3', '1', 'upgrade count 1', 'up 2'],
  ['a count above all takes all', '1 2', '', 'upgrade count 9', 'up 1, up 2'],
  ['a target and a count both bound', '1 2 3 4', '', 'upgrade count 2 target 3', 'up 1, up 2'],
  ['next is the first of the pending, a late one too', '1 2 3 4', '1 3', 'upgrade next', 'up 2'],
  ['next of nothing pending is nothing', '1', '1', 'upgrade next', ''],
  ['latest is everything', '1 2', '', 'upgrade latest', 'up 1, up 2'],
  ['a target that is applied and whose file is gone is known', '1 3', '1 2', 'upgrade 2', ''],
  ['an irreversible script is no obstacle on the way up', '1! 2', '', 'upgrade', 'up 1, up 2'],
  ['upgrade does not go to 0', '1', '', 'upgrade 0', 'USAGE'],
  ['upgrade does not go to previous', '1 2', '1', 'upgrade previous', 'USAGE'],
  ['a word that is no target is refused', '1 2', '', 'upgrade newest', 'USAGE'],
  ['a target that no script has is refused', '1 2', '', 'upgrade 3', 'UNKNOWN_REVISION'],
  ['a part of a revision is no revision', '20260101', '', 'upgrade 2026', 'UNKNOWN_REVISION'],
]

const downgrades: Row[] = [
  ['a downgrade reverts the newest application', '1 2 3', '1 2 3', 'downgrade', 'down 3'],
  ['the newest application may be a late one', '1 2 3', '1 3 2', 'downgrade', 'down 2'],
  [
    'the target stays; the newest application goes first',
    '1 2 3',
    '1 3 2',
    'downgrade 1',
    'down 2, down 3',
  ],
  [
    'a target keeps what is below it, however late it was applied',
    '1 2 3',
    '1 3 2',
    'downgrade 2',
    'down 3',
  ],
  ['a target that is not applied bounds too', '1 2 3', '1 3', 'downgrade 2', 'down 3'],
  ['0 reverts everything', '1 2 3', '1 3 2', 'downgrade 0', 'down 2, down 3, down 1'],
  ['000 is 0', '1', '1', 'downgrade 000', 'down 1'],
  [
    'a count reverts that many applications',
    '1 2 3',
    '1 3 2',
    'downgrade count 2',
    'down 2, down 3',
  ],
  ['previous keeps the last but one revision', '1 2 3', '1 2 3', 'downgrade previous', 'down 3'],
  ['previous of one revision is 0', '1', '1', 'downgrade previous', 'down 1'],
  ['previous of nothing is nothing', '1', '', 'downgrade previous', ''],
  ['latest is nothing to revert', '1 2', '1 2', 'downgrade latest', ''],
  ['nothing applied is nothing to revert', '1', '', 'downgrade', ''],
  ['0 of nothing applied is nothing', '1', '', 'downgrade 0', ''],
  ['what was marked is reverted like what ran', '1 2', '=1 =2', 'downgrade 0', 'down 2, down 1'],
  ['set-up itself is not reverted', '1', '0 =1', 'downgrade 0', 'down 1'],
  [
    'a module may have a downgrade: it is asked when it is loaded',
    '1ts',
    '1',
    'downgrade',
    'down 1',
  ],
  ['a script whose file is gone is reverted from the journal', '1', '1 2', 'downgrade', 'down 2'],
  [
    'a script that is gone from journal and folder is refused',
    '1',
    '1 2*',
    'downgrade',
    'SCRIPT_MISSING',
  ],
  ['a script that is gone stops only those who revert it', '1 3', '1 2* 3', 'downgrade', 'down 3'],
  ['a script without a downgrade is irreversible', '1 2!', '1 2', 'downgrade', 'IRREVERSIBLE'],
  [
    'an irreversible script on the way stops everything',
    '1 2! 3',
    '1 2 3',
    'downgrade 1',
    'IRREVERSIBLE',
  ],
  ['an irreversible script that stays is no obstacle', '1! 2', '1 2', 'downgrade 1', 'down 2'],
  ['downgrade does not go to next', '1', '1', 'downgrade next', 'USAGE'],
  ['a target that nothing has is refused', '1 3', '1 3', 'downgrade 2', 'UNKNOWN_REVISION'],
  ['a target may be a revision whose file is gone', '1 3', '1 2 3', 'downgrade 2', 'down 3'],
]

const arrivals: Row[] = [
  ['to goes up', '1 2 3', '1', 'to 2', 'up 2'],
  ['to goes down', '1 2 3', '1 2 3', 'to 1', 'down 3, down 2'],
  ['to goes down and then up where both are needed', '1 2 3', '1 3', 'to 2', 'down 3, up 2'],
  ['to where it stands does nothing', '1 2', '1', 'to 1', ''],
  ['to 0 reverts everything', '1 2', '1 2', 'to 0', 'down 2, down 1'],
  ['to 00 reverts everything', '1', '1', 'to 00', 'down 1'],
  ['to latest goes up and reverts nothing', '1 2', '1 3', 'to latest', 'up 2'],
  ['to next applies one', '1 2 3', '1', 'to next', 'up 2'],
  ['to previous reverts one application', '1 2 3', '1 3 2', 'to previous', 'down 2'],
  ['to an unknown revision is refused', '1 3', '1', 'to 2', 'UNKNOWN_REVISION'],
  ['to a word that is no target is refused', '1', '', 'to there', 'USAGE'],
  ['to does not go past an irreversible script', '1 2!', '1 2', 'to 1', 'IRREVERSIBLE'],
]

const marks: Row[] = [
  ['mark records everything pending', '1 2 3', '1', 'mark', 'mark 2, mark 3'],
  ['mark goes up to a target and includes it', '1 2 3', '', 'mark 2', 'mark 1, mark 2'],
  ['mark takes one revision alone', '1 2 3', '', 'mark only 2', 'mark 2'],
  ['mark of a revision that is applied does nothing', '1 2', '1 2', 'mark only 2', ''],
  ['mark takes the next alone', '1 2 3', '1', 'mark only next', 'mark 2'],
  ['mark takes a count', '1 2 3', '', 'mark count 1', 'mark 1'],
  ['mark of an unknown revision is refused', '1', '', 'mark only 2', 'UNKNOWN_REVISION'],
  ['mark records late scripts though they are refused', '1 2', '2', 'mark', 'mark 1', refuse],
]

const out = 'OUT_OF_ORDER'

const ones: Row[] = [
  ['only the next script goes up alone', '1 2 3', '1', 'upgrade only 2', 'up 2'],
  ['leading zeros of the only one do not count', '1 2 3', '1', 'upgrade only 02', 'up 2'],
  ['only next is the first pending', '1 2 3', '1', 'upgrade only next', 'up 2'],
  ['only next of nothing pending is nothing', '1', '1', 'upgrade only next', ''],
  ['a script does not go up alone past an older one', '1 2 3', '1', 'upgrade only 3', out],
  ['it does where force says so', '1 2 3', '1', 'upgrade only 3 force true', 'up 3'],
  ['force false is no force', '1 2 3', '1', 'upgrade only 3 force false', out],
  ['a late script goes up alone', '1 2 3', '1 3', 'upgrade only 2', 'up 2'],
  ['not where late ones are refused', '1 2 3', '1 3', 'upgrade only 2', 'SCRIPT_LATE', refuse],
  ['force takes a late one too', '1 2 3', '1 3', 'upgrade only 2 force true', 'up 2', refuse],
  ['what is applied is not applied again alone', '1 2', '1', 'upgrade only 1', ''],
  ['only an unknown script is refused', '1 2', '1', 'upgrade only 3', 'UNKNOWN_REVISION'],
  ['only the newest application goes down alone', '1 2 3', '1 3 2', 'downgrade only 2', 'down 2'],
  ['not what something was applied after', '1 2 3', '1 3 2', 'downgrade only 3', out],
  ['force takes it', '1 2 3', '1 3 2', 'downgrade only 3 force true', 'down 3'],
  ['what is pending is not reverted alone', '1 2', '1', 'downgrade only 2', ''],
  ['only 0 is no script', '1', '1', 'downgrade only 0', 'USAGE'],
  ['only previous is no script to revert', '1 2', '1 2', 'downgrade only previous', 'USAGE'],
  ['an irreversible script stays alone too', '1! 2', '1', 'downgrade only 1', 'IRREVERSIBLE'],
  [
    'no force reverts alone what an unfinished script was begun on',
    '1 2',
    '1 2x1',
    'downgrade only 1 force true',
    bad,
  ],
  [
    'no force runs what was begun on something reverted since',
    '1 2 3',
    '1 3x1 -1',
    'upgrade only 3 force true',
    bad,
  ],
]

const rebuilds: Row[] = [
  ['a rebuild runs the script that failed, and nothing else', '1 2 3', '1 2x', 'rebuild 2', 'up 2'],
  ['a rebuild goes on with what was cut off', '1 2', '1…2', 'rebuild 1', 'up 1'],
  ['without a revision, what failed is rebuilt', '1 2 3', '1 2x', 'rebuild', 'up 2'],
  ['without a revision, what was cut off is rebuilt', '1 2', '1 2…', 'rebuild', 'up 2'],
  ['nothing failed is nothing to rebuild', '1 2', '1', 'rebuild', ''],
  ['what failed and ran later is not rebuilt', '1 2', '1x 1', 'rebuild', ''],
  ['of several one must be named', '1 2 3', '1x 2…1', 'rebuild', 'USAGE'],
  ['of several the one that is named is rebuilt', '1 2 3', '1x 2…1', 'rebuild 2', 'up 2'],
  ['leading zeros of what is rebuilt do not count', '1 2', '1x', 'rebuild 01', 'up 1'],
  ['a reversal that failed is rebuilt as a reversal', '1 2', '1 2 -2x1', 'rebuild', 'down 2'],
  ['a reversal that was cut off is rebuilt as a reversal', '1 2', '1 2 -2…1', 'rebuild', 'down 2'],
  ['what neither failed nor was interrupted is refused', '1 2', '1', 'rebuild 1', 'USAGE'],
  ['what is pending and was never started is refused', '1 2', '1', 'rebuild 2', 'USAGE'],
  ['an unknown revision is not rebuilt', '1', '1', 'rebuild 2', 'UNKNOWN_REVISION'],
  ['a word is not a revision to rebuild', '1', '1x', 'rebuild latest', 'USAGE'],
  ['what failed and whose file is gone is refused', '2', '1x', 'rebuild 1', 'SCRIPT_MISSING'],
  [
    'a late script is rebuilt though late ones are refused',
    '1 2',
    '2 1x',
    'rebuild',
    'up 1',
    refuse,
  ],
  ['done is an answer on what was cut off', '1', '1…1', 'rebuild 1 answer done', 'up 1 (done)'],
  ['not-done is an answer too', '1ts', '1…', 'rebuild 1 answer not-done', 'up 1 (not done)'],
  ['a failure that had done nothing leaves no doubt', '1', '1x', 'rebuild 1 answer done', 'USAGE'],
]

const unfinished: Row[] = [
  ['a downgrade is refused below a script that failed half-way', '1 2', '1 2x1', 'downgrade', bad],
  ['and below one that was cut off', '1 2', '1 2…', 'downgrade', bad],
  ['a failure that left nothing is no obstacle', '1 2', '1 2x', 'downgrade', 'down 1'],
  ['0 does not pass over an unfinished script', '1 2', '1 2x1', 'downgrade 0', bad],
  ['nor does a version below it', '1 2 3', '1 2 3x1', 'downgrade 1', bad],
  ['also where nothing else is above the version', '1 2', '1 2x1', 'downgrade 1', bad],
  ['previous does not pass over it', '1 2 3', '1 2 3x1', 'downgrade previous', bad],
  ['a count does not pass over it', '1 2 3', '1 2 3x1', 'downgrade count 2', bad],
  ['to a version below it is refused', '1 2 3', '1 2 3x1', 'to 1', bad],
  ['to 0 is refused', '1 2', '1 2x1', 'to 0', bad],
  ['to previous is refused', '1 2', '1 2x1', 'to previous', bad],
  ['the newest of nothing is not reverted past it', '1', '1x1', 'downgrade', bad],
  ['to the unfinished script itself finishes it', '1 2', '1 2x1', 'to 2', 'up 2'],
  ['what was started after a late one is above it', '1 2 3', '1 3 2x1', 'downgrade', bad],
  ['what was applied after it is no ground of it', '1 2 3', '1 2x1 =3', 'downgrade', 'down 3'],
  ['a reversal that stopped goes on', '1 2', '1 2 -2x1', 'downgrade 0', 'down 2, down 1'],
  ['what was marked is unfinished no more', '1 2', '1 2x1 =2', 'downgrade', 'down 2'],
  ['an upgrade goes on where nothing was reverted since', '1 2', '1 2x1', 'upgrade', 'up 2'],
  ['it is refused where something was, and came back', '1 2', '1 2x1 -1 1', 'upgrade', bad],
  ['a rebuild is refused there too', '1 2', '1 2x1 -1 1', 'rebuild 2', bad],
  ['also of what was cut off', '1 2', '1 2…1 -1 1', 'rebuild 2', bad],
  ['unless it had done nothing', '1 2', '1 2… -1 1', 'rebuild 2', 'up 2'],
  ['an answer ends it', '1 2', '1 2x1 -1 1', 'rebuild 2 answer done', 'up 2 (done)'],
  ['either answer', '1 2', '1 2x1 -1 1', 'rebuild 2 answer not-done', 'up 2 (not done)'],
  ['a run after that is a new one', '1 2', '1 2x1 -1 1 2x1', 'rebuild 2', 'up 2'],
  ['mark records it as it is', '1 2', '1 2x1 -1 1', 'mark', 'mark 2'],
]

const drift: Row[] = [
  [
    'late scripts are refused where the settings say so',
    '1 2',
    '2',
    'upgrade',
    'SCRIPT_LATE',
    refuse,
  ],
  ['newer scripts run where late ones are refused', '1 2', '1', 'upgrade', 'up 2', refuse],
  ['a late script stops only those who apply it', '1 2 3', '1 3', 'downgrade', 'down 3', refuse],
  ['a changed script stops nobody', '1 2', '1~', 'upgrade', 'up 2'],
  ['a missing script stops nobody', '2', '1', 'upgrade', 'up 2'],
  ['strict refuses a changed script', '1 2', '1~', 'upgrade', 'SCRIPT_CHANGED', strict],
  ['strict refuses a missing script', '2', '1', 'upgrade', 'SCRIPT_MISSING', strict],
  ['strict refuses on the way down too', '1 2', '1~ 2', 'downgrade', 'SCRIPT_CHANGED', strict],
  ['strict lets what was reverted change', '1 2', '1 2~ -2', 'upgrade', 'up 2', strict],
  ['strict refuses nothing where all is as it was', '1 2', '1', 'upgrade', 'up 2', strict],
]

for (const [rule, scripts, history, request, expected, options] of [
  ...upgrades,
  ...downgrades,
  ...arrivals,
  ...marks,
  ...ones,
  ...rebuilds,
  ...unfinished,
  ...drift,
]) {
  test(rule, () => {
    if (/^[A-Z_]+$/.test(expected)) {
      assert.throws(() => planOf(scripts, history, request, options), { code: expected })
    } else {
      assert.equal(stepsText(planOf(scripts, history, request, options).steps), expected)
    }
  })
}

test('a plan that forces one script names what it passes over', () => {
  const noticeOf = (history: string, request: string) =>
    planOf('1 2 3', history, request).notices.find(({ code }) => code === 'PASSED_OVER')
  const common = { kind: 'notice', code: 'PASSED_OVER' }
  const [one, two, three] = ['1', '2', '3'].map((revision) => ({ revision, title: '' }))

  assert.deepEqual(noticeOf('', 'upgrade only 3 force true'), {
    ...{ ...common, script: three, direction: 'up', scripts: [one, two] },
  })
  assert.deepEqual(noticeOf('1 2 3', 'downgrade only 2 force true'), {
    ...{ ...common, script: two, direction: 'down', scripts: [three] },
  })
  assert.equal(noticeOf('1', 'upgrade only 2 force true'), undefined)
})
