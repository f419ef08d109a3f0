-- What the matcher asks of a boleto beside its other columns: who owes, and what is due when (the
-- terms as they stand now, as JSON; empty for none). NULL in boletos of before that were not saved
-- since: there the order says it.
ALTER TABLE boletos ADD COLUMN customer_document TEXT;
ALTER TABLE boletos ADD COLUMN customer_name TEXT;
ALTER TABLE boletos ADD COLUMN due_terms TEXT;
UPDATE boletos SET
  customer_document = (SELECT document FROM customers WHERE customers.id = boletos.customer_id),
  customer_name = (SELECT SUBSTR(name, 1, 200) FROM customers WHERE customers.id = boletos.customer_id);

-- All that the matcher asks of open ones is in the index: the boletos themselves are ten times as
-- many pages.
DROP INDEX boletos_open;
CREATE INDEX boletos_open ON boletos (account_id, expiration_date, id, amount, status, our_number,
  txid, bank_reference, customer_document, customer_name, due_terms)
  WHERE status = 'CREATED' OR status = 'REGISTERED' OR status = 'CANCELLATION_REQUESTED';
-- Those that may still be paid after their end.
CREATE INDEX boletos_ended ON boletos (account_id, expiration_date)
  WHERE status = 'EXPIRED' OR (status = 'SETTLED' AND settled_by_hand);

-- The sums of «Início» without a look at the lines.
DROP INDEX bank_lines_open;
CREATE INDEX bank_lines_open ON bank_lines (company_id, day, id, account_id, amount)
  WHERE status = 'open';
CREATE INDEX bank_lines_doubtful ON bank_lines (account_id, day) WHERE status = 'doubtful';

-- Since when the bank no longer tells a line, though it told all of its day.
ALTER TABLE bank_lines ADD COLUMN missing_since BIGINT;
CREATE INDEX bank_lines_missing ON bank_lines (account_id, day) WHERE missing_since IS NOT NULL;

CREATE INDEX matches_undone ON matches (line_id) WHERE undone_at IS NOT NULL;
CREATE INDEX matches_company ON matches (company_id, id);
