-- One look at a statement: a file that a person sent, or a reading at the bank. warnings is JSON.
CREATE TABLE statement_imports (
  id             TEXT PRIMARY KEY,
  company_id     TEXT NOT NULL REFERENCES companies (id),
  account_id     TEXT NOT NULL REFERENCES accounts (id),
  source         TEXT NOT NULL,
  file_name      TEXT NOT NULL DEFAULT '',
  file_hash      TEXT NOT NULL DEFAULT '',
  first_day      TEXT,
  last_day       TEXT,
  new_count      BIGINT NOT NULL,
  known_count    BIGINT NOT NULL,
  doubtful_count BIGINT NOT NULL,
  warnings       TEXT NOT NULL,
  created_by     TEXT NOT NULL,
  created_at     BIGINT NOT NULL
);
CREATE INDEX statement_imports_account ON statement_imports (account_id, id);

-- The movements of an account. body is the line as JSON; status says what explains it. A doubtful
-- one (doubt is not null) may be the line doubt_of: it counts in no balance until a person decides.
CREATE TABLE bank_lines (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL REFERENCES companies (id),
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  day         TEXT NOT NULL,
  amount      BIGINT NOT NULL,
  body        TEXT NOT NULL,
  source      TEXT NOT NULL,
  provisional BOOLEAN NOT NULL,
  import_id   TEXT NOT NULL REFERENCES statement_imports (id),
  status      TEXT NOT NULL,
  doubt       TEXT,
  doubt_of    TEXT,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);
CREATE INDEX bank_lines_day ON bank_lines (account_id, day, id);
CREATE INDEX bank_lines_open ON bank_lines (company_id, day, id) WHERE status = 'open';

-- What the bank says an account held at the end of a day, and what the lines say.
CREATE TABLE statement_days (
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  company_id  TEXT NOT NULL,
  day         TEXT NOT NULL,
  opening     BIGINT,
  closing     BIGINT,
  moved       BIGINT NOT NULL,
  status      TEXT NOT NULL,
  difference  BIGINT,
  updated_at  BIGINT NOT NULL,
  PRIMARY KEY (account_id, day)
);

-- How the CSV files of an account are read (JSON).
CREATE TABLE csv_mappings (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id),
  company_id TEXT NOT NULL,
  mapping    TEXT NOT NULL
);

-- What explains a line: boletos, a fee, a transfer, a person's decision. reasons is JSON;
-- confidence in millionths; an undone one stays as history.
CREATE TABLE matches (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL REFERENCES companies (id),
  line_id     TEXT NOT NULL REFERENCES bank_lines (id),
  kind        TEXT NOT NULL,
  reasons     TEXT NOT NULL,
  confidence  BIGINT NOT NULL,
  difference  TEXT NOT NULL,
  fee         BIGINT NOT NULL,
  note        TEXT NOT NULL DEFAULT '',
  created_by  TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  undone_by   TEXT,
  undone_at   BIGINT
);
CREATE UNIQUE INDEX matches_of_line ON matches (line_id) WHERE undone_at IS NULL;

-- Which boletos a match settles, and with how much of the line (before the bank's fee).
CREATE TABLE match_shares (
  match_id   TEXT NOT NULL REFERENCES matches (id),
  company_id TEXT NOT NULL,
  boleto_id  TEXT NOT NULL REFERENCES boletos (id),
  amount     BIGINT NOT NULL,
  PRIMARY KEY (match_id, boleto_id)
);
CREATE INDEX match_shares_boleto ON match_shares (boleto_id);

-- Pairs that a person has refused: never proposed again.
CREATE TABLE rejected_matches (
  line_id    TEXT NOT NULL REFERENCES bank_lines (id),
  boleto_id  TEXT NOT NULL REFERENCES boletos (id),
  company_id TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (line_id, boleto_id)
);
