-- What the cases of engine-objects.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE trigger add + function and 30 others
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE case30.u SET WITHOUT CLUSTER;

COMMENT ON COLUMN case8.w.a IS NULL;

REVOKE ALL ON TABLE case16.u FROM PUBLIC;
REVOKE ALL (a) ON TABLE case16.u FROM pg_monitor;

COMMENT ON COLUMN case17.t.a IS NULL;

DROP POLICY p ON case15.t;
DROP POLICY q ON case15.t;
DROP POLICY r ON case15.t;

DROP RULE r ON case28.t;

DROP TRIGGER g ON case2.t;

DROP VIEW case10.v;

DROP MATERIALIZED VIEW case10.m;

DROP VIEW case4.v;

DROP VIEW case7.w;

DROP VIEW case7.v;

DROP AGGREGATE case6.total(integer);

DROP FUNCTION case3.f();

DROP FUNCTION case4.f();

ALTER TABLE case22.t ALTER COLUMN n DROP DEFAULT;

ALTER TABLE case23.u ALTER COLUMN n DROP DEFAULT;

DROP FUNCTION case23.g();

ALTER FOREIGN DATA WRAPPER w OPTIONS (SET debug 'false');

SELECT pg_catalog.setval('case18.m', GREATEST(last_value, 2), is_called AND last_value OPERATOR(pg_catalog.>=) 2) FROM case18.m;
ALTER SEQUENCE case18.m MINVALUE 2 START WITH 2;

SELECT pg_catalog.setval('case18.n', LEAST(GREATEST(CASE WHEN is_called THEN last_value ELSE 7 END, 2), 1000), is_called AND last_value OPERATOR(pg_catalog.>=) 2) FROM case18.n;
ALTER SEQUENCE case18.n AS integer INCREMENT BY 5 MINVALUE 2 MAXVALUE 1000 START WITH 7 CACHE 2 CYCLE;
ALTER SEQUENCE case18.n OWNED BY case18.t.id;

SELECT pg_catalog.setval('case20.in_use', LEAST(last_value, 200), is_called) FROM case20.in_use;
ALTER SEQUENCE case20.in_use MAXVALUE 200;

SELECT pg_catalog.setval('case20.lowered', LEAST(CASE WHEN is_called THEN last_value ELSE 50 END, 100), is_called) FROM case20.lowered;
ALTER SEQUENCE case20.lowered MAXVALUE 100 START WITH 50;

ALTER SERVER r OPTIONS (SET auth 'on', SET keep_connections 'off', SET primary_key 'no');

CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (chunk '7', host 'h');

CREATE TABLE case12.t2 PARTITION OF case12.t FOR VALUES FROM (10) TO (20);

CREATE TABLE case14.d () INHERITS (case14.t);

ALTER TABLE case15.t FORCE ROW LEVEL SECURITY;

-- Rewrites case24.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case24.t SET UNLOGGED;
ALTER TABLE case24.t SET (autovacuum_enabled=false, fillfactor=60);

-- Rewrites case24.u under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case24.u SET LOGGED;
ALTER TABLE case24.u RESET (fillfactor);

ALTER TABLE case27.t REPLICA IDENTITY FULL;

ALTER USER MAPPING FOR PUBLIC SERVER r OPTIONS (SET account 'b');

ALTER TABLE case11.t ADD COLUMN c integer;

ALTER TABLE case13.t ADD COLUMN n integer NOT NULL DEFAULT 4;
ALTER TABLE case13.t ALTER COLUMN s TYPE text;

ALTER TABLE case14.t ADD COLUMN n integer;
-- Rewrites case14.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case14.t ALTER COLUMN a TYPE bigint;

ALTER TABLE case5.t ADD COLUMN c integer;

ALTER TABLE case20.apart ALTER COLUMN id SET MINVALUE 100 SET MAXVALUE 200 SET START WITH 100 RESTART;

SELECT pg_catalog.setval('case20.down_id_seq', LEAST(GREATEST(last_value, -500), -10), is_called AND last_value OPERATOR(pg_catalog.<=) -10) FROM case20.down_id_seq;
ALTER TABLE case20.down ALTER COLUMN id SET MINVALUE -500 SET MAXVALUE -10 SET START WITH -10;

SELECT pg_catalog.setval('case20.t_v_seq', LEAST(GREATEST(last_value, -100), 100), is_called AND last_value OPERATOR(pg_catalog.>=) -100) FROM case20.t_v_seq;

CREATE COLLATION case21.german (PROVIDER = icu, LOCALE = 'de');

ALTER TABLE case20.t ALTER COLUMN v SET INCREMENT BY 5 SET MINVALUE -100 SET MAXVALUE 100 SET START WITH -100;

ALTER TABLE case22.t ALTER COLUMN at SET DEFAULT now();
ALTER TABLE case22.t ALTER COLUMN s SET DEFAULT upper('b'::text);

ALTER TABLE case21.t ALTER COLUMN s TYPE text COLLATE case21.german;

CREATE FUNCTION case1.noted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN NEW.s = 'noted'; RETURN NEW; END$function$;

CREATE OR REPLACE FUNCTION case2.noted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN NEW.a = 1; RETURN NEW; END$function$;

CREATE FUNCTION case23.f()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 5$function$;

CREATE FUNCTION case23.g()
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 5::bigint$function$;

CREATE FUNCTION case3.f()
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 'one'$function$;

CREATE FUNCTION case4.f()
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 'q'$function$;

CREATE FUNCTION case5.f()
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 SELECT count(t.c) AS count
    FROM case5.t;
END;

CREATE OR REPLACE PROCEDURE case6.p(IN x integer)
 LANGUAGE sql
AS $procedure$SELECT 2$procedure$;

CREATE PROCEDURE case6.q()
 LANGUAGE sql
AS $procedure$$procedure$;

CREATE AGGREGATE case6.other(integer) (SFUNC = int4pl, STYPE = integer);

CREATE AGGREGATE case6.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '5');

CREATE VIEW case4.v AS
 SELECT a,
    case4.f() AS x
   FROM case4.t;

CREATE VIEW case7.v AS
 SELECT a,
    b,
    s
   FROM case7.t;

CREATE VIEW case7.w AS
 SELECT a
   FROM case7.v;

ALTER VIEW case9.v SET (security_barrier=true);

ALTER VIEW case9.w SET (check_option=local);
ALTER VIEW case9.w RESET (security_barrier);

CREATE MATERIALIZED VIEW case10.m AS
 SELECT a,
    b
   FROM case10.t;

CREATE VIEW case10.v AS
 SELECT a
   FROM case10.m;

CREATE UNIQUE INDEX i ON case10.m (a);

CREATE INDEX i ON case11.m (a);

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM case27.u
-- Builds an index of case27.u under SHARE: nobody writes it meanwhile.
CREATE UNIQUE INDEX i ON case27.u (a);
ALTER TABLE case27.u REPLICA IDENTITY USING INDEX i;

CREATE RULE q AS
    ON DELETE TO case28.t
   WHERE (old.a = 5) DO INSTEAD NOTHING;
CREATE RULE r AS
    ON UPDATE TO case28.t DO NOTHING;

CREATE TRIGGER g BEFORE INSERT ON case1.t FOR EACH ROW EXECUTE FUNCTION case1.noted();

CREATE TRIGGER g AFTER UPDATE OF a ON case2.t FOR EACH ROW WHEN ((old.a <> new.a)) EXECUTE FUNCTION case2.noted();
ALTER TABLE case2.t DISABLE TRIGGER h;

CREATE POLICY n ON case15.t FOR SELECT TO PUBLIC USING ((a = b));
CREATE POLICY p ON case15.t FOR ALL TO PUBLIC USING ((a > 1)) WITH CHECK (b > 1);
CREATE POLICY q ON case15.t AS RESTRICTIVE FOR UPDATE TO PUBLIC USING ((a > 0));
CREATE POLICY r ON case15.t FOR ALL TO PUBLIC USING ((a > 1));

COMMENT ON COLUMN case17.t.b IS 'it''s';
COMMENT ON CONSTRAINT t_pkey ON case17.t IS 'key';
COMMENT ON TABLE case17.t IS 'two';

REVOKE ALL ON FUNCTION case16.f() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION case16.f() TO pg_monitor;

GRANT USAGE ON SEQUENCE case16.t_id_seq TO pg_monitor;

GRANT INSERT, SELECT ON TABLE case16.t TO PUBLIC;
GRANT UPDATE (a) ON TABLE case16.t TO pg_monitor;
GRANT SELECT ON TABLE case16.t TO pg_monitor WITH GRANT OPTION;

GRANT SELECT ON TABLE case16.u TO pg_monitor;

ALTER TABLE case23.t ALTER COLUMN n SET DEFAULT case23.f();

ALTER TABLE case23.u ALTER COLUMN n SET DEFAULT case23.g();

CREATE OR REPLACE VIEW case8.v WITH (security_barrier=true) AS
 SELECT a,
    s,
    b
   FROM case8.t;

CREATE OR REPLACE VIEW case8.w AS
 SELECT a
   FROM case8.v
  WHERE (a > 6);

ALTER TABLE case26.t ALTER COLUMN a SET STATISTICS 500;
ALTER TABLE case26.t ALTER COLUMN s SET COMPRESSION pglz;
ALTER TABLE case26.t ALTER COLUMN s SET STORAGE EXTERNAL;
CREATE STATISTICS case26.st ON a, b FROM case26.t;

ALTER TABLE case30.t CLUSTER ON i;

COMMENT ON COLUMN case8.m.a IS 'it''s';

-- MIGRATE DOWN

ALTER TABLE case26.t ALTER COLUMN a SET STATISTICS -1;
ALTER TABLE case26.t ALTER COLUMN s SET COMPRESSION DEFAULT;
ALTER TABLE case26.t ALTER COLUMN s SET STORAGE EXTENDED;
DROP STATISTICS IF EXISTS case26.st;

ALTER TABLE case30.t SET WITHOUT CLUSTER;

COMMENT ON COLUMN case8.m.a IS NULL;

REVOKE ALL ON FUNCTION case16.f() FROM pg_monitor;

REVOKE ALL ON SEQUENCE case16.t_id_seq FROM pg_monitor;

REVOKE ALL ON TABLE case16.t FROM PUBLIC;
REVOKE ALL (a) ON TABLE case16.t FROM pg_monitor;
REVOKE ALL ON TABLE case16.t FROM pg_monitor;

REVOKE ALL ON TABLE case16.u FROM pg_monitor;

COMMENT ON COLUMN case17.t.b IS NULL;
COMMENT ON CONSTRAINT t_pkey ON case17.t IS NULL;

-- Drops policy case15.t.n.
DROP POLICY n ON case15.t;
DROP POLICY p ON case15.t;
DROP POLICY q ON case15.t;
DROP POLICY r ON case15.t;

-- Drops rule case28.t.q.
DROP RULE q ON case28.t;
DROP RULE r ON case28.t;

-- Drops trigger case1.t.g.
DROP TRIGGER g ON case1.t;

DROP TRIGGER g ON case2.t;

DROP INDEX case11.i;

DROP INDEX case27.i;

DROP MATERIALIZED VIEW case8.m;

DROP VIEW case10.v;

DROP MATERIALIZED VIEW case10.m;

DROP VIEW case4.v;

DROP VIEW case7.w;

DROP VIEW case7.v;

DROP VIEW case8.w;

DROP VIEW case8.v;

-- Drops aggregate case6.other(integer).
DROP AGGREGATE case6.other(integer);

DROP AGGREGATE case6.total(integer);

-- Drops function case1.noted().
DROP FUNCTION case1.noted();

DROP FUNCTION case3.f();

DROP FUNCTION case4.f();

-- Drops function case5.f().
DROP FUNCTION case5.f();

-- Drops procedure case6.q().
DROP PROCEDURE case6.q();

ALTER TABLE case22.t ALTER COLUMN at DROP DEFAULT;

ALTER TABLE case23.t ALTER COLUMN n DROP DEFAULT;

-- Drops function case23.f().
DROP FUNCTION case23.f();

ALTER TABLE case23.u ALTER COLUMN n DROP DEFAULT;

DROP FUNCTION case23.g();

-- Drops column case11.t.c with its values.
ALTER TABLE case11.t DROP COLUMN c;

-- Drops column case13.t.n with its values.
ALTER TABLE case13.t DROP COLUMN n;
-- Raises where a value has more than 5 characters.
-- Fails unless this is 0: SELECT count(*) FROM case13.t WHERE length(rtrim(s)) > 5
-- Rewrites case13.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case13.t ALTER COLUMN s TYPE character varying(5);

-- Drops column case14.t.n with its values.
ALTER TABLE case14.t DROP COLUMN n;

-- Drops column case5.t.c with its values.
ALTER TABLE case5.t DROP COLUMN c;

-- Drops table case12.t2 with all its rows.
DROP TABLE case12.t2;

-- Drops table case14.d with all its rows.
DROP TABLE case14.d;

-- Drops server s.
DROP SERVER s;

ALTER FOREIGN DATA WRAPPER w OPTIONS (SET debug 'true');

ALTER SEQUENCE case18.m MINVALUE 1 START WITH 1;

ALTER SEQUENCE case18.n AS bigint INCREMENT BY 1 MINVALUE 1 START WITH 1 CACHE 1 NO CYCLE;
ALTER SEQUENCE case18.n OWNED BY NONE;

ALTER SEQUENCE case20.in_use MAXVALUE 1000;

ALTER SEQUENCE case20.lowered MAXVALUE 1000 START WITH 500;

ALTER SERVER r OPTIONS (SET auth 'off', SET keep_connections 'on', SET primary_key 'id');

ALTER TABLE case15.t NO FORCE ROW LEVEL SECURITY;

-- Rewrites case24.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case24.t SET LOGGED;
ALTER TABLE case24.t RESET (autovacuum_enabled, fillfactor);

-- Rewrites case24.u under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case24.u SET UNLOGGED;
ALTER TABLE case24.u SET (fillfactor=60);

ALTER TABLE case27.t REPLICA IDENTITY DEFAULT;

ALTER TABLE case27.u REPLICA IDENTITY DEFAULT;

ALTER USER MAPPING FOR PUBLIC SERVER r OPTIONS (SET account 'a');

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case14.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case14.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case14.t ALTER COLUMN a TYPE integer;

ALTER TABLE case20.apart ALTER COLUMN id SET MINVALUE 1 SET MAXVALUE 50 SET START WITH 1 RESTART;

ALTER TABLE case20.down ALTER COLUMN id SET MINVALUE -1000 SET MAXVALUE -1 SET START WITH -1;

ALTER TABLE case20.t ALTER COLUMN v SET INCREMENT BY 10 SET MINVALUE -200 SET MAXVALUE 200 SET START WITH -200;

ALTER TABLE case21.t ALTER COLUMN s TYPE text;

DROP COLLATION case21.german;

ALTER TABLE case22.t ALTER COLUMN n SET DEFAULT 1;
ALTER TABLE case22.t ALTER COLUMN s SET DEFAULT 'a'::text;

CREATE OR REPLACE FUNCTION case2.noted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN  RETURN NEW; END$function$;

CREATE FUNCTION case23.g()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 5$function$;

CREATE FUNCTION case3.f()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1$function$;

CREATE FUNCTION case4.f()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1$function$;

CREATE OR REPLACE PROCEDURE case6.p(IN x integer)
 LANGUAGE sql
AS $procedure$SELECT 1$procedure$;

CREATE AGGREGATE case6.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');

CREATE VIEW case4.v AS
 SELECT a,
    case4.f() AS x
   FROM case4.t;

CREATE VIEW case7.v AS
 SELECT a,
    s
   FROM case7.t;

CREATE VIEW case7.w AS
 SELECT a
   FROM case7.v;

CREATE VIEW case8.v WITH (security_barrier=true) AS
 SELECT a,
    s
   FROM case8.t;

CREATE VIEW case8.w AS
 SELECT a
   FROM case8.v;

ALTER VIEW case9.v RESET (security_barrier);

ALTER VIEW case9.w SET (security_barrier=true);
ALTER VIEW case9.w RESET (check_option);

CREATE MATERIALIZED VIEW case10.m AS
 SELECT a
   FROM case10.t;

CREATE VIEW case10.v AS
 SELECT a
   FROM case10.m;

CREATE MATERIALIZED VIEW case8.m AS
 SELECT a
   FROM case8.v;

CREATE UNIQUE INDEX i ON case10.m (a);

CREATE RULE r AS
    ON DELETE TO case28.t DO INSTEAD NOTHING;

CREATE TRIGGER g BEFORE INSERT ON case2.t FOR EACH ROW EXECUTE FUNCTION case2.noted();
ALTER TABLE case2.t ENABLE TRIGGER h;

CREATE POLICY p ON case15.t FOR ALL TO PUBLIC USING ((a > 0));
CREATE POLICY q ON case15.t FOR ALL TO PUBLIC USING ((a > 0));
CREATE POLICY r ON case15.t FOR ALL TO PUBLIC USING ((a > 1)) WITH CHECK (b > 1);

COMMENT ON COLUMN case17.t.a IS 'gone';
COMMENT ON TABLE case17.t IS 'one';

REVOKE ALL ON FUNCTION case16.f() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION case16.f() TO PUBLIC;

GRANT INSERT, SELECT ON TABLE case16.u TO PUBLIC;
GRANT UPDATE (a) ON TABLE case16.u TO pg_monitor;

GRANT SELECT ON TABLE case8.v TO PUBLIC;

ALTER TABLE case23.u ALTER COLUMN n SET DEFAULT case23.g();

ALTER TABLE case30.u CLUSTER ON j;

COMMENT ON COLUMN case8.w.a IS 'gone';

ALTER SEQUENCE case18.n MAXVALUE 9223372036854775807;

COMMENT ON COLUMN case8.v.a IS 'one';
