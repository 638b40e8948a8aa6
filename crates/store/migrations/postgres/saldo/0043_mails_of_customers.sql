-- To whom a mail was written, whatever address it went to: a customer has several, and changes them.

ALTER TABLE mails ADD COLUMN customer BYTEA;
UPDATE mails SET customer = (SELECT logins.customer FROM logins WHERE logins.email = mails.recipient)
    WHERE kind NOT IN ('staff_invitation', 'staff_password_reset', 'endpoint_off', 'refund_failed', 'request_rejected', 'sign_up');
UPDATE mails SET customer = (SELECT customers.id FROM customers WHERE customers.email = mails.recipient)
    WHERE customer IS NULL
    AND kind NOT IN ('staff_invitation', 'staff_password_reset', 'endpoint_off', 'refund_failed', 'request_rejected', 'sign_up');
CREATE INDEX mails_by_customer ON mails (customer, created_at, id) WHERE customer IS NOT NULL;
