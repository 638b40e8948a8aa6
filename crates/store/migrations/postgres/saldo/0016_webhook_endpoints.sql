-- Webhooks that we send: to whom, what, and how each telling went.

CREATE TABLE webhook_endpoints (
    id                BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    url               TEXT    NOT NULL,
    kinds             TEXT    NOT NULL,
    description       TEXT    NOT NULL,
    state             TEXT    NOT NULL,
    secret            TEXT    NOT NULL,
    previous_secret   TEXT,
    previous_until    BIGINT,
    failing_since     BIGINT,
    created_at        BIGINT  NOT NULL
);

CREATE TABLE webhook_messages (
    message_no        BIGINT  NOT NULL PRIMARY KEY,
    id                BYTEA   NOT NULL UNIQUE CHECK (length(id) = 16),
    kind              TEXT    NOT NULL,
    body              TEXT    NOT NULL,
    created_at        BIGINT  NOT NULL
);

CREATE TABLE webhook_deliveries (
    id                BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    endpoint          BYTEA   NOT NULL REFERENCES webhook_endpoints (id),
    message           BYTEA   NOT NULL REFERENCES webhook_messages (id),
    state             TEXT    NOT NULL,
    tries             BIGINT  NOT NULL,
    next_attempt_at   BIGINT,
    created_at        BIGINT  NOT NULL,
    delivered_at      BIGINT
);

CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (endpoint, message);
CREATE INDEX webhook_deliveries_by_message ON webhook_deliveries (message);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    delivery          BYTEA   NOT NULL REFERENCES webhook_deliveries (id),
    attempt_no        BIGINT  NOT NULL,
    at                BIGINT  NOT NULL,
    took_millis       BIGINT  NOT NULL,
    status            BIGINT,
    answer            TEXT    NOT NULL,
    error             TEXT,
    PRIMARY KEY (delivery, attempt_no)
);
