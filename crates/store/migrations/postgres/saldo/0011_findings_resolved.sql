-- What a person has dealt with of what the bank's files brought.
ALTER TABLE bank_findings ADD COLUMN resolved_at BIGINT;
