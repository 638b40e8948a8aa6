-- Refunds and disputes: what is claimed back of payments, as the provider tells, and how far the book has followed.

CREATE TABLE payment_claims (
    provider     TEXT    NOT NULL,
    provider_id  TEXT    NOT NULL,
    payment      BLOB    NOT NULL REFERENCES payments (id),
    cause        TEXT    NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount > 0),
    unit         BLOB    NOT NULL CHECK (length(unit) = 8),
    state        TEXT    NOT NULL,
    reason       TEXT,
    due_at       INTEGER,
    occurred_at  INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (provider, provider_id)
) STRICT;

CREATE INDEX payment_claims_by_payment ON payment_claims (payment);
CREATE INDEX payment_claims_by_state ON payment_claims (state, due_at);

-- One intent at a time per payment and cause: what is wanted may change while it is under way.
CREATE TABLE taken_back (
    payment  BLOB    NOT NULL REFERENCES payments (id),
    cause    TEXT    NOT NULL,
    wanted   INTEGER NOT NULL CHECK (wanted >= 0),
    booked   INTEGER NOT NULL CHECK (booked >= 0),
    intent   BLOB    REFERENCES intents (id),
    PRIMARY KEY (payment, cause)
) STRICT;

CREATE INDEX taken_back_by_intent ON taken_back (intent);
CREATE INDEX taken_back_to_follow ON taken_back (payment, cause) WHERE wanted <> booked;

ALTER TABLE payments ADD COLUMN refunded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN dispute_state TEXT;
