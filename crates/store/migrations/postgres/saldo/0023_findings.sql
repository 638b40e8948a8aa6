-- What was found, by value, so that it is told in the reader's language; empty for what was found before, which has its sentence alone.
ALTER TABLE bank_findings ADD COLUMN facts TEXT NOT NULL DEFAULT '';
-- Whom it is about.
ALTER TABLE bank_findings ADD COLUMN customer BYTEA REFERENCES customers (id);
-- What it is about where that is found again and again: one finding of it is open at a time.
ALTER TABLE bank_findings ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX bank_findings_open ON bank_findings (code, about) WHERE resolved_at IS NULL;

-- Purchases that were released and are to be paid: few beside those that were.
CREATE INDEX purchase_view_released ON purchase_view (purchase) WHERE state = 'released';
