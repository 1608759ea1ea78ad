\set ON_ERROR_STOP on
-- as applied by hand; see the ticket
BEGIN;
/* the head */ INSERT INTO alembic_version (version_num) VALUES ('9c01;');
COMMIT;
