-- The changes of one thing, newest first: why a line is blocked, and by whom.
CREATE INDEX audit_by_object ON audit (object, audit_no);

-- With what a line authenticated before. Sessions that began until then are counted to it still.
CREATE TABLE former_logins (
    login  TEXT NOT NULL,
    until  INTEGER NOT NULL,
    line   BLOB NOT NULL REFERENCES lines (id),
    PRIMARY KEY (login, until, line)
) STRICT;

CREATE INDEX former_logins_by_line ON former_logins (line, until);

-- Routers that were taken away. Their numbers are not given again, and what they once reported keeps the name of its place.
CREATE TABLE removed_routers (
    nas_no      INTEGER NOT NULL PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name        TEXT NOT NULL,
    removed_at  INTEGER NOT NULL
) STRICT;
