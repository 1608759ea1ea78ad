create table users (id int);
create function f() returns int language sql as $f$ select 1; $f$;
insert into schema_migrations (version) values ('1');
