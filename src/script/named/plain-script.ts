import { hash } from 'node:crypto'
import { basename } from 'node:path'
import { MigrationError } from '../../errors'
import type { ChecksumKind, Direction, RevisionEdge, Kind, Script, SqlPart } from '../script'
import type { Sections } from '../sections/sections'

/** What makes up a script that is one file. */
export interface PlainFields {
  revision: string
  title: string
  kind: Kind
  /** Absolute path. */
  file: string
  text: string
  edge?: RevisionEdge
  /** Cuts the text, when it is first asked for; absent for a module. */
  cut?: () => Partial<Sections>
  describe?: (direction: Direction) => readonly string[]
}

type Cut = { sections: Partial<Sections> } | { problem: MigrationError }

/** A script that is one file, whatever its name; its text is cut when it is first asked for. */
export class PlainScript implements Script {
  readonly revision: string
  readonly title: string
  readonly kind: Kind
  readonly file: string
  readonly files: readonly string[]
  readonly checksum: string
  readonly checksumKind: ChecksumKind
  readonly edge?: RevisionEdge
  private found: Cut | undefined

  constructor(private readonly fields: PlainFields) {
    const { revision, title, kind, file, text, edge } = fields
    this.revision = revision
    this.title = title
    this.kind = kind
    this.file = file
    this.files = [file]
    this.checksum = hash('sha256', text.replace(/\r\n?/g, '\n'))
    this.checksumKind = kind === 'sql' ? 'sql' : /\.[cm]?ts$/.test(file) ? 'ts' : 'js'
    if (edge) this.edge = edge
  }

  get upgrade(): SqlPart | undefined {
    return this.sections().upgrade
  }

  get downgrade(): SqlPart | undefined {
    return this.sections().downgrade
  }

  get problem(): MigrationError | undefined {
    const cut = this.cut()
    return 'problem' in cut ? cut.problem : undefined
  }

  describe(direction: Direction): readonly string[] {
    return this.fields.describe?.(direction) ?? []
  }

  /** The same script with another revision and title. */
  protected as(revision: string, title: string): PlainScript {
    return new PlainScript({ ...this.fields, revision, title })
  }

  private sections(): Partial<Sections> {
    const cut = this.cut()
    if ('problem' in cut) throw cut.problem
    return cut.sections
  }

  private cut(): Cut {
    return (this.found ??= this.cutNow())
  }

  private cutNow(): Cut {
    try {
      return { sections: this.fields.cut?.() ?? {} }
    } catch (problem) {
      if (!(problem instanceof MigrationError)) throw problem
      return { problem }
    }
  }
}

/** A file's name without its extension. */
export function stemOf(file: string): string {
  return basename(file).replace(/\.\w+$/, '')
}
