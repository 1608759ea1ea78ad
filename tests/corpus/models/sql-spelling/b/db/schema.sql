-- The shop's schema.
CREATE EXTENSION IF NOT EXISTS "pgcrypto";

CREATE TABLE IF NOT EXISTS accounts (
  id serial,
  email character varying(255) unique not null,
  balance numeric(10,2) DEFAULT 0 CHECK (balance >= 0),
  active boolean default true,
  created_at timestamp with time zone default current_timestamp not null,
  primary key (id)
);

CREATE TABLE IF NOT EXISTS entries (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  amount INT8,
  payload JSON,
  CONSTRAINT entries_account_id_kind_key UNIQUE (account_id, kind),
  FOREIGN KEY (account_id) REFERENCES accounts (id)
);

CREATE INDEX entries_kind ON entries (kind);
