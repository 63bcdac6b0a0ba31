-- made by dbmate 2.36.0
CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
INSERT INTO public.schema_migrations SELECT * FROM json_populate_recordset(null::public.schema_migrations, '[{"version":"20240101000000"},{"version":"20240102000000"}]');
