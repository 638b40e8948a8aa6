-- The truth: one row per batch of decisions, chained by hash. Rows are never updated or deleted.
CREATE TABLE journal (
    book      BIGINT NOT NULL,
    position  BIGINT NOT NULL CHECK (position > 0),
    epoch     BIGINT NOT NULL,
    hash      BYTEA  NOT NULL CHECK (length(hash) = 32),
    body      BYTEA  NOT NULL,
    PRIMARY KEY (book, position)
);

-- What can be made again from the journal: snapshots (number = position) and runs of seen keys (number = hour).
-- A row counts only once `whole` is 1; its pieces are written before that, each in its own transaction.
CREATE TABLE derived (
    id        BIGINT NOT NULL PRIMARY KEY,
    kind      TEXT   NOT NULL CHECK (kind IN ('snapshot', 'run')),
    number    BIGINT NOT NULL,
    digest    BIGINT NOT NULL,
    whole     BIGINT NOT NULL CHECK (whole IN (0, 1))
);

CREATE INDEX derived_by_number ON derived (kind, number, id);

CREATE TABLE derived_piece (
    derived   BIGINT NOT NULL,
    ordinal   BIGINT NOT NULL,
    body      BYTEA  NOT NULL,
    PRIMARY KEY (derived, ordinal)
);
