import type { Direction, RevisionEdge } from '../../script/script'

/** The revision of an empty database. */
export const initialRevision = 'initial'

/** Revisions and what leads from one to another. Of two ways of one length, the one that was given first counts. */
export class RevisionGraph<Of extends RevisionEdge> {
  private readonly edges: Record<Direction, Map<string, Of[]>> = { up: new Map(), down: new Map() }
  private readonly names = new Set([initialRevision])

  constructor(edges: readonly Of[]) {
    for (const edge of edges) {
      const leaving = this.edges[edge.direction].get(edge.from) ?? []
      leaving.push(edge)
      this.edges[edge.direction].set(edge.from, leaving)
      this.names.add(edge.from).add(edge.to)
    }
  }

  /** Every revision that an edge names, and the initial one. */
  get revisions(): ReadonlySet<string> {
    return this.names
  }

  /** What leads away from a revision. */
  leaving(from: string, direction: Direction): readonly Of[] {
    return this.edges[direction].get(from) ?? []
  }

  /** The shortest way by edges of one direction; empty where there is nothing to do, undefined where there is none. */
  path(from: string, to: string, direction: Direction): readonly Of[] | undefined {
    if (from === to) return []
    const reachedBy = this.search(from, direction, to)
    return reachedBy.has(to) ? wayBack(reachedBy, from, to) : undefined
  }

  /** The revisions above one from which nothing leads up any more, or itself. */
  heads(from: string): string[] {
    const reached = [from, ...this.search(from, 'up').keys()]
    return reached.filter((name) => this.leaving(name, 'up').length === 0)
  }

  /** By which edge each revision is reached first. Each is looked at once, so that a cycle ends. */
  private search(from: string, direction: Direction, until?: string): Map<string, Of> {
    const reachedBy = new Map<string, Of>()
    const open = [from]
    for (const revision of open) {
      for (const edge of this.leaving(revision, direction)) {
        if (edge.to === from || reachedBy.has(edge.to)) continue
        reachedBy.set(edge.to, edge)
        if (edge.to === until) return reachedBy
        open.push(edge.to)
      }
    }
    return reachedBy
  }
}

function wayBack<Of extends RevisionEdge>(
  reachedBy: Map<string, Of>,
  from: string,
  to: string,
): Of[] {
  const way: Of[] = []
  for (let at = to; at !== from;) {
    const edge = reachedBy.get(at)!
    way.push(edge)
    at = edge.from
  }
  return way.toReversed()
}
