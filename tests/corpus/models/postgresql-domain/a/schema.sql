CREATE DOMAIN level AS integer CHECK (VALUE BETWEEN 1 AND 5);
CREATE TYPE address AS (street text, zip text);
CREATE TABLE players (name text, rank level, home address);
