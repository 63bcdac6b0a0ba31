import { entryId, scriptId, scriptRange, versionAndFolder } from './arguments/parse-arguments'
import { reading, working, type Command } from './command-options'

const journal = ['limit', 'since', 'revision', 'all', 'reverse'] as const

const upkeep = ['directory', 'lockWait', 'wait', 'dryRun', ...working] as const

/** The commands of who looks after a database: reads its journal and puts right what does not agree. */
export const operatorCommands = {
  list: {
    summary: "shows the journal's successes",
    arguments: [],
    options: [...journal, ...reading],
    detail:
      "With --directory, only those of that folder's scripts. --all also shows failures and what is running.",
    otherWords: ['ls', 'log', 'history', 'journal'],
    parse: versionAndFolder,
    load: () => (require('./command/journal') as typeof import('./command/journal')).list,
  },
  errors: {
    summary: "shows the journal's failures",
    arguments: [],
    options: [...journal, ...reading],
    detail:
      "With --directory, only those of that folder's scripts. --all also shows successes and what is running.",
    otherWords: ['failures'],
    parse: versionAndFolder,
    load: () => (require('./command/journal') as typeof import('./command/journal')).errors,
  },
  trace: {
    summary: 'shows one entry of the journal in full',
    arguments: ['<id>'],
    options: reading,
    detail: "The error is shown first, with its place in the scripts' folder (--directory).",
    parse: entryId,
    load: () => (require('./command/journal') as typeof import('./command/journal')).trace,
  },
  touch: {
    summary: 'gives a pending script a new number, the newest',
    arguments: ['<id>', '[folder]'],
    options: ['force', 'yes', ...upkeep],
    detail:
      "Renames its files, with git where git tracks them. The id is the script's revision, or the uuid of its class. A script that is applied is refused; with --force its entries in this database's journal get the new number.",
    otherWords: ['renumber', 'renew', 'retime', 'rename'],
    parse: scriptId,
    load: () =>
      (require('./command/upkeep/touch') as typeof import('./command/upkeep/touch')).touch,
  },
  repair: {
    summary: 'makes changed and missing scripts and the journal agree',
    arguments: ['[version]', '[folder]'],
    options: ['yes', ...upkeep],
    detail:
      "For each changed script, shows how it differs from the journal's text, and whether its meaning or only its layout has changed; the journal takes the new text once that is confirmed. A missing SQL script is written back from the journal. Asks on a terminal; --yes confirms everything. Exits with 3 when something is left.",
    otherWords: ['fix', 'reconcile', 'validate', 'checksum', 'resolve', 'accept'],
    parse: versionAndFolder,
    load: () =>
      (require('./command/upkeep/repair') as typeof import('./command/upkeep/repair')).repair,
  },
  squash: {
    summary: 'writes one script that does what a range of scripts did',
    arguments: ['<start>', '<end>', '[output]'],
    options: ['fromSchema', 'force', 'remove', ...upkeep],
    detail:
      'The ends of the range are revisions; output is a title or a path. The originals and the squashed script run in scratch databases; the script is written only when catalogs and rows are the same, after the downgrade too. A database that has applied all originals treats the script as applied; one that has applied none runs it instead. --force writes a script that cannot be reverted.',
    otherWords: ['combine', 'merge', 'flatten', 'collapse'],
    parse: scriptRange,
    load: () =>
      (require('./command/upkeep/squash') as typeof import('./command/upkeep/squash')).squash,
  },
} as const satisfies Record<string, Command>
