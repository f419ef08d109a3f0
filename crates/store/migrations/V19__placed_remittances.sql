-- When a remittance was put into the folder that goes to the bank; null while it waits for that.
ALTER TABLE remittances ADD COLUMN placed_at BIGINT;
UPDATE remittances SET placed_at = created_at;
CREATE INDEX remittances_unplaced ON remittances (id) WHERE placed_at IS NULL;
