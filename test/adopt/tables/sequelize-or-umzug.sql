-- made by sequelize 6.37.8
CREATE TABLE public."SequelizeMeta" (
    name character varying(255) NOT NULL
);
ALTER TABLE ONLY public."SequelizeMeta"
    ADD CONSTRAINT "SequelizeMeta_pkey" PRIMARY KEY (name);
INSERT INTO public."SequelizeMeta" SELECT * FROM json_populate_recordset(null::public."SequelizeMeta", '[{"name":"20240101000000_a.sql"},{"name":"20240102000000_b.sql"}]');
