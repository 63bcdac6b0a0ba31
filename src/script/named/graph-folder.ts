import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MigrationError } from '../../errors'
import { together } from '../folder/folder-problems'
import type { Direction, RevisionEdge } from '../script'
import { checkManifest, manifestName } from '../places/manifest'
import { readSqlPart, type Sections } from '../sections/sections'
import { noScripts, readFiles, type FoundFile, type NamedFolder } from './folder-files'
import { PlainScript } from './plain-script'

/** `20260101_initial_up_a.sql`; of several `_up_` or `_down_` the last one is meant. */
const edgeName =
  /^\d{8}_(?<from>[\p{L}\p{N}_]+)_(?<direction>up|down)_(?<to>[\p{L}\p{N}_]+)\.(?<extension>sql|[cm]?[jt]s)$/u
/** What was meant as one. */
const nearlyEdge = /^\d.*\.(?:sql|[cm]?[jt]s)$/i
const start = 'initial'

/** A script that leads from one revision to another. */
class EdgeScript extends PlainScript {
  declare readonly edge: RevisionEdge

  /** The same script as the step of this number: its revision in the journal. */
  at(position: number): PlainScript {
    return this.as(String(position), `${this.edge.from} -> ${this.edge.to}`)
  }
}

/**
 * Reads the scripts of a graph of revisions, `<date>_<from>_<up|down>_<to>.sql` or `.ts`. The date is for
 * people alone. Nothing is parsed and no module is imported.
 * @param options `listed`: false where the folder's list is being written
 * @throws {MigrationError} SCRIPT_NAME_INVALID, REVISION_TAKEN for two scripts of one way and direction,
 *   FOLDER_EMPTY where nothing leads from `initial`, or where there is no script at all; SCRIPTS_INCOMPLETE
 */
export async function readGraphFolder(
  folder: NamedFolder,
  { listed = true }: { listed?: boolean } = {},
): Promise<EdgeScript[]> {
  const files = await readFiles(
    folder,
    (name) => nearlyEdge.test(name) && !/\.d\.[cm]?ts$/.test(name),
  )
  const problems: MigrationError[] = []
  const scripts = files.flatMap((file) => edgeScript(file, problems) ?? [])
  problems.push(...duplicates(scripts))
  if (problems.length > 0) throw together(problems, folder.directory)
  const hint = `The first script is <date>_${start}_up_<revision>.sql.`
  const { directory } = folder
  if (listed && existsSync(join(directory, manifestName))) checkManifest(directory, scripts)
  if (scripts.length === 0) throw noScripts(folder, hint)
  if (scripts.some(({ edge }) => edge.from === start)) return scripts
  throw new MigrationError('FOLDER_EMPTY', `no script leads from ${start}, the empty database`, {
    file: directory,
    hint,
  })
}

function edgeScript(file: FoundFile, problems: MigrationError[]): EdgeScript | undefined {
  const found = edgeName.exec(file.name)?.groups
  if (!found) {
    problems.push(
      new MigrationError('SCRIPT_NAME_INVALID', 'the name is not a step between two revisions', {
        file: file.path,
        hint: 'Rename it to <date>_<from>_<up|down>_<to>.sql or .ts, with letters, digits and _ in the revisions.',
      }),
    )
    return undefined
  }
  const { from = '', to = '', direction, extension } = found
  const edge = { from, to, direction: direction as Direction }
  return new EdgeScript({
    revision: `${from}_${direction}_${to}`,
    title: '',
    kind: extension === 'sql' ? 'sql' : 'ts',
    file: file.path,
    text: file.text,
    edge,
    ...(extension === 'sql' && { cut: () => partFor(edge, file) }),
  })
}

/** The whole file goes one way. */
function partFor({ direction }: RevisionEdge, { text, path }: FoundFile): Partial<Sections> {
  const part = readSqlPart(text, path)
  return direction === 'up' ? { upgrade: part } : { downgrade: part }
}

function duplicates(scripts: readonly EdgeScript[]): MigrationError[] {
  const first = new Map<string, EdgeScript>()
  return scripts.flatMap((script) => {
    const earlier = first.get(script.revision)
    if (!earlier) {
      first.set(script.revision, script)
      return []
    }
    const { from, to, direction } = script.edge
    const fact = `two scripts lead ${direction} from ${from} to ${to}`
    const detail = `${earlier.file}\n${script.file}`
    return new MigrationError('REVISION_TAKEN', fact, {
      detail,
      hint: 'Keep one of them.',
      file: script.file,
    })
  })
}
