/**
 * `TYPETREK_TESTS=all` runs every combination of what `npm test` runs one or a few of: the same rule on
 * another version of PostgreSQL or TypeORM, longer histories, all pairs of schemas. `.ci/run` does.
 */
export const runsAll = process.env['TYPETREK_TESTS'] === 'all'

/** What `npm test` runs, and what runs where there is time. */
export function few<Value>(usual: Value, all: Value): Value {
  return runsAll ? all : usual
}
