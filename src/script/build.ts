import { createHash } from 'node:crypto'
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

function build({ revision, module, builds, upgrade, downgrade }: ScriptFiles): Script {
  const main = module ?? upgrade
  if (!main) throw lonely(downgrade)
  const texts = textsOf([module, upgrade, downgrade])
  const sections = upgrade && sectionsOf(upgrade, texts.get(upgrade)!)
  const down = downgradePart(sections, downgrade, texts)
  const present = [main, upgrade, downgrade, ...builds].filter((file) => file !== undefined)
  return {
    revision,
    title: present.find(({ title }) => title !== '')?.title ?? '',
    kind: module ? (upgrade || downgrade ? 'mixed' : 'ts') : 'sql',
    file: main.path,
    files: [...new Set(present.map(({ path }) => path))],
    checksum: checksumOf(main, texts),
    checksumKind: checksumKindOf(main),
    ...(sections && { upgrade: sections.upgrade }),
    ...(down && { downgrade: down }),
  }
}

function textsOf(files: readonly (NamedFile | undefined)[]): Map<NamedFile, string> {
  const texts = new Map<NamedFile, string>()
  for (const file of files) if (file) texts.set(file, readText(file))
  return texts
}

function sectionsOf({ role, path, shown }: NamedFile, text: string): Sections {
  if (role === 'upgrade') return { upgrade: readSqlPart(text, path, shown) }
  return readSections(text, path, shown)
}

function downgradePart(
  sections: Sections | undefined,
  file: NamedFile | undefined,
  texts: ReadonlyMap<NamedFile, string>,
): SqlPart | undefined {
  if (!file) return sections?.downgrade
  if (sections?.downgrade) {
    throw new MigrationError('SCRIPT_INVALID', 'two downgrades for one script', {
      detail: `The file ${file.shown}, and the section MIGRATE DOWN on the lines above ${sections.downgrade.line}.`,
      hint: 'Keep the section or the file, not both.',
      file: file.shown,
    })
  }
  return readSqlPart(texts.get(file)!, file.path, file.shown)
}

function lonely(downgrade: NamedFile | undefined): MigrationError {
  if (!downgrade) throw new Error('a revision has at least one file')
  return new MigrationError('SCRIPT_INVALID', 'a downgrade without its upgrade', {
    hint: `Add the upgrade as ${downgrade.revision}_<title>.sql, or remove this file.`,
    file: downgrade.shown,
  })
}

function checksumOf(main: NamedFile, texts: ReadonlyMap<NamedFile, string>): string {
  const hash = createHash('sha256')
  for (const [file, text] of texts) {
    if (file !== main) hash.update(`\0${file.role === 'downgrade' ? 'downgrade' : 'upgrade'}\0`)
    hash.update(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text)
  }
  return hash.digest('hex')
}

function checksumKindOf({ extension }: NamedFile): ChecksumKind {
  if (extension === 'sql') return 'sql'
  return extension.endsWith('ts') ? 'ts' : 'js'
}
