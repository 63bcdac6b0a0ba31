import { hash } from 'node:crypto'
import { MigrationError } from '../../errors'
import type { ScriptFiles } from './group'
import type { ScriptLayout } from '../layout/layout'
import type { NamedFile } from '../layout/script-name'
import type { ChecksumKind, Script } from '../script'
import { FolderScript, type Text, type Texts } from './folder-script'
import { readText } from './texts'

/**
 * Makes the script of one revision's files. The checksum is SHA-256 over the responsible file, with LF
 * line ends and no BOM (so it is `sha256sum`'s of a plain file); companion files follow, each after
 * a NUL and its role. A changed downgrade therefore counts as a change: going down would do
 * something else than what was reviewed.
 */
export function buildScript(
  files: ScriptFiles,
  layout: ScriptLayout,
  problems: MigrationError[],
): Script | undefined {
  try {
    return build(files, layout)
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    problems.push(error)
    return undefined
  }
}

function build(
  { revision, title, module, builds, upgrade, downgrade, byName }: ScriptFiles,
  layout: ScriptLayout,
): Script {
  const main = module ?? upgrade
  if (!main) throw isolated(downgrade)
  const others = [module && upgrade, downgrade].filter((file) => file !== undefined)
  const texts: Texts = [readFile(main), ...others.map(readFile)]
  const present = builds.length > 0 || texts.length > 1 ? allOf(main, texts, builds) : [main]
  return new FolderScript({
    revision,
    title: title ?? present.find((file) => file.title !== '')?.title ?? '',
    kind: module ? (upgrade || downgrade ? 'mixed' : 'ts') : 'sql',
    file: main.path,
    files: present.map(({ path }) => path),
    checksum: checksumOf(main, texts),
    checksumKind: checksumKindOf(main),
    migration: main.migration,
    numberedBy: main.byClass && 'class',
    byName,
    repeatable: main.repeatable,
    texts,
    layout,
  })
}

function readFile(file: NamedFile): Text {
  return { file, text: readText(file) }
}

function allOf(main: NamedFile, texts: readonly Text[], builds: readonly NamedFile[]): NamedFile[] {
  return [...new Set([main, ...texts.map(({ file }) => file), ...builds])]
}

function isolated(downgrade: NamedFile | undefined): MigrationError {
  if (!downgrade) throw new Error('a revision has at least one file')
  return new MigrationError('SCRIPT_INVALID', 'a downgrade without its upgrade', {
    hint: `Add the upgrade as ${downgrade.revision}_<title>.sql, or remove this file.`,
    file: downgrade.shown,
  })
}

/** SHA-256 over the main text and, each after a NUL and its role, the others. */
export function checksumOf(main: NamedFile, texts: readonly Text[]): string {
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
