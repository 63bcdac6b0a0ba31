import type { Kind, Script, ScriptHooks, SqlPart, TrackedName, ChecksumKind } from '../script'

/** What a bundle has of a script: plain data, all of it found out when the bundle was written. */
export interface CarriedFields {
  revision: string
  title: string
  kind: Kind
  file: string
  files: readonly string[]
  checksum: string
  checksumKind: ChecksumKind
  upgrade?: SqlPart
  downgrade?: SqlPart
  hooks: ScriptHooks
  squashes: readonly string[]
  migration?: string
  numberedBy?: 'class'
  byName?: TrackedName
  repeatable?: true
}

/** A script out of a bundle. It is the one that was in the folder, to the last letter of its checksum. */
export class CarriedScript implements Script {
  readonly revision: string
  readonly title: string
  readonly kind: Kind
  readonly file: string
  readonly files: readonly string[]
  readonly checksum: string
  readonly checksumKind: ChecksumKind
  readonly upgrade: SqlPart | undefined
  readonly downgrade: SqlPart | undefined
  readonly hooks: ScriptHooks
  readonly squashes: readonly string[]
  readonly migration: string | undefined
  readonly numberedBy: 'class' | undefined
  readonly byName: TrackedName | undefined
  readonly repeatable: true | undefined
  readonly #fields: CarriedFields
  readonly #moduleText: (() => string) | undefined

  /** @param moduleText of a script with a module: its code */
  constructor(fields: CarriedFields, moduleText: (() => string) | undefined) {
    this.revision = fields.revision
    this.title = fields.title
    this.kind = fields.kind
    this.file = fields.file
    this.files = fields.files
    this.checksum = fields.checksum
    this.checksumKind = fields.checksumKind
    this.upgrade = fields.upgrade
    this.downgrade = fields.downgrade
    this.hooks = fields.hooks
    this.squashes = fields.squashes
    this.migration = fields.migration
    this.numberedBy = fields.numberedBy
    this.byName = fields.byName
    this.repeatable = fields.repeatable
    this.#fields = fields
    this.#moduleText = moduleText
  }

  moduleText(): string | undefined {
    return this.#moduleText?.()
  }

  renumbered(revision: string, title: string): CarriedScript {
    return new CarriedScript({ ...this.#fields, revision, title }, this.#moduleText)
  }
}
