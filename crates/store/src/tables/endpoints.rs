//! Receivers of webhooks, what they are told, and how each telling went.

use money::{DeliveryId, EndpointId, MessageId, Timestamp};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{Hidden, row, words};

const INSERT_ENDPOINT: &str = "INSERT INTO webhook_endpoints (id, url, kinds, description, state, secret,
    previous_secret, previous_until, failing_since, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const ENDPOINTS: &str =
    "SELECT id, url, kinds, description, state, secret, previous_secret, previous_until, failing_since,
    created_at FROM webhook_endpoints ORDER BY id DESC";
const ENDPOINT: &str =
    "SELECT id, url, kinds, description, state, secret, previous_secret, previous_until, failing_since,
    created_at FROM webhook_endpoints WHERE id = $1";
const CHANGE_ENDPOINT: &str =
    "UPDATE webhook_endpoints SET url = $1, kinds = $2, description = $3, state = $4,
    secret = $5, previous_secret = $6, previous_until = $7, failing_since = $8 WHERE id = $9";
const DELETE_ENDPOINT: &str = "DELETE FROM webhook_endpoints WHERE id = $1";
const DELETE_DELIVERIES_OF: &str = "DELETE FROM webhook_deliveries WHERE endpoint = $1";
const DELETE_ATTEMPTS_OF: &str =
    "DELETE FROM webhook_attempts WHERE delivery IN (SELECT id FROM webhook_deliveries WHERE endpoint = $1)";

const INSERT_MESSAGE: &str = "INSERT INTO webhook_messages (message_no, id, kind, body, created_at)
    VALUES ($1, $2, $3, $4, $5)";
const LAST_MESSAGE_NO: &str = "SELECT coalesce(max(message_no), 0) FROM webhook_messages";
const MESSAGE: &str = "SELECT message_no, id, kind, body, created_at FROM webhook_messages WHERE id = $1";
const MESSAGES_AFTER: &str = "SELECT message_no, id, kind, body, created_at FROM webhook_messages
    WHERE message_no > $1 ORDER BY message_no LIMIT $2";

const INSERT_DELIVERY: &str = "INSERT INTO webhook_deliveries (id, endpoint, message, state, tries,
    next_attempt_at, created_at, delivered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const DELIVERY: &str = "SELECT id, endpoint, message, state, tries, next_attempt_at, created_at, delivered_at
    FROM webhook_deliveries WHERE id = $1";
const DELIVERIES: &str =
    "SELECT id, endpoint, message, state, tries, next_attempt_at, created_at, delivered_at
    FROM webhook_deliveries WHERE id < $1 ORDER BY id DESC LIMIT $2";
const DELIVERIES_OF: &str =
    "SELECT id, endpoint, message, state, tries, next_attempt_at, created_at, delivered_at
    FROM webhook_deliveries WHERE endpoint = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const DUE: &str = "SELECT id, endpoint, message, state, tries, next_attempt_at, created_at, delivered_at
    FROM webhook_deliveries WHERE endpoint = $1 AND next_attempt_at <= $2 ORDER BY next_attempt_at, id LIMIT $3";
const NEXT_DUE: &str = "SELECT min(next_attempt_at) FROM webhook_deliveries WHERE endpoint = $1
    AND next_attempt_at IS NOT NULL";
const SETTLE: &str = "UPDATE webhook_deliveries SET state = $1, tries = $2, next_attempt_at = $3,
    delivered_at = $4 WHERE id = $5";
const RELEASE: &str =
    "UPDATE webhook_deliveries SET state = 'waiting', next_attempt_at = $1 WHERE state = 'sending'";

const INSERT_ATTEMPT: &str = "INSERT INTO webhook_attempts (delivery, attempt_no, at, took_millis, status,
    answer, error) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LAST_ATTEMPT_NO: &str = "SELECT coalesce(max(attempt_no), 0) FROM webhook_attempts WHERE delivery = $1";
const ATTEMPTS: &str = "SELECT delivery, attempt_no, at, took_millis, status, answer, error
    FROM webhook_attempts WHERE delivery = $1 ORDER BY attempt_no DESC LIMIT $2";

const OLD_ATTEMPTS: &str = "DELETE FROM webhook_attempts WHERE delivery IN (SELECT id FROM webhook_deliveries
    WHERE created_at < $1 AND (next_attempt_at IS NULL
        OR endpoint IN (SELECT id FROM webhook_endpoints WHERE state <> 'enabled')))";
const OLD_DELIVERIES: &str =
    "DELETE FROM webhook_deliveries WHERE created_at < $1 AND (next_attempt_at IS NULL
    OR endpoint IN (SELECT id FROM webhook_endpoints WHERE state <> 'enabled'))";
const OLD_MESSAGES: &str = "DELETE FROM webhook_messages WHERE created_at < $1
    AND message_no < (SELECT max(message_no) FROM webhook_messages)
    AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE webhook_deliveries.message = webhook_messages.id)";

words! {
    /// Whether an endpoint is told anything, and why not.
    pub enum EndpointState {
        /// It is told.
        Enabled = "enabled",
        /// Somebody has turned it off.
        Disabled = "disabled",
        /// It answered 410 Gone.
        Gone = "gone",
        /// It failed for too long.
        Failing = "failing",
    }
}

words! {
    /// How far a delivery has come.
    pub enum DeliveryState {
        /// It is sent when its time has come.
        Waiting = "waiting",
        /// It is being sent.
        Sending = "sending",
        /// It was taken.
        Delivered = "delivered",
        /// Nothing more is tried.
        Failed = "failed",
    }
}

row! {
    /// A receiver of webhooks.
    pub struct Endpoint {
        /// Its name.
        pub id: EndpointId,
        /// Where it is.
        pub url: String,
        /// What it is told of: words with one blank between them; empty for everything.
        pub kinds: String,
        /// What people call it.
        pub description: String,
        /// Whether it is told.
        pub state: EndpointState,
        /// What messages are signed with.
        pub secret: Hidden<String>,
        /// What they were signed with before.
        pub previous_secret: Option<Hidden<String>>,
        /// Until when they are signed with that too.
        pub previous_until: Option<Timestamp>,
        /// Since when nothing was taken.
        pub failing_since: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

row! {
    /// What receivers are told, the same bytes for each of them and at each try.
    pub struct Message {
        /// Its place among all messages, from 1.
        pub message_no: u64,
        /// Its name for ever.
        pub id: MessageId,
        /// What it tells, as `credit.added`.
        pub kind: String,
        /// The JSON that is sent.
        pub body: String,
        /// When it was written.
        pub created_at: Timestamp,
    }
}

row! {
    /// The telling of a message to an endpoint.
    pub struct Delivery {
        /// Its name.
        pub id: DeliveryId,
        /// Who is told.
        pub endpoint: EndpointId,
        /// What.
        pub message: MessageId,
        /// How far it has come.
        pub state: DeliveryState,
        /// Tries since it was last asked for.
        pub tries: u32,
        /// When the next one may begin; while it is sent, when it counts as lost. `None` if nothing more is tried.
        pub next_attempt_at: Option<Timestamp>,
        /// When it was asked for first.
        pub created_at: Timestamp,
        /// When it was taken.
        pub delivered_at: Option<Timestamp>,
    }
}

row! {
    /// One try, and what was answered.
    pub struct Attempt {
        /// Of which delivery.
        pub delivery: DeliveryId,
        /// From 1.
        pub attempt_no: u32,
        /// When it began.
        pub at: Timestamp,
        /// How long it took, in milliseconds.
        pub took_millis: u32,
        /// The status that was answered; `None` if nothing was.
        pub status: Option<u16>,
        /// How the answer's body begins.
        pub answer: String,
        /// Why it does not count; `None` if it does.
        pub error: Option<String>,
    }
}

impl Reader<'_> {
    /// All endpoints, newest first. There are few: the program limits them.
    pub fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        self.all(ENDPOINTS, &[])
    }

    /// The endpoint of this name.
    pub fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
        self.one(ENDPOINT, &[&id])
    }

    /// The message of this name.
    pub fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.one(MESSAGE, &[&id])
    }

    /// The number of the newest message; 0 before the first.
    pub fn last_message_no(&self) -> Result<u64, StoreError> {
        Ok(self.one(LAST_MESSAGE_NO, &[])?.unwrap_or(0))
    }

    /// Messages behind this number, oldest first.
    pub fn messages_after(&self, message_no: u64, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.all(MESSAGES_AFTER, &[&message_no, &limit])
    }

    /// The delivery of this name.
    pub fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        self.one(DELIVERY, &[&id])
    }

    /// Deliveries, to all endpoints or to one, newest first.
    pub fn deliveries(
        &self,
        endpoint: Option<EndpointId>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Page<Delivery, DeliveryId>, StoreError> {
        let before = before_bytes(before.map(DeliveryId::as_u128));
        let rows = match endpoint {
            Some(endpoint) => self.all(DELIVERIES_OF, &[&endpoint, &&before[..], &rows_to_ask(limit)])?,
            None => self.all(DELIVERIES, &[&&before[..], &rows_to_ask(limit)])?,
        };
        Ok(page(rows, limit, |row: &Delivery| row.id))
    }

    /// When the next try for this endpoint is due.
    pub fn next_delivery_at(&self, endpoint: EndpointId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.one::<Option<Timestamp>>(NEXT_DUE, &[&endpoint])?.flatten())
    }

    /// The tries of a delivery, newest first.
    pub fn attempts(&self, delivery: DeliveryId, limit: u32) -> Result<Vec<Attempt>, StoreError> {
        self.all(ATTEMPTS, &[&delivery, &limit])
    }
}

impl Tx<'_> {
    /// Adds an endpoint.
    pub fn insert_endpoint(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.run(INSERT_ENDPOINT, &[endpoint])?;
        Ok(())
    }

    /// Makes an endpoint as it stands here; whether there is one of this name.
    pub fn change_endpoint(&self, endpoint: &Endpoint) -> Result<bool, StoreError> {
        let Endpoint { id, url, kinds, description, state, secret, .. } = endpoint;
        let Endpoint { previous_secret, previous_until, failing_since, .. } = endpoint;
        let values: [&dyn crate::stored::Bind; 9] =
            [url, kinds, description, state, secret, previous_secret, previous_until, failing_since, id];
        Ok(self.run(CHANGE_ENDPOINT, &values)? > 0)
    }

    /// Takes an endpoint away with all its deliveries.
    pub fn delete_endpoint(&self, id: EndpointId) -> Result<(), StoreError> {
        self.run(DELETE_ATTEMPTS_OF, &[&id])?;
        self.run(DELETE_DELIVERIES_OF, &[&id])?;
        self.run_one(DELETE_ENDPOINT, &[&id], id.to_string())
    }

    /// Adds a message under the next number, whatever number it carries; false if it is there already.
    pub fn insert_message(&self, message: &Message) -> Result<bool, StoreError> {
        if self.message(message.id)?.is_some() {
            return Ok(false);
        }
        let message_no = self.last_message_no()? + 1;
        self.run(INSERT_MESSAGE, &[&Message { message_no, ..message.clone() }])?;
        Ok(true)
    }

    /// Adds a delivery.
    pub fn insert_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        self.run(INSERT_DELIVERY, &[delivery])?;
        Ok(())
    }

    /// Takes at most `limit` deliveries to this endpoint that are due at `now`, the longest due first. They are due again at
    /// `lease_until` unless they are settled before.
    pub fn claim_deliveries(
        &self,
        endpoint: EndpointId,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut due: Vec<Delivery> = self.all(DUE, &[&endpoint, &now, &limit])?;
        for delivery in &mut due {
            delivery.state = DeliveryState::Sending;
            delivery.next_attempt_at = Some(lease_until);
            self.settle_delivery(delivery)?;
        }
        Ok(due)
    }

    /// Writes down how far a delivery has come. One that was taken away meanwhile stays away.
    pub fn settle_delivery(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        let Delivery { id, state, tries, next_attempt_at, delivered_at, .. } = delivery;
        Ok(self.run(SETTLE, &[state, tries, next_attempt_at, delivered_at, id])? > 0)
    }

    /// Makes every delivery that was being sent due `now`: whoever sent it is no more.
    pub fn release_deliveries(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(RELEASE, &[&now])
    }

    /// Adds a try under the delivery's next number, whatever number it carries.
    pub fn insert_attempt(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let last: u32 = self.one(LAST_ATTEMPT_NO, &[&attempt.delivery])?.unwrap_or(0);
        self.run(INSERT_ATTEMPT, &[&Attempt { attempt_no: last + 1, ..attempt.clone() }])?;
        Ok(())
    }

    /// Drops deliveries from before `at` that nothing more is tried for or whose endpoint is told nothing, and messages that none is left of; how many messages. The
    /// newest message stays, so that no number is given twice.
    pub fn delete_messages_before(&self, at: Timestamp) -> Result<usize, StoreError> {
        self.run(OLD_ATTEMPTS, &[&at])?;
        self.run(OLD_DELIVERIES, &[&at])?;
        self.run(OLD_MESSAGES, &[&at])
    }
}
