-- What people read of the journal. All of it can be thrown away and made again.

-- How far a reader of the journal has come, in the transaction of what it wrote.
CREATE TABLE cursors (
    name      TEXT    NOT NULL PRIMARY KEY,
    position  INTEGER NOT NULL,
    hash      BLOB    NOT NULL
) STRICT;

CREATE TABLE wallet_view (
    wallet_no  INTEGER NOT NULL PRIMARY KEY,
    wallet     BLOB    NOT NULL UNIQUE,
    customer   BLOB    NOT NULL,
    unit       BLOB    NOT NULL,
    posted     INTEGER NOT NULL,
    pending    INTEGER NOT NULL,
    held       INTEGER NOT NULL,
    opened_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX wallet_view_by_customer ON wallet_view (customer, wallet_no);

CREATE TABLE grant_view (
    wallet_no     INTEGER NOT NULL,
    grant_no      INTEGER NOT NULL,
    id            BLOB    NOT NULL UNIQUE,
    source        TEXT    NOT NULL,
    reason        TEXT,
    priority      INTEGER NOT NULL,
    amount        INTEGER NOT NULL,
    remaining     INTEGER NOT NULL,
    effective_at  INTEGER,
    expires_at    INTEGER,
    cost_amount   INTEGER,
    cost_unit     BLOB,
    payment       BLOB,
    added_at      INTEGER NOT NULL,
    state         TEXT    NOT NULL,
    PRIMARY KEY (wallet_no, grant_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_view (
    wallet_no       INTEGER NOT NULL,
    position        INTEGER NOT NULL,
    ordinal         INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    kind            TEXT    NOT NULL,
    amount          INTEGER NOT NULL,
    posted_after    INTEGER NOT NULL,
    meter_no        INTEGER,
    window_no       INTEGER,
    from_at         INTEGER,
    to_at           INTEGER,
    quantity        INTEGER,
    grant_no        INTEGER,
    payment         BLOB,
    charge_kind_no  INTEGER,
    reason          TEXT,
    debit_account   TEXT,
    credit_account  TEXT,
    PRIMARY KEY (wallet_no, position, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE window_view (
    wallet_no  INTEGER NOT NULL,
    window_no  INTEGER NOT NULL,
    meter_no   INTEGER NOT NULL,
    opened_at  INTEGER NOT NULL,
    closes_at  INTEGER NOT NULL,
    pending    INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    PRIMARY KEY (wallet_no, window_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_view (
    wallet_no  INTEGER NOT NULL,
    meter_no   INTEGER NOT NULL,
    hour       INTEGER NOT NULL,
    quantity   INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    posted     INTEGER NOT NULL,
    pending    INTEGER NOT NULL,
    PRIMARY KEY (wallet_no, meter_no, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_view (
    account  TEXT    NOT NULL,
    unit     BLOB    NOT NULL,
    balance  INTEGER NOT NULL,
    PRIMARY KEY (account, unit)
) STRICT, WITHOUT ROWID;
