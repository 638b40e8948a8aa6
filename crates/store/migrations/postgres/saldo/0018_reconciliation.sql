-- Reconciliation with Stripe: what moved its balance, how far its lists were read, and each comparison with the books.

-- Amounts are in minor units of the currency, as Stripe tells them.
CREATE TABLE stripe_movements (
    id             TEXT    NOT NULL PRIMARY KEY,
    kind           TEXT    NOT NULL,
    sort           TEXT    NOT NULL,
    amount         BIGINT  NOT NULL,
    fee            BIGINT  NOT NULL,
    currency       TEXT    NOT NULL,
    source         TEXT,
    made_at        BIGINT  NOT NULL,
    standing       TEXT    NOT NULL,
    payment        BYTEA   REFERENCES payments (id),
    cause          TEXT,
    matched        BIGINT  NOT NULL,
    fee_matched    BIGINT  NOT NULL,
    intent         BYTEA   REFERENCES intents (id),
    fee_intent     BYTEA   REFERENCES intents (id),
    is_settled     BIGINT  NOT NULL
);

CREATE INDEX stripe_movements_open ON stripe_movements (id) WHERE is_settled = 0;
CREATE INDEX stripe_movements_by_source ON stripe_movements (source);
CREATE INDEX stripe_movements_by_payment ON stripe_movements (payment);
CREATE INDEX stripe_movements_by_intent ON stripe_movements (intent);
CREATE INDEX stripe_movements_by_fee_intent ON stripe_movements (fee_intent);

-- A list of Stripe's is walked from its newest item to its oldest: from `until_at` back to `from_at`, as far as `after`.
CREATE TABLE stripe_walks (
    list           TEXT    NOT NULL PRIMARY KEY,
    done_to        BIGINT  NOT NULL,
    from_at        BIGINT,
    until_at       BIGINT,
    after          TEXT
);

CREATE TABLE reconciliation_runs (
    run_no         BIGINT  NOT NULL PRIMARY KEY,
    asked_by       TEXT,
    since          BIGINT,
    asked_at       BIGINT  NOT NULL,
    started_at     BIGINT,
    finished_at    BIGINT,
    failing_since  BIGINT,
    problem        TEXT,
    topups         BIGINT  NOT NULL,
    events         BIGINT  NOT NULL,
    movements      BIGINT  NOT NULL,
    drifting       BIGINT  NOT NULL,
    result         TEXT
);

CREATE INDEX reconciliation_runs_open ON reconciliation_runs (run_no) WHERE finished_at IS NULL;
CREATE INDEX topups_open ON topups (id) WHERE state = 'open';
