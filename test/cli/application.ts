import { migrate, type CliResult, type Surroundings } from '../support/cli'
import { type TestDatabase, withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

/** A folder with an ini and scripts, and a database, for one test. */
export interface Application {
  cwd: string
  database: TestDatabase
  /** Runs `migrate` with the words of a line. */
  run(line: string, surroundings?: Partial<Surroundings>): Promise<CliResult>
}

/** Makes an application of these files; all is gone afterwards. */
export function withApplication(
  files: Readonly<Record<string, string>>,
  work: (application: Application) => Promise<void>,
): Promise<void> {
  return withDatabase((database) => {
    const url = database.url.replaceAll('%', '%%')
    const ini = `[migration]\ntypeorm.url = ${url}\nschema = schema.sql\n`
    return withFolder({ ...files, 'development.ini': ini }, (cwd) => {
      const run = (line: string, surroundings: Partial<Surroundings> = {}) =>
        migrate(line.split(' '), { cwd, ...surroundings })
      return work({ cwd, database, run })
    })
  })
}
