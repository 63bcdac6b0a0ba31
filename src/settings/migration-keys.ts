import { existsSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { databaseAddress } from './database-address'
import { formatDuration } from './value/duration'
import { globBase } from './value/glob-base'
import { nearest } from './value/nearest'
import type { Problems, Sourced } from './value/problems'
import { layoutNames, type Settings } from './value/setting-types'
import { parseList, valueReader, type ValueReader } from './value/value-reader'

/** Every key of `[migration]` but `typeorm.*`. */
export const migrationKeys = [
  'app',
  'package',
  'directory',
  'layout',
  'duplicate_revisions',
  'ignore',
  'runner',
  'schema',
  'schema_extra',
  'drift_ignore',
  'vcs',
  'schema_diff_cmd',
  'add_script_from',
  'owners',
  'scratch.url',
  'scratch.prefer',
  'scratch.extensions',
  'scratch.keep',
  'journal_schema',
  'journal_table',
  'journal_text',
  'transaction',
  'isolation',
  'late_scripts',
  'other_tools',
  'lock_wait',
  'lock_timeout',
  'statement_timeout',
  'wait',
  'strict',
  'role',
  'safe',
  'debug',
  'password_command',
  'password_file',
] as const

/** Keys of `[migration]` that stand for `typeorm.*` keys of the same name. */
export const addressKeys: readonly MigrationKey[] = ['password_command', 'password_file']

/** A key of the section `[migration]`. */
export type MigrationKey = (typeof migrationKeys)[number]

/** Those that `setup.cfg` and package.json may hold too. */
export const developmentKeys: readonly MigrationKey[] = [
  'vcs',
  'schema_diff_cmd',
  'add_script_from',
  'owners',
  'scratch.url',
  'scratch.prefer',
  'scratch.extensions',
  'scratch.keep',
]

/** A value of `[migration]` and the folder that a path in it starts from. */
export interface MigrationValue extends Sourced {
  base: string
}

export type MigrationValues = ReadonlyMap<MigrationKey, MigrationValue>

/** The part of the settings that `[migration]` decides. */
export type MigrationSettings = Pick<
  Settings,
  | 'directory'
  | 'packages'
  | 'packageIsDefault'
  | 'layout'
  | 'duplicateRevisions'
  | 'ignore'
  | 'schema'
  | 'schemaExtra'
  | 'driftIgnore'
  | 'journal'
  | 'transaction'
  | 'isolation'
  | 'lateScripts'
  | 'otherTools'
  | 'journalText'
  | 'lockWait'
  | 'lockTimeout'
  | 'statementTimeout'
  | 'wait'
  | 'strict'
  | 'vcs'
  | 'role'
  | 'safe'
  | 'debug'
  | 'schemaDiffCmd'
  | 'addScriptFrom'
  | 'owners'
  | 'scratch'
>

/** What holds where nothing is said, as an ini would say it. */
export const migrationDefaults: Readonly<Partial<Record<MigrationKey, string>>> = {
  package: 'migration',
  layout: 'typetrek',
  duplicate_revisions: 'refuse',
  vcs: 'git',
  'scratch.prefer': 'embedded',
  'scratch.keep': formatDuration(300_000),
  journal_schema: 'public',
  journal_table: 'migration_journal',
  journal_text: 'full',
  transaction: 'each',
  late_scripts: 'run',
  other_tools: 'refuse',
  lock_wait: formatDuration(60_000),
  lock_timeout: formatDuration(5_000),
  statement_timeout: formatDuration(0),
  wait: formatDuration(0),
  strict: 'false',
  safe: 'true',
  debug: 'false',
}

/** Turns the values of `[migration]` into settings; what is wrong is added to `problems`. */
export function migrationSettings(
  values: MigrationValues,
  here: string,
  problems: Problems,
): MigrationSettings {
  const found = (key: MigrationKey): MigrationValue =>
    values.get(key) ?? { value: migrationDefaults[key] ?? '', from: 'default', base: here }
  const read = valueReader(problems)
  const schema = values.get('schema')
  const extra = values.get('schema_extra')
  const schemaDiffCmd = values.get('schema_diff_cmd')?.value
  return {
    ...scriptPlaces(scriptsFolder(values, problems), found('package')),
    layout: read.choice('layout', found('layout'), layoutNames) ?? 'typetrek',
    duplicateRevisions:
      read.choice('duplicate_revisions', found('duplicate_revisions'), ['refuse', 'by_name']) ??
      'refuse',
    ignore: parseList(values.get('ignore')?.value ?? ''),
    ...(schema ? { schema: path(schema) } : {}),
    driftIgnore: parseList(values.get('drift_ignore')?.value ?? ''),
    ...(extra ? { schemaExtra: pathsOf(extra) } : {}),
    ...(schemaDiffCmd ? { schemaDiffCmd } : {}),
    ...scriptSource(values, read),
    scratch: scratchSettings(values, found, read, problems),
    vcs: versionControl(found('vcs'), problems),
    ...journalSettings(found, read),
    ...runSettings(found, read),
    ...isolation(values, found('transaction'), problems),
  }
}

function scriptSource(values: MigrationValues, read: ValueReader) {
  const sources = ['schema', 'entities', 'command', 'none'] as const
  const found = values.get('add_script_from')
  const addScriptFrom = found && read.choice('add_script_from', found, sources)
  const choice = values.get('owners')
  const owners = choice && read.choice('owners', choice, ['compare', 'ignore'])
  return { ...(addScriptFrom && { addScriptFrom }), ...(owners && { owners }) }
}

function scratchSettings(
  values: MigrationValues,
  found: (key: MigrationKey) => Sourced,
  read: ValueReader,
  problems: Problems,
): Settings['scratch'] {
  const url = values.get('scratch.url')
  const address = url && scratchAddress(url, problems)
  const extensions = parseList(values.get('scratch.extensions')?.value ?? '')
  const servers = ['embedded', 'url'] as const
  const prefer = read.choice('scratch.prefer', found('scratch.prefer'), servers) ?? 'embedded'
  if (prefer === 'url' && !url) {
    const value = found('scratch.prefer')
    problems.add(
      value,
      'scratch.prefer is url, and scratch.url is not set',
      'Write scratch.url too.',
    )
  }
  const keep = read.duration('scratch.keep', found('scratch.keep')) ?? 0
  return { ...(address && { address }), prefer, extensions, keep }
}

function scratchAddress(url: MigrationValue, problems: Problems) {
  const context = { here: url.base, problems, fill: new Map(), secrets: new Set<string>() }
  const address = databaseAddress([{ values: new Map([['url', url]]) }], context)
  return address?.kind === 'postgres' || address?.kind === 'embedded' ? address : undefined
}

function journalSettings(found: (key: MigrationKey) => Sourced, read: ValueReader) {
  const texts = ['full', 'downgrade', 'none'] as const
  return {
    journal: {
      schema: read.identifier('journal_schema', found('journal_schema')) ?? '',
      table: read.identifier('journal_table', found('journal_table')) ?? '',
    },
    journalText: read.choice('journal_text', found('journal_text'), texts) ?? 'full',
  }
}

function runSettings(found: (key: MigrationKey) => Sourced, read: ValueReader) {
  const modes = ['each', 'all', 'none'] as const
  const late = ['run', 'refuse'] as const
  const others = ['refuse', 'ignore'] as const
  const role = found('role')
  return {
    ...(role.value && { role: read.identifier('role', role) ?? '' }),
    safe: read.boolean('safe', found('safe')) ?? true,
    debug: read.boolean('debug', found('debug')) ?? false,
    transaction: read.choice('transaction', found('transaction'), modes) ?? 'each',
    lateScripts: read.choice('late_scripts', found('late_scripts'), late) ?? 'run',
    otherTools: read.choice('other_tools', found('other_tools'), others) ?? 'refuse',
    lockWait: read.duration('lock_wait', found('lock_wait')) ?? 0,
    lockTimeout: read.duration('lock_timeout', found('lock_timeout')) ?? 0,
    statementTimeout: read.duration('statement_timeout', found('statement_timeout')) ?? 0,
    wait: read.duration('wait', found('wait')) ?? 0,
    strict: read.boolean('strict', found('strict')) ?? false,
  }
}

/** How a run in one transaction is isolated from others; each script's own transaction is left as it is. */
function isolation(values: MigrationValues, transaction: Sourced, problems: Problems) {
  const found = values.get('isolation')
  const levels = ['read committed', 'repeatable read', 'serializable'] as const
  const level = found && valueReader(problems).choice('isolation', found, levels)
  if (!found || !level) return {}
  if (transaction.value !== 'all') {
    const hint = 'Write transaction = all too, or leave isolation out.'
    problems.add(found, 'isolation is for one transaction, and transaction is not all', hint)
  }
  return { isolation: level }
}

/** `package` and its synonym `directory`; where both are given, the flag or else a problem decides. */
function scriptsFolder(values: MigrationValues, problems: Problems): MigrationValue | undefined {
  const named = values.get('package')
  const synonym = values.get('directory')
  if (!named || !synonym) return named ?? synonym
  const flag = [named, synonym].find(({ from }) => from.startsWith('flag '))
  if (flag) return flag
  if (folder(named) !== folder(synonym)) {
    problems.add(synonym, 'directory and package name two folders', 'Keep one of them.')
  }
  return named
}

/** A folder that is there, whatever its name; or folders and globs, separated by commas or lines. */
function scriptPlaces(named: MigrationValue | undefined, otherwise: MigrationValue) {
  const usual = named ?? otherwise
  if (!named || named.from === 'default')
    return { directory: folder(usual), packageIsDefault: true }
  const several = /[,\n*{]/.test(named.value) && !named.from.startsWith('flag ')
  if (!several || existsSync(path(named))) return { directory: folder(named) }
  const packages = pathsOf(named)
  return { directory: globBase(packages[0] ?? ''), packages }
}

/** Paths and globs, separated by commas or lines. */
function pathsOf(named: MigrationValue): string[] {
  const items = named.value.split(/[,\n](?![^{]*\})/).map((item) => item.trim())
  return items.filter(Boolean).map((value) => path({ ...named, value }))
}

function path({ value, base }: MigrationValue): string {
  return resolve(base, value)
}

/** The path; for the dotted name of a package (`busy.migration`) its folder, unless one has that very name. */
function folder(found: MigrationValue): string {
  const literal = path(found)
  if (!/^\w+(?:\.\w+)+$/.test(found.value) || existsSync(literal)) return literal
  const below = found.value.replaceAll('.', sep)
  const [first = literal, ...others] = ['', 'src'].map((root) => resolve(found.base, root, below))
  return others.find((one) => !existsSync(first) && existsSync(one)) ?? first
}

/** The name of a program, since another one than git is called by it. */
function versionControl({ value, ...place }: MigrationValue, problems: Problems): string {
  const name = value.toLowerCase()
  if (/^[a-z][a-z0-9._+-]*$/.test(name)) return name
  const meant = nearest(name, ['git', 'none', 'hg', 'svn', 'fossil'])
  const all = 'Write git, none, or the name of another program: hg, svn, fossil.'
  problems.add(
    place,
    `vcs is no name of a program: "${value}"`,
    meant ? `Did you mean ${meant}?` : all,
  )
  return 'git'
}
