-- Pix and card as ways to pay a purchase, and Pix to pay an invoice.

-- A Pix that was asked for; by its txid the payment is found again. Of one purchase or invoice, one is open at a time.
CREATE TABLE pix_charges (
    txid        TEXT    NOT NULL PRIMARY KEY,
    customer    BLOB    NOT NULL REFERENCES customers (id),
    purchase    BLOB    CHECK (length(purchase) = 16),
    invoice     BLOB    REFERENCES invoices (id),
    boleto      BLOB    REFERENCES boletos (id),
    pix_key     TEXT    NOT NULL,
    br_code     TEXT    NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    unit        BLOB    NOT NULL CHECK (length(unit) = 8),
    state       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    paid_at     INTEGER,
    CHECK ((purchase IS NULL) <> (invoice IS NULL))
) STRICT;

CREATE UNIQUE INDEX pix_charges_open ON pix_charges (purchase) WHERE state = 'open';
CREATE UNIQUE INDEX pix_charges_open_of_invoice ON pix_charges (invoice) WHERE state = 'open';
CREATE INDEX pix_charges_by_invoice ON pix_charges (invoice, created_at);
CREATE INDEX pix_charges_by_purchase ON pix_charges (purchase, created_at);
CREATE INDEX pix_charges_by_customer ON pix_charges (customer, created_at);
CREATE INDEX pix_charges_by_expiry ON pix_charges (expires_at) WHERE state = 'open';

-- What a payment page is for, if not for credit in money; and the intent that completes what was paid.
ALTER TABLE topups ADD COLUMN purchase BLOB;
ALTER TABLE topups ADD COLUMN intent BLOB;
CREATE INDEX topups_by_purchase ON topups (purchase, id) WHERE purchase IS NOT NULL;
CREATE UNIQUE INDEX topups_by_intent ON topups (intent) WHERE intent IS NOT NULL;

CREATE INDEX purchase_view_awaiting ON purchase_view (charging, bought_at) WHERE state = 'awaiting';
