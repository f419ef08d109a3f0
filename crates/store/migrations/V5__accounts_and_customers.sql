-- Customers are shown by name.
CREATE INDEX customers_name ON customers (company_id, name, id);
