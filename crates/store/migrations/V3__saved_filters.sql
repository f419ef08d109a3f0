-- Filters of the list of boletos that a person keeps as tabs; `query` is the query of the address.
CREATE TABLE saved_filters (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL REFERENCES companies (id),
  owner      TEXT NOT NULL,
  name       TEXT NOT NULL,
  query      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (company_id, owner, name)
);

-- Lists go from the newest boleto of a company to its oldest; without it each page sorts them all.
CREATE INDEX boletos_newest ON boletos (company_id, id);
