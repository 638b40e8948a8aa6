-- How subscribers get in: files of them that were taken, and codes for a first password that staff read out.

-- A newer code of a login takes the place of the older one.
CREATE TABLE access_codes (
    login       BLOB    NOT NULL PRIMARY KEY REFERENCES logins (id),
    code_hash   TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    tries_left  INTEGER NOT NULL CHECK (tries_left >= 0)
) STRICT;

-- The intents of an import were drawn one after the other: those from the first to the last that are open say how far the book is.
CREATE TABLE imports (
    import_no     INTEGER NOT NULL PRIMARY KEY,
    file_name     TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    customers     INTEGER NOT NULL,
    lines         INTEGER NOT NULL,
    known         INTEGER NOT NULL,
    intents       INTEGER NOT NULL,
    first_intent  BLOB    NOT NULL CHECK (length(first_intent) = 16),
    last_intent   BLOB    NOT NULL CHECK (length(last_intent) = 16)
) STRICT;
