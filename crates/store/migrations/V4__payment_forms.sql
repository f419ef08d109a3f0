-- How a company is paid («formas de pagamento»): account, terms and plan of instalments.
CREATE TABLE payment_forms (
  id          TEXT PRIMARY KEY,
  company_id  TEXT NOT NULL REFERENCES companies (id),
  description TEXT NOT NULL,
  body        TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (company_id, description)
);
