-- What staff said of the operator's brand, one row for each time they saved it; the newest is in force. A text that is empty is taken
-- from the configuration file. Of logos only the one in force is kept.

CREATE TABLE brand_versions (
    version        INTEGER NOT NULL PRIMARY KEY,
    name           TEXT NOT NULL,
    support_email  TEXT NOT NULL,
    support_phone  TEXT NOT NULL,
    terms_url      TEXT NOT NULL,
    colour         TEXT NOT NULL,
    language       TEXT NOT NULL,
    legal_name     TEXT NOT NULL,
    tax_id         TEXT NOT NULL,
    address        TEXT NOT NULL,
    tax_line       TEXT NOT NULL,
    logo           TEXT,
    saved_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE brand_logos (
    hash      TEXT NOT NULL PRIMARY KEY,
    width     INTEGER NOT NULL,
    height    INTEGER NOT NULL,
    png       BLOB NOT NULL,
    saved_at  INTEGER NOT NULL
) STRICT;
