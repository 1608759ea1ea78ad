-- The shop's schema.
CREATE EXTENSION IF NOT EXISTS "pgcrypto";

CREATE TABLE IF NOT EXISTS accounts (
  id SERIAL PRIMARY KEY,
  email VARCHAR(255) NOT NULL UNIQUE,
  balance DECIMAL(10, 2) DEFAULT 0 CHECK (balance >= 0),
  active BOOL DEFAULT TRUE,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE TABLE IF NOT EXISTS entries (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id INT NOT NULL REFERENCES accounts,
  kind TEXT NOT NULL,
  amount INT8,
  payload JSON,
  UNIQUE (account_id, kind)
);

ALTER TABLE accounts ADD COLUMN nick VARCHAR(30) NOT NULL DEFAULT 'none';
ALTER TABLE accounts ALTER COLUMN active SET NOT NULL, DROP COLUMN balance;
ALTER TABLE entries RENAME COLUMN payload TO body;
CREATE INDEX entries_kind ON entries (kind);
