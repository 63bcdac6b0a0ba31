import { MigrationError } from '../../errors'
import { nearest } from '../../settings/value/nearest'
import type { JournalState } from '../../journal/model/applied-state'
import type { Entry } from '../../journal/model/entry'
import type { Direction, RevisionEdge, Script } from '../../script/script'
import type { Plan, Request, Step } from '../plan'
import type { Situation } from '../situation'
import { upStep } from '../step'
import type { Survey } from '../survey'
import { refuseUnusable } from '../usable'
import { initialRevision, RevisionGraph } from './revision-graph'
import { refuseAlone, type Scheme } from './scheme'

/** A script that is an edge, and can be put at a place in the journal's history. */
export interface GraphScript extends Script {
  readonly edge: RevisionEdge
  /** The same script as the step of this number: its revision in the journal. */
  at(position: number): Script
}

type Placed = RevisionEdge & { script: GraphScript }

/**
 * Scripts that lead from revision to revision. The journal is one chain: its entry n is the n-th step that
 * was ever done, up or down, so that two migrators that start at one place claim the same entry. What is
 * current is where the newest of them led.
 */
export const graphScheme: Scheme = { survey: surveyGraph, plan }

interface Position {
  graph: RevisionGraph<Placed>
  current: string
  state: JournalState
  request: Request
}

function plan(scripts: readonly Script[], state: JournalState, request: Request): Plan {
  const found = surveyGraph(scripts, state)
  refuseUnusable(found)
  const position = { graph: graphOf(scripts), current: currentRevision(state), state, request }
  const situation: Situation = { ...found, scripts, state }
  const edges = edgesFor(position)
  const operation = request.command === 'mark' ? 'run_skip' : 'run'
  const steps = edges.map((edge, index) => stepAt(situation, edge, index, operation))
  refuseUnusable({
    ...found,
    pending: steps.map(({ script }) => ({ script: script!, late: false })),
  })
  return { ...found, steps: answered(steps, request), notices: [] }
}

/** What is applied is the history; pending is the way up to the one head, where there is one. */
function surveyGraph(scripts: readonly Script[], state: JournalState): Survey {
  const graph = graphOf(scripts)
  const current = currentRevision(state)
  const [head, other] = graph.heads(current)
  const way = other === undefined ? graph.path(current, head ?? current, 'up') : []
  const next = positionAfter(state)
  const pending = (way ?? []).map(({ script }, index) => ({
    script: script.at(next + index),
    late: false,
  }))
  const unfinished = [...state.unfinished.values()]
  return { applied: state.applied, pending, missing: [], changed: [], unfinished }
}

function graphOf(scripts: readonly Script[]): RevisionGraph<Placed> {
  return new RevisionGraph(
    (scripts as readonly GraphScript[]).map((script) => ({ ...script.edge, script })),
  )
}

/** The title of a step, by which the journal keeps where it led. Pure. */
function edgeTitle({ from, to }: Pick<RevisionEdge, 'from' | 'to'>): string {
  return `${from} -> ${to}`
}

function edgeOf({ title }: Pick<Entry, 'title'>): Pick<RevisionEdge, 'from' | 'to'> | undefined {
  const [, from, to] = /^([\p{L}\p{N}_]+) -> ([\p{L}\p{N}_]+)$/u.exec(title) ?? []
  return from === undefined || to === undefined ? undefined : { from, to }
}

/** Where the newest step led. @throws {MigrationError} JOURNAL_UNKNOWN for a journal of scripts with numbers */
export function currentRevision({ applied }: Pick<JournalState, 'applied'>): string {
  const newest = applied.at(-1)
  if (!newest) return initialRevision
  const edge = edgeOf(newest)
  if (edge) return edge.to
  throw new MigrationError(
    'JOURNAL_UNKNOWN',
    'the journal is of scripts with numbers, not of a graph of revisions',
    { hint: 'Remove layout = graph, or name another table with journal_table.' },
  )
}

function positionAfter({ applied }: JournalState): number {
  return Number(applied.at(-1)?.revision ?? 0) + 1
}

function stepAt(
  situation: Situation,
  { script, from, to, direction }: Placed,
  index: number,
  operation: 'run' | 'run_skip',
): Step {
  const placed = script.at(positionAfter(situation.state) + index)
  const step = upStep(situation, placed, false, operation)
  if (step.resume && step.resume.title !== edgeTitle({ from, to })) throw otherEdge(step.resume)
  return { ...step, direction, from, to }
}

function otherEdge({ title }: Entry): MigrationError {
  return new MigrationError('SCRIPT_UNFINISHED', `the step ${title} was started and not finished`, {
    hint: 'Finish it with "rebuild" before going another way.',
  })
}

function answered(steps: readonly Step[], request: Request): readonly Step[] {
  const answer = request.command === 'rebuild' ? request.answer : undefined
  return answer ? steps.map((step) => ({ ...step, answer })) : steps
}

function edgesFor(position: Position): readonly Placed[] {
  const { request } = position
  refuseAlone(request)
  switch (request.command) {
    case 'upgrade':
      return up(position, request.target).slice(0, request.count)
    case 'mark':
      return up(position, request.only ?? request.target).slice(0, request.count)
    case 'downgrade':
      return down(position, request.target).slice(0, request.count)
    case 'to':
      return eitherWay(position, request.target)
    case 'rebuild':
      return unfinishedEdge(position)
  }
}

function up(position: Position, target = 'latest'): readonly Placed[] {
  const { graph, current } = position
  if (graph.revisions.has(target)) return wayOf(position, target, 'up')
  if (target !== 'latest' && target !== 'next') return wayOf(position, target, 'up')
  const heads = graph.heads(current)
  const [head, other] = heads
  if (other !== undefined) throw severalHeads(current, heads)
  const way = graph.path(current, head ?? current, 'up') ?? []
  return target === 'next' ? way.slice(0, 1) : way
}

function down(position: Position, target?: string): readonly Placed[] {
  const { graph, current } = position
  if (target === undefined || (target === 'previous' && !graph.revisions.has(target)))
    return oneBack(position)
  const named = target === '0' && !graph.revisions.has('0') ? initialRevision : target
  if (named === current) return []
  return wayOf(position, named, 'down')
}

/** The step back to where the newest one came from, or the only one down. */
function oneBack({ graph, current, state }: Position): readonly Placed[] {
  const edges = graph.leaving(current, 'down')
  const newest = state.applied.at(-1)
  const before = newest && edgeOf(newest)?.from
  const edge = edges.find(({ to }) => to === before) ?? (edges.length === 1 ? edges[0] : undefined)
  if (edge) return [edge]
  if (current === initialRevision) return []
  const names = edges.map(({ to }) => to).join(', ')
  throw new MigrationError(
    edges.length > 0 ? 'USAGE' : 'IRREVERSIBLE',
    edges.length > 0
      ? `several ways lead down from ${current}: to ${names}`
      : `nothing leads down from ${current}`,
    {
      hint:
        edges.length > 0 ? 'Name the revision.' : `Write a script <date>_${current}_down_<to>.sql.`,
    },
  )
}

function eitherWay(position: Position, target: string): readonly Placed[] {
  const { graph, current } = position
  if (!graph.revisions.has(target)) {
    if (target === 'latest' || target === 'next') return up(position, target)
    if (target === 'previous' || target === '0') return down(position, target)
  }
  const way = graph.path(current, target, 'up') ?? graph.path(current, target, 'down')
  if (way) return way
  throw noWay(position, target)
}

function wayOf(position: Position, target: string, direction: Direction): readonly Placed[] {
  const way = position.graph.path(position.current, target, direction)
  if (way) return way
  throw noWay(position, target, direction)
}

function unfinishedEdge({ graph, current, state, request }: Position): readonly Placed[] {
  const [entry] = [...state.unfinished.values(), ...state.failed.values()]
  if (!entry) return []
  if ('target' in request && request.target !== undefined && request.target !== entry.revision) {
    throw new MigrationError('USAGE', `step ${request.target} neither failed nor was interrupted`, {
      hint: `Step ${entry.revision} did: rebuild ${entry.revision}.`,
    })
  }
  const edges = [...graph.leaving(current, 'up'), ...graph.leaving(current, 'down')]
  const edge = edges.find((one) => edgeTitle(one) === entry.title)
  if (edge) return [edge]
  throw new MigrationError('SCRIPT_MISSING', `no script is for the step ${entry.title}`, {
    hint: 'Restore its file.',
  })
}

function severalHeads(current: string, heads: readonly string[]): MigrationError {
  return new MigrationError(
    'USAGE',
    `several revisions are the last above ${current}: ${heads.join(', ')}`,
    {
      hint: 'Name the one to go to.',
    },
  )
}

function noWay(
  { graph, current }: Position,
  target: string,
  direction?: Direction,
): MigrationError {
  const known = [...graph.revisions]
  if (!graph.revisions.has(target)) {
    const meant = nearest(target, known)
    const some = known.slice(0, 10).join(', ') + (known.length > 10 ? ', …' : '')
    return new MigrationError('UNKNOWN_REVISION', `no script leads to a revision ${target}`, {
      hint: meant ? `Did you mean ${meant}?` : `There are ${some}.`,
    })
  }
  const way = direction === undefined ? 'No way' : `No way ${direction}`
  return new MigrationError(
    'UNKNOWN_REVISION',
    `${way.toLowerCase()} leads from ${current} to ${target}`,
    {
      hint: `Write the scripts between them, or go ${direction === 'up' ? 'down' : 'another way'} first.`,
    },
  )
}
