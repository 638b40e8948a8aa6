-- Files exchanged with the bank about boletos, and what a person must look at.

-- What the book is asked when a boleto is paid, with everything by value: written with the boleto.
CREATE TABLE boleto_intents (
    boleto   BYTEA NOT NULL PRIMARY KEY REFERENCES boletos (id),
    kind     TEXT NOT NULL,
    payload  TEXT NOT NULL
);

CREATE TABLE remittances (
    file_number  BIGINT NOT NULL PRIMARY KEY CHECK (file_number BETWEEN 1 AND 999999),
    created_at   BIGINT NOT NULL,
    titles       BIGINT NOT NULL,
    body         TEXT   NOT NULL
);

CREATE TABLE bank_returns (
    return_no    BIGINT NOT NULL PRIMARY KEY,
    file_number  BIGINT NOT NULL,
    file_hash    BYTEA  NOT NULL UNIQUE CHECK (length(file_hash) = 32),
    loaded_at    BIGINT NOT NULL,
    entries      BIGINT NOT NULL
);

CREATE INDEX bank_returns_by_number ON bank_returns (file_number);

CREATE TABLE bank_findings (
    finding_no  BIGINT NOT NULL PRIMARY KEY,
    code        TEXT   NOT NULL,
    boleto      BYTEA  REFERENCES boletos (id),
    return_no   BIGINT REFERENCES bank_returns (return_no),
    file_line   BIGINT,
    detail      TEXT   NOT NULL,
    found_at    BIGINT NOT NULL
);

CREATE INDEX bank_findings_by_boleto ON bank_findings (boleto, code);
