-- What routers call the services that they tell apart, listed in a plan or not, and when one did last.
CREATE TABLE services_seen (
    name     TEXT    NOT NULL PRIMARY KEY,
    seen_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
