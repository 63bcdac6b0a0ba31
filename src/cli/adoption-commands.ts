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
      'Reads package.json, the DataSource, migrations, tsconfig.json and git, and writes development.ini (or the file named before init), missing npm scripts, and the folder of scripts. Nothing is overwritten. --dry-run only shows what would be written.',
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
      "Reads the other tool's table, which is not changed, and marks exactly the scripts that it names; reports what only one of the two has. Where that table names no scripts, give a version: the last script whose changes the database has, or 0. --export goes the other way: TypeORM's own table gets a row for each migration class that is applied.",
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
      'The applied scripts are replayed in a scratch database, and the two catalogs are compared. Shown are objects that are missing, that no script makes or that differ, and the SQL that would change them. The journal, the tables of other tools and the objects of extensions are left out, as is what --ignore or drift_ignore names (public.tmp_*). Exits with 3 when something differs.',
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
      'Server, rights, clock, pooler, extensions, two copies of typeorm or pg, switches of the DataSource, the folder, modules that do not load, scripts that are late, changed or missing, and SQL that the build lacks; each with the next step. Exits with 3 when there is a problem.',
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
      'Writes scripts.manifest.json into the given folder, or into that of the scripts. From then on every command that reads the folder refuses it when a listed script is missing or its SQL has changed, since compilers do not copy .sql files. Run it in the build.',
    parse: withoutConfig,
    load: () =>
      (require('./command/adoption/manifest') as typeof import('./command/adoption/manifest'))
        .manifestCommand,
  },
  bundle: {
    summary: 'writes scripts, settings and program into one file to deploy',
    arguments: ['[file]'],
    options: ['yes', 'quiet', 'directory', 'layout', ...output],
    detail:
      'The file (bundle.cjs unless named) needs node and pg; typeorm only where scripts are modules. It has the compiled scripts with their checksums, the canonical schema, and the settings that are neither secret nor of this machine; DATABASE_URL and its like name the database. node bundle.cjs upgrade, status, setup and what else needs no scratch server; require() of it has setUpMigration, migrateTo and migratorFor. --yes replaces a file that is no bundle.',
    otherWords: ['pack', 'package', 'build', 'dist'],
    parse: withoutConfig,
    load: () =>
      (require('./command/adoption/bundle') as typeof import('./command/adoption/bundle'))
        .bundleCommand,
  },
} as const satisfies Record<string, CommandRow & { load: () => Handler }>
