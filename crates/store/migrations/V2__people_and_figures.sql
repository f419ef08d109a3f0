-- People who sign in. E-mails are kept in lower case; a password only as its argon2id hash.
CREATE TABLE users (
  id            TEXT PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at    BIGINT NOT NULL
);

-- For which companies a person works, and as what.
CREATE TABLE memberships (
  user_id    TEXT NOT NULL REFERENCES users (id),
  company_id TEXT NOT NULL REFERENCES companies (id),
  role       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, company_id)
);
CREATE INDEX memberships_company ON memberships (company_id, user_id);

-- Open sessions. Only a hash of the cookie is kept.
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id),
  company_id TEXT NOT NULL,
  csrf       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_age ON sessions (seen_at);

-- Wrong passwords in a row, by a hash of the e-mail, known or not.
CREATE TABLE sign_in_failures (
  email_hash TEXT PRIMARY KEY,
  failures   BIGINT NOT NULL,
  last_at    BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_age ON sign_in_failures (last_at);

-- For figures and totals of the desk, which need not read whole boletos.
CREATE INDEX boletos_figures ON boletos (company_id, expiration_date, status, amount, received);
CREATE INDEX receipts_paid ON receipts (company_id, paid_on, amount);
