-- made by kysely 0.28.18
CREATE TABLE public.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);
CREATE TABLE public.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY public.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);
INSERT INTO public.kysely_migration SELECT * FROM json_populate_recordset(null::public.kysely_migration, '[{"name":"20240101000000_a","timestamp":"2026-01-01T00:00:00Z"},{"name":"20240102000000_b","timestamp":"2026-01-01T00:00:00Z"}]');
INSERT INTO public.kysely_migration_lock SELECT * FROM json_populate_recordset(null::public.kysely_migration_lock, '[{"id":"migration_lock","is_locked":0}]');
