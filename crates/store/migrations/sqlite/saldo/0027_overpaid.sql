-- What came beyond what was owed and what became of it, movement by movement: a customer's credit in money.

CREATE TABLE overpaid (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer    BLOB NOT NULL REFERENCES customers (id),
    wallet      BLOB NOT NULL,
    kind        TEXT NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount <> 0),
    unit        BLOB NOT NULL CHECK (length(unit) = 8),
    paid_by     TEXT NOT NULL,
    purchase    BLOB,
    invoice     BLOB REFERENCES invoices (id),
    boleto      BLOB REFERENCES boletos (id),
    reason      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    refused_at  INTEGER,
    charged_on  BLOB REFERENCES invoices (id)
) STRICT;

CREATE INDEX overpaid_by_customer ON overpaid (customer, at);

-- What a payment is called by whoever told of it, as a Pix's endToEndId; empty where it has no name.
ALTER TABLE settlements ADD COLUMN reference TEXT NOT NULL DEFAULT '';

CREATE INDEX settlements_by_time ON settlements (came_at, id);
