CREATE DOMAIN level AS integer NOT NULL CHECK (VALUE BETWEEN 1 AND 9);
CREATE TYPE address AS (street text, zip varchar(10), city text);
CREATE TABLE players (name text, rank level, home address);
