-- What the cases of required-rules.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a NOT NULL that is NOT VALID is added without a look at the rows and 9 others
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  case2.t.a keeps what was filled in.
--  case6.t.a keeps what was filled in.
--  case9.t.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE case3.t DROP CONSTRAINT nn;

ALTER TABLE case6.t ALTER CONSTRAINT t_a_not_null INHERIT;

CREATE TABLE case4.t (
  a integer
);

ALTER TABLE case9.t ADD COLUMN b integer NOT NULL DEFAULT 1;

UPDATE case2.t SET a = 0 WHERE a IS NULL;
-- Reads all of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a SET NOT NULL;

UPDATE case6.t SET a = 0 WHERE a IS NULL;
-- Reads all of case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN a SET NOT NULL;

UPDATE case9.t SET a = 0 WHERE a IS NULL;
-- Reads all of case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ALTER COLUMN a SET NOT NULL;
DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case9.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'one' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case9.t RENAME CONSTRAINT %I TO one', rule_name);
  END IF;
END
$$;
DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case9.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'b');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'two' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case9.t RENAME CONSTRAINT %I TO two', rule_name);
  END IF;
END
$$;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case7."T%t"'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'A''a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'Two%' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case7."T%%t" RENAME CONSTRAINT %I TO "Two%%"', rule_name);
  END IF;
END
$$;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case8.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'two' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case8.t RENAME CONSTRAINT %I TO two', rule_name);
  END IF;
END
$$;

ALTER TABLE case1.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

COMMENT ON CONSTRAINT nn ON case10.t IS 'why';

ALTER TABLE case4.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

ALTER TABLE case5.t ADD CONSTRAINT nn NOT NULL a NO INHERIT;

-- MIGRATE DOWN

ALTER TABLE case1.t DROP CONSTRAINT nn;

COMMENT ON CONSTRAINT nn ON case10.t IS NULL;

ALTER TABLE case5.t DROP CONSTRAINT nn;

-- Drops column case9.t.b with its values.
ALTER TABLE case9.t DROP COLUMN b;
ALTER TABLE case9.t ALTER COLUMN a DROP NOT NULL;

-- Drops table case4.t with all its rows.
DROP TABLE case4.t;

ALTER TABLE case2.t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE case2.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

ALTER TABLE case6.t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE case6.t ADD CONSTRAINT t_a_not_null NOT NULL a NO INHERIT;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case7."T%t"'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'A''a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'one' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case7."T%%t" RENAME CONSTRAINT %I TO one', rule_name);
  END IF;
END
$$;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case8.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 't_a_not_null' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case8.t RENAME CONSTRAINT %I TO t_a_not_null', rule_name);
  END IF;
END
$$;

ALTER TABLE case3.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

-- CASE privileges on the sequence of an identity are written and 3 others
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table case4.t with all its rows.

-- MIGRATE UP

DROP INDEX case4.i;
ALTER TABLE case4.t DROP CONSTRAINT c;

REVOKE USAGE ON SEQUENCE case2.t_id_seq FROM pg_monitor;

-- Drops function case4.f(case4.t).
DROP FUNCTION case4.f(case4.t);

ALTER TABLE case3.t ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE case3.t_id_seq;
ALTER TABLE case3.t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

-- Drops table case4.t with all its rows.
DROP TABLE case4.t;

ALTER TABLE case2.t ALTER COLUMN id DROP IDENTITY;

-- Reads all of case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('case3.t', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM case3.t;
GRANT USAGE ON SEQUENCE case3.t_id_seq TO pg_monitor;

GRANT USAGE ON SEQUENCE case1.t_id_seq TO pg_monitor;

-- MIGRATE DOWN

REVOKE USAGE ON SEQUENCE case1.t_id_seq FROM pg_monitor;

REVOKE USAGE ON SEQUENCE case3.t_id_seq FROM pg_monitor;

ALTER TABLE case2.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

-- Reads all of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('case2.t', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM case2.t;

ALTER TABLE case3.t ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE case3.t_id_seq AS integer;
ALTER SEQUENCE case3.t_id_seq OWNED BY case3.t.id;
ALTER TABLE case3.t ALTER COLUMN id SET DEFAULT nextval('case3.t_id_seq'::regclass);

CREATE TABLE case4.t (
  a integer
);

-- Reads all of case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
SELECT pg_catalog.setval('case3.t_id_seq', COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM case3.t;

CREATE FUNCTION case4.f(case4.t)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT ($1).a$function$;

GRANT USAGE ON SEQUENCE case3.t_id_seq TO pg_monitor;

ALTER TABLE case4.t ADD CONSTRAINT c CHECK (case4.f(t.*) > 0);
CREATE INDEX i ON case4.t (case4.f(t.*));

GRANT USAGE ON SEQUENCE case2.t_id_seq TO pg_monitor;
