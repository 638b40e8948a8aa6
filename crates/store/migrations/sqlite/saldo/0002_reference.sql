-- What moves no credit by itself. Ids are 16 bytes, units 8, times microseconds since the epoch, amounts smallest steps.

CREATE TABLE customers (
    id                  BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name                TEXT    NOT NULL,
    email               TEXT    UNIQUE,
    external_key        TEXT    UNIQUE,
    locale              TEXT    NOT NULL,
    stripe_customer_id  TEXT    UNIQUE,
    created_at          INTEGER NOT NULL
) STRICT;

CREATE TABLE wallets (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer    BLOB    NOT NULL REFERENCES customers (id),
    unit        BLOB    NOT NULL CHECK (length(unit) = 8),
    created_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX wallets_by_customer ON wallets (customer, id);

-- What usage events call whoever uses.
CREATE TABLE subjects (
    subject     TEXT    NOT NULL PRIMARY KEY,
    wallet      BLOB    NOT NULL REFERENCES wallets (id),
    created_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX subjects_by_wallet ON subjects (wallet, subject);

CREATE TABLE logins (
    id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer         BLOB    NOT NULL REFERENCES customers (id),
    email            TEXT    NOT NULL UNIQUE,
    password_hash    TEXT,
    created_at       INTEGER NOT NULL,
    last_sign_in_at  INTEGER
) STRICT;

CREATE INDEX logins_by_customer ON logins (customer, id);

CREATE TABLE links (
    token_hash  BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    login       BLOB    NOT NULL REFERENCES logins (id),
    purpose     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;

CREATE INDEX links_by_login ON links (login);
CREATE INDEX links_by_expiry ON links (expires_at);

CREATE TABLE staff (
    id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email          TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    password_hash  TEXT    NOT NULL,
    role           TEXT    NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash    BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    login         BLOB    REFERENCES logins (id),
    staff         BLOB    REFERENCES staff (id),
    csrf          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    user_agent    TEXT    NOT NULL,
    ip            TEXT    NOT NULL,
    CHECK ((login IS NULL) <> (staff IS NULL))
) STRICT;

CREATE INDEX sessions_by_login ON sessions (login);
CREATE INDEX sessions_by_staff ON sessions (staff);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- A key without a customer is the operator's.
CREATE TABLE api_keys (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer      BLOB    REFERENCES customers (id),
    name          TEXT    NOT NULL,
    scopes        TEXT    NOT NULL,
    secret_hash   BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    last_four     TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER,
    revoked_at    INTEGER
) STRICT;

CREATE INDEX api_keys_by_customer ON api_keys (customer, id);

-- The first answer to a request that carried an idempotency key and changed tables only.
CREATE TABLE answers (
    api_key       BLOB    NOT NULL,
    request_key   TEXT    NOT NULL,
    request_hash  BLOB    NOT NULL CHECK (length(request_hash) = 32),
    status        INTEGER NOT NULL,
    body          BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (api_key, request_key)
) STRICT;

CREATE INDEX answers_by_age ON answers (created_at);

CREATE TABLE meters (
    meter_no     INTEGER NOT NULL PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    slug         TEXT    NOT NULL UNIQUE,
    aggregation  TEXT    NOT NULL,
    sum_field    TEXT,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE prices (
    meter_no        INTEGER NOT NULL REFERENCES meters (meter_no),
    version         INTEGER NOT NULL,
    unit            BLOB    NOT NULL CHECK (length(unit) = 8),
    kind            TEXT    NOT NULL,
    price_e12       INTEGER,
    amount          INTEGER,
    window_seconds  INTEGER,
    anchor          TEXT,
    valid_from      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (meter_no, version)
) STRICT;

CREATE TABLE charge_kinds (
    charge_kind_no  INTEGER NOT NULL PRIMARY KEY,
    slug            TEXT    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    name        TEXT    NOT NULL PRIMARY KEY,
    value       TEXT    NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE topups (
    id                   BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer             BLOB    NOT NULL REFERENCES customers (id),
    wallet               BLOB    NOT NULL REFERENCES wallets (id),
    amount               INTEGER NOT NULL CHECK (amount > 0),
    unit                 BLOB    NOT NULL CHECK (length(unit) = 8),
    state                TEXT    NOT NULL,
    idempotency_key      TEXT    NOT NULL UNIQUE,
    checkout_session     TEXT    UNIQUE,
    checkout_url         TEXT,
    checkout_expires_at  INTEGER,
    outcome_payment      BLOB,
    result_shown_at      INTEGER,
    created_at           INTEGER NOT NULL,
    expires_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL
) STRICT;

CREATE INDEX topups_by_customer ON topups (customer, id);
CREATE INDEX topups_by_state ON topups (state, id);

-- One row per attempt to pay. An attempt has a charge, or is the one of its payment that has none.
CREATE TABLE payments (
    id                BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer          BLOB    NOT NULL REFERENCES customers (id),
    topup             BLOB    REFERENCES topups (id),
    provider          TEXT    NOT NULL,
    provider_payment  TEXT    NOT NULL,
    provider_charge   TEXT,
    amount            INTEGER NOT NULL,
    unit              BLOB    NOT NULL CHECK (length(unit) = 8),
    method            TEXT,
    card_brand        TEXT,
    card_last4        TEXT,
    card_exp_month    INTEGER,
    card_exp_year     INTEGER,
    status            TEXT    NOT NULL,
    reason_code       TEXT,
    reason            TEXT,
    occurred_at       INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    credited_entry    BLOB
) STRICT;

CREATE UNIQUE INDEX payments_by_charge ON payments (provider, provider_charge) WHERE provider_charge IS NOT NULL;
CREATE UNIQUE INDEX payments_without_charge ON payments (provider, provider_payment) WHERE provider_charge IS NULL;
CREATE INDEX payments_by_payment ON payments (provider, provider_payment);
CREATE INDEX payments_by_customer ON payments (customer, occurred_at, id);
CREATE INDEX payments_by_topup ON payments (topup, id);
CREATE INDEX payments_not_credited ON payments (id) WHERE status = 'succeeded' AND credited_entry IS NULL;

-- Provider events as they came, stored before they are answered.
CREATE TABLE inbox (
    provider         TEXT    NOT NULL,
    event_id         TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    api_version      TEXT,
    body             BLOB    NOT NULL,
    received_at      INTEGER NOT NULL,
    state            TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    last_error       TEXT,
    PRIMARY KEY (provider, event_id)
) STRICT;

CREATE INDEX inbox_due ON inbox (state, next_attempt_at);
CREATE INDEX inbox_by_state ON inbox (state, received_at, event_id);

-- Changes that a command to the book completes.
CREATE TABLE intents (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind        TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    done_at     INTEGER,
    entry       BLOB
) STRICT;

CREATE INDEX intents_open ON intents (id) WHERE done_at IS NULL;

-- What others are told after a decision.
CREATE TABLE notices (
    position         INTEGER NOT NULL,
    ordinal          INTEGER NOT NULL,
    kind             TEXT    NOT NULL,
    customer         BLOB,
    wallet           BLOB,
    payload          TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    delivered_at     INTEGER,
    attempts         INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    last_error       TEXT,
    PRIMARY KEY (position, ordinal, kind)
) STRICT;

CREATE INDEX notices_due ON notices (next_attempt_at) WHERE delivered_at IS NULL;

CREATE TABLE mails (
    id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind             TEXT    NOT NULL,
    recipient        TEXT    NOT NULL,
    subject          TEXT    NOT NULL,
    body             TEXT    NOT NULL,
    locale           TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    sent_at          INTEGER,
    attempts         INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    last_error       TEXT
) STRICT;

CREATE INDEX mails_due ON mails (next_attempt_at) WHERE sent_at IS NULL;

-- Who changed what. Only grows.
CREATE TABLE audit (
    audit_no    INTEGER NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    object      TEXT    NOT NULL,
    before      TEXT,
    after       TEXT,
    ip          TEXT,
    request_id  TEXT
) STRICT;
