select 'insert into alembic_version values (1);';
-- insert into alembic_version values (1);
update users set note = $$ insert into alembic_version values (1); $$;
