-- Since when each money wallet is below its threshold, and how many are: what staff see first of those who are near zero.

ALTER TABLE balance_told ADD COLUMN low_since INTEGER NOT NULL DEFAULT 0;

CREATE INDEX balance_told_low ON balance_told (low_since, wallet_no) WHERE is_low = 1;

-- How many wallets were below their thresholds at the end of each quarter of an hour in which that changed.
CREATE TABLE low_balance_counts (
    quarter  INTEGER NOT NULL PRIMARY KEY,
    low      INTEGER NOT NULL
) STRICT;

INSERT INTO low_balance_counts (quarter, low)
    SELECT CAST(strftime('%s', 'now') AS INTEGER) / 900, counted.low
    FROM (SELECT count(*) AS low FROM balance_told WHERE is_low = 1) AS counted WHERE counted.low > 0;
