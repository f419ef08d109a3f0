-- Boletos from a file: «emitir em lote». header and choice are JSON.
CREATE TABLE batches (
  id           TEXT PRIMARY KEY,
  company_id   TEXT NOT NULL REFERENCES companies (id),
  file_name    TEXT NOT NULL,
  file_hash    TEXT NOT NULL,
  header       TEXT NOT NULL,
  choice       TEXT,
  status       TEXT NOT NULL,
  total        BIGINT NOT NULL,
  created_by   TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  started_by   TEXT NOT NULL DEFAULT '',
  resumed_at   BIGINT,
  resumed_done BIGINT NOT NULL DEFAULT 0,
  finished_at  BIGINT
);
CREATE INDEX batches_company ON batches (company_id, id);
CREATE INDEX batches_file ON batches (company_id, file_hash);

-- The rows of a file: cells as they were read, body as it is issued (both JSON).
CREATE TABLE batch_rows (
  batch_id   TEXT NOT NULL REFERENCES batches (id),
  company_id TEXT NOT NULL,
  line       BIGINT NOT NULL,
  cells      TEXT NOT NULL,
  status     TEXT NOT NULL,
  body       TEXT,
  boleto_id  TEXT,
  message    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (batch_id, line)
);
CREATE INDEX batch_rows_status ON batch_rows (batch_id, status, line);

-- Which column holds what in the files of a company, as last chosen (JSON).
CREATE TABLE batch_columns (
  company_id TEXT PRIMARY KEY REFERENCES companies (id),
  columns    TEXT NOT NULL
);

-- The SMTP server of a company. The password is sealed, bound to (smtp:company, password, version).
CREATE TABLE mail_settings (
  company_id TEXT PRIMARY KEY REFERENCES companies (id),
  host       TEXT NOT NULL,
  port       BIGINT NOT NULL,
  security   TEXT NOT NULL,
  user_name  TEXT NOT NULL,
  sealed     BYTEA,
  version    BIGINT NOT NULL,
  sender     TEXT NOT NULL
);

-- E-mails with a boleto.
CREATE TABLE mails (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  boleto_id  TEXT NOT NULL REFERENCES boletos (id),
  recipient  TEXT NOT NULL,
  status     TEXT NOT NULL,
  message    TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at   BIGINT
);
CREATE INDEX mails_boleto ON mails (company_id, boleto_id, id);
CREATE INDEX mails_company ON mails (company_id, id);
