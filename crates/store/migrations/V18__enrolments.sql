-- Roads to a credential: the key pair, what the letter says, what the bank sent, how far it got.
-- data is JSON; private_key and token are sealed, and gone when the road has ended. asked_at is the
-- intent: from then on the bank may have signed, until answered_at says what came of it.
CREATE TABLE enrolments (
  id            TEXT PRIMARY KEY,
  company_id    TEXT NOT NULL REFERENCES companies (id),
  account_id    TEXT NOT NULL REFERENCES accounts (id),
  kind          TEXT NOT NULL,
  data          TEXT NOT NULL,
  ca            TEXT,
  public_key    TEXT NOT NULL,
  private_key   BYTEA,
  client_id     TEXT NOT NULL,
  token         BYTEA,
  token_until   BIGINT,
  letter_at     BIGINT,
  asked_at      BIGINT,
  answered_at   BIGINT,
  answer        TEXT NOT NULL,
  message       TEXT NOT NULL,
  credential_id TEXT REFERENCES credentials (id),
  created_by    TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  ended_at      BIGINT
);
CREATE UNIQUE INDEX enrolments_open ON enrolments (account_id) WHERE ended_at IS NULL;
CREATE INDEX enrolments_account ON enrolments (account_id, created_at);
