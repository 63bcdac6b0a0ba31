/** What a comment line means to another tool. */
export interface OtherMarker {
  /** Absent: a word alone, which a person may have meant so. */
  tool?: string
  /** `down` begins what reverts; `other` changes how the tool runs the file. */
  means: 'up' | 'down' | 'no transaction' | 'other'
}

type Reading = readonly [tool: string, up: RegExp, down: RegExp, none?: RegExp, other?: RegExp]

const never = /(?!)/

/*
 * Each pattern reads the words behind the comment sign, as that tool does. Those of dbmate and sql-migrate
 * are nearly typetrek's markers, and refused as such.
 * goose: https://pressly.github.io/goose/documentation/annotations/
 * node-pg-migrate: https://salsita.github.io/node-pg-migrate/migrations/#sql-migrations
 * rambler: https://github.com/elwinar/rambler
 * MyBatis: https://mybatis.org/migrations/new.html
 * Play: https://www.playframework.com/documentation/latest/Evolutions
 * tern: https://github.com/jackc/tern
 * Liquibase: https://docs.liquibase.com/concepts/changelogs/sql-format.html
 * Atlas: https://atlasgo.io/versioned/down
 */
const readings: readonly Reading[] = [
  [
    'goose',
    /^ ?\+goose\s+up\b/i,
    /^ ?\+goose\s+down\b/i,
    /^ ?\+goose\s+no\s+transaction\b/i,
    /^ ?\+goose\s+envsub\s+on\b/i,
  ],
  ['micrate', /^ ?\+micrate\s+up\b/i, /^ ?\+micrate\s+down\b/i],
  ['node-pg-migrate', /^[\s-]*up\s+migration\b/i, /^[\s-]*down\s+migration\b/i],
  ['rambler', /^\s*rambler\s+up\b/i, /^\s*rambler\s+down\b/i],
  ['MyBatis Migrations', never, /^\s*(?:\/\/)?\s*@UNDO\b/i],
  ['Play', /^.*!Ups\b/, /^.*!Downs\b/],
  ['tern', never, /^[\s-]*create above \/ drop below\b/i],
  ['Liquibase', never, never, never, /^\s*liquibase\s+formatted\s+sql\b/i],
  ['Atlas', never, /^ down\.sql --$/, /^\s*atlas:txmode\s+none\b/, /^\s*atlas:txtar\b/],
]

/** `-- Down`, `---- ROLLBACK ----` */
const wordAlone = /^[^\p{L}\p{N}'"$]*(?:down|undo|rollback|revert)[^\p{L}\p{N}'"$]*$/iu

/** Only lines with one of these words are worth a second look. */
export const otherWords =
  '\\+\\w+\\s|migrat|rambler|@undo|!ups|!downs|above / drop|liquibase|down|atlas:|undo|rollback|revert'

/** What a comment line says to another tool, if it is one of its markers. Pure. */
export function readOtherMarker(line: string): OtherMarker | undefined {
  const [, words] = /^[ \t]*(?:--|#|\/\*)(.*)$/.exec(line) ?? []
  if (words === undefined) return undefined
  for (const [tool, up, down, none = never, other = never] of readings) {
    if (down.test(words)) return { tool, means: 'down' }
    if (up.test(words)) return { tool, means: 'up' }
    if (none.test(words)) return { tool, means: 'no transaction' }
    if (other.test(words)) return { tool, means: 'other' }
  }
  return line.trimStart().startsWith('--') && wordAlone.test(words) ? { means: 'down' } : undefined
}

/** What to write instead. Pure. */
export function otherHint(marker: OtherMarker): string {
  const layout = layouts[marker.tool ?? '']
  const other =
    layout === undefined ? '' : ` Or set layout = ${layout} to read the folder as it is.`
  return `${ownHint(marker)}${other}`
}

/** Tools whose folders are read as they are. */
const layouts: Readonly<Record<string, string>> = {
  goose: 'goose',
  'node-pg-migrate': 'node-pg-migrate',
}

function ownHint({ tool, means }: OtherMarker): string {
  switch (means) {
    case 'up':
      return 'Write `-- MIGRATE UP` in its place, and `-- MIGRATE DOWN` before what reverts it.'
    case 'down':
      return `Write \`-- MIGRATE DOWN\` in its place, and \`-- MIGRATE UP\` before the upgrade${tool === undefined ? '; word it differently if it is only a comment' : ''}.`
    case 'no transaction':
      return 'Write `-- migrate: no-transaction` in its place.'
    case 'other':
      return tool === 'Liquibase'
        ? 'Make each changeset a script of its own, its rollback under `-- MIGRATE DOWN`.'
        : 'Remove it; sections begin with `-- MIGRATE UP` and `-- MIGRATE DOWN`.'
  }
}
