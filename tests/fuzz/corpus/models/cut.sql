create table a (b int check (((((((((((((((b))))))))))))))));
create index on a using gin (b) where