-- Mails that somebody waits for are found before the many of a monthly run.
CREATE INDEX mails_due_by_kind ON mails (kind, next_attempt_at, id) WHERE sent_at IS NULL;

-- By what the rows of files of customers were known that were taken, as keyed hashes: an e-mail that is corrected makes nobody new of the
-- row that had the old one, and they outlive the customer.
CREATE TABLE import_marks (
    mark       BYTEA   NOT NULL PRIMARY KEY CHECK (length(mark) = 16),
    import_no  BIGINT  NOT NULL REFERENCES imports (import_no)
);

-- By which threshold a wallet was seen below or above (another is no fall), and when its customer was told of a fall last.
ALTER TABLE balance_told ADD COLUMN threshold BIGINT;
ALTER TABLE balance_told ADD COLUMN told_at BIGINT;
