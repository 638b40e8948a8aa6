-- A payment that bought data: what a refund or a dispute does to it is decided once, when it is first told of, in the words of a pack's
-- write-off; and how much of what went back has its data taken back. What had gone back before left its data.
ALTER TABLE payment_claims ADD COLUMN on_data TEXT NOT NULL DEFAULT 'take_back';
UPDATE payment_claims SET on_data = 'leave' WHERE EXISTS
    (SELECT 1 FROM taken_back t WHERE t.payment = payment_claims.payment AND t.wanted = t.booked);

ALTER TABLE refund_orders ADD COLUMN on_data TEXT NOT NULL DEFAULT 'take_back';

ALTER TABLE taken_back ADD COLUMN data_wanted INTEGER NOT NULL DEFAULT 0 CHECK (data_wanted >= 0);
ALTER TABLE taken_back ADD COLUMN data_booked INTEGER NOT NULL DEFAULT 0 CHECK (data_booked >= 0);

DROP INDEX taken_back_to_follow;
CREATE INDEX taken_back_to_follow ON taken_back (payment, cause) WHERE wanted <> booked OR data_wanted <> data_booked;

-- How much of its data is taken back, of whatever payment.
CREATE INDEX entry_view_by_payment ON entry_view (payment) WHERE payment IS NOT NULL;
