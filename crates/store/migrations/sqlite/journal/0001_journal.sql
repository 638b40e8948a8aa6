-- The truth: one row per batch of decisions, chained by hash. Rows are never updated or deleted.
CREATE TABLE journal (
    book      INTEGER NOT NULL,
    position  INTEGER NOT NULL CHECK (position > 0),
    epoch     INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    body      BLOB    NOT NULL,
    PRIMARY KEY (book, position)
) STRICT, WITHOUT ROWID;

-- What can be made again from the journal: snapshots (number = position) and runs of seen keys (number = hour).
-- A row counts only once `whole` is 1; its pieces are written before that, each in its own transaction.
CREATE TABLE derived (
    id        INTEGER NOT NULL PRIMARY KEY,
    kind      TEXT    NOT NULL CHECK (kind IN ('snapshot', 'run')),
    number    INTEGER NOT NULL,
    digest    INTEGER NOT NULL,
    whole     INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;

CREATE INDEX derived_by_number ON derived (kind, number, id);

CREATE TABLE derived_piece (
    derived   INTEGER NOT NULL,
    ordinal   INTEGER NOT NULL,
    body      BLOB    NOT NULL,
    PRIMARY KEY (derived, ordinal)
) STRICT, WITHOUT ROWID;
