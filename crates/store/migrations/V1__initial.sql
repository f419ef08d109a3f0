-- One text for SQLite and PostgreSQL.
-- Ids are UUIDv7 text; instants (…_at, …_until) are microseconds since 1970 UTC; civil dates are
-- YYYY-MM-DD; money is cents.
-- Every row of business carries company_id.

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE companies (
  id         TEXT PRIMARY KEY,
  document   TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  trade_name TEXT NOT NULL DEFAULT '',
  email      TEXT NOT NULL DEFAULT '',
  phone      TEXT NOT NULL DEFAULT '',
  address    TEXT,
  created_at BIGINT NOT NULL
);

-- Access for programs. Only a keyed hash of the token is kept.
CREATE TABLE api_tokens (
  id           TEXT PRIMARY KEY,
  company_id   TEXT NOT NULL REFERENCES companies (id),
  name         TEXT NOT NULL,
  scopes       TEXT NOT NULL,
  token_hash   TEXT NOT NULL UNIQUE,
  created_at   BIGINT NOT NULL,
  revoked_at   BIGINT
);

-- A credential at one bank. Several may overlap while one is renewed.
CREATE TABLE credentials (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL REFERENCES companies (id),
  bank       TEXT NOT NULL,
  name       TEXT NOT NULL,
  not_after  BIGINT,
  status     TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- One sealed value of a credential: XChaCha20-Poly1305, bound to (credential, field, version).
CREATE TABLE credential_values (
  credential_id TEXT NOT NULL REFERENCES credentials (id),
  field         TEXT NOT NULL,
  version       BIGINT NOT NULL,
  sealed        BYTEA NOT NULL,
  PRIMARY KEY (credential_id, field, version)
);

CREATE TABLE accounts (
  id            TEXT PRIMARY KEY,
  company_id    TEXT NOT NULL REFERENCES companies (id),
  credential_id TEXT REFERENCES credentials (id),
  bank          TEXT NOT NULL,
  description   TEXT NOT NULL,
  branch        TEXT NOT NULL,
  number        TEXT NOT NULL,
  digit         TEXT NOT NULL,
  data          TEXT NOT NULL,
  hosts         TEXT NOT NULL,
  hook_token    TEXT NOT NULL UNIQUE,
  status        TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  UNIQUE (company_id, bank, branch, number)
);

CREATE TABLE terms (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL REFERENCES companies (id),
  description TEXT NOT NULL,
  body        TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (company_id, description)
);

CREATE TABLE customers (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL REFERENCES companies (id),
  document   TEXT NOT NULL,
  name       TEXT NOT NULL,
  email      TEXT NOT NULL DEFAULT '',
  phone      TEXT NOT NULL DEFAULT '',
  address    TEXT,
  created_at BIGINT NOT NULL,
  UNIQUE (company_id, document)
);

-- What is owed. Boletos and Pix charges collect it, at most one live of each kind.
CREATE TABLE charges (
  id              TEXT PRIMARY KEY,
  company_id      TEXT NOT NULL REFERENCES companies (id),
  customer_id     TEXT NOT NULL REFERENCES customers (id),
  document_number TEXT NOT NULL,
  amount          BIGINT NOT NULL,
  expiration_date TEXT NOT NULL,
  origin          TEXT NOT NULL,
  created_at      BIGINT NOT NULL,
  UNIQUE (company_id, document_number)
);

-- A boleto. Columns from status on are a cache of the fold of its facts, but for `wanted`:
-- what people asked of it that the bank has not confirmed yet.
CREATE TABLE boletos (
  id              TEXT PRIMARY KEY,
  company_id      TEXT NOT NULL REFERENCES companies (id),
  account_id      TEXT NOT NULL REFERENCES accounts (id),
  charge_id       TEXT NOT NULL REFERENCES charges (id),
  customer_id     TEXT NOT NULL,
  document_number TEXT NOT NULL,
  bank_reference  TEXT NOT NULL,
  amount          BIGINT NOT NULL,
  issuance_date   TEXT NOT NULL,
  expiration_date TEXT NOT NULL,
  order_body      TEXT NOT NULL,
  public_token    TEXT NOT NULL UNIQUE,
  created_by      TEXT NOT NULL,
  created_at      BIGINT NOT NULL,
  live            BOOLEAN NOT NULL,
  status          TEXT NOT NULL,
  bank_id         TEXT,
  our_number      TEXT,
  barcode         TEXT,
  writable_line   TEXT,
  br_code         TEXT,
  txid            TEXT,
  refusal         TEXT,
  received        BIGINT NOT NULL DEFAULT 0,
  settled_by_hand BOOLEAN NOT NULL DEFAULT FALSE,
  wanted          TEXT,
  registered_at   BIGINT,
  settled_at      BIGINT,
  edition         BIGINT NOT NULL DEFAULT 0,
  updated_at      BIGINT NOT NULL,
  UNIQUE (account_id, bank_reference)
);
CREATE UNIQUE INDEX boletos_one_live ON boletos (charge_id) WHERE live;
CREATE UNIQUE INDEX boletos_bank_id ON boletos (account_id, bank_id) WHERE bank_id IS NOT NULL;
CREATE INDEX boletos_txid ON boletos (account_id, txid) WHERE txid IS NOT NULL;
-- OR and not IN, for which SQLite makes a table at each write. Questions repeat the words.
CREATE INDEX boletos_open ON boletos (account_id, status, expiration_date)
  WHERE status = 'CREATED' OR status = 'REGISTERED' OR status = 'CANCELLATION_REQUESTED';

-- What a bank told, immutable.
CREATE TABLE facts (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL,
  boleto_id   TEXT NOT NULL REFERENCES boletos (id),
  channel     TEXT NOT NULL,
  natural_key TEXT NOT NULL,
  body        TEXT NOT NULL,
  observed_at BIGINT NOT NULL,
  UNIQUE (boleto_id, natural_key)
);

-- Payments, as the fold counts them.
CREATE TABLE receipts (
  id            TEXT PRIMARY KEY,
  company_id    TEXT NOT NULL,
  account_id    TEXT NOT NULL,
  boleto_id     TEXT NOT NULL REFERENCES boletos (id),
  receipt_key   TEXT NOT NULL,
  means         TEXT NOT NULL,
  amount        BIGINT NOT NULL,
  paid_on       TEXT,
  credited_on   TEXT,
  settled_at    BIGINT,
  fee           BIGINT,
  end_to_end_id TEXT,
  created_at    BIGINT NOT NULL,
  UNIQUE (boleto_id, receipt_key)
);

-- Calls to a bank that change something there. Open (closed_at null) means: outcome unknown.
CREATE TABLE attempts (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  boleto_id  TEXT NOT NULL REFERENCES boletos (id),
  operation  TEXT NOT NULL,
  opened_at  BIGINT NOT NULL,
  closed_at  BIGINT,
  outcome    TEXT,
  detail     TEXT
);
CREATE INDEX attempts_of_boleto ON attempts (boleto_id, operation, opened_at);

-- Work to do. A job is finished (deleted) or visible; one per kind and subject. While it is
-- claimed (lease not empty) run_at is the end of the lease, and again_at when it was asked for anew.
CREATE TABLE jobs (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL,
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL,
  run_at      BIGINT NOT NULL,
  again_at    BIGINT,
  lease       TEXT NOT NULL DEFAULT '',
  tries       BIGINT NOT NULL DEFAULT 0,
  last_error  TEXT,
  created_at  BIGINT NOT NULL,
  UNIQUE (kind, subject)
);
CREATE INDEX jobs_due ON jobs (kind, run_at, id);

-- What a person must look at.
CREATE TABLE pending_items (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  message    TEXT NOT NULL,
  opened_at  BIGINT NOT NULL,
  closed_at  BIGINT,
  closed_by  TEXT
);
CREATE UNIQUE INDEX pending_items_open ON pending_items (subject, kind) WHERE closed_at IS NULL;
CREATE INDEX pending_items_company ON pending_items (company_id, id) WHERE closed_at IS NULL;

-- Calls by banks, raw, stored before they are answered.
CREATE TABLE inbox (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  headers     TEXT NOT NULL,
  body        BYTEA NOT NULL,
  handled_at  BIGINT,
  note        TEXT
);
CREATE INDEX inbox_open ON inbox (account_id, id) WHERE handled_at IS NULL;

-- What happened, for programs of the company: the outbox of every change.
-- `seq` is given after the commit, so that a reader who follows it misses nothing. An index on
-- the ids of all would be one more to write, and only those without a number are looked for.
CREATE TABLE events (
  id         TEXT NOT NULL,
  company_id TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seq        BIGINT
);
CREATE UNIQUE INDEX events_seq ON events (seq) WHERE seq IS NOT NULL;
CREATE INDEX events_company ON events (company_id, seq) WHERE seq IS NOT NULL;
CREATE UNIQUE INDEX events_unnumbered ON events (id) WHERE seq IS NULL;
CREATE INDEX events_subject ON events (subject, id);

-- Answers to requests that carried an Idempotency-Key.
CREATE TABLE idempotency (
  company_id  TEXT NOT NULL,
  request_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status      BIGINT,
  body        TEXT,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (company_id, request_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Numbers that never repeat.
CREATE TABLE counters (
  scope TEXT NOT NULL,
  name  TEXT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (scope, name)
);

-- How far each account has been read.
CREATE TABLE cursors (
  account_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  value      TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, name)
);

-- Who did what. Written in the transaction of the change; sealed into a chain afterwards: seq is
-- the place in it, hash the seal. Ids are indexed as those of events.
CREATE TABLE audit (
  id         TEXT NOT NULL,
  company_id TEXT NOT NULL,
  at         BIGINT NOT NULL,
  actor      TEXT NOT NULL,
  action     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  details    TEXT NOT NULL,
  seq        BIGINT,
  hash       TEXT
);
CREATE UNIQUE INDEX audit_unsealed ON audit (id) WHERE seq IS NULL;
CREATE UNIQUE INDEX audit_seq ON audit (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_subject ON audit (subject, id);
