-- What people read of the journal. All of it can be thrown away and made again.

-- How far a reader of the journal has come, in the transaction of what it wrote.
CREATE TABLE cursors (
    name      TEXT   NOT NULL PRIMARY KEY,
    position  BIGINT NOT NULL,
    hash      BYTEA  NOT NULL
);

CREATE TABLE wallet_view (
    wallet_no  BIGINT NOT NULL PRIMARY KEY,
    wallet     BYTEA  NOT NULL UNIQUE,
    customer   BYTEA  NOT NULL,
    unit       BYTEA  NOT NULL,
    posted     BIGINT NOT NULL,
    pending    BIGINT NOT NULL,
    held       BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL
);

CREATE INDEX wallet_view_by_customer ON wallet_view (customer, wallet_no);

CREATE TABLE grant_view (
    wallet_no     BIGINT NOT NULL,
    grant_no      BIGINT NOT NULL,
    id            BYTEA  NOT NULL UNIQUE,
    source        TEXT   NOT NULL,
    reason        TEXT,
    priority      BIGINT NOT NULL,
    amount        BIGINT NOT NULL,
    remaining     BIGINT NOT NULL,
    effective_at  BIGINT,
    expires_at    BIGINT,
    cost_amount   BIGINT,
    cost_unit     BYTEA,
    payment       BYTEA,
    added_at      BIGINT NOT NULL,
    state         TEXT   NOT NULL,
    PRIMARY KEY (wallet_no, grant_no)
);

CREATE TABLE entry_view (
    wallet_no       BIGINT NOT NULL,
    position        BIGINT NOT NULL,
    ordinal         BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    amount          BIGINT NOT NULL,
    posted_after    BIGINT NOT NULL,
    meter_no        BIGINT,
    window_no       BIGINT,
    from_at         BIGINT,
    to_at           BIGINT,
    quantity        BIGINT,
    grant_no        BIGINT,
    payment         BYTEA,
    charge_kind_no  BIGINT,
    reason          TEXT,
    debit_account   TEXT,
    credit_account  TEXT,
    PRIMARY KEY (wallet_no, position, ordinal)
);

CREATE TABLE window_view (
    wallet_no  BIGINT NOT NULL,
    window_no  BIGINT NOT NULL,
    meter_no   BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    closes_at  BIGINT NOT NULL,
    pending    BIGINT NOT NULL,
    events     BIGINT NOT NULL,
    PRIMARY KEY (wallet_no, window_no)
);

CREATE TABLE usage_view (
    wallet_no  BIGINT NOT NULL,
    meter_no   BIGINT NOT NULL,
    hour       BIGINT NOT NULL,
    quantity   BIGINT NOT NULL,
    events     BIGINT NOT NULL,
    posted     BIGINT NOT NULL,
    pending    BIGINT NOT NULL,
    PRIMARY KEY (wallet_no, meter_no, hour)
);

CREATE TABLE account_view (
    account  TEXT   NOT NULL,
    unit     BYTEA  NOT NULL,
    balance  BIGINT NOT NULL,
    PRIMARY KEY (account, unit)
);
