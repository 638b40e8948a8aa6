-- What a member of staff gave alone within a day is summed up before he may give more.

CREATE INDEX credit_requests_by_staff ON credit_requests (asked_by, asked_at);
