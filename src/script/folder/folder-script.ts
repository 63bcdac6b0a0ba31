import { MigrationError } from '../../errors'
import type { ScriptLayout } from '../layout/layout'
import type { NamedFile } from '../layout/script-name'
import { excerpt } from '../position'
import type { ChecksumKind, Kind, Script, ScriptHooks, SqlPart, TrackedName } from '../script'
import { uuidIn } from '../module-text/script-uuid'
import { squashedRevisions } from '../module-text/squashed-revisions'
import type { Sections } from '../sections/sections'
import {
  downgradeFunctionLine,
  downgradeLine,
  isTemplate,
  upgradeLine,
} from '../sections/template-lines'

/** A file of a script with its text. */
export interface Text {
  file: NamedFile
  text: string
}

type Fields = Pick<
  Script,
  | 'revision'
  | 'title'
  | 'kind'
  | 'file'
  | 'files'
  | 'checksum'
  | 'checksumKind'
  | 'migration'
  | 'numberedBy'
  | 'byName'
  | 'repeatable'
> & { texts: Texts; layout: ScriptLayout }

/** The responsible file's text first. */
export type Texts = readonly [Text, ...Text[]]

type Reading = { sections: Partial<Sections> } | { problem: MigrationError }

/** A script of the folder; its SQL is parsed when it is first asked for. */
export class FolderScript implements Script {
  readonly revision: string
  readonly title: string
  readonly kind: Kind
  readonly file: string
  readonly files: readonly string[]
  readonly checksum: string
  readonly checksumKind: ChecksumKind
  readonly migration: string | undefined
  readonly numberedBy: 'class' | undefined
  readonly byName: TrackedName | undefined
  readonly repeatable: true | undefined
  readonly #texts: Texts
  readonly #layout: ScriptLayout
  #reading: Reading | undefined

  constructor({ texts, layout, ...fields }: Fields) {
    this.revision = fields.revision
    this.title = fields.title
    this.kind = fields.kind
    this.file = fields.file
    this.files = fields.files
    this.checksum = fields.checksum
    this.checksumKind = fields.checksumKind
    this.migration = fields.migration
    this.numberedBy = fields.numberedBy
    this.byName = fields.byName
    this.repeatable = fields.repeatable
    this.#texts = texts
    this.#layout = layout
  }

  get upgrade(): SqlPart | undefined {
    return this.sections().upgrade
  }

  get downgrade(): SqlPart | undefined {
    return this.sections().downgrade
  }

  get problem(): MigrationError | undefined {
    const reading = this.read()
    return 'problem' in reading ? reading.problem : undefined
  }

  get unwritten(): MigrationError | undefined {
    const { upgrade } = this.sections()
    if (upgrade && isTemplate(upgrade.text, upgradeLine)) {
      return unwritten(
        this.#texts.find(({ file }) => file.path === upgrade.file),
        upgradeLine,
      )
    }
    const [main] = this.#texts
    if (this.kind === 'sql') return undefined
    const line = [upgradeLine, downgradeFunctionLine].find((one) => main.text.includes(one))
    return line === undefined ? undefined : unwritten(main, line)
  }

  renumbered(revision: string, title: string): FolderScript {
    const { kind, file, files, checksum, checksumKind, migration, numberedBy, byName } = this
    const same = { kind, file, files, checksum, checksumKind, migration, numberedBy, byName }
    const rest = { repeatable: this.repeatable, texts: this.#texts, layout: this.#layout }
    return new FolderScript({ ...same, ...rest, revision, title })
  }

  get hooks(): ScriptHooks {
    const [{ text }] = this.#texts
    const has = (name: RegExp) => this.kind !== 'sql' && name.test(text)
    return { runPartial: has(/\brun_?partial\b/i), runSkip: has(/\brun_?skip\b/i) }
  }

  get uuid(): string | undefined {
    // one that stands for others has their classes, and is none of them
    const isNone = this.kind === 'sql' || this.squashes.length > 0
    return isNone ? undefined : uuidIn(this.#texts[0].text)
  }

  get squashes(): readonly string[] {
    return squashedRevisions(this.#texts[0].text)
  }

  private sections(): Partial<Sections> {
    const reading = this.read()
    if ('problem' in reading) throw reading.problem
    return reading.sections
  }

  private read(): Reading {
    return (this.#reading ??= readingOf(this.#texts, this.#layout))
  }
}

function readingOf(texts: Texts, layout: ScriptLayout): Reading {
  try {
    const sql = texts.filter(({ file }) => file.extension === 'sql')
    return { sections: sectionsOf(sql, layout) }
  } catch (problem) {
    if (!(problem instanceof MigrationError)) throw problem
    return { problem }
  }
}

function sectionsOf(texts: readonly Text[], layout: ScriptLayout): Partial<Sections> {
  const up = texts.find(({ file }) => file.role !== 'downgrade')
  const down = texts.find(({ file }) => file.role === 'downgrade')
  const sections = up && upgradeOf(up, layout)
  if (!down) return withoutTemplate(sections ?? {})
  if (sections?.downgrade) throw twoDowngrades(down, sections.downgrade)
  const downgrade = partOf(down, layout)
  return withoutTemplate({ ...sections, downgrade })
}

/** A downgrade that nobody has written is none: it would revert nothing and say that it did. */
function withoutTemplate({ upgrade, downgrade }: Partial<Sections>): Partial<Sections> {
  const written = downgrade && !isTemplate(downgrade.text, downgradeLine)
  return { ...(upgrade && { upgrade }), ...(written && { downgrade }) }
}

function upgradeOf(found: Text, layout: ScriptLayout): Sections {
  const { role, path, shown } = found.file
  if (role === 'upgrade') return { upgrade: partOf(found, layout) }
  return layout.sections(found.text, path, shown)
}

function partOf({ file: { path, shown }, text }: Text, layout: ScriptLayout): SqlPart {
  if (layout.part) return layout.part(text, path, shown)
  const { readSqlPart } = require('../sections/sections') as typeof import('../sections/sections')
  return readSqlPart(text, path, shown)
}

function twoDowngrades({ file }: Text, section: SqlPart): MigrationError {
  return new MigrationError('SCRIPT_INVALID', 'two downgrades for one script', {
    detail: `The file ${file.shown}, and the section MIGRATE DOWN on the lines above ${section.line}.`,
    hint: 'Keep the section or the file, not both.',
    file: file.shown,
  })
}

function unwritten(found: Text | undefined, line: string): MigrationError {
  if (!found) throw new Error('a part is of one of the files')
  const { file, text } = found
  const what =
    line === upgradeLine ? 'Write the upgrade' : 'Write what undoes it, or remove the function'
  return new MigrationError('SCRIPT_INVALID', 'the script is still an empty template', {
    hint: `${what}, in place of this line; skip records the script without running it.`,
    file: file.shown,
    ...excerpt(text, text.indexOf(line)),
  })
}
