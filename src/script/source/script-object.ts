import type { QueryRunner } from 'typeorm'
import { MigrationError } from '../../errors'
import type { ScriptContext } from '../context'
import { FolderScript, type Text, type Texts } from '../folder/folder-script'
import { checksumOf } from '../folder/build-script'
import { usualLayout } from '../layout/layout'
import type { NamedFile } from '../layout/script-name'
import type { Script } from '../script'
import { CarriedScript } from './carried-script'
import { callable, checkArgument, flag, object, text } from '../../settings/value/arguments'

/** What runs one direction of a script. */
export type ScriptWork = (queryRunner: QueryRunner, context: ScriptContext) => Promise<void>

/**
 * A script as a value, for programs that have no folder at run time: bundled ones, functions in a cloud. It
 * has SQL, functions, or functions that run its SQL.
 */
export interface ScriptObject {
  /** What its file would be called, without the extension: `20260101120000_create_customers`. */
  name: string
  /** SQL of the upgrade, or of both directions under the markers `MIGRATE UP` and `MIGRATE DOWN`. */
  sql?: string
  /** SQL of the downgrade, where `sql` has no marker. */
  downgradeSql?: string
  upgrade?: ScriptWork
  /** Absent where there is no SQL for it either: the script cannot be reverted. */
  downgrade?: ScriptWork
  /** False: the functions run outside a transaction. */
  transaction?: boolean
  /** In place of the functions: what the module of a script exports, a class of TypeORM's too. */
  module?: object
  /**
   * What tells one text of it from another one. Default: of SQL its SHA-256, as of a file; functions have
   * none, since a bundler writes them anew, so that a change of theirs is not noticed.
   */
  checksum?: string
}

const shape = {
  name: text,
  sql: text,
  downgradeSql: text,
  upgrade: callable,
  downgrade: callable,
  transaction: flag,
  module: object,
  checksum: text,
}

/**
 * Makes a script of a value.
 * @throws {MigrationError} USAGE for a key that is unknown or wrong, SCRIPT_NAME_INVALID, SCRIPT_INVALID
 */
export function scriptOfObject(given: object): Script {
  if (given instanceof CarriedScript) return given
  const { name } = given as Partial<ScriptObject>
  checkArgument(typeof name === 'string' ? `script ${name}` : 'a script', given, shape, ['name'])
  const script = given as ScriptObject
  const module = moduleOf(script)
  const main = namedFile(script.name, module ? 'js' : 'sql')
  const texts = textsOf(script, main, module !== undefined)
  const kind = module ? (texts.length > 1 ? 'mixed' : 'ts') : 'sql'
  const own = new FolderScript({
    revision: main.revision,
    title: main.title,
    kind,
    file: main.path,
    files: [main.path],
    checksum: script.checksum ?? (module ? '' : checksumOf(main, texts)),
    checksumKind: module ? 'js' : 'sql',
    texts,
    layout: usualLayout,
  })
  return module ? Object.assign(own, { module }) : own
}

function moduleOf({ name, module, upgrade, downgrade, transaction }: ScriptObject) {
  if (module && (upgrade ?? downgrade)) throw invalid(name, 'has a module and functions')
  if (module || (!upgrade && !downgrade)) return module
  return {
    ...(upgrade && { upgrade }),
    ...(downgrade && { downgrade }),
    ...(transaction !== undefined && { transaction }),
  }
}

function textsOf(script: ScriptObject, main: NamedFile, hasModule: boolean): Texts {
  const { name, sql, downgradeSql } = script
  const parts: Text[] = []
  if (sql !== undefined)
    parts.push({
      file: hasModule ? namedFile(name, 'sql') : main,
      text: sql.replace(/^\uFEFF/, ''),
    })
  if (downgradeSql !== undefined)
    parts.push({ file: { ...namedFile(name, 'sql'), role: 'downgrade' }, text: downgradeSql })
  const [first, ...rest] = hasModule ? [{ file: main, text: '' }, ...parts] : parts
  if (first && (hasModule || sql !== undefined)) return [first, ...rest]
  throw invalid(name, 'has neither SQL nor functions')
}

function namedFile(name: string, extension: 'sql' | 'js'): NamedFile {
  const path = `${name.replace(/\.(?:sql|[mc]?[jt]s)$/, '')}.${extension}`
  const reading = usualLayout.readName(path)
  if (reading.is === 'script' && reading.role === 'script')
    return { ...reading, extension, path, shown: path }
  const problem = reading.is === 'invalid' ? reading.problem : 'the name is none of a script'
  throw new MigrationError('SCRIPT_NAME_INVALID', `${problem}: "${name}"`, {
    hint: 'Call it <digits>_<title>, such as 20260101120000_create_customers.',
  })
}

function invalid(name: string, fact: string): MigrationError {
  return new MigrationError('SCRIPT_INVALID', `script ${name} ${fact}`, {
    hint: 'Give it sql, or upgrade and downgrade, or module.',
  })
}
