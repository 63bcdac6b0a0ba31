import type { Sections } from '../sections/sections'
import type { SqlPart } from '../script'
import { readName, type FileParts, type NameReading } from './script-name'

/** How the files of a scripts' folder are named and cut; everything that reads or writes them goes by it. */
export interface ScriptLayout {
  /** What a file's name says. */
  readName(fileName: string): NameReading
  /** The file name of a script, or of a part of one. */
  nameFor(parts: FileParts): string
  /**
   * The directions that one SQL file holds.
   * @throws {MigrationError} SCRIPT_INVALID
   */
  sections(text: string, file: string, shown?: string): Sections
  /** The comment lines that start the two directions in a new file. */
  markers: { up: string; down: string }
  /**
   * A file that is all one direction; as SQL without markers where absent.
   * @throws {MigrationError} SCRIPT_INVALID
   */
  part?(text: string, file: string, shown?: string): SqlPart
  /** True: a script may have number 0; it becomes 1. */
  zero?: true
  /** A script is a folder with files in it, of which this is the main one; `readName` is given `folder/file`. */
  nested?: string
  /** The layout of one folder, where other files in it say what a name means. Reads files. */
  within?(folder: string): ScriptLayout
}

/** `<digits>_<title>.sql` and its like, cut at MIGRATE UP and MIGRATE DOWN. */
export const usualLayout: ScriptLayout = {
  readName,
  nameFor({ revision, title, extension, role }) {
    const words = role === 'script' ? title : role
    return `${revision}${words === '' ? '' : `_${words}`}.${extension}`
  },
  sections(...file) {
    // scripts that are applied and unchanged are not parsed
    const { readSections } =
      require('../sections/sections') as typeof import('../sections/sections')
    return readSections(...file)
  },
  markers: { up: '-- MIGRATE UP', down: '-- MIGRATE DOWN' },
}
