-- Who answers for a credential, the last day of the integration at the bank (where it is told),
-- when the bank first accepted it, since when it refuses it, and by which HTTP status.
ALTER TABLE credentials ADD COLUMN responsible TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN ends_on TEXT;
ALTER TABLE credentials ADD COLUMN accepted_at BIGINT;
ALTER TABLE credentials ADD COLUMN refused_at BIGINT;
ALTER TABLE credentials ADD COLUMN refused_status BIGINT;
UPDATE credentials SET accepted_at = created_at;

-- What was told about a credential, once each: `what` is the end and the threshold, or the
-- refusal. `unsent` says why no e-mail went; empty where one was written.
CREATE TABLE credential_notices (
  credential_id TEXT NOT NULL REFERENCES credentials (id),
  company_id    TEXT NOT NULL,
  what          TEXT NOT NULL,
  mail_id       TEXT,
  unsent        TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (credential_id, what)
);
CREATE INDEX credential_notices_mail ON credential_notices (mail_id) WHERE mail_id IS NOT NULL;

-- An e-mail brings a boleto, or has words of its own.
CREATE TABLE letters (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  boleto_id  TEXT REFERENCES boletos (id),
  subject    TEXT NOT NULL DEFAULT '',
  body       TEXT NOT NULL DEFAULT '',
  recipient  TEXT NOT NULL,
  status     TEXT NOT NULL,
  message    TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at   BIGINT
);
INSERT INTO letters (id, company_id, boleto_id, recipient, status, message, created_by, created_at, ended_at)
  SELECT id, company_id, boleto_id, recipient, status, message, created_by, created_at, ended_at FROM mails;
DROP TABLE mails;
ALTER TABLE letters RENAME TO mails;
CREATE INDEX mails_boleto ON mails (company_id, boleto_id, id) WHERE boleto_id IS NOT NULL;
CREATE INDEX mails_company ON mails (company_id, id);

-- Payments that were learned since the bank last called.
CREATE INDEX receipts_learned ON receipts (account_id, created_at);
