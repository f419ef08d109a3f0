-- Contracts: charges that come again each period. body is the engine's, JSON. The next period is the
-- first of which nothing is written down yet.
CREATE TABLE contracts (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL REFERENCES companies (id),
  number      TEXT NOT NULL,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  status      TEXT NOT NULL,
  body        TEXT NOT NULL,
  next_period BIGINT NOT NULL,
  created_by  TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (company_id, number)
);

-- A period whose turn has come. Issued is written in the transaction of its boleto, so that there is
-- one boleto for each period, whatever fails.
CREATE TABLE contract_periods (
  contract_id     TEXT NOT NULL REFERENCES contracts (id),
  company_id      TEXT NOT NULL,
  period          BIGINT NOT NULL,
  status          TEXT NOT NULL,
  expiration_date TEXT NOT NULL,
  amount          BIGINT NOT NULL,
  charge_id       TEXT,
  boleto_id       TEXT,
  message         TEXT NOT NULL DEFAULT '',
  changed_by      TEXT NOT NULL,
  changed_at      BIGINT NOT NULL,
  PRIMARY KEY (contract_id, period)
);
