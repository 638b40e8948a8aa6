-- Traffic that routers tell apart and that plans do not count.
CREATE TABLE named_traffic (
    traffic_no  BIGINT NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL UNIQUE
);

ALTER TABLE plans ADD COLUMN zero_rated TEXT NOT NULL DEFAULT '';
ALTER TABLE routers ADD COLUMN counts_all BIGINT NOT NULL DEFAULT 1;
ALTER TABLE session_view ADD COLUMN traffic_no BIGINT;

CREATE TABLE zero_rated_view (
    wallet_no   BIGINT NOT NULL,
    hour        BIGINT NOT NULL,
    traffic_no  BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    PRIMARY KEY (wallet_no, hour, traffic_no)
);
