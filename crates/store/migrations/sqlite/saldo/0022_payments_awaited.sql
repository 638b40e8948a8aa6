-- What is paid elsewhere, a boleto or a Pix at Stripe: the page that shows it, and until when it can be paid.

ALTER TABLE payments ADD COLUMN way_on TEXT;
ALTER TABLE payments ADD COLUMN awaited_until INTEGER;

-- An attempt that ended without a charge is not the one that is under way: after a question of the bank that was not answered a boleto
-- may be chosen.
DROP INDEX payments_without_charge;
CREATE UNIQUE INDEX payments_under_way ON payments (provider, provider_payment)
    WHERE provider_charge IS NULL AND status <> 'failed';
