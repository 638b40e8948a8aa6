-- The views, made so that filling them from a busy journal stays quick.
--
-- Entries stand in the order in which they came, so that writing many of many wallets appends to one place. A wallet's entries are
-- found from the newest one back, each naming the one before; every 64th has a mark, so that a walk may begin near any time.
-- What stood in the views is made again from the journal when the program starts.

DROP TABLE entry_view;
DROP TABLE wallet_view;
DROP TABLE grant_view;

DELETE FROM window_view;
DELETE FROM usage_view;
DELETE FROM account_view;
DELETE FROM cursors WHERE name = 'views';

CREATE TABLE wallet_view (
    wallet_no  BIGINT NOT NULL PRIMARY KEY,
    wallet     BYTEA  NOT NULL UNIQUE,
    customer   BYTEA  NOT NULL,
    unit       BYTEA  NOT NULL,
    opened_at  BIGINT NOT NULL
);

CREATE INDEX wallet_view_by_customer ON wallet_view (customer, wallet_no);

-- What changes with each entry stands apart from what never does: so many more of these rows are neighbours on one page.
CREATE TABLE balance_view (
    wallet_no  BIGINT NOT NULL PRIMARY KEY,
    posted     BIGINT NOT NULL,
    pending    BIGINT NOT NULL,
    held       BIGINT NOT NULL,
    entries    BIGINT NOT NULL,
    newest     BIGINT
);

-- A grant's key is its wallet's number times 2^32 and its own number there.
CREATE TABLE grant_view (
    grant_key     BIGINT NOT NULL PRIMARY KEY,
    id            BYTEA  NOT NULL UNIQUE,
    source        TEXT   NOT NULL,
    reason        TEXT,
    priority      BIGINT NOT NULL,
    amount        BIGINT NOT NULL,
    effective_at  BIGINT,
    expires_at    BIGINT,
    cost_amount   BIGINT,
    cost_unit     BYTEA,
    payment       BYTEA,
    added_at      BIGINT NOT NULL
);

CREATE TABLE grant_left_view (
    grant_key  BIGINT NOT NULL PRIMARY KEY,
    remaining  BIGINT NOT NULL,
    state      TEXT   NOT NULL
);

CREATE TABLE entry_view (
    entry           BIGINT NOT NULL PRIMARY KEY,
    wallet_no       BIGINT NOT NULL,
    number          BIGINT NOT NULL,
    previous        BIGINT,
    at              BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    amount          BIGINT NOT NULL,
    posted_after    BIGINT NOT NULL,
    account         TEXT   NOT NULL,
    charge_kind_no  BIGINT,
    meter_no        BIGINT,
    window_no       BIGINT,
    from_at         BIGINT,
    to_at           BIGINT,
    quantity        BIGINT,
    grant_no        BIGINT,
    payment         BYTEA,
    reason          TEXT
);

CREATE TABLE entry_mark (
    wallet_no  BIGINT NOT NULL,
    entry      BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (wallet_no, entry)
);

CREATE INDEX entry_mark_by_time ON entry_mark (wallet_no, at, entry);

-- What all wallets together moved in each quarter of an hour: midnight is at the beginning of one in every time zone.
CREATE TABLE moved_view (
    quarter  BIGINT NOT NULL,
    unit     BYTEA  NOT NULL,
    kind     TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    amount   BIGINT NOT NULL,
    PRIMARY KEY (quarter, unit, kind, reason)
);
