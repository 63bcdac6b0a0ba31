import type { ParsedStatement } from '../script/parser/parse-statement'
import type { CarriedFields } from '../script/source/carried-script'

/** What a bundle holds beside the program. Paths are relative to the bundle's folder, with `/`. */
export interface BundleContents {
  /** The version of typetrek that wrote it. */
  typetrek: string
  /** Keys of `[migration]` and their values, as an ini would have them. */
  settings: Readonly<Record<string, string>>
  scripts: readonly CarriedFields[]
  /** Texts of SQL files: the canonical schema, and what modules run by name. */
  files: Readonly<Record<string, string>>
  /** Which of the files is the canonical schema. */
  schema?: string
  /** The module with the DataSource. */
  dataSource?: string
  /** True: its migration classes are scripts too. */
  classes?: true
  /** Modules whose classes the DataSource of a run gets. */
  entities: readonly string[]
  subscribers: readonly string[]
  /** Statements that only PostgreSQL's grammar can judge, with what it says of each; null: it refuses it. */
  statements: Readonly<Record<string, ParsedStatement | null>>
  modules: Readonly<Record<string, CarriedModule>>
}

/** A module of the application, or of a package that it uses. */
export interface CarriedModule {
  /** CommonJS, or the text of a JSON file. */
  code: string
  json?: true
  /** It was an ES module: of CommonJS it imports all that is exported as `default`. */
  es?: true
  /** By the words of an import: the module that is meant, where it is in the bundle. */
  links: Readonly<Record<string, string>>
}
