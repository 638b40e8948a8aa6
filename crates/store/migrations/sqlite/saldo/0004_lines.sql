-- Lines: what people read of them, and what is sold and written for them.

CREATE TABLE line_view (
    wallet_no           INTEGER NOT NULL PRIMARY KEY,
    line                BLOB    NOT NULL UNIQUE,
    plan_no             INTEGER NOT NULL,
    status              TEXT    NOT NULL,
    anchor_day          INTEGER NOT NULL,
    cycle_no            INTEGER NOT NULL,
    sequence            INTEGER NOT NULL,
    restricted_since    INTEGER,
    restored_at         INTEGER,
    opened_at           INTEGER NOT NULL
) STRICT;

CREATE TABLE cycle_view (
    wallet_no    INTEGER NOT NULL,
    cycle_no     INTEGER NOT NULL,
    starts_at    INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    carried      INTEGER NOT NULL,
    allowance    INTEGER NOT NULL,
    bought       INTEGER NOT NULL,
    released     INTEGER NOT NULL,
    outside      INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    adjustments  INTEGER NOT NULL,
    PRIMARY KEY (wallet_no, cycle_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE purchase_view (
    purchase     BLOB    NOT NULL PRIMARY KEY,
    wallet_no    INTEGER NOT NULL,
    pack_no      INTEGER NOT NULL,
    charging     TEXT    NOT NULL,
    quantity     INTEGER NOT NULL,
    price        INTEGER NOT NULL,
    price_unit   BLOB    NOT NULL,
    state        TEXT    NOT NULL,
    bought_at    INTEGER NOT NULL,
    released_at  INTEGER,
    restored_at  INTEGER,
    paid_at      INTEGER,
    paid_by      TEXT
) STRICT;

CREATE INDEX purchase_view_by_wallet ON purchase_view (wallet_no, bought_at);

CREATE TABLE session_view (
    wallet_no   INTEGER NOT NULL,
    session     BLOB    NOT NULL,
    nas_no      INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    read_at     INTEGER NOT NULL,
    input       INTEGER NOT NULL,
    output      INTEGER NOT NULL,
    anomaly     TEXT,
    PRIMARY KEY (wallet_no, session)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_view_by_nas ON session_view (nas_no, state);

CREATE TABLE traffic_view (
    wallet_no  INTEGER NOT NULL,
    hour       INTEGER NOT NULL,
    total      INTEGER NOT NULL,
    outside    INTEGER NOT NULL,
    PRIMARY KEY (wallet_no, hour)
) STRICT, WITHOUT ROWID;

-- What is sold by the month, and what at the exhaustion of it happens on the network.
CREATE TABLE plans (
    plan_no            INTEGER NOT NULL PRIMARY KEY,
    id                 BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    name               TEXT    NOT NULL UNIQUE,
    fee                INTEGER NOT NULL CHECK (fee >= 0),
    fee_unit           BLOB    NOT NULL CHECK (length(fee_unit) = 8),
    allowance          INTEGER NOT NULL CHECK (allowance >= 0),
    carried_max        INTEGER,
    supports_purchase  INTEGER NOT NULL,
    balance_max        INTEGER NOT NULL,
    unpaid_max         INTEGER,
    at_zero            TEXT    NOT NULL,
    speed              TEXT    NOT NULL,
    slow_speed         TEXT    NOT NULL,
    walled_list        TEXT    NOT NULL,
    created_at         INTEGER NOT NULL
) STRICT;

CREATE TABLE free_windows (
    plan_no      INTEGER NOT NULL REFERENCES plans (plan_no),
    from_minute  INTEGER NOT NULL,
    to_minute    INTEGER NOT NULL,
    PRIMARY KEY (plan_no, from_minute)
) STRICT;

CREATE TABLE packs (
    pack_no        INTEGER NOT NULL PRIMARY KEY,
    id             BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    plan_no        INTEGER NOT NULL REFERENCES plans (plan_no),
    quantity       INTEGER NOT NULL CHECK (quantity > 0),
    price          INTEGER NOT NULL CHECK (price > 0),
    price_unit     BLOB    NOT NULL CHECK (length(price_unit) = 8),
    chargings      TEXT    NOT NULL,
    release        TEXT    NOT NULL,
    validity_days  INTEGER,
    per_cycle_max  INTEGER,
    sold           INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX packs_by_plan ON packs (plan_no, pack_no);

-- Who a document is written to: name as the tax office knows it, CPF or CNPJ, and where he lives.
CREATE TABLE payers (
    customer  BLOB NOT NULL PRIMARY KEY REFERENCES customers (id),
    document  TEXT NOT NULL UNIQUE,
    street    TEXT NOT NULL,
    district  TEXT NOT NULL,
    city      TEXT NOT NULL,
    state     TEXT NOT NULL,
    postcode  TEXT NOT NULL
) STRICT;

CREATE TABLE lines (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer      BLOB    NOT NULL REFERENCES customers (id),
    wallet        BLOB    NOT NULL UNIQUE REFERENCES wallets (id),
    access_login  TEXT    UNIQUE,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX lines_by_customer ON lines (customer, id);

CREATE TABLE routers (
    nas_no        INTEGER NOT NULL PRIMARY KEY,
    id            BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    name          TEXT    NOT NULL UNIQUE,
    address       TEXT    NOT NULL UNIQUE,
    secret        TEXT    NOT NULL,
    coa_port      INTEGER NOT NULL,
    last_seen_at  INTEGER,
    created_at    INTEGER NOT NULL
) STRICT;

-- A title at a bank. It is payable once the bank has registered it.
CREATE TABLE boletos (
    id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer         BLOB    NOT NULL REFERENCES customers (id),
    purchase         BLOB    UNIQUE,
    our_number       INTEGER NOT NULL UNIQUE,
    barcode          TEXT    NOT NULL UNIQUE,
    linha_digitavel  TEXT    NOT NULL,
    amount           INTEGER NOT NULL CHECK (amount > 0),
    unit             BLOB    NOT NULL CHECK (length(unit) = 8),
    due_on           TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    registered_at    INTEGER,
    paid_at          INTEGER,
    paid_amount      INTEGER
) STRICT;

CREATE INDEX boletos_by_customer ON boletos (customer, id);
CREATE INDEX boletos_by_state ON boletos (state, id);
