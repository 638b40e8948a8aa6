-- What moves no credit by itself. Ids are 16 bytes, units 8, times microseconds since the epoch, amounts smallest steps.

CREATE TABLE customers (
    id                  BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name                TEXT   NOT NULL,
    email               TEXT   UNIQUE,
    external_key        TEXT   UNIQUE,
    locale              TEXT   NOT NULL,
    stripe_customer_id  TEXT   UNIQUE,
    created_at          BIGINT NOT NULL
);

CREATE TABLE wallets (
    id          BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer    BYTEA  NOT NULL REFERENCES customers (id),
    unit        BYTEA  NOT NULL CHECK (length(unit) = 8),
    created_at  BIGINT NOT NULL
);

CREATE INDEX wallets_by_customer ON wallets (customer, id);

-- What usage events call whoever uses.
CREATE TABLE subjects (
    subject     TEXT   NOT NULL PRIMARY KEY,
    wallet      BYTEA  NOT NULL REFERENCES wallets (id),
    created_at  BIGINT NOT NULL
);

CREATE INDEX subjects_by_wallet ON subjects (wallet, subject);

CREATE TABLE logins (
    id               BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer         BYTEA  NOT NULL REFERENCES customers (id),
    email            TEXT   NOT NULL UNIQUE,
    password_hash    TEXT,
    created_at       BIGINT NOT NULL,
    last_sign_in_at  BIGINT
);

CREATE INDEX logins_by_customer ON logins (customer, id);

CREATE TABLE links (
    token_hash  BYTEA  NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    login       BYTEA  NOT NULL REFERENCES logins (id),
    purpose     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT
);

CREATE INDEX links_by_login ON links (login);
CREATE INDEX links_by_expiry ON links (expires_at);

CREATE TABLE staff (
    id             BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email          TEXT   NOT NULL UNIQUE,
    name           TEXT   NOT NULL,
    password_hash  TEXT   NOT NULL,
    role           TEXT   NOT NULL,
    created_at     BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash    BYTEA  NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    login         BYTEA  REFERENCES logins (id),
    staff         BYTEA  REFERENCES staff (id),
    csrf          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    user_agent    TEXT   NOT NULL,
    ip            TEXT   NOT NULL,
    CHECK ((login IS NULL) <> (staff IS NULL))
);

CREATE INDEX sessions_by_login ON sessions (login);
CREATE INDEX sessions_by_staff ON sessions (staff);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- A key without a customer is the operator's.
CREATE TABLE api_keys (
    id            BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer      BYTEA  REFERENCES customers (id),
    name          TEXT   NOT NULL,
    scopes        TEXT   NOT NULL,
    secret_hash   BYTEA  NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    last_four     TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT,
    revoked_at    BIGINT
);

CREATE INDEX api_keys_by_customer ON api_keys (customer, id);

-- The first answer to a request that carried an idempotency key and changed tables only.
CREATE TABLE answers (
    api_key       BYTEA  NOT NULL,
    request_key   TEXT   NOT NULL,
    request_hash  BYTEA  NOT NULL CHECK (length(request_hash) = 32),
    status        BIGINT NOT NULL,
    body          BYTEA  NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (api_key, request_key)
);

CREATE INDEX answers_by_age ON answers (created_at);

CREATE TABLE meters (
    meter_no     BIGINT NOT NULL PRIMARY KEY,
    id           BYTEA  NOT NULL UNIQUE CHECK (length(id) = 16),
    slug         TEXT   NOT NULL UNIQUE,
    aggregation  TEXT   NOT NULL,
    sum_field    TEXT,
    created_at   BIGINT NOT NULL
);

CREATE TABLE prices (
    meter_no        BIGINT NOT NULL REFERENCES meters (meter_no),
    version         BIGINT NOT NULL,
    unit            BYTEA  NOT NULL CHECK (length(unit) = 8),
    kind            TEXT   NOT NULL,
    price_e12       BIGINT,
    amount          BIGINT,
    window_seconds  BIGINT,
    anchor          TEXT,
    valid_from      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (meter_no, version)
);

CREATE TABLE charge_kinds (
    charge_kind_no  BIGINT NOT NULL PRIMARY KEY,
    slug            TEXT   NOT NULL UNIQUE,
    created_at      BIGINT NOT NULL
);

CREATE TABLE settings (
    name        TEXT   NOT NULL PRIMARY KEY,
    value       TEXT   NOT NULL,
    updated_at  BIGINT NOT NULL
);

CREATE TABLE topups (
    id                   BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer             BYTEA  NOT NULL REFERENCES customers (id),
    wallet               BYTEA  NOT NULL REFERENCES wallets (id),
    amount               BIGINT NOT NULL CHECK (amount > 0),
    unit                 BYTEA  NOT NULL CHECK (length(unit) = 8),
    state                TEXT   NOT NULL,
    idempotency_key      TEXT   NOT NULL UNIQUE,
    checkout_session     TEXT   UNIQUE,
    checkout_url         TEXT,
    checkout_expires_at  BIGINT,
    outcome_payment      BYTEA,
    result_shown_at      BIGINT,
    created_at           BIGINT NOT NULL,
    expires_at           BIGINT NOT NULL,
    updated_at           BIGINT NOT NULL
);

CREATE INDEX topups_by_customer ON topups (customer, id);
CREATE INDEX topups_by_state ON topups (state, id);

-- One row per attempt to pay. An attempt has a charge, or is the one of its payment that has none.
CREATE TABLE payments (
    id                BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer          BYTEA  NOT NULL REFERENCES customers (id),
    topup             BYTEA  REFERENCES topups (id),
    provider          TEXT   NOT NULL,
    provider_payment  TEXT   NOT NULL,
    provider_charge   TEXT,
    amount            BIGINT NOT NULL,
    unit              BYTEA  NOT NULL CHECK (length(unit) = 8),
    method            TEXT,
    card_brand        TEXT,
    card_last4        TEXT,
    card_exp_month    BIGINT,
    card_exp_year     BIGINT,
    status            TEXT   NOT NULL,
    reason_code       TEXT,
    reason            TEXT,
    occurred_at       BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    credited_entry    BYTEA
);

CREATE UNIQUE INDEX payments_by_charge ON payments (provider, provider_charge) WHERE provider_charge IS NOT NULL;
CREATE UNIQUE INDEX payments_without_charge ON payments (provider, provider_payment) WHERE provider_charge IS NULL;
CREATE INDEX payments_by_payment ON payments (provider, provider_payment);
CREATE INDEX payments_by_customer ON payments (customer, occurred_at, id);
CREATE INDEX payments_by_topup ON payments (topup, id);
CREATE INDEX payments_not_credited ON payments (id) WHERE status = 'succeeded' AND credited_entry IS NULL;

-- Provider events as they came, stored before they are answered.
CREATE TABLE inbox (
    provider         TEXT   NOT NULL,
    event_id         TEXT   NOT NULL,
    kind             TEXT   NOT NULL,
    api_version      TEXT,
    body             BYTEA  NOT NULL,
    received_at      BIGINT NOT NULL,
    state            TEXT   NOT NULL,
    attempts         BIGINT NOT NULL,
    next_attempt_at  BIGINT,
    last_error       TEXT,
    PRIMARY KEY (provider, event_id)
);

CREATE INDEX inbox_due ON inbox (state, next_attempt_at);
CREATE INDEX inbox_by_state ON inbox (state, received_at, event_id);

-- Changes that a command to the book completes.
CREATE TABLE intents (
    id          BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind        TEXT   NOT NULL,
    payload     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    done_at     BIGINT,
    entry       BYTEA
);

CREATE INDEX intents_open ON intents (id) WHERE done_at IS NULL;

-- What others are told after a decision.
CREATE TABLE notices (
    position         BIGINT NOT NULL,
    ordinal          BIGINT NOT NULL,
    kind             TEXT   NOT NULL,
    customer         BYTEA,
    wallet           BYTEA,
    payload          TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    delivered_at     BIGINT,
    attempts         BIGINT NOT NULL,
    next_attempt_at  BIGINT,
    last_error       TEXT,
    PRIMARY KEY (position, ordinal, kind)
);

CREATE INDEX notices_due ON notices (next_attempt_at) WHERE delivered_at IS NULL;

CREATE TABLE mails (
    id               BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind             TEXT   NOT NULL,
    recipient        TEXT   NOT NULL,
    subject          TEXT   NOT NULL,
    body             TEXT   NOT NULL,
    locale           TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    sent_at          BIGINT,
    attempts         BIGINT NOT NULL,
    next_attempt_at  BIGINT,
    last_error       TEXT
);

CREATE INDEX mails_due ON mails (next_attempt_at) WHERE sent_at IS NULL;

-- Who changed what. Only grows.
CREATE TABLE audit (
    audit_no    BIGINT NOT NULL PRIMARY KEY,
    at          BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    object      TEXT   NOT NULL,
    before      TEXT,
    after       TEXT,
    ip          TEXT,
    request_id  TEXT
);
