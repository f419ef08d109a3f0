-- Customers are shown by name.
CREATE INDEX customers_name ON customers (company_id, name, id);

-- The account that charges where none is named: one for each company at most.
ALTER TABLE accounts ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;
