import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '../../src/cli/arguments/parse'
import { commandTable } from '../../src/cli/commands'
import { withFolder } from '../support/folder'

const files = { 'development.ini': '', 'settings.conf': '', 'scripts/1.sql': '' }

const understood: readonly [argv: string, call: string][] = [
  ['', 'upgrade'],
  ['upgrade', 'upgrade'],
  ['development.ini', 'upgrade config=development.ini'],
  ['missing.ini status', 'status config=missing.ini'],
  ['settings.conf status', 'status config=settings.conf'],
  ['postgres://u@h/d status', 'status config=postgres://u@h/d'],
  ['embedded:.postgres', 'upgrade config=embedded:.postgres'],
  ['development.ini upgrade 2026', 'upgrade config=development.ini version=2026'],
  ['development.ini --to 2026', 'to config=development.ini version=2026 {to}'],
  ['--to=2026 development.ini', 'to config=development.ini version=2026 {to}'],
  ['-t latest', 'to version=latest {to}'],
  ['to previous', 'to version=previous'],
  ['upgrade --to 5', 'upgrade version=5 {to}'],
  ['upgrade scripts', 'upgrade folder=scripts'],
  ['upgrade scripts/ 5', 'upgrade version=5 folder=scripts/'],
  ['upgrade 5 scripts', 'upgrade version=5 folder=scripts'],
  ['-d scripts downgrade 0', 'downgrade version=0 folder=scripts {directory}'],
  ['status scripts --check', 'status folder=scripts {check}'],
  ['upgrade -c 3', 'upgrade count=3 {count}'],
  ['--up --count 1', 'upgrade count=1 {up,count}'],
  ['--down', 'downgrade {down}'],
  ['--down 5', 'downgrade version=5 {down}'],
  ['--down=5', 'downgrade version=5 {down}'],
  ['up 5', 'upgrade version=5'],
  ['down -c -1', 'downgrade {count}'],
  ['up --no-exec', 'upgrade {exec,dryRun}'],
  ['--current', 'status {current}'],
  ['--down -c 2', 'downgrade count=2 {down,count}'],
  ['mark --only 7 -y', 'mark {only,yes}'],
  ['plan', 'upgrade {dryRun}'],
  ['plan 5', 'upgrade version=5 {dryRun}'],
  ['plan scripts', 'upgrade folder=scripts {dryRun}'],
  ['plan downgrade 0', 'downgrade version=0 {dryRun}'],
  ['plan --to 5', 'to version=5 {to,dryRun}'],
  ['plan to 5', 'to version=5 {dryRun}'],
  ['plan mark --only 5', 'mark {only,dryRun}'],
  ['plan setup --run-scripts', 'setup {runScripts,dryRun}'],
  ['dry_upgrade 5', 'upgrade version=5 {dryRun}'],
  ['dry_downgrade', 'downgrade {dryRun}'],
  ['trace 12', 'trace words=12'],
  ['generate add customers', 'generate words=add,customers'],
  ['generate -- --odd', 'generate words=--odd'],
  ['completion fish', 'completion words=fish'],
  ['help', 'help'],
  ['help mark', 'help words=mark'],
  ['--help', 'help'],
  ['development.ini mark -h', 'help words=mark'],
  ['--version', 'version'],
  ['--json status', 'status {json}'],
  ['upgrade --no-color --quiet', 'upgrade {color,quiet}'],
]

for (const [argv, expected] of understood) {
  test(`"migrate ${argv}" is understood as ${expected}`, async () => {
    await withFolder(files, (cwd) => {
      assert.equal(shown(argv, cwd), expected)
      return Promise.resolve()
    })
  })
}

function shown(argv: string, cwd: string): string {
  const { command, config, version, folder, count, words, options } = parse(
    argv.split(' ').filter(Boolean),
    cwd,
    commandTable,
  )
  const members = Object.entries({ config, version, folder, count, words: words.join(',') })
  const given = members.filter(([, value]) => value !== undefined && value !== '')
  const flags = Object.keys(options)
  return [
    command,
    ...given.map(([name, value]) => `${name}=${value}`),
    ...(flags.length > 0 ? [`{${flags.join(',')}}`] : []),
  ].join(' ')
}
