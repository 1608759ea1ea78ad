CREATE TABLE public.things (
    id bigint NOT NULL
);
