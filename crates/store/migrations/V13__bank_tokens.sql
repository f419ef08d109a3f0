-- Tokens that banks gave, sealed: banks give few in a minute, and a process that starts, a command
-- and another node go on with those that are still good.
CREATE TABLE bank_tokens (
  credential_id TEXT NOT NULL,
  scopes        TEXT NOT NULL,
  sealed        BYTEA NOT NULL,
  good_until    BIGINT NOT NULL,
  PRIMARY KEY (credential_id, scopes)
);
