-- Since when a plan has had a fee without a break: months before that are not billed late. Of plans of before it is known since when they are there.
ALTER TABLE plans ADD COLUMN fee_since BIGINT;
UPDATE plans SET fee_since = created_at WHERE fee > 0;

-- The oldest line of each plan says from which month on there was something to bill.
CREATE INDEX line_view_by_plan ON line_view (plan_no, opened_at) WHERE status <> 'cancelled';

-- How often a server has refused a mail for good: what it put off does not count among it.
ALTER TABLE mails ADD COLUMN refusals BIGINT NOT NULL DEFAULT 0;
