-- Files exchanged with the bank about boletos, and what a person must look at.

-- What the book is asked when a boleto is paid, with everything by value: written with the boleto.
CREATE TABLE boleto_intents (
    boleto   BLOB NOT NULL PRIMARY KEY REFERENCES boletos (id),
    kind     TEXT NOT NULL,
    payload  TEXT NOT NULL
) STRICT;

CREATE TABLE remittances (
    file_number  INTEGER NOT NULL PRIMARY KEY CHECK (file_number BETWEEN 1 AND 999999),
    created_at   INTEGER NOT NULL,
    titles       INTEGER NOT NULL,
    body         TEXT    NOT NULL
) STRICT;

CREATE TABLE bank_returns (
    return_no    INTEGER NOT NULL PRIMARY KEY,
    file_number  INTEGER NOT NULL,
    file_hash    BLOB    NOT NULL UNIQUE CHECK (length(file_hash) = 32),
    loaded_at    INTEGER NOT NULL,
    entries      INTEGER NOT NULL
) STRICT;

CREATE INDEX bank_returns_by_number ON bank_returns (file_number);

CREATE TABLE bank_findings (
    finding_no  INTEGER NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL,
    boleto      BLOB    REFERENCES boletos (id),
    return_no   INTEGER REFERENCES bank_returns (return_no),
    file_line   INTEGER,
    detail      TEXT    NOT NULL,
    found_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX bank_findings_by_boleto ON bank_findings (boleto, code);
