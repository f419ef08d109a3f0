-- Pages, totals and figures of a company's boletos read this index alone. Ids grow with time, so an
-- issue writes at its end; `boletos_figures` had a random place for each. See docs/design.md.
DROP INDEX boletos_figures;
DROP INDEX boletos_newest;
CREATE INDEX boletos_list ON boletos
  (company_id, id, expiration_date, status, amount, received, account_id, customer_id);
