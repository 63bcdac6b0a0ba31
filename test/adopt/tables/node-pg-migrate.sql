-- made by node-pg-migrate 9.0.0
CREATE TABLE public.pgmigrations (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    run_on timestamp without time zone NOT NULL
);
CREATE SEQUENCE public.pgmigrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.pgmigrations_id_seq OWNED BY public.pgmigrations.id;
ALTER TABLE ONLY public.pgmigrations ALTER COLUMN id SET DEFAULT nextval('public.pgmigrations_id_seq'::regclass);
ALTER TABLE ONLY public.pgmigrations
    ADD CONSTRAINT pgmigrations_pkey PRIMARY KEY (id);
INSERT INTO public.pgmigrations SELECT * FROM json_populate_recordset(null::public.pgmigrations, '[{"id":1,"name":"20240101000000_a","run_on":"2026-01-01T00:00:00"},{"id":2,"name":"20240102000000_b","run_on":"2026-01-01T00:00:00"}]');
