-- Invoices, the monthly run that makes them, and lines blocked because something is overdue.

-- One a month for each customer who owes something.
CREATE TABLE invoices (
    id          BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    number      BIGINT NOT NULL UNIQUE,
    customer    BYTEA  NOT NULL REFERENCES customers (id),
    month       TEXT   NOT NULL,
    total       BIGINT NOT NULL CHECK (total >= 0),
    unit        BYTEA  NOT NULL CHECK (length(unit) = 8),
    due_on      TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    paid_at     BIGINT,
    paid_by     TEXT,
    UNIQUE (customer, month)
);

CREATE INDEX invoices_by_month ON invoices (month, number);
CREATE INDEX invoices_by_state ON invoices (state, due_on);

CREATE TABLE invoice_lines (
    invoice   BYTEA  NOT NULL REFERENCES invoices (id),
    ordinal   BIGINT NOT NULL,
    kind      TEXT   NOT NULL,
    line      BYTEA  NOT NULL REFERENCES lines (id),
    purchase  BYTEA  UNIQUE,
    quantity  BIGINT,
    what      TEXT   NOT NULL,
    amount    BIGINT NOT NULL,
    unit      BYTEA  NOT NULL CHECK (length(unit) = 8),
    PRIMARY KEY (invoice, ordinal)
);

-- What staff adds to the next invoice, or takes off it.
CREATE TABLE invoice_adjustments (
    id          BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer    BYTEA  NOT NULL REFERENCES customers (id),
    amount      BIGINT NOT NULL CHECK (amount <> 0),
    unit        BYTEA  NOT NULL CHECK (length(unit) = 8),
    reason      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    invoice     BYTEA  REFERENCES invoices (id)
);

CREATE INDEX invoice_adjustments_by_customer ON invoice_adjustments (customer, invoice);

-- How far the run of a month has come.
CREATE TABLE billing_runs (
    month        TEXT   NOT NULL PRIMARY KEY,
    due_on       TEXT   NOT NULL,
    started_at   BIGINT NOT NULL,
    after        BYTEA  NOT NULL,
    customers    BIGINT NOT NULL,
    done         BIGINT NOT NULL,
    invoices     BIGINT NOT NULL,
    finished_at  BIGINT
);

-- Lines that were blocked because something was overdue, and whom we have trusted since.
CREATE TABLE overdue_lines (
    line            BYTEA  NOT NULL PRIMARY KEY REFERENCES lines (id),
    blocked_at      BIGINT,
    trusted_cycle   BIGINT,
    trusted_until   BIGINT
);

ALTER TABLE boletos ADD COLUMN invoice BYTEA REFERENCES invoices (id);
CREATE UNIQUE INDEX boletos_by_invoice ON boletos (invoice);
CREATE INDEX boletos_by_due ON boletos (state, due_on);

ALTER TABLE settlements ADD COLUMN invoice BYTEA REFERENCES invoices (id);
CREATE INDEX settlements_by_invoice ON settlements (invoice);

-- How many days after the due day a line is blocked; none: never.
ALTER TABLE plans ADD COLUMN block_after_days BIGINT;
