-- Lines: what people read of them, and what is sold and written for them.

CREATE TABLE line_view (
    wallet_no           BIGINT NOT NULL PRIMARY KEY,
    line                BYTEA  NOT NULL UNIQUE,
    plan_no             BIGINT NOT NULL,
    status              TEXT   NOT NULL,
    anchor_day          BIGINT NOT NULL,
    cycle_no            BIGINT NOT NULL,
    sequence            BIGINT NOT NULL,
    restricted_since    BIGINT,
    restored_at         BIGINT,
    opened_at           BIGINT NOT NULL
);

CREATE TABLE cycle_view (
    wallet_no    BIGINT NOT NULL,
    cycle_no     BIGINT NOT NULL,
    starts_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    carried      BIGINT NOT NULL,
    allowance    BIGINT NOT NULL,
    bought       BIGINT NOT NULL,
    released     BIGINT NOT NULL,
    outside      BIGINT NOT NULL,
    total        BIGINT NOT NULL,
    adjustments  BIGINT NOT NULL,
    PRIMARY KEY (wallet_no, cycle_no)
);

CREATE TABLE purchase_view (
    purchase     BYTEA  NOT NULL PRIMARY KEY,
    wallet_no    BIGINT NOT NULL,
    pack_no      BIGINT NOT NULL,
    charging     TEXT   NOT NULL,
    quantity     BIGINT NOT NULL,
    price        BIGINT NOT NULL,
    price_unit   BYTEA  NOT NULL,
    state        TEXT   NOT NULL,
    bought_at    BIGINT NOT NULL,
    released_at  BIGINT,
    restored_at  BIGINT,
    paid_at      BIGINT,
    paid_by      TEXT
);

CREATE INDEX purchase_view_by_wallet ON purchase_view (wallet_no, bought_at);

CREATE TABLE session_view (
    wallet_no   BIGINT NOT NULL,
    session     BYTEA  NOT NULL,
    nas_no      BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    started_at  BIGINT NOT NULL,
    read_at     BIGINT NOT NULL,
    input       BIGINT NOT NULL,
    output      BIGINT NOT NULL,
    anomaly     TEXT,
    PRIMARY KEY (wallet_no, session)
);

CREATE INDEX session_view_by_nas ON session_view (nas_no, state);

CREATE TABLE traffic_view (
    wallet_no  BIGINT NOT NULL,
    hour       BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    outside    BIGINT NOT NULL,
    PRIMARY KEY (wallet_no, hour)
);

-- What is sold by the month, and what at the exhaustion of it happens on the network.
CREATE TABLE plans (
    plan_no            BIGINT NOT NULL PRIMARY KEY,
    id                 BYTEA  NOT NULL UNIQUE CHECK (length(id) = 16),
    name               TEXT   NOT NULL UNIQUE,
    fee                BIGINT NOT NULL CHECK (fee >= 0),
    fee_unit           BYTEA  NOT NULL CHECK (length(fee_unit) = 8),
    allowance          BIGINT NOT NULL CHECK (allowance >= 0),
    carried_max        BIGINT,
    supports_purchase  BIGINT NOT NULL,
    balance_max        BIGINT NOT NULL,
    unpaid_max         BIGINT,
    at_zero            TEXT   NOT NULL,
    speed              TEXT   NOT NULL,
    slow_speed         TEXT   NOT NULL,
    walled_list        TEXT   NOT NULL,
    created_at         BIGINT NOT NULL
);

CREATE TABLE free_windows (
    plan_no      BIGINT NOT NULL REFERENCES plans (plan_no),
    from_minute  BIGINT NOT NULL,
    to_minute    BIGINT NOT NULL,
    PRIMARY KEY (plan_no, from_minute)
);

CREATE TABLE packs (
    pack_no        BIGINT NOT NULL PRIMARY KEY,
    id             BYTEA  NOT NULL UNIQUE CHECK (length(id) = 16),
    plan_no        BIGINT NOT NULL REFERENCES plans (plan_no),
    quantity       BIGINT NOT NULL CHECK (quantity > 0),
    price          BIGINT NOT NULL CHECK (price > 0),
    price_unit     BYTEA  NOT NULL CHECK (length(price_unit) = 8),
    chargings      TEXT   NOT NULL,
    release        TEXT   NOT NULL,
    validity_days  BIGINT,
    per_cycle_max  BIGINT,
    sold           BIGINT NOT NULL,
    created_at     BIGINT NOT NULL
);

CREATE INDEX packs_by_plan ON packs (plan_no, pack_no);

-- Who a document is written to: name as the tax office knows it, CPF or CNPJ, and where he lives.
CREATE TABLE payers (
    customer  BYTEA NOT NULL PRIMARY KEY REFERENCES customers (id),
    document  TEXT NOT NULL UNIQUE,
    street    TEXT NOT NULL,
    district  TEXT NOT NULL,
    city      TEXT NOT NULL,
    state     TEXT NOT NULL,
    postcode  TEXT NOT NULL
);

CREATE TABLE lines (
    id            BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer      BYTEA  NOT NULL REFERENCES customers (id),
    wallet        BYTEA  NOT NULL UNIQUE REFERENCES wallets (id),
    access_login  TEXT   UNIQUE,
    created_at    BIGINT NOT NULL
);

CREATE INDEX lines_by_customer ON lines (customer, id);

CREATE TABLE routers (
    nas_no        BIGINT NOT NULL PRIMARY KEY,
    id            BYTEA  NOT NULL UNIQUE CHECK (length(id) = 16),
    name          TEXT   NOT NULL UNIQUE,
    address       TEXT   NOT NULL UNIQUE,
    secret        TEXT   NOT NULL,
    coa_port      BIGINT NOT NULL,
    last_seen_at  BIGINT,
    created_at    BIGINT NOT NULL
);

-- A title at a bank. It is payable once the bank has registered it.
CREATE TABLE boletos (
    id               BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer         BYTEA  NOT NULL REFERENCES customers (id),
    purchase         BYTEA  UNIQUE,
    our_number       BIGINT NOT NULL UNIQUE,
    barcode          TEXT   NOT NULL UNIQUE,
    linha_digitavel  TEXT   NOT NULL,
    amount           BIGINT NOT NULL CHECK (amount > 0),
    unit             BYTEA  NOT NULL CHECK (length(unit) = 8),
    due_on           TEXT   NOT NULL,
    state            TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    registered_at    BIGINT,
    paid_at          BIGINT,
    paid_amount      BIGINT
);

CREATE INDEX boletos_by_customer ON boletos (customer, id);
CREATE INDEX boletos_by_state ON boletos (state, id);
