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
    wallet_no  INTEGER NOT NULL PRIMARY KEY,
    wallet     BLOB    NOT NULL UNIQUE,
    customer   BLOB    NOT NULL,
    unit       BLOB    NOT NULL,
    opened_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX wallet_view_by_customer ON wallet_view (customer, wallet_no);

-- What changes with each entry stands apart from what never does: so many more of these rows are neighbours on one page.
CREATE TABLE balance_view (
    wallet_no  INTEGER NOT NULL PRIMARY KEY,
    posted     INTEGER NOT NULL,
    pending    INTEGER NOT NULL,
    held       INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    newest     INTEGER
) STRICT;

-- A grant's key is its wallet's number times 2^32 and its own number there.
CREATE TABLE grant_view (
    grant_key     INTEGER NOT NULL PRIMARY KEY,
    id            BLOB    NOT NULL UNIQUE,
    source        TEXT    NOT NULL,
    reason        TEXT,
    priority      INTEGER NOT NULL,
    amount        INTEGER NOT NULL,
    effective_at  INTEGER,
    expires_at    INTEGER,
    cost_amount   INTEGER,
    cost_unit     BLOB,
    payment       BLOB,
    added_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE grant_left_view (
    grant_key  INTEGER NOT NULL PRIMARY KEY,
    remaining  INTEGER NOT NULL,
    state      TEXT    NOT NULL
) STRICT;

CREATE TABLE entry_view (
    entry           INTEGER NOT NULL PRIMARY KEY,
    wallet_no       INTEGER NOT NULL,
    number          INTEGER NOT NULL,
    previous        INTEGER,
    at              INTEGER NOT NULL,
    kind            TEXT    NOT NULL,
    amount          INTEGER NOT NULL,
    posted_after    INTEGER NOT NULL,
    account         TEXT    NOT NULL,
    charge_kind_no  INTEGER,
    meter_no        INTEGER,
    window_no       INTEGER,
    from_at         INTEGER,
    to_at           INTEGER,
    quantity        INTEGER,
    grant_no        INTEGER,
    payment         BLOB,
    reason          TEXT
) STRICT;

CREATE TABLE entry_mark (
    wallet_no  INTEGER NOT NULL,
    entry      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (wallet_no, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_mark_by_time ON entry_mark (wallet_no, at, entry);

-- What all wallets together moved in each quarter of an hour: midnight is at the beginning of one in every time zone.
CREATE TABLE moved_view (
    quarter  INTEGER NOT NULL,
    unit     BLOB    NOT NULL,
    kind     TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    PRIMARY KEY (quarter, unit, kind, reason)
) STRICT, WITHOUT ROWID;
