-- Money that came for purchases, whoever tells of it.

-- A purchase by value: what a payment of it asks of the book.
CREATE TABLE owed (
    purchase    BYTEA  NOT NULL PRIMARY KEY CHECK (length(purchase) = 16),
    customer    BYTEA  NOT NULL REFERENCES customers (id),
    payload     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

-- No installation on PostgreSQL is older than this: there is nothing to take over.
DROP TABLE boleto_intents;

-- Each payment once, under a name that follows from what was told of it.
CREATE TABLE settlements (
    id        BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer  BYTEA  NOT NULL REFERENCES customers (id),
    purchase  BYTEA,
    boleto    BYTEA  REFERENCES boletos (id),
    paid_by   TEXT   NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount > 0),
    unit      BYTEA  NOT NULL CHECK (length(unit) = 8),
    outcome   TEXT   NOT NULL,
    came_at   BIGINT NOT NULL
);

CREATE INDEX settlements_by_purchase ON settlements (purchase, outcome);
CREATE INDEX settlements_by_customer ON settlements (customer, came_at);
