import { usualLayout, type ScriptLayout } from '../layout/layout'
import { readMarked, type ToolMarkers } from '../sections/marked-sections'

/** @see https://github.com/rubenv/sql-migrate#writing-migrations */
const markers: ToolMarkers = {
  tool: 'sql-migrate',
  up: /^--\s*\+migrate\s+up(?:\s|$)/i,
  down: /^--\s*\+migrate\s+down(?:\s|$)/i,
  sectionOutside: /\bnotransaction\b/i,
}

/** `<number>-<title>.sql`, cut at `-- +migrate Up` and `-- +migrate Down`. */
export const sqlMigrate: ScriptLayout = {
  ...usualLayout,
  zero: true,
  nameFor: ({ revision, title, extension }) => `${revision}-${title}.${extension}`,
  sections: (...text) => readMarked(markers, ...text),
  markers: { up: '-- +migrate Up', down: '-- +migrate Down' },
}
