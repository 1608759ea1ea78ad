CREATE TABLE users (id bigint, y text);
