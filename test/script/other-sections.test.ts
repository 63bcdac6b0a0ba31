import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigrationError } from '../../src/errors'
import { commentLine } from '../../src/script/sections/comment'
import { readSections, readSqlPart } from '../../src/script/sections/sections'

function refusal(text: string): MigrationError | undefined {
  try {
    readSections(text, '/f.sql', 'f.sql')
    return undefined
  } catch (error) {
    assert.ok(error instanceof MigrationError)
    return error
  }
}

const down = /Write `-- MIGRATE DOWN` in its place/
const nearly = /Write a line of its own, `-- MIGRATE UP`/

const refused: readonly [tool: string, text: string, line: number, hint: RegExp][] = [
  ['goose', '-- +goose Up\na;\n-- +goose Down\nb;\n', 3, down],
  [
    'goose, any case, with statements',
    '-- +goose up\n-- +goose statementbegin\na;\n-- +goose statementend\n-- +goose down\nb;',
    5,
    down,
  ],
  ['goose', '-- +goose NO TRANSACTION\n-- +goose Up\na;', 1, /`-- migrate: no-transaction`/],
  ['goose', '-- +goose ENVSUB ON\n-- +goose Up\na;', 1, /Remove it/],
  ['sql-migrate', '-- +migrate Up\na;\n-- +migrate Down\nb;', 1, nearly],
  ['sql-migrate', '-- +migrate Up notransaction\na;', 1, /`-- migrate: no-transaction` below it/],
  ['micrate', '-- +micrate Up\na;\n-- +micrate Down\nb;', 3, down],
  ['dbmate', '-- migrate:up\na;\n-- migrate:down\nb;', 1, nearly],
  ['dbmate', '-- migrate:up transaction:false\na;', 1, /`-- migrate: no-transaction` below it/],
  ['node-pg-migrate', '-- Up Migration\na;\n-- Down Migration\nb;', 3, down],
  ['node-pg-migrate', '--- up migration ---\na;\n--- down migration ---\nb;', 3, down],
  ['rambler', '-- rambler up\na;\n-- rambler down\nb;\n-- rambler up\nc;', 3, down],
  ['MyBatis Migrations', '-- // First\na;\n\n--//@UNDO\nb;', 4, down],
  ['MyBatis Migrations', '-- // First\r\na;\r\n-- //@undo\r\nb;\r\n', 3, down],
  ['dbdeploy', 'a;\n-- @UNDO\nb;', 2, down],
  ['Play', '# --- !Ups\na;\n# --- !Downs\nb;', 3, down],
  ['Play', '-- !Ups\na;\n-- !Downs\nb;', 3, down],
  ['tern', 'a;\n---- create above / drop below ----\nb;', 2, down],
  ['Liquibase', '--liquibase formatted sql\n--changeset x:1\na;\n--rollback b;', 1, /changeset/],
  ['Atlas', '-- atlas:txtar\n-- migration.sql --\na;\n-- down.sql --\nb;', 1, /Remove it/],
  ['Atlas', '-- atlas:txmode none\na;', 1, /`-- migrate: no-transaction`/],
  ['a person', 'a;\n-- Down\nb;', 2, /if it is only a comment/],
  ['a person', '-- ==== UP ====\na;\n-- ==== DOWN ====\nb;', 3, down],
  ['a person', 'a;\n--\n-- Rollback:\n--\nb;', 3, down],
  ['ours and another', '-- MIGRATE UP\na;\n-- +goose Down\nb;', 3, down],
]

for (const [tool, text, line, hint] of refused)
  test(`what ${tool} would revert is not run: ${JSON.stringify(text)}`, () => {
    const error = refusal(text)

    assert.ok(error)
    assert.deepEqual([error.code, error.file, error.line], ['SCRIPT_INVALID', 'f.sql', line])
    assert.match(error.hint ?? '', hint)
    assert.match(error.hint ?? '', /^[A-Z].*\.$/)
  })

const accepted: readonly [rule: string, text: string][] = [
  ['a section for the upgrade alone', '-- +goose Up\na;'],
  ['nothing to revert', '-- +goose Up\na;\n-- +goose Down\n'],
  ['what reverts stands in comments', 'a;\n-- Rollback:\n-- b;\n'],
  ['in a string', "a '\n-- +goose Down\n'; b;"],
  ['in a dollar quote', 'do $$\n-- +goose Down\n-- Down\nb;\n$$; c;'],
  ['in a block comment', 'a;\n/*\n--//@UNDO\n*/\nb;'],
  ['in COPY data', 'COPY t FROM stdin;\n-- rambler down\n\\.\nb;'],
  ['behind a statement', 'a; -- +goose Down\nb;'],
  ['other words beside it', 'a;\n-- scale down the limits\nb;\n-- breakdown\nc;'],
  ['a rollback that it explains', 'SAVEPOINT a;\n-- rollback\nROLLBACK TO a;\nb;'],
  ['in our own section for what reverts', '-- MIGRATE UP\na;\n-- MIGRATE DOWN\n-- Rollback\nb;'],
  ["another tool's line beside ours", '-- MIGRATE UP\na;\n-- MIGRATE DOWN\n-- Down Migration\nb;'],
]

for (const [rule, text] of accepted)
  test(`markers of other tools count only where they would cut: ${rule}`, () =>
    assert.equal(refusal(text), undefined))

test('a file that is all one direction may be headed like a section', () => {
  assert.equal(readSqlPart('-- Down migration\nb;', 'f').text, '-- Down migration\nb;')
})

test('a title that another tool would read is written in quotes', () => {
  for (const title of ['rambler down', 'Down Migration', 'down', 'MIGRATE UP', '+goose Down'])
    assert.equal(commentLine(title), `"${title}"`)
  assert.equal(commentLine('scale down'), 'scale down')
})
