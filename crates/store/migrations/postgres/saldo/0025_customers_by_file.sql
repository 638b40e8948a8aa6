-- Customers of an API company by file, beside subscribers; and how each customer came.

ALTER TABLE imports ADD COLUMN kind TEXT NOT NULL DEFAULT 'subscribers';
ALTER TABLE imports ADD COLUMN bought BIGINT NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN promotional BIGINT NOT NULL DEFAULT 0;

CREATE INDEX imports_by_kind ON imports (kind, import_no);

-- Who has no row was there before this was kept.
CREATE TABLE customer_origins (
    customer   BYTEA   NOT NULL PRIMARY KEY REFERENCES customers (id),
    origin     TEXT    NOT NULL,
    import_no  BIGINT,
    terms_url  TEXT,
    at         BIGINT NOT NULL
);

-- E-mails whose owner has had the welcome credit, as keyed hashes: they outlive the customer.
CREATE TABLE welcomed (
    mark  BYTEA   NOT NULL PRIMARY KEY CHECK (length(mark) = 16),
    at    BIGINT NOT NULL
);

-- Who signed up and has not confirmed his e-mail: no customer, no wallet, no credit. Both hashes are of secrets: of the page that may ask
-- for the mail again, and of the link in the newest mail.
CREATE TABLE sign_ups (
    page_hash      BYTEA   NOT NULL PRIMARY KEY CHECK (length(page_hash) = 32),
    token_hash     BYTEA   NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    email          TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    password_hash  TEXT    NOT NULL,
    locale         TEXT    NOT NULL,
    terms_url      TEXT,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    mails          BIGINT NOT NULL
);

CREATE INDEX sign_ups_by_email ON sign_ups (email);
CREATE INDEX sign_ups_by_expiry ON sign_ups (expires_at);
