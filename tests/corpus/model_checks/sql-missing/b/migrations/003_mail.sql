-- ALTER TABLE users ADD COLUMN email text;
COMMENT ON TABLE users IS 'ALTER TABLE users ADD COLUMN email text;';
