import { MigrationError } from '../../errors'
import type { Answers, Offer, Question } from './answers'

/** A question before its place among the others is known. */
export interface Asking extends Pick<Question, 'about' | 'text' | 'suggestion'> {
  /** The same whenever it is asked again. */
  key: string
  facts?: readonly string[]
  /** What is said where there is no list of offers. */
  remark?: string
  offers: readonly Pick<Offer, 'answer' | 'effect'>[]
  /** Any SQL expression may answer too. */
  free?: boolean
  /** The answer that is taken for the time being, so that the questions after it are known too. */
  proposal: string
  /** The answer decides which questions follow. */
  leads?: boolean
  flagFor: (answer: string) => string
}

/** Nobody was there to answer. */
export class OpenQuestions extends MigrationError {
  constructor(readonly questions: readonly Asking[]) {
    const count = questions.length
    super('QUESTION_OPEN', count === 1 ? 'a question is open' : `${count} questions are open`, {
      detail: questions.map(linesOf).join('\n'),
      hint: `Answer on a terminal, or with ${flagsOf(questions).join(' ')}.`,
    })
  }

  /** The options that give every proposal, each once. */
  get flags(): string[] {
    return flagsOf(this.questions)
  }
}

function unique(flags: readonly string[]): string[] {
  return [...new Set(flags)].filter((flag) => flag !== '')
}

function linesOf({ text, remark, facts = [], proposal, flagFor }: Asking): string {
  const whole = remark === undefined ? text : `${text} ${remark}`
  return [...facts, whole, `  ${flagFor(proposal)}`].join('\n').trimEnd()
}

function flagsOf(questions: readonly Asking[]): string[] {
  return unique(questions.map(({ proposal, flagFor }) => flagFor(proposal)))
}

/**
 * Finds out all decisions that are open, and gets them answered. The decisions are made in passes: each
 * takes the answers that are given, and proposals for the others, so that all questions are known
 * before the first one is asked.
 */
export class Interview {
  private readonly given = new Map<string, string>()
  /** Keys in the order in which they were answered. */
  private readonly order: string[] = []
  private asked: Asking[] = []

  constructor(private readonly answers: Pick<Answers, 'ask'>) {}

  /** The answer, or the proposal while the question is open. */
  ask(question: Asking): string {
    if (!this.asked.some(({ key }) => key === question.key)) this.asked.push(question)
    return this.answerTo(question) ?? question.proposal
  }

  /** The options that give the same answers again. */
  get flags(): string[] {
    return unique(
      this.asked.flatMap((one) => {
        const answer = this.answerTo(one)
        return answer === undefined ? [] : [one.flagFor(answer)]
      }),
    )
  }

  /**
   * Makes the decisions, and once more for as long as questions are open.
   * @param pass makes them; may fail on proposals, which then counts for nothing
   * @param undo takes back what a pass has done
   * @throws {MigrationError} QUESTION_OPEN, DESTRUCTIVE_REFUSED where nobody is there to ask; DECLINED
   */
  async settle<Result>(pass: () => Promise<Result>, undo: () => Promise<void>): Promise<Result> {
    for (;;) {
      this.asked = []
      const result = await this.attempt(pass)
      if (result !== undefined) return result
      if (!this.answers.ask) throw refusalOf(this.open)
      await this.askOpen(this.answers.ask)
      await undo()
    }
  }

  private async attempt<Result>(pass: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await pass()
      return this.open.length === 0 ? result : undefined
    } catch (error) {
      // what was only proposed may be why
      if (!(error instanceof MigrationError) || this.open.length === 0) throw error
      return undefined
    }
  }

  private get open(): Asking[] {
    return this.asked.filter((one) => this.answerTo(one) === undefined)
  }

  /** An answer that is no choice any more was given before others changed. */
  private answerTo({ key, offers, free }: Asking): string | undefined {
    const answer = this.given.get(key)
    const isOffered = free === true || offers.some((offer) => offer.answer === answer)
    return isOffered ? answer : undefined
  }

  /** Asks until all is answered, or an answer may lead to other questions. */
  private async askOpen(ask: NonNullable<Answers['ask']>): Promise<void> {
    let asProposed = true
    for (let next = this.open[0]; next; next = this.open[0]) {
      // what is lost depends on the answers before
      if (next.about === 'destructive' && !asProposed) return
      const number = this.asked.indexOf(next) + 1
      const answer = (await ask(questionOf(next, number, this.asked.length)))?.trim()
      const decided = answer === undefined ? this.goBack() : this.take(next, answer)
      if (decided) return
      asProposed &&= answer === next.proposal
    }
  }

  /** @returns true where other questions may follow */
  private take(question: Asking, answer: string): boolean {
    const { key, about, leads, proposal } = question
    if (about === 'destructive' && answer !== proposal) throw notAgreed()
    this.given.set(key, answer)
    this.order.push(key)
    return leads === true && answer !== proposal
  }

  private goBack(): boolean {
    const key = this.order.pop()
    if (key === undefined) return false
    const question = this.asked.find((one) => one.key === key)
    const answer = this.given.get(key)
    this.given.delete(key)
    return question === undefined || (question.leads === true && answer !== question.proposal)
  }
}

function questionOf(asking: Asking, number: number, of: number): Question {
  const { about, text, facts = [], offers, free = false, suggestion, proposal, flagFor } = asking
  return {
    about,
    number,
    of,
    text,
    facts,
    flag: flagFor(proposal),
    offers: offers.map((offer) => ({ ...offer, flag: flagFor(offer.answer) })),
    ...(!free && { choices: offers.map(({ answer }) => answer) }),
    ...(suggestion !== undefined && { suggestion }),
  }
}

function refusalOf(open: readonly Asking[]): MigrationError {
  const [first] = open
  if (open.length !== 1 || first?.about !== 'destructive') return new OpenQuestions(open)
  return new MigrationError('DESTRUCTIVE_REFUSED', 'the script would destroy data', {
    detail: first.facts?.join('\n'),
    hint: 'Give --yes to write it.',
  })
}

function notAgreed(): MigrationError {
  return new MigrationError('DECLINED', 'nothing was done, since the answer was not yes', {
    hint: 'Answer yes, or give --yes.',
  })
}
