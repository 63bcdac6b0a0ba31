import { literalInIni } from './config-values'
import { hasAddress } from './source-options'
import { maskPasswords } from '../settings/value/mask'
import type { PackageManifest, ProjectFacts } from './look-at-project'

/** What is to be written, and what a person should do or know. */
export interface InitialSettings {
  ini: string
  /** The scripts' folder, where it is not there yet. */
  newFolder?: string
  /** package.json with the npm scripts that it lacked; absent where it has them, or where there is none. */
  manifest?: string
  /** The npm scripts that were added. */
  npmScripts: Readonly<Record<string, string>>
  notes: readonly string[]
}

/** Makes settings from what a project's files say. Pure. */
export function initialSettings(facts: ProjectFacts): InitialSettings {
  const folder =
    facts.scripts?.path ?? (facts.source === '' ? 'migration' : `${facts.source}/migration`)
  const npmScripts = missingScripts(facts, folder)
  const manifest = manifestWith(facts, npmScripts)
  return {
    ini: iniText(facts, folder),
    ...(facts.scripts === undefined && !facts.listsClasses && { newFolder: folder }),
    ...(manifest !== undefined && { manifest }),
    npmScripts,
    notes: notesOf(facts, folder, npmScripts),
  }
}

function iniText(facts: ProjectFacts, folder: string): string {
  const { scripts, listsClasses, git, outDir } = facts
  const layout = scripts?.layout ?? 'typetrek'
  return [
    '# Settings of typetrek: migrate status shows where the database is, migrate help what else there is.',
    '# A comment starts at the beginning of a line. ${NAME} is a variable of the environment or of .env,',
    '# ${NAME:-default} one that may be missing; %% is a percent sign.',
    '',
    '[migration]',
    ...databaseLines(facts),
    '',
    ...(listsClasses && !scripts
      ? [
          '# The scripts are the migrations that the DataSource lists. package = FOLDER would name a folder.',
          '',
        ]
      : [
          '# The scripts, applied in the order of their numbers.',
          `package = ${literalInIni(folder)}`,
        ]),
    ...(outDir === undefined || listsClasses
      ? []
      : [`# In a compiled build: package = ${builtFolder(facts, folder)}`]),
    '',
    ...(layout === 'typetrek' ? [] : ['# Whose folder that is.', `layout = ${layout}`, '']),
    '# Where a new script is added and committed: git, or none.',
    `vcs = ${git ? 'git' : 'none'}`,
    '',
    '# What add_script compares the scripts with: entities, schema, command, or none for an empty script.',
    `add_script_from = ${hasEntities(facts) ? 'entities' : 'none'}`,
    '',
  ].join('\n')
}

/** The ini's text as anybody may see it: a password that a file of the project holds is `***`. Pure. */
export function maskedIni(ini: string): string {
  return ini
    .replace(/^(typeorm\.password = )(?!\$\{\w+\}$)(\$\{\w+:-)?.*?(\}?)$/gm, '$1$2***$3')
    .replace(/^typeorm\.url = .*$/gm, maskPasswords)
}

function hasEntities({ dataSource, entities }: ProjectFacts): boolean {
  return dataSource !== undefined || entities !== undefined
}

function databaseLines({ dataSource, configuration, entities }: ProjectFacts): string[] {
  if (dataSource !== undefined)
    return [
      "# The module that exports the application's DataSource.",
      `typeorm.data_source = ${literalInIni(dataSource)}`,
    ]
  const options = [...(configuration?.options ?? [])].map(
    ([key, value]) => `typeorm.${key} = ${value}`,
  )
  const address = configuration !== undefined && hasAddress(configuration.options)
  return [
    address ? `# The database, as ${configuration.file} says.` : '# The database.',
    ...(address ? options : ['typeorm.url = ${DATABASE_URL}', ...options]),
    ...(entities === undefined ? [] : [`typeorm.entities = ${entities}`]),
  ]
}

function builtFolder({ outDir = 'dist', source }: ProjectFacts, folder: string): string {
  const inner =
    source !== '' && folder.startsWith(`${source}/`) ? folder.slice(source.length + 1) : folder
  return `${outDir}/${inner}`
}

/** Those that package.json does not have; nothing that is there is changed. */
function missingScripts(facts: ProjectFacts, folder: string): Record<string, string> {
  const { manifest, outDir, listsClasses } = facts
  if (!manifest) return {}
  const defaults: Record<string, string> = {
    migrate: 'migrate',
    'migrate:check': 'migrate status --check',
    ...(outDir !== undefined && !listsClasses && { postbuild: copyStep(facts, folder) }),
  }
  const present = manifest.value.scripts ?? {}
  return Object.fromEntries(
    Object.entries(defaults).filter(([name]) => !Object.hasOwn(present, name)),
  )
}

/** A compiler writes only what it compiles. */
function copyStep(facts: ProjectFacts, folder: string): string {
  const [from, to] = [folder, builtFolder(facts, folder)].map(escaped)
  const copy = `require('fs').cpSync('${from}','${to}',{recursive:true,filter:f=>!/[.][cm]?ts$/.test(f)})`
  return `node -e "${copy}"`
}

/** A folder's name in JavaScript that a shell reads between double quotes: neither finds more in it. */
function escaped(name: string): string {
  return name.replace(
    /[^\w./@-]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function manifestWith(
  { manifest }: ProjectFacts,
  added: Readonly<Record<string, string>>,
): string | undefined {
  if (!manifest || Object.keys(added).length === 0) return undefined
  const { text, value } = manifest
  const scripts = { ...value.scripts, ...added }
  const changed: PackageManifest =
    'scripts' in value ? { ...value, scripts } : { ...value, scripts }
  const indentation = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  return `${JSON.stringify(changed, null, indentation)}${text.endsWith('\n') ? '\n' : ''}`
}

function notesOf(
  facts: ProjectFacts,
  folder: string,
  npmScripts: Readonly<Record<string, string>>,
): string[] {
  const { outDir, manifest, listsClasses, dataSource, scripts, synchronizedBy } = facts
  const copies = outDir !== undefined && !listsClasses && !('postbuild' in npmScripts)
  return [
    ...unreadNotes(facts),
    ...(synchronizedBy === undefined
      ? []
      : [
          `synchronize is true in ${synchronizedBy}: set it to false, since the scripts change the database from now on. Where it has made tables already, add_script writes the first script and mark records it as applied.`,
        ]),
    ...(copies && manifest
      ? [
          `The build must copy the SQL scripts, since a compiler does not. package.json has a postbuild already; add to it: ${copyStep(facts, folder)}`,
        ]
      : []),
    ...(dataSource === undefined && scripts
      ? [
          'Where the application runs migrations when it starts (migrationsRun), leave that to one of the two.',
        ]
      : []),
    `In CI: ${hasEntities(facts) ? 'npx migrate add_script --check && ' : ''}npx migrate upgrade && npx migrate downgrade 0 && npx migrate upgrade`,
    'Where TypeORM or another tool has migrated the database already: npx migrate adopt --dry-run',
  ]
}

/** What could not be read, or is read by nobody. */
function unreadNotes(facts: ProjectFacts): string[] {
  const { dataSource, configuration, unread, otherEnvironments: others } = facts
  const isKnown = dataSource !== undefined || (configuration && hasAddress(configuration.options))
  return [
    ...(unread.length > 0
      ? [`Not looked at, since it cannot be read: ${unread.slice(0, 5).join('; ')}`]
      : []),
    ...(isKnown ? [] : [unknownAddress(configuration?.file)]),
    ...(others.length > 0
      ? [`Variables come from the environment and from .env; ${others.join(', ')} is not read.`]
      : []),
  ]
}

function unknownAddress(file: string | undefined): string {
  const where = file === undefined ? 'No module' : `Nothing in ${file}`
  return `${where} says where the database is in a way that can be read: set DATABASE_URL in the environment or in .env, or write typeorm.host and its like into the ini.`
}
