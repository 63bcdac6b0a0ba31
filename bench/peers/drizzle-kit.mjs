import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

// generates a migration of each schema in the folder, and applies them
const [folder, url] = process.argv.slice(2)
const kit = join(dirname(createRequire(import.meta.url).resolve('drizzle-kit')), 'bin.cjs')
const run = (command, schema, ...words) => {
  const config = { dialect: 'postgresql', schema, out: '.', dbCredentials: { url } }
  writeFileSync(join(folder, 'drizzle.config.json'), JSON.stringify(config))
  const argv = [kit, command, '--config', 'drizzle.config.json', ...words]
  execFileSync(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
}
run('generate', 'a.js', '--name', 'a')
run('generate', 'b.js', '--name', 'b')
// a fixed time in place of now, so that what is recorded is the same each time
const file = join(folder, 'meta/_journal.json')
const journal = JSON.parse(readFileSync(file, 'utf8'))
const entries = journal.entries.map((one, at) => ({ ...one, when: 1704067200000 + at }))
writeFileSync(file, JSON.stringify({ ...journal, entries }))
run('migrate', 'b.js')
