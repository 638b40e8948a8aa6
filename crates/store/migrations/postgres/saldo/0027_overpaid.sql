-- What came beyond what was owed and what became of it, movement by movement: a customer's credit in money.

CREATE TABLE overpaid (
    id          BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer    BYTEA NOT NULL REFERENCES customers (id),
    wallet      BYTEA NOT NULL,
    kind        TEXT NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount <> 0),
    unit        BYTEA NOT NULL CHECK (length(unit) = 8),
    paid_by     TEXT NOT NULL,
    purchase    BYTEA,
    invoice     BYTEA REFERENCES invoices (id),
    boleto      BYTEA REFERENCES boletos (id),
    reason      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    refused_at  BIGINT,
    charged_on  BYTEA REFERENCES invoices (id)
);

CREATE INDEX overpaid_by_customer ON overpaid (customer, at);

-- What a payment is called by whoever told of it, as a Pix's endToEndId; empty where it has no name.
ALTER TABLE settlements ADD COLUMN reference TEXT NOT NULL DEFAULT '';

CREATE INDEX settlements_by_time ON settlements (came_at, id);
