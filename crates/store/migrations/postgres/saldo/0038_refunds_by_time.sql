-- What was refunded today stands beside what was sold: found by its time, however many refunds there were before.

CREATE INDEX payment_claims_refunds ON payment_claims (occurred_at) WHERE cause = 'refund';
