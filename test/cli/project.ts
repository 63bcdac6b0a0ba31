import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate, type CliResult, type Surroundings } from '../support/cli'
import { type TestDatabase, withDatabase } from '../support/database'
import { withRepository } from '../support/repository'

/** A project that a command line works in. */
export interface Project {
  cwd: string
  database: TestDatabase
  git(...args: string[]): Promise<string>
  run(argv: string, more?: Partial<Surroundings>): Promise<CliResult>
  /** The text of the newest script. */
  newest(): Promise<string>
}

/** The only script of a project that says no more. */
export const first = {
  'migration/1_first.sql': 'CREATE TABLE users (id int PRIMARY KEY, name varchar(20));',
}

/** A git repository with an ini, scripts and a database; scratch databases beside that. */
export async function withProject(
  files: Readonly<Record<string, string>>,
  work: (project: Project) => Promise<void>,
  { major = 18 }: { major?: number } = {},
): Promise<void> {
  await withDatabase(
    (database) => {
      const url = database.url.replaceAll('%', '%%')
      const ini = `[migration]\ntypeorm.url = ${url}\nscratch.url = ${url}\nscratch.prefer = url\nschema = schema.sql\n`
      return withRepository({ 'development.ini': ini, ...first, ...files }, (repository) => {
        const cwd = repository.folder
        const newest = async () => {
          const names = (await readdir(join(cwd, 'migration'))).filter((name) =>
            /^2\d{13}/.test(name),
          )
          return readFile(join(cwd, 'migration', names.toSorted().at(-1)!), 'utf8')
        }
        const run = (argv: string, more = {}) => migrate(argv.split(' '), { cwd, ...more })
        return work({ cwd, database, git: repository.git, run, newest })
      })
    },
    { major },
  )
}
