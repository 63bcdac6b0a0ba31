/** One script of a history, before it has a number and files. */
export interface Chapter {
  title: string
  /** The SQL of the upgrade, byte for byte as its file or section holds it. */
  up: string
  down: string
  /** Works only inside one transaction (LOCK TABLE, SET LOCAL): psql is told to give it one. */
  needsTransaction?: boolean
  /** `-- migrate: no-transaction` heads its file. */
  outside?: boolean
  /** Cannot be part of one transaction with all the others. */
  own?: boolean
  /** How the downgrade is kept; by chance unless its text depends on it. */
  form?: 'sections' | 'companion'
  bom?: boolean
}

/** Where a chapter takes its names from. */
export interface Scene {
  /** Prefix of every name that the chapter makes. */
  name: string
  /** A number that differs from chapter to chapter: which variant is told. */
  variant: number
  /** A role without rights that the connected user may become. */
  role: string
}

/** Tells of one peculiarity, in one script or several that follow each other. */
export type Peculiarity = (scene: Scene) => readonly Chapter[]
