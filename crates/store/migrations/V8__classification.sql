-- «Plano de contas» (kind chart_account) and «centro de custo» (cost_center), each a small register.
CREATE TABLE classifications (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL REFERENCES companies (id),
  kind        TEXT NOT NULL,
  description TEXT NOT NULL,
  active      BOOLEAN NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (company_id, kind, description)
);

-- Of what is owed, so that the next boleto of a charge has it too. Without an index: each would be one
-- more to write at every issue, and lists find a charge by its id.
ALTER TABLE charges ADD COLUMN chart_account_id TEXT;
ALTER TABLE charges ADD COLUMN cost_center_id TEXT;
ALTER TABLE charges ADD COLUMN note TEXT;

-- When a person printed it first, and who.
ALTER TABLE boletos ADD COLUMN printed_at BIGINT;
ALTER TABLE boletos ADD COLUMN printed_by TEXT;

-- What the bank charges for each boleto that is settled, as the company typed it, in cents.
ALTER TABLE accounts ADD COLUMN fee BIGINT;

-- For the accountant: receipts by the day of the credit, or of the payment where that is unknown.
CREATE INDEX receipts_credited ON receipts (company_id, (COALESCE(credited_on, paid_on)), id);
