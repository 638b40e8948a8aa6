-- Receipts: one for each payment that was credited, numbered without gaps within a year of the operator's zone. Who wrote it and for
-- whom stands in it by value: a receipt stays as it was given.

CREATE TABLE receipts (
    payment    BLOB NOT NULL PRIMARY KEY REFERENCES payments (id),
    year       INTEGER NOT NULL,
    number     INTEGER NOT NULL CHECK (number > 0),
    issued_at  INTEGER NOT NULL,
    issuer     TEXT NOT NULL,
    receiver   TEXT NOT NULL,
    tax_line   TEXT NOT NULL,
    UNIQUE (year, number)
) STRICT;

-- Of what a customer wants to be told by mail; who has no row is told as the operator has it.
CREATE TABLE mail_wishes (
    customer     BLOB NOT NULL PRIMARY KEY REFERENCES customers (id),
    low_balance  INTEGER,
    is_told_low  INTEGER NOT NULL,
    is_told_expiry  INTEGER NOT NULL
) STRICT;

-- On which side of its threshold each money wallet was seen last, and how often it has fallen below.
CREATE TABLE balance_told (
    wallet_no  INTEGER NOT NULL PRIMARY KEY,
    is_low     INTEGER NOT NULL,
    falls      INTEGER NOT NULL
) STRICT;

-- What expires soon is looked for among what expires at all.
CREATE INDEX grant_view_by_expiry ON grant_view (expires_at) WHERE expires_at IS NOT NULL;
