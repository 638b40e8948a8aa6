-- Webhooks that we send: to whom, what, and how each telling went.

CREATE TABLE webhook_endpoints (
    id                BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    url               TEXT    NOT NULL,
    kinds             TEXT    NOT NULL,
    description       TEXT    NOT NULL,
    state             TEXT    NOT NULL,
    secret            TEXT    NOT NULL,
    previous_secret   TEXT,
    previous_until    INTEGER,
    failing_since     INTEGER,
    created_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE webhook_messages (
    message_no        INTEGER NOT NULL PRIMARY KEY,
    id                BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    kind              TEXT    NOT NULL,
    body              TEXT    NOT NULL,
    created_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE webhook_deliveries (
    id                BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    endpoint          BLOB    NOT NULL REFERENCES webhook_endpoints (id),
    message           BLOB    NOT NULL REFERENCES webhook_messages (id),
    state             TEXT    NOT NULL,
    tries             INTEGER NOT NULL,
    next_attempt_at   INTEGER,
    created_at        INTEGER NOT NULL,
    delivered_at      INTEGER
) STRICT;

CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (endpoint, message);
CREATE INDEX webhook_deliveries_by_message ON webhook_deliveries (message);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    delivery          BLOB    NOT NULL REFERENCES webhook_deliveries (id),
    attempt_no        INTEGER NOT NULL,
    at                INTEGER NOT NULL,
    took_millis       INTEGER NOT NULL,
    status            INTEGER,
    answer            TEXT    NOT NULL,
    error             TEXT,
    PRIMARY KEY (delivery, attempt_no)
) STRICT;
