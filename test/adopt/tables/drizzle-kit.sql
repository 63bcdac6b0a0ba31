-- made by drizzle-kit 0.31.11
CREATE SCHEMA drizzle;
CREATE TABLE drizzle.__drizzle_migrations (
    id integer NOT NULL,
    hash text NOT NULL,
    created_at bigint
);
CREATE SEQUENCE drizzle.__drizzle_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE drizzle.__drizzle_migrations_id_seq OWNED BY drizzle.__drizzle_migrations.id;
ALTER TABLE ONLY drizzle.__drizzle_migrations ALTER COLUMN id SET DEFAULT nextval('drizzle.__drizzle_migrations_id_seq'::regclass);
ALTER TABLE ONLY drizzle.__drizzle_migrations
    ADD CONSTRAINT __drizzle_migrations_pkey PRIMARY KEY (id);
INSERT INTO drizzle.__drizzle_migrations SELECT * FROM json_populate_recordset(null::drizzle.__drizzle_migrations, '[{"id":1,"hash":"e64777f764b14e21b426c2f010a692a9357ce687ce98a6d194631041bb7c9148","created_at":1704067200000},{"id":2,"hash":"8faeafe75efa32692bc5c44a3e48f33f200a0f811c0134f3aeb4a9c94727f6d2","created_at":1704067200001}]');
