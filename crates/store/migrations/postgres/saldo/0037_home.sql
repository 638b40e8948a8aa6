-- What the console's first page and jobs that never rest ask again and again, found without reading whole tables.

-- Whose credit is below zero, and which wallets have nothing left. Nobody there: nothing here, and nothing to keep up.
CREATE INDEX balance_view_at_zero ON balance_view (posted, wallet_no) WHERE posted <= 0;
CREATE INDEX line_view_blocked ON line_view (wallet_no) WHERE status = 'blocked';

-- What was sold of packs on a day is added up from here alone.
CREATE INDEX purchase_view_by_release ON purchase_view (released_at, price_unit, price) WHERE released_at IS NOT NULL;
CREATE INDEX session_view_open ON session_view (nas_no) WHERE state = 'open' AND traffic_no IS NULL;

-- What was given back by hand.
CREATE INDEX overpaid_given_back ON overpaid (at) WHERE kind = 'given_back';

-- Payments that became credit and have no receipt yet; the whole history used to be read for the few of them.
ALTER TABLE payments ADD COLUMN has_receipt BIGINT NOT NULL DEFAULT 0;
UPDATE payments SET has_receipt = 1 WHERE id IN (SELECT payment FROM receipts);
CREATE INDEX payments_without_receipt ON payments (occurred_at, id) WHERE credited_entry IS NOT NULL AND has_receipt = 0;

CREATE INDEX automatic_charges_unknown ON automatic_charges (topup) WHERE settled_at IS NULL AND outcome = 'unknown';
