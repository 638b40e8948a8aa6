-- Receipts: one for each payment that was credited, numbered without gaps within a year of the operator's zone. Who wrote it and for
-- whom stands in it by value: a receipt stays as it was given.

CREATE TABLE receipts (
    payment    BYTEA NOT NULL PRIMARY KEY REFERENCES payments (id),
    year       BIGINT NOT NULL,
    number     BIGINT NOT NULL CHECK (number > 0),
    issued_at  BIGINT NOT NULL,
    issuer     TEXT NOT NULL,
    receiver   TEXT NOT NULL,
    tax_line   TEXT NOT NULL,
    UNIQUE (year, number)
);

-- Of what a customer wants to be told by mail; who has no row is told as the operator has it.
CREATE TABLE mail_wishes (
    customer     BYTEA NOT NULL PRIMARY KEY REFERENCES customers (id),
    low_balance  BIGINT,
    is_told_low  BIGINT NOT NULL,
    is_told_expiry  BIGINT NOT NULL
);

-- On which side of its threshold each money wallet was seen last, and how often it has fallen below.
CREATE TABLE balance_told (
    wallet_no  BIGINT NOT NULL PRIMARY KEY,
    is_low     BIGINT NOT NULL,
    falls      BIGINT NOT NULL
);

-- What expires soon is looked for among what expires at all.
CREATE INDEX grant_view_by_expiry ON grant_view (expires_at) WHERE expires_at IS NOT NULL;
