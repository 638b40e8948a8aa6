-- By which a member of staff chooses a new password who forgot his, or whom an admin sent one.
CREATE TABLE staff_links (
    token_hash  BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    staff       BLOB    NOT NULL REFERENCES staff (id),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX staff_links_by_staff ON staff_links (staff);
