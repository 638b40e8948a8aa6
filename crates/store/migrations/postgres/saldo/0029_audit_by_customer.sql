-- Whom each change concerns, so that all of a customer's are found at once. Older lines keep none; they are found by what they are of.
ALTER TABLE audit ADD COLUMN customer BYTEA;

CREATE INDEX audit_by_customer ON audit (customer, audit_no) WHERE customer IS NOT NULL;
CREATE INDEX audit_by_actor ON audit (actor, audit_no);

-- Recharges between two days.
CREATE INDEX topups_by_time ON topups (created_at, id);
