-- Traffic that routers tell apart and that plans do not count.
CREATE TABLE named_traffic (
    traffic_no  INTEGER NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE
) STRICT;

ALTER TABLE plans ADD COLUMN zero_rated TEXT NOT NULL DEFAULT '';
ALTER TABLE routers ADD COLUMN counts_all INTEGER NOT NULL DEFAULT 1;
ALTER TABLE session_view ADD COLUMN traffic_no INTEGER;

CREATE TABLE zero_rated_view (
    wallet_no   INTEGER NOT NULL,
    hour        INTEGER NOT NULL,
    traffic_no  INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    PRIMARY KEY (wallet_no, hour, traffic_no)
) STRICT, WITHOUT ROWID;
