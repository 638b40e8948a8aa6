-- Credit that staff give for a payment that was not as it was asked for and credited nothing.
ALTER TABLE credit_requests ADD COLUMN payment BYTEA REFERENCES payments (id);
CREATE INDEX credit_requests_by_payment ON credit_requests (payment, asked_at, id) WHERE payment IS NOT NULL;
