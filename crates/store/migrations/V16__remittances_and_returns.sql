-- The layout of the files by which an account is run; null where the bank is called.
ALTER TABLE accounts ADD COLUMN layout TEXT;

-- What a bank is to be told by file. instruction is JSON; without remittance_id it waits for the next file.
CREATE TABLE remittance_orders (
  id            TEXT PRIMARY KEY,
  company_id    TEXT NOT NULL REFERENCES companies (id),
  account_id    TEXT NOT NULL REFERENCES accounts (id),
  boleto_id     TEXT NOT NULL REFERENCES boletos (id),
  instruction   TEXT NOT NULL,
  created_by    TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  remittance_id TEXT
);
CREATE INDEX remittance_orders_waiting ON remittance_orders (account_id, id) WHERE remittance_id IS NULL;
CREATE INDEX remittance_orders_of ON remittance_orders (remittance_id, id) WHERE remittance_id IS NOT NULL;
CREATE INDEX remittance_orders_boleto ON remittance_orders (boleto_id, id);

-- Files for banks, as they were made. number is the bank's count of them.
CREATE TABLE remittances (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL REFERENCES companies (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  number     BIGINT NOT NULL,
  layout     TEXT NOT NULL,
  file_name  TEXT NOT NULL,
  bytes      BYTEA NOT NULL,
  sha256     TEXT NOT NULL,
  orders     BIGINT NOT NULL,
  entries    BIGINT NOT NULL,
  amount     BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_by    TEXT,
  sent_at    BIGINT,
  UNIQUE (account_id, number)
);
CREATE INDEX remittances_newest ON remittances (company_id, id);

-- Files of banks, as they came. content is the hash of their records, whatever the name and the ends of
-- lines; done_line is how far they are learned; warnings is JSON.
CREATE TABLE return_files (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL REFERENCES companies (id),
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  file_name   TEXT NOT NULL,
  content     TEXT NOT NULL,
  bytes       BYTEA NOT NULL,
  layout      TEXT NOT NULL,
  file_number BIGINT,
  written_on  TEXT,
  done_line   BIGINT NOT NULL DEFAULT 0,
  done_at     BIGINT,
  titles      BIGINT NOT NULL DEFAULT 0,
  news        BIGINT NOT NULL DEFAULT 0,
  open        BIGINT NOT NULL DEFAULT 0,
  received    BIGINT NOT NULL DEFAULT 0,
  warnings    TEXT NOT NULL,
  created_by  TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (account_id, content)
);
CREATE INDEX return_files_newest ON return_files (company_id, id);

-- What a file told of each title, and what came of it. body is JSON.
CREATE TABLE return_lines (
  return_id TEXT NOT NULL REFERENCES return_files (id),
  line      BIGINT NOT NULL,
  boleto_id TEXT,
  effect    TEXT NOT NULL,
  body      TEXT NOT NULL,
  PRIMARY KEY (return_id, line)
);
