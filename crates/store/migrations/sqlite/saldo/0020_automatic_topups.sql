-- Automatic top-up: what a customer allows his card to be charged, what he agreed to, and each charge.

CREATE TABLE automatic_topups (
    wallet          BLOB    NOT NULL PRIMARY KEY REFERENCES wallets (id),
    customer        BLOB    NOT NULL REFERENCES customers (id),
    state           TEXT    NOT NULL,
    reason          TEXT,
    payment_method  TEXT    NOT NULL,
    card_brand      TEXT    NOT NULL,
    card_last4      TEXT    NOT NULL,
    unit            BLOB    NOT NULL CHECK (length(unit) = 8),
    threshold       INTEGER NOT NULL CHECK (threshold > 0),
    amount          INTEGER NOT NULL CHECK (amount > 0),
    day_money       INTEGER NOT NULL CHECK (day_money >= amount),
    day_count       INTEGER NOT NULL CHECK (day_count > 0),
    month_money     INTEGER NOT NULL CHECK (month_money >= amount),
    month_count     INTEGER NOT NULL CHECK (month_count > 0),
    declines        INTEGER NOT NULL,
    paused_until    INTEGER,
    capped_until    INTEGER,
    cap             TEXT,
    link_topup      BLOB    REFERENCES topups (id),
    changed_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX automatic_topups_by_state ON automatic_topups (state, wallet);
CREATE INDEX automatic_topups_by_customer ON automatic_topups (customer);

-- Never changed, never deleted.
CREATE TABLE automatic_topup_consents (
    wallet    BLOB    NOT NULL REFERENCES wallets (id),
    given_at  INTEGER NOT NULL,
    version   TEXT    NOT NULL,
    language  TEXT    NOT NULL,
    words     TEXT    NOT NULL,
    given_by  TEXT    NOT NULL,
    address   TEXT,
    PRIMARY KEY (wallet, given_at)
) STRICT;

CREATE TABLE automatic_charges (
    topup             BLOB    NOT NULL PRIMARY KEY REFERENCES topups (id),
    wallet            BLOB    NOT NULL REFERENCES wallets (id),
    amount            INTEGER NOT NULL CHECK (amount > 0),
    unit              BLOB    NOT NULL CHECK (length(unit) = 8),
    payment_method    TEXT    NOT NULL,
    card_brand        TEXT    NOT NULL,
    card_last4        TEXT    NOT NULL,
    charged_at        INTEGER NOT NULL,
    written_at        INTEGER NOT NULL,
    outcome           TEXT    NOT NULL,
    code              TEXT,
    provider_payment  TEXT,
    settled_at        INTEGER
) STRICT;

CREATE INDEX automatic_charges_by_wallet ON automatic_charges (wallet, charged_at, topup);
-- One at a time: the next one waits until this one is declined, or its credit is there.
CREATE UNIQUE INDEX automatic_charges_in_flight ON automatic_charges (wallet) WHERE settled_at IS NULL;
