-- How subscribers get in: files of them that were taken, and codes for a first password that staff read out.

-- A newer code of a login takes the place of the older one.
CREATE TABLE access_codes (
    login       BYTEA  NOT NULL PRIMARY KEY REFERENCES logins (id),
    code_hash   TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    tries_left  BIGINT NOT NULL CHECK (tries_left >= 0)
);

-- The intents of an import were drawn one after the other: those from the first to the last that are open say how far the book is.
CREATE TABLE imports (
    import_no     BIGINT NOT NULL PRIMARY KEY,
    file_name     TEXT   NOT NULL,
    actor         TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    customers     BIGINT NOT NULL,
    lines         BIGINT NOT NULL,
    known         BIGINT NOT NULL,
    intents       BIGINT NOT NULL,
    first_intent  BYTEA  NOT NULL CHECK (length(first_intent) = 16),
    last_intent   BYTEA  NOT NULL CHECK (length(last_intent) = 16)
);
