-- The company's logo as it came, PNG or JPEG. Apart from `companies`, which is read all the time.
CREATE TABLE company_logos (
  company_id TEXT PRIMARY KEY REFERENCES companies (id),
  image      BYTEA NOT NULL,
  saved_at   BIGINT NOT NULL
);

-- When a person or program last corrected the address in the register; orders do not count. Boletos
-- ordered before go there, those ordered later where their order says.
ALTER TABLE customers ADD COLUMN email_changed_at BIGINT;
