/** A schema with one of everything that a file can hold, made as scripts make it: bit by bit. */
export const everything = `
CREATE EXTENSION citext;
CREATE SCHEMA app;
CREATE SCHEMA "Odd schema";
CREATE TYPE app.mood AS ENUM ('o''clock', 'fine');
ALTER TYPE app.mood ADD VALUE 'bad' BEFORE 'fine';
CREATE DOMAIN app.email AS citext CHECK (VALUE LIKE '%@%') NOT NULL;
CREATE TYPE app.place AS (street text, number int);
CREATE SEQUENCE app.numbers START 100 INCREMENT 5;

CREATE TABLE z_parent (
  id bigserial PRIMARY KEY, code text, tenant int NOT NULL, "Quoted" text DEFAULT 'it''s -- "so"', gone int,
  UNIQUE (code)
);
ALTER TABLE z_parent DROP COLUMN gone, ADD COLUMN late int NOT NULL DEFAULT nextval('app.numbers');
CREATE UNIQUE INDEX z_parent_tenant ON z_parent (tenant, id);
CREATE TABLE a_child (
  id int GENERATED ALWAYS AS IDENTITY (START WITH 7), tenant int, parent bigint, mood app.mood[] DEFAULT '{fine}',
  mail app.email, place app.place, note text, up text GENERATED ALWAYS AS (upper(note)) STORED, span int4range,
  boss int, amount numeric(10, 2) DEFAULT 1.50 CHECK (amount > 0), PRIMARY KEY (id, tenant),
  UNIQUE (tenant, boss) DEFERRABLE INITIALLY DEFERRED,
  EXCLUDE USING gist (span WITH &&),
  FOREIGN KEY (tenant, parent) REFERENCES z_parent (tenant, id) MATCH FULL ON DELETE CASCADE
);
ALTER TABLE a_child ADD CONSTRAINT boss FOREIGN KEY (boss, tenant) REFERENCES a_child (id, tenant) NOT VALID;
ALTER TABLE a_child ADD CHECK (boss > 0) NO INHERIT;
CREATE TABLE hen (id int PRIMARY KEY, egg int);
CREATE TABLE egg (id int PRIMARY KEY, hen int REFERENCES hen DEFERRABLE);
ALTER TABLE hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES egg;
CREATE TABLE "Odd schema"."Odd table" (LIKE z_parent INCLUDING DEFAULTS, "select" app.mood);
CREATE TABLE special () INHERITS (hen);

CREATE TABLE event (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE event_rest PARTITION OF event DEFAULT;
CREATE INDEX event_at ON event (at);
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value jsonb) WITH (fillfactor = 70);

CREATE FUNCTION app.rank(m app.mood) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE INDEX a_child_rank ON a_child (app.rank(mood[1])) WHERE amount > 1;
CREATE FUNCTION count_all() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM z_parent';
CREATE FUNCTION all_of() RETURNS SETOF hen LANGUAGE sql BEGIN ATOMIC SELECT * FROM hen; END;
CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $body$ DECLARE one hen%ROWTYPE; BEGIN DELETE FROM cache; END $body$;
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TRIGGER a_touched BEFORE UPDATE ON a_child FOR EACH ROW WHEN (OLD.id > 0) EXECUTE FUNCTION touched();
ALTER TABLE a_child DISABLE TRIGGER a_touched;
CREATE VIEW b_view AS SELECT id, count_all() AS n FROM z_parent;
CREATE VIEW a_view WITH (security_barrier) AS SELECT b.id FROM b_view b WHERE n > 1 WITH LOCAL CHECK OPTION;
CREATE MATERIALIZED VIEW m_view AS SELECT id FROM z_parent WITH NO DATA;
CREATE UNIQUE INDEX m_view_id ON m_view (id);
CREATE RULE quiet AS ON DELETE TO cache DO INSTEAD NOTHING;

ALTER TABLE z_parent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON z_parent FOR SELECT USING (tenant IN (SELECT id FROM hen));
ALTER TABLE z_parent ALTER code SET STATISTICS 500, ALTER code SET STORAGE EXTERNAL, REPLICA IDENTITY FULL;
CREATE STATISTICS app.both ON tenant, code FROM z_parent;
ALTER TABLE hen CLUSTER ON hen_pkey;
GRANT SELECT, INSERT ON z_parent TO PUBLIC;
GRANT SELECT (id) ON a_child TO PUBLIC;
REVOKE EXECUTE ON FUNCTION count_all() FROM PUBLIC;
COMMENT ON TABLE z_parent IS 'it''s
of two lines';
COMMENT ON COLUMN z_parent."Quoted" IS 'a column';
COMMENT ON TYPE app.mood IS 'a type';
COMMENT ON INDEX event_at IS 'an index';
COMMENT ON CONSTRAINT boss ON a_child IS 'a constraint';
COMMENT ON FUNCTION count_all() IS 'a function';
CREATE PUBLICATION news FOR TABLE hen, egg;
CREATE COLLATION app.plain (provider = libc, locale = 'C');
ALTER TABLE cache ADD COLUMN sorted text COLLATE app.plain;
`
