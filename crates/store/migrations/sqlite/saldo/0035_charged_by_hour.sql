-- What was charged by hour, so that it is use as metered use is: what charges took, and what of charges was given back, each in the hour
-- in which the statement has it. The hours before come from the entries, as a projector would make them from the journal.
CREATE TABLE charged_view (
    wallet_no       INTEGER NOT NULL,
    hour            INTEGER NOT NULL,
    charge_kind_no  INTEGER NOT NULL,
    charges         INTEGER NOT NULL,
    charged         INTEGER NOT NULL,
    reversals       INTEGER NOT NULL,
    reversed        INTEGER NOT NULL,
    PRIMARY KEY (wallet_no, hour, charge_kind_no)
) STRICT, WITHOUT ROWID;

INSERT INTO charged_view (wallet_no, hour, charge_kind_no, charges, charged, reversals, reversed)
SELECT wallet_no, (at - at % 3600000000) / 3600000000, charge_kind_no,
    sum(CASE WHEN kind = 'charge' THEN 1 ELSE 0 END), sum(CASE WHEN kind = 'charge' THEN -amount ELSE 0 END),
    sum(CASE WHEN kind = 'reversal' THEN 1 ELSE 0 END), sum(CASE WHEN kind = 'reversal' THEN amount ELSE 0 END)
FROM entry_view WHERE charge_kind_no IS NOT NULL
GROUP BY wallet_no, (at - at % 3600000000) / 3600000000, charge_kind_no;
