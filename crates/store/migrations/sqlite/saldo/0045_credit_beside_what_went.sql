-- What of its payment had gone back when credit for it was allowed: only what goes back later is beside that credit.
ALTER TABLE credit_requests ADD COLUMN payment_gone INTEGER;
-- What was told of a payment and dealt with is looked up when more of it goes back.
CREATE INDEX bank_findings_dealt_with ON bank_findings (code, about, finding_no) WHERE resolved_at IS NOT NULL;
