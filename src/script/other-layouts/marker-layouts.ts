import { usualLayout, type ScriptLayout } from '../layout/layout'
import { readMarked, type ToolMarkers } from '../sections/marked-sections'

/** A layout of one file a script, cut at the tool's own comment lines. */
function marked(tool: ToolMarkers, markers: ScriptLayout['markers']): ScriptLayout {
  return { ...usualLayout, sections: (...text) => readMarked(tool, ...text), markers }
}

/**
 * `<version>_<title>.sql`, cut at `-- migrate:up` and `-- migrate:down`.
 * @see https://github.com/amacneil/dbmate#creating-migrations
 */
export const dbmate = marked(
  {
    tool: 'dbmate',
    up: /^--\s*migrate:up(?:\s|$)/,
    down: /^--\s*migrate:down(?:\s|$)/,
    sectionOutside: /\btransaction:false\b/,
  },
  { up: '-- migrate:up', down: '-- migrate:down' },
)

/**
 * `<version>_<title>.sql`, cut at `-- +goose Up` and `-- +goose Down`.
 * @see https://pressly.github.io/goose/documentation/annotations/
 */
export const goose = marked(
  {
    tool: 'goose',
    up: /^--\s*\+goose\s+up\s*$/i,
    down: /^--\s*\+goose\s+down\s*$/i,
    outside: /^--\s*\+goose\s+no\s+transaction\s*$/i,
    refused: /^--\s*\+goose\s+envsub\s+on\s*$/i,
  },
  { up: '-- +goose Up', down: '-- +goose Down' },
)

/**
 * `<number>-<title>.sql`, cut at `-- +migrate Up` and `-- +migrate Down`.
 * @see https://github.com/rubenv/sql-migrate#writing-migrations
 */
export const sqlMigrate: ScriptLayout = {
  ...marked(
    {
      tool: 'sql-migrate',
      up: /^--\s*\+migrate\s+up(?:\s|$)/i,
      down: /^--\s*\+migrate\s+down(?:\s|$)/i,
      sectionOutside: /\bnotransaction\b/i,
    },
    { up: '-- +migrate Up', down: '-- +migrate Down' },
  ),
  zero: true,
  nameFor: ({ revision, title, extension }) => `${revision}-${title}.${extension}`,
}
