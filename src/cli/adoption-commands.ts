import type { CommandRow } from './arguments/command-row'
import { versionAndFolder, withoutConfig } from './arguments/parse-arguments'
import type { Handler } from './context/command-context'

const output = ['json', 'log', 'verbose', 'color', 'help', 'version'] as const
const folder = ['directory', 'runner', 'layout'] as const
const reading = [...folder, 'wait', ...output] as const

/** Commands for coming from another tool, and for shipping. They belong to the command table. */
export const adoptionCommands = {
  init: {
    summary: 'writes settings for the project in this folder',
    arguments: [],
    options: ['dryRun', 'yes', 'quiet', ...output],
    detail:
      'Looks at package.json, the DataSource, migrations, tsconfig.json and git, and writes development.ini (or the file named before init), npm scripts that are missing, and the folder of scripts. Nothing that is there is overwritten. --dry-run shows it.',
    otherWords: ['configure', 'begin', 'start'],
    parse: versionAndFolder,
    load: () =>
      (require('./command/adoption/init') as typeof import('./command/adoption/init')).initCommand,
  },
  adopt: {
    summary: 'records what TypeORM, or another tool, has applied here',
    arguments: ['[version]', '[folder]'],
    options: ['export', 'dryRun', 'yes', 'quiet', ...reading],
    detail:
      "Reads the other tool's table, which stays as it is, and marks exactly the scripts that it names; says what is in only one of the two. A tool whose table names no scripts takes a version: the last script whose work the database holds, or 0. --export is the way back: TypeORM's own table gets a row for each migration class that is applied.",
    otherWords: ['import', 'takeover', 'introspect'],
    parse: versionAndFolder,
    load: () =>
      (require('./command/adoption/adopt') as typeof import('./command/adoption/adopt'))
        .adoptCommand,
  },
  drift: {
    summary: 'compares the database with the scripts that it has applied',
    arguments: ['[folder]'],
    options: ['ignore', 'quiet', ...reading],
    detail:
      'The applied scripts are replayed in a scratch database, and the catalogs of both are compared: what is missing, what no script makes, what is otherwise, and the SQL that would make it so. The journal, histories of other tools and what extensions bring are left out, and what --ignore or drift_ignore name (public.tmp_*). Exits with 3 when something differs.',
    otherWords: ['compare', 'verify', 'validate'],
    parse: versionAndFolder,
    load: () =>
      (require('./command/adoption/drift') as typeof import('./command/adoption/drift'))
        .driftCommand,
  },
  align: {
    summary: 'writes one script that renames what differs in its name alone',
    arguments: ['[title]'],
    options: [
      'from',
      'rename',
      'ts',
      'pair',
      'commit',
      'message',
      'dryRun',
      'yes',
      'quiet',
      ...reading,
    ],
    detail:
      "Constraints, indexes, sequences and enum types that the scripts define as the entities or the canonical schema do, under another name: TypeORM's hashes against names of your own. The script is proven up, down and up on a copy with rows, and that it writes no table again. What differs in more than its name is listed and left; so is what is alike, unless --rename OLD:NEW says which is which.",
    otherWords: ['names', 'rename_only'],
    parse: withoutConfig,
    load: () =>
      (require('./command/adoption/align') as typeof import('./command/adoption/align'))
        .alignCommand,
  },
  doctor: {
    summary: 'looks for what would make a command fail',
    arguments: ['[folder]'],
    options: ['quiet', ...reading],
    detail:
      'Server, rights, clock, pooler, extensions, two copies of typeorm or pg, switches of the DataSource, the folder, modules that do not load, scripts that are late, changed or missing, and SQL that the build lacks; each with the next step. Exits with 3 where something is a problem.',
    otherWords: ['diagnose', 'health', 'checkup'],
    parse: versionAndFolder,
    load: () =>
      (require('./command/adoption/doctor') as typeof import('./command/adoption/doctor'))
        .doctorCommand,
  },
  manifest: {
    summary: 'lists the scripts in the folder that is deployed',
    arguments: ['[folder]'],
    options: ['quiet', ...folder, ...output],
    detail:
      'Writes scripts.manifest.json into the folder that is named, or into that of the scripts. Where it is there, every command that reads the folder refuses one that lacks a script of the list, or has SQL with another text: a compiler copies no .sql files. Run it in the build.',
    parse: withoutConfig,
    load: () =>
      (require('./command/adoption/manifest') as typeof import('./command/adoption/manifest'))
        .manifestCommand,
  },
} as const satisfies Record<string, CommandRow & { load: () => Handler }>
