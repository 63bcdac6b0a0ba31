import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import {
  canonicalDump,
  compiled,
  dumpOf,
  schema,
  scripts,
  sources,
  withScripts,
} from './example-database'

/** What development.ini says, with a database of the test's own. */
function ini({ url }: TestDatabase, entities: string): string {
  return `[app:example]
typeorm.url = ${url.replaceAll('%', '%%')}
typeorm.entities = ${entities}

[migration]
app = app:example
package = ${scripts}
schema = ${schema}
`
}

async function boot(config: string): Promise<string> {
  const main = join(compiled, 'main.js')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, config])
  assert.equal(stderr, '')
  return stdout
}

for (const [what, entities] of [
  ['entities in TypeScript', join(sources, 'entity/*.ts')],
  ['compiled entities', join(compiled, 'entity/*.js')],
] as const) {
  test(`the application sets its database up when it boots first, and then finds it, with ${what}`, async () => {
    await withDatabase(async (database) => {
      await withFolder({ 'app.ini': ini(database, entities) }, async (folder) => {
        const first = await boot(join(folder, 'app.ini'))
        const second = await boot(join(folder, 'app.ini'))

        assert.equal(first, said('The database was set up.', 1, 2))
        assert.equal(second, said('The database is up to date.', 3, 2))
        assert.equal(await dumpOf(database), await canonicalDump(18))
      })
    })
  })
}

function said(database: string, printer: number, invoice: number): string {
  return `${database}
Ticket ${printer} was new, then pending, then closed.
Open tickets:
  ${invoice}  A question about the last invoice (Carl, Mill & Sons; messages: 1)
`
}

test('an application that boots on an old database brings it up to date', async () => {
  await withDatabase(async (database) => {
    await withFolder(
      { 'app.ini': ini(database, join(compiled, 'entity/*.js')) },
      async (folder) => {
        await withScripts(database, (migrator) =>
          migrator.execute({ command: 'upgrade', target: '20241105153000' }),
        )

        const output = await boot(join(folder, 'app.ini'))

        assert.match(output, /^The database is up to date\.\n/)
        assert.equal(await dumpOf(database), await canonicalDump(18))
      },
    )
  })
})
