-- What staff do for customers: refunds that were ordered, and credit that was asked for.

-- Written down before the provider is asked; at most one of a payment waits for the provider's answer.
CREATE TABLE refund_orders (
    id               BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    payment          BYTEA   NOT NULL REFERENCES payments (id),
    amount           BIGINT  NOT NULL CHECK (amount > 0),
    unit             BYTEA   NOT NULL CHECK (length(unit) = 8),
    reason           TEXT,
    note             TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    provider_refund  TEXT,
    error            TEXT,
    ordered_by       TEXT    NOT NULL,
    ordered_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL
);

CREATE INDEX refund_orders_by_payment ON refund_orders (payment, id);
CREATE UNIQUE INDEX refund_orders_open ON refund_orders (payment) WHERE state = 'open';

-- Its name is the key of the command that it becomes.
CREATE TABLE credit_requests (
    id          BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer    BYTEA   NOT NULL REFERENCES customers (id),
    wallet      BYTEA   NOT NULL REFERENCES wallets (id),
    direction   TEXT    NOT NULL,
    amount      BIGINT  NOT NULL CHECK (amount > 0),
    unit        BYTEA   NOT NULL CHECK (length(unit) = 8),
    reason      TEXT    NOT NULL,
    note        TEXT    NOT NULL,
    expires_at  BIGINT ,
    state       TEXT    NOT NULL,
    refusal     TEXT,
    asked_by    BYTEA   NOT NULL REFERENCES staff (id),
    asked_at    BIGINT  NOT NULL,
    decided_by  BYTEA   REFERENCES staff (id),
    decided_at  BIGINT 
);

CREATE INDEX credit_requests_by_state ON credit_requests (state, id);
CREATE INDEX credit_requests_by_customer ON credit_requests (customer, asked_at);

-- Lists of all customers' payments and of one customer's mails, and payments found by their card.
CREATE INDEX payments_by_time ON payments (occurred_at, id);
CREATE INDEX payments_by_status ON payments (status, occurred_at, id);
CREATE INDEX payments_refunded ON payments (occurred_at, id) WHERE refunded > 0;
CREATE INDEX payments_disputed ON payments (occurred_at, id) WHERE dispute_state IS NOT NULL;
CREATE INDEX payments_by_card ON payments (card_last4, customer) WHERE card_last4 IS NOT NULL;
CREATE INDEX payments_by_provider_charge ON payments (provider_charge) WHERE provider_charge IS NOT NULL;
CREATE INDEX mails_by_recipient ON mails (recipient, created_at, id);
