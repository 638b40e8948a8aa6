-- Reconciliation with Stripe: what moved its balance, how far its lists were read, and each comparison with the books.

-- Amounts are in minor units of the currency, as Stripe tells them.
CREATE TABLE stripe_movements (
    id           TEXT    NOT NULL PRIMARY KEY,
    kind         TEXT    NOT NULL,
    sort         TEXT    NOT NULL,
    amount       INTEGER NOT NULL,
    fee          INTEGER NOT NULL,
    currency     TEXT    NOT NULL,
    source       TEXT,
    made_at      INTEGER NOT NULL,
    standing     TEXT    NOT NULL,
    payment      BLOB    REFERENCES payments (id),
    cause        TEXT,
    matched      INTEGER NOT NULL,
    fee_matched  INTEGER NOT NULL,
    intent       BLOB    REFERENCES intents (id),
    fee_intent   BLOB    REFERENCES intents (id),
    is_settled   INTEGER NOT NULL
) STRICT;

CREATE INDEX stripe_movements_open ON stripe_movements (id) WHERE is_settled = 0;
CREATE INDEX stripe_movements_by_source ON stripe_movements (source);
CREATE INDEX stripe_movements_by_payment ON stripe_movements (payment);
CREATE INDEX stripe_movements_by_intent ON stripe_movements (intent);
CREATE INDEX stripe_movements_by_fee_intent ON stripe_movements (fee_intent);

-- A list of Stripe's is walked from its newest item to its oldest: from `until_at` back to `from_at`, as far as `after`.
CREATE TABLE stripe_walks (
    list      TEXT    NOT NULL PRIMARY KEY,
    done_to   INTEGER NOT NULL,
    from_at   INTEGER,
    until_at  INTEGER,
    after     TEXT
) STRICT;

CREATE TABLE reconciliation_runs (
    run_no         INTEGER NOT NULL PRIMARY KEY,
    asked_by       TEXT,
    since          INTEGER,
    asked_at       INTEGER NOT NULL,
    started_at     INTEGER,
    finished_at    INTEGER,
    failing_since  INTEGER,
    problem        TEXT,
    topups         INTEGER NOT NULL,
    events         INTEGER NOT NULL,
    movements      INTEGER NOT NULL,
    drifting       INTEGER NOT NULL,
    result         TEXT
) STRICT;

CREATE INDEX reconciliation_runs_open ON reconciliation_runs (run_no) WHERE finished_at IS NULL;
CREATE INDEX topups_open ON topups (id) WHERE state = 'open';
