import { hash } from 'node:crypto'

/** What the scripts of the fixture hold; `1` and `2` are recorded as applied. */
export const shapeOneFiles = {
  'migration/1_people.sql': 'CREATE TABLE people (id int);',
  'migration/2_pets.sql': 'CREATE TABLE pets (id int);',
  'migration/3_toys.sql': 'CREATE TABLE toys (id int);',
}

const sum = (file: keyof typeof shapeOneFiles) => hash('sha256', shapeOneFiles[file])

/**
 * A journal as typetrek 0.1.0 created it (commit addd580), with the work of its scripts: 1 has run, 2 has
 * failed and then run.
 */
export const shapeOne = `
CREATE TABLE people (id int);
CREATE TABLE pets (id int);
CREATE TABLE "public"."migration_journal" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL,
  revision numeric NOT NULL,
  title text NOT NULL,
  kind text NOT NULL,
  operation text NOT NULL CHECK (operation IN ('run', 'run_partial', 'run_skip', 'rollback')),
  ordinal integer NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('running', 'success', 'error')),
  attempt integer NOT NULL DEFAULT 1,
  statements_done integer NOT NULL DEFAULT 0,
  statements_total integer,
  checksum text NOT NULL,
  checksum_kind text NOT NULL,
  done_checksum text,
  upgrade_text text,
  downgrade_text text,
  error jsonb,
  trace text,
  operator text NOT NULL,
  tool_version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  duration_ms bigint
);
CREATE UNIQUE INDEX "migration_journal_claim" ON "public"."migration_journal" (revision, ordinal) WHERE outcome <> 'error';
COMMENT ON TABLE "public"."migration_journal" IS 'typetrek journal, shape 1';
INSERT INTO migration_journal (run_id, revision, title, kind, operation, ordinal, outcome, statements_done, statements_total, checksum, checksum_kind, upgrade_text, downgrade_text, error, trace, operator, tool_version, started_at, finished_at, duration_ms) VALUES
  ('a', 1, 'people', 'sql', 'run', 1, 'success', 1, 1, '${sum('migration/1_people.sql')}', 'sql', 'CREATE TABLE people (id int);', NULL, NULL, NULL, 'ann@desk', '0.1.0', '2026-11-21T15:00:00Z', '2026-11-21T15:00:01Z', 1000),
  ('b', 2, 'pets', 'sql', 'run', 1, 'error', 0, 1, '${sum('migration/2_pets.sql')}', 'sql', NULL, NULL, '{"code": "SCRIPT_FAILED", "message": "relation \\"pets\\" already exists"}', 'trace of it', 'ann@desk', '0.1.0', '2026-11-21T15:01:00Z', '2026-11-21T15:01:01Z', 1000),
  ('c', 2, 'pets', 'sql', 'run', 1, 'success', 1, 1, '${sum('migration/2_pets.sql')}', 'sql', NULL, NULL, NULL, NULL, 'ann@desk', '0.1.0', '2026-11-21T15:02:00Z', '2026-11-21T15:02:01Z', 1000);
`
