-- Money that came for purchases, whoever tells of it.

-- A purchase by value: what a payment of it asks of the book.
CREATE TABLE owed (
    purchase    BLOB    NOT NULL PRIMARY KEY CHECK (length(purchase) = 16),
    customer    BLOB    NOT NULL REFERENCES customers (id),
    payload     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

INSERT INTO owed (purchase, customer, payload, created_at)
SELECT b.purchase, b.customer, json_object(
        'wallet', i.payload ->> 'wallet', 'purchase', i.payload ->> 'purchase', 'pack_no', i.payload ->> 'pack_no',
        'charging', i.payload ->> 'charging', 'quantity', i.payload ->> 'quantity', 'price', i.payload ->> 'price',
        'unit', i.payload ->> 'unit', 'validity_days', i.payload ->> 'validity_days'), b.created_at
FROM boleto_intents i JOIN boletos b ON b.id = i.boleto WHERE b.purchase IS NOT NULL;

DROP TABLE boleto_intents;

-- Each payment once, under a name that follows from what was told of it.
CREATE TABLE settlements (
    id        BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer  BLOB    NOT NULL REFERENCES customers (id),
    purchase  BLOB,
    boleto    BLOB    REFERENCES boletos (id),
    paid_by   TEXT    NOT NULL,
    amount    INTEGER NOT NULL CHECK (amount > 0),
    unit      BLOB    NOT NULL CHECK (length(unit) = 8),
    outcome   TEXT    NOT NULL,
    came_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX settlements_by_purchase ON settlements (purchase, outcome);
CREATE INDEX settlements_by_customer ON settlements (customer, came_at);
