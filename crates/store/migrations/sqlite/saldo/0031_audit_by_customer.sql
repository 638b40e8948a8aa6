-- Whom each change concerns, so that all of a customer's are found at once. Older lines keep none; they are found by what they are of.
ALTER TABLE audit ADD COLUMN customer BLOB;

CREATE INDEX audit_by_customer ON audit (customer, audit_no) WHERE customer IS NOT NULL;
CREATE INDEX audit_by_actor ON audit (actor, audit_no);

-- Recharges between two days.
CREATE INDEX topups_by_time ON topups (created_at, id);

-- Paid, and nothing was credited: few among many that were paid.
DROP INDEX payments_not_credited;
CREATE INDEX payments_unmatched ON payments (status, credited_entry, occurred_at, id)
    WHERE status = 'succeeded' AND credited_entry IS NULL;

-- All webhooks that came, and the payouts of a period.
CREATE INDEX inbox_by_time ON inbox (received_at, event_id);
CREATE INDEX stripe_payouts ON stripe_movements (made_at) WHERE sort = 'payout';
