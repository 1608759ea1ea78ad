update users set name = 'insert into alembic_version';
insert into schema_migrations (version) values ('2');
