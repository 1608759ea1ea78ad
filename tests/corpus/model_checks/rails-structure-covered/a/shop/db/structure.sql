CREATE TABLE public.users (
    id bigint NOT NULL,
    name character varying(80)
);


INSERT INTO "schema_migrations" (version) VALUES
('20240101000000');
