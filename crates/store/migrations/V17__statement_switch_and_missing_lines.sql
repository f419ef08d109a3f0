-- Whether the statement of an account is read at the bank every business day.
ALTER TABLE accounts ADD COLUMN statement_daily BOOLEAN NOT NULL DEFAULT TRUE;

-- What a person decided of a line that the bank no longer tells: 'kept' or 'discarded'.
ALTER TABLE bank_lines ADD COLUMN missing_decision TEXT;

-- Whether anything of an account waits is asked for each receipt.
CREATE INDEX bank_lines_waiting ON bank_lines (account_id, amount) WHERE status = 'open';
