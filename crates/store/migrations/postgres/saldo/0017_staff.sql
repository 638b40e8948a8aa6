-- Four roles take the place of two; staff can be shut out; whoever is invited stands apart until he has chosen a password.
UPDATE staff SET role = 'admin' WHERE role = 'administrator';
UPDATE staff SET role = 'read_only' WHERE role = 'viewer';
ALTER TABLE staff ADD COLUMN disabled_at BIGINT;

CREATE TABLE staff_invitations (
    id          BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email       TEXT   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    token_hash  BYTEA  NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    locale      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);

-- Staff who sees the portal as a customer does, for a while and without changing anything.
CREATE TABLE portal_views (
    token_hash  BYTEA  NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    staff       BYTEA  NOT NULL REFERENCES staff (id),
    customer    BYTEA  NOT NULL REFERENCES customers (id),
    csrf        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);

CREATE INDEX portal_views_by_staff ON portal_views (staff);
