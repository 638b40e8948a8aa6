-- Invoices, the monthly run that makes them, and lines blocked because something is overdue.

-- One a month for each customer who owes something.
CREATE TABLE invoices (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    number      INTEGER NOT NULL UNIQUE,
    customer    BLOB    NOT NULL REFERENCES customers (id),
    month       TEXT    NOT NULL,
    total       INTEGER NOT NULL CHECK (total >= 0),
    unit        BLOB    NOT NULL CHECK (length(unit) = 8),
    due_on      TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    paid_at     INTEGER,
    paid_by     TEXT,
    UNIQUE (customer, month)
) STRICT;

CREATE INDEX invoices_by_month ON invoices (month, number);
CREATE INDEX invoices_by_state ON invoices (state, due_on);

CREATE TABLE invoice_lines (
    invoice   BLOB    NOT NULL REFERENCES invoices (id),
    ordinal   INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    line      BLOB    NOT NULL REFERENCES lines (id),
    purchase  BLOB    UNIQUE,
    quantity  INTEGER,
    what      TEXT    NOT NULL,
    amount    INTEGER NOT NULL,
    unit      BLOB    NOT NULL CHECK (length(unit) = 8),
    PRIMARY KEY (invoice, ordinal)
) STRICT;

-- What staff adds to the next invoice, or takes off it.
CREATE TABLE invoice_adjustments (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer    BLOB    NOT NULL REFERENCES customers (id),
    amount      INTEGER NOT NULL CHECK (amount <> 0),
    unit        BLOB    NOT NULL CHECK (length(unit) = 8),
    reason      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    invoice     BLOB    REFERENCES invoices (id)
) STRICT;

CREATE INDEX invoice_adjustments_by_customer ON invoice_adjustments (customer, invoice);

-- How far the run of a month has come.
CREATE TABLE billing_runs (
    month        TEXT    NOT NULL PRIMARY KEY,
    due_on       TEXT    NOT NULL,
    started_at   INTEGER NOT NULL,
    after        BLOB    NOT NULL,
    customers    INTEGER NOT NULL,
    done         INTEGER NOT NULL,
    invoices     INTEGER NOT NULL,
    finished_at  INTEGER
) STRICT;

-- Lines that were blocked because something was overdue, and whom we have trusted since.
CREATE TABLE overdue_lines (
    line            BLOB    NOT NULL PRIMARY KEY REFERENCES lines (id),
    blocked_at      INTEGER,
    trusted_cycle   INTEGER,
    trusted_until   INTEGER
) STRICT;

ALTER TABLE boletos ADD COLUMN invoice BLOB REFERENCES invoices (id);
CREATE UNIQUE INDEX boletos_by_invoice ON boletos (invoice);
CREATE INDEX boletos_by_due ON boletos (state, due_on);

ALTER TABLE settlements ADD COLUMN invoice BLOB REFERENCES invoices (id);
CREATE INDEX settlements_by_invoice ON settlements (invoice);

-- How many days after the due day a line is blocked; none: never.
ALTER TABLE plans ADD COLUMN block_after_days INTEGER;
