/** A file whose number is being changed: no script has such a name, so nothing runs meanwhile. */
export interface TouchedName {
  /** The name that it had. */
  previous: string
  /** The digits of the number that it is to get. */
  revision: string
}

/** The name of a file between two numbers. Pure. */
export function touchedName({ previous, revision }: TouchedName): string {
  return `${previous}.${revision}.touch`
}

/** Reads the name of a file between two numbers; undefined for any other. Pure. */
export function readTouchedName(name: string): TouchedName | undefined {
  const [, previous, revision] = /^(.+)\.(\d+)\.touch$/.exec(name) ?? []
  return previous === undefined || revision === undefined ? undefined : { previous, revision }
}
