ALTER TABLE users ADD name text, ADD COLUMN boss int;
ALTER TABLE users ADD CONSTRAINT users_boss_fkey FOREIGN KEY (boss) REFERENCES users (id);
