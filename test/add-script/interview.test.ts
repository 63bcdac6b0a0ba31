import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Question } from '../../src/change/model/answers'
import { type Asking, Interview, OpenQuestions } from '../../src/change/model/interview'
import { failureOf } from '../support/failure'

const asking = (key: string, more: Partial<Asking> = {}): Asking => ({
  key,
  about: 'using',
  text: `${key}?`,
  offers: [],
  free: true,
  proposal: `${key} proposed`,
  flagFor: (answer) => `--using ${key}=${answer}`,
  ...more,
})

const rename = (name: string, names: readonly string[]) =>
  asking(`rename ${name}`, {
    about: 'rename',
    offers: [...names, 'gone'].map((answer) => ({ answer, effect: '' })),
    free: false,
    proposal: names[0]!,
    leads: true,
    flagFor: (answer) => `--rename ${name}:${answer}`,
  })

/** Answers in order, and what was asked: `1/3 a?`. */
function person(answers: readonly (string | undefined)[]) {
  const seen: string[] = []
  const left = [...answers]
  const ask = ({ number, of, text }: Question) => {
    seen.push(`${number}/${of} ${text}`)
    assert.ok(left.length > 0, `unexpected: ${text}`)
    return Promise.resolve(left.shift())
  }
  return { ask, seen }
}

const nothing = () => Promise.resolve()

test('all questions are known before the first one is asked, and each is asked once', async () => {
  const { ask, seen } = person(['x', 'y', 'z'])
  const interview = new Interview({ ask })
  const result = await interview.settle(
    () => Promise.resolve(['a', 'b', 'c'].map((key) => interview.ask(asking(key)))),
    nothing,
  )

  assert.deepEqual(result, ['x', 'y', 'z'])
  assert.deepEqual(seen, ['1/3 a?', '2/3 b?', '3/3 c?'])
  assert.deepEqual(interview.flags, ['--using a=x', '--using b=y', '--using c=z'])
})

test('an answer that leads to other questions makes a new pass, with the work of the old one undone', async () => {
  const { ask, seen } = person(['gone', 'yes'])
  const interview = new Interview({ ask })
  const log: string[] = []
  await interview.settle(
    () => {
      const name = interview.ask(rename('a', ['b']))
      log.push(name)
      if (name === 'gone') interview.ask(asking('loss'))
      return Promise.resolve(name)
    },
    () => Promise.resolve(void log.push('undone')),
  )

  assert.deepEqual(seen, ['1/1 rename a?', '2/2 loss?'])
  assert.deepEqual(log, ['b', 'undone', 'gone', 'undone', 'gone'])
})

test('back asks the question before once more, and forgets its answer', async () => {
  const { ask, seen } = person([undefined, 'x', undefined, 'w', 'y'])
  const interview = new Interview({ ask })
  const result = await interview.settle(
    () => Promise.resolve(['a', 'b'].map((key) => interview.ask(asking(key)))),
    nothing,
  )

  assert.deepEqual(seen, ['1/2 a?', '1/2 a?', '2/2 b?', '1/2 a?', '2/2 b?'])
  assert.deepEqual(result, ['w', 'y'])
})

test('what is lost is asked last, once the answers before it are known', async () => {
  const { ask, seen } = person(['other', 'yes'])
  const interview = new Interview({ ask })
  await interview.settle(() => {
    const value = interview.ask(asking('a'))
    const loss = { about: 'destructive', proposal: 'yes' } as const
    return Promise.resolve(interview.ask(asking(`loss of ${value}`, loss)))
  }, nothing)

  assert.deepEqual(seen, ['1/2 a?', '2/2 loss of other?'])
})

test('an answer that is no choice any more is asked for again', async () => {
  const { ask, seen } = person(['b', 'c', undefined, undefined, 'c', 'b', 'z'])
  const interview = new Interview({ ask })
  const result = await interview.settle(() => {
    const first = interview.ask(rename('a', ['b', 'c']))
    const names = ['b', 'c'].filter((name) => name !== first)
    return Promise.resolve([first, interview.ask(rename('d', names)), interview.ask(asking('e'))])
  }, nothing)

  assert.deepEqual(result, ['c', 'b', 'z'])
  assert.equal(seen.at(-1), '3/3 e?')
})

test('without somebody to ask, every question is said at once, with an option each', async () => {
  const interview = new Interview({})
  const failure = await failureOf(
    interview.settle(() => {
      interview.ask(rename('a', ['b']))
      interview.ask(asking('c'))
      return Promise.reject(new Error('a pass on proposals'))
    }, nothing),
  ).catch((error: unknown) => error)

  // an error that is no MigrationError is a bug, and is not swallowed
  assert.equal((failure as Error).message, 'a pass on proposals')
  const open = await failureOf(
    interview.settle(() => {
      interview.ask(rename('a', ['b']))
      return Promise.resolve(interview.ask(asking('c')))
    }, nothing),
  )
  assert.ok(open instanceof OpenQuestions)
  assert.equal(open.message, '2 questions are open')
  assert.equal(open.detail, 'rename a?\n  --rename a:b\nc?\n  --using c=c proposed')
  assert.deepEqual(open.flags, ['--rename a:b', '--using c=c proposed'])
})
