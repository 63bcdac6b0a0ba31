import { hash } from 'node:crypto'
import { MigrationError } from '../errors'
import type { NamedFile, ScriptFiles } from './group'
import type { ChecksumKind, Script, SqlPart } from './script'
import { type Sections, readSections, readSqlPart } from './sections'
import { readText } from './texts'

/**
 * Makes the script of one revision's files. The checksum is SHA-256 over the responsible file, with LF
 * line ends and no BOM (so it is `sha256sum`'s of a plain file); companion files follow, each after
 * a NUL and its role. A changed downgrade therefore counts as a change: going down would do
 * something else than what was reviewed.
 */
export function buildScript(files: ScriptFiles, problems: MigrationError[]): Script | undefined {
  try {
    return build(files)
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    problems.push(error)
    return undefined
  }
}

/** A file of a script with its text. */
interface Text {
  file: NamedFile
  text: string
}

function build({ revision, module, builds, upgrade, downgrade }: ScriptFiles): Script {
  const main = module ?? upgrade
  if (!main) throw lonely(downgrade)
  const texts = [module, upgrade, downgrade].filter((file) => file !== undefined).map(readFile)
  const sections = upgrade && sectionsOf(texts.find(({ file }) => file === upgrade)!)
  const down = downgradePart(
    sections,
    texts.find(({ file }) => file === downgrade),
  )
  const present = builds.length > 0 || texts.length > 1 ? allOf(main, texts, builds) : [main]
  return {
    revision,
    title: present.find(({ title }) => title !== '')?.title ?? '',
    kind: module ? (upgrade || downgrade ? 'mixed' : 'ts') : 'sql',
    file: main.path,
    files: present.map(({ path }) => path),
    checksum: checksumOf(main, texts),
    checksumKind: checksumKindOf(main),
    ...(sections && { upgrade: sections.upgrade }),
    ...(down && { downgrade: down }),
  }
}

function readFile(file: NamedFile): Text {
  return { file, text: readText(file) }
}

function allOf(main: NamedFile, texts: readonly Text[], builds: readonly NamedFile[]): NamedFile[] {
  return [...new Set([main, ...texts.map(({ file }) => file), ...builds])]
}

function sectionsOf({ file: { role, path, shown }, text }: Text): Sections {
  if (role === 'upgrade') return { upgrade: readSqlPart(text, path, shown) }
  return readSections(text, path, shown)
}

function downgradePart(sections: Sections | undefined, own: Text | undefined): SqlPart | undefined {
  if (!own) return sections?.downgrade
  const { file, text } = own
  if (sections?.downgrade) {
    throw new MigrationError('SCRIPT_INVALID', 'two downgrades for one script', {
      detail: `The file ${file.shown}, and the section MIGRATE DOWN on the lines above ${sections.downgrade.line}.`,
      hint: 'Keep the section or the file, not both.',
      file: file.shown,
    })
  }
  return readSqlPart(text, file.path, file.shown)
}

function lonely(downgrade: NamedFile | undefined): MigrationError {
  if (!downgrade) throw new Error('a revision has at least one file')
  return new MigrationError('SCRIPT_INVALID', 'a downgrade without its upgrade', {
    hint: `Add the upgrade as ${downgrade.revision}_<title>.sql, or remove this file.`,
    file: downgrade.shown,
  })
}

function checksumOf(main: NamedFile, texts: readonly Text[]): string {
  const whole = texts.map(({ file, text }) => {
    const role = file.role === 'downgrade' ? 'downgrade' : 'upgrade'
    const plain = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
    return file === main ? plain : `\0${role}\0${plain}`
  })
  return hash('sha256', whole.join(''))
}

function checksumKindOf({ extension }: NamedFile): ChecksumKind {
  if (extension === 'sql') return 'sql'
  return extension.endsWith('ts') ? 'ts' : 'js'
}
