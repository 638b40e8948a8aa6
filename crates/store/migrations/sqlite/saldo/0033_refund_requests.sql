-- A refund may wait for a second pair of eyes, and one that was made may come back; what is summed up or looked for of them.
ALTER TABLE refund_orders ADD COLUMN decided_by BLOB REFERENCES staff (id);
ALTER TABLE refund_orders ADD COLUMN decided_at INTEGER;
ALTER TABLE refund_orders ADD COLUMN resolved_at INTEGER;

DROP INDEX refund_orders_by_payment;
CREATE INDEX refund_orders_by_payment ON refund_orders (payment, ordered_at, id);
CREATE INDEX refund_orders_by_state ON refund_orders (state, ordered_at, id);
CREATE INDEX refund_orders_by_orderer ON refund_orders (ordered_by, ordered_at);
CREATE INDEX refund_orders_by_refund ON refund_orders (provider_refund);
