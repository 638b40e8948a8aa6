//! What the sandbox remembers, in one SQLite database of its own: Stripe's objects as JSON, the numbers behind saved test
//! cards, idempotent answers, webhook deliveries.
//!
//! Owns all SQL of the sandbox, and that everything of one request happens together or not at all. Knows no rule of
//! Stripe's: what objects hold and mean is decided in `api`, `payment` and `page`.

mod deliveries;
mod later;

use std::cell::Cell;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, named_params, params};
use serde_json::{Value, json};

use crate::faults::{FaultSettings, Faults};
use crate::ids::new_id;
use crate::test_cards::{self, TestCard};

/// Raised when the tables change; a database of a number not known here is refused.
const SCHEMA: i64 = 2;
/// How long an idempotent answer is kept, in milliseconds: Stripe keeps it for at least 24 hours.
const IDEMPOTENCY_KEPT_MS: i64 = 24 * 3_600 * 1_000;

/// Most objects that are looked at when all of a kind are wanted.
const ALL_ROWS_MAX: u32 = 10_000;

pub(crate) use deliveries::{Delivery, DeliveryState, Order};
pub(crate) use later::Later;

const TABLES: &str = "
CREATE TABLE object (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    kind           TEXT NOT NULL,
    body           TEXT NOT NULL,
    customer       TEXT GENERATED ALWAYS AS (json_extract(body, '$.customer')) VIRTUAL,
    payment_intent TEXT GENERATED ALWAYS AS (json_extract(body, '$.payment_intent')) VIRTUAL,
    status         TEXT GENERATED ALWAYS AS (json_extract(body, '$.status')) VIRTUAL,
    type           TEXT GENERATED ALWAYS AS (json_extract(body, '$.type')) VIRTUAL
);
CREATE INDEX object_by_kind ON object (kind, seq);
CREATE INDEX object_by_status ON object (kind, status);
CREATE INDEX object_by_customer ON object (customer, kind, seq);
CREATE INDEX object_by_payment_intent ON object (payment_intent, kind, seq);
CREATE TABLE session_terms (session TEXT PRIMARY KEY, terms TEXT NOT NULL);
CREATE TABLE card (payment_method TEXT PRIMARY KEY, number TEXT NOT NULL, used INTEGER NOT NULL);
CREATE TABLE attempt (token TEXT PRIMARY KEY, charge TEXT NOT NULL);
CREATE TABLE idempotency (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, request_id TEXT NOT NULL, answer TEXT NOT NULL, made_ms INTEGER NOT NULL
);
CREATE TABLE delivery (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    event    TEXT NOT NULL,
    state    TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms   INTEGER NOT NULL
);
CREATE INDEX delivery_by_due ON delivery (state, due_ms);
CREATE INDEX delivery_by_event ON delivery (event);
";

/// What the second schema has beyond the first: answers that are declines, what is to happen later, what a payout holds, cards
/// that a bank has been asked about.
const TABLES_2: &str = "
ALTER TABLE idempotency ADD COLUMN status INTEGER NOT NULL DEFAULT 200;
ALTER TABLE card ADD COLUMN set_up INTEGER NOT NULL DEFAULT 0;
CREATE TABLE later (object TEXT PRIMARY KEY, act TEXT NOT NULL, due_ms INTEGER NOT NULL);
CREATE INDEX later_by_due ON later (due_ms);
CREATE TABLE payout_item (balance_transaction TEXT PRIMARY KEY, payout TEXT NOT NULL);
CREATE INDEX payout_item_by_payout ON payout_item (payout);
CREATE INDEX object_by_charge ON object (json_extract(body, '$.charge'), kind, seq);
";

/// What a list is narrowed to; the two orders below read it downwards, or upwards from a cursor.
const NARROWED: &str = "
SELECT body FROM object WHERE kind = :kind AND (:customer IS NULL OR customer = :customer)
AND (:payment_intent IS NULL OR payment_intent = :payment_intent) AND (:status IS NULL OR status = :status)
AND (:types IS NULL OR type IN (SELECT value FROM json_each(:types)))
AND (:charge IS NULL OR json_extract(body, '$.charge') = :charge)
AND (:source IS NULL OR json_extract(body, '$.source') = :source)
AND (:from IS NULL OR json_extract(body, '$.created') >= :from)
AND (:until IS NULL OR json_extract(body, '$.created') <= :until)
AND (:payout IS NULL OR id IN (SELECT balance_transaction FROM payout_item WHERE payout = :payout))
AND json_extract(body, '$.deleted') IS NULL
AND (:delivered IS NULL OR :delivered = NOT EXISTS
    (SELECT 1 FROM delivery WHERE delivery.event = object.id AND delivery.state <> 'delivered'))";
const DOWN: &str = " AND (:cursor IS NULL OR seq < :cursor) ORDER BY seq DESC LIMIT :rows";
const UP: &str = " AND (:cursor IS NULL OR seq > :cursor) ORDER BY seq ASC LIMIT :rows";

/// Opens or makes the database; without a path it lives in memory.
pub(crate) fn open(path: Option<&Path>) -> rusqlite::Result<Connection> {
    let mut connection = match path {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    // Lost power may cost the last moments of a game, never the file.
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match transaction.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? {
        0 => transaction.execute_batch(&format!("{TABLES} {TABLES_2} PRAGMA user_version = {SCHEMA};"))?,
        1 => transaction.execute_batch(&format!("{TABLES_2} PRAGMA user_version = {SCHEMA};"))?,
        SCHEMA => {}
        other => return Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
    }
    // What was under way when the program ended is tried again at once.
    transaction.execute("UPDATE delivery SET due_ms = 0 WHERE state = 'waiting' AND attempts > 0", [])?;
    transaction.commit()?;
    Ok(connection)
}

/// Who caused what happens, as events tell it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// `req_…` of the API call; none when the customer or time did it.
    pub(crate) request_id: Option<String>,
    /// The call's idempotency key.
    pub(crate) idempotency_key: Option<String>,
}

/// One request's work: reads and changes that become true together.
pub(crate) struct Work<'a> {
    pub(crate) transaction: Transaction<'a>,
    /// Milliseconds since the epoch.
    pub(crate) now_ms: i64,
    pub(crate) origin: Origin,
    /// Where webhooks go; none when there is no endpoint.
    pub(crate) faults: Option<&'a Faults>,
    /// What goes wrong as this work begins.
    pub(crate) trouble: FaultSettings,
    /// Turns true once a webhook is queued.
    pub(crate) queued: Cell<bool>,
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) customer: Option<String>,
    pub(crate) payment_intent: Option<String>,
    pub(crate) status: Option<String>,
    /// Values of `type`.
    pub(crate) types: Option<Vec<String>>,
    pub(crate) charge: Option<String>,
    /// What moved the balance.
    pub(crate) source: Option<String>,
    /// The payout that paid it out.
    pub(crate) payout: Option<String>,
    /// When it was made, in seconds, both ends included.
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
    /// Events whose webhooks were all delivered, or not.
    pub(crate) delivered: Option<bool>,
}

/// Where a page of a list begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cursor {
    /// At the newest.
    Newest,
    /// Just older than this.
    OlderThan(i64),
    /// The nearest that are newer than this.
    NewerThan(i64),
}

/// An answer given before under the same idempotency key.
pub(crate) struct Remembered {
    pub(crate) request: String,
    pub(crate) request_id: String,
    /// Its HTTP status: a declined card is an answer too.
    pub(crate) status: u16,
    pub(crate) answer: Value,
}

impl Work<'_> {
    /// Seconds since the epoch.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms.div_euclid(1_000)
    }

    /// Adds an object under its own `id` and `object`.
    pub(crate) fn insert(&self, object: &Value) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached("INSERT INTO object (id, kind, body) VALUES (?1, ?2, ?3)")?
            .execute(params![text(object, "id"), text(object, "object"), object])?;
        Ok(())
    }

    /// Replaces an object by a newer state of itself.
    pub(crate) fn update(&self, object: &Value) -> rusqlite::Result<()> {
        let changed = self
            .transaction
            .prepare_cached("UPDATE object SET body = ?1 WHERE id = ?2")?
            .execute(params![object, text(object, "id")])?;
        if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
    }

    /// The object of this kind and id.
    pub(crate) fn get(&self, kind: &str, id: &str) -> rusqlite::Result<Option<Value>> {
        Ok(self.get_any(id)?.filter(|object| text(object, "object") == kind))
    }

    /// The object of this id.
    pub(crate) fn get_any(&self, id: &str) -> rusqlite::Result<Option<Value>> {
        self.transaction
            .prepare_cached("SELECT body FROM object WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()
    }

    /// The place of an object in the order of making.
    pub(crate) fn seq(&self, kind: &str, id: &str) -> rusqlite::Result<Option<i64>> {
        self.transaction
            .prepare_cached("SELECT seq FROM object WHERE id = ?1 AND kind = ?2")?
            .query_row([id, kind], |row| row.get(0))
            .optional()
    }

    /// Up to `limit` objects, newest first, and whether more lie in the direction of reading.
    pub(crate) fn page(
        &self,
        kind: &str,
        filter: &Filter,
        cursor: Cursor,
        limit: u32,
    ) -> rusqlite::Result<(Vec<Value>, bool)> {
        let (order, position) = match cursor {
            Cursor::Newest => (DOWN, None),
            Cursor::OlderThan(seq) => (DOWN, Some(seq)),
            Cursor::NewerThan(seq) => (UP, Some(seq)),
        };
        let mut statement = self.transaction.prepare_cached(&format!("{NARROWED}{order}"))?;
        let rows = statement.query_map(
            named_params! {
                ":kind": kind, ":customer": filter.customer, ":payment_intent": filter.payment_intent,
                ":status": filter.status, ":types": filter.types.as_ref().map(|types| json!(types)),
                ":charge": filter.charge, ":source": filter.source, ":payout": filter.payout, ":from": filter.from,
                ":until": filter.until, ":delivered": filter.delivered, ":cursor": position, ":rows": limit + 1,
            },
            |row| row.get(0),
        )?;
        let mut objects = rows.collect::<rusqlite::Result<Vec<Value>>>()?;
        let has_more = objects.len() > limit as usize;
        objects.truncate(limit as usize);
        if matches!(cursor, Cursor::NewerThan(_)) {
            objects.reverse();
        }
        Ok((objects, has_more))
    }

    /// All objects of a kind that a filter names, newest first.
    pub(crate) fn all(&self, kind: &str, filter: &Filter) -> rusqlite::Result<Vec<Value>> {
        Ok(self.page(kind, filter, Cursor::Newest, ALL_ROWS_MAX)?.0)
    }

    /// Makes an event of what has just become of `object`, and queues its webhook.
    pub(crate) fn emit(&self, kind: &str, object: &Value) -> rusqlite::Result<()> {
        let id = new_id("evt_1", 23);
        let event = json!({
            "id": id, "object": "event", "type": kind, "api_version": stripe::API_VERSION, "created": self.now(),
            "data": { "object": object }, "livemode": false, "pending_webhooks": u8::from(self.faults.is_some()),
            "request": { "id": self.origin.request_id, "idempotency_key": self.origin.idempotency_key },
        });
        self.insert(&event)?;
        let Some(faults) = self.faults else {
            return Ok(());
        };
        let fate = faults.next_fate();
        self.queued.set(true);
        self.queue_deliveries(&id, fate)
    }

    /// What was said at a session's creation and Stripe does not show on it.
    pub(crate) fn session_terms(&self, session: &str) -> rusqlite::Result<Value> {
        self.transaction
            .prepare_cached("SELECT terms FROM session_terms WHERE session = ?1")?
            .query_row([session], |row| row.get(0))
    }

    /// Keeps the terms of a new session.
    pub(crate) fn keep_session_terms(&self, session: &str, terms: &Value) -> rusqlite::Result<()> {
        self.transaction
            .execute("INSERT INTO session_terms (session, terms) VALUES (?1, ?2)", params![session, terms])?;
        Ok(())
    }

    /// The test card behind a charge.
    pub(crate) fn card_of(&self, charge: &Value) -> rusqlite::Result<Option<&'static TestCard>> {
        let number = self.card_number(text(charge, "payment_method"))?;
        Ok(number.as_deref().and_then(test_cards::by_number))
    }

    /// The test card behind a payment method; none if it is not a card.
    pub(crate) fn card_behind(&self, method: &Value) -> rusqlite::Result<Option<&'static TestCard>> {
        let number = self.card_number(text(method, "id"))?;
        Ok(number.as_deref().and_then(test_cards::by_number))
    }

    /// Replaces what is kept of a session beside what it shows.
    pub(crate) fn change_session_terms(&self, session: &str, terms: &Value) -> rusqlite::Result<()> {
        self.transaction
            .execute("UPDATE session_terms SET terms = ?2 WHERE session = ?1", params![session, terms])?;
        Ok(())
    }

    /// Remembers the number behind a payment method, as just used.
    pub(crate) fn keep_card(&self, payment_method: &str, number: &str) -> rusqlite::Result<()> {
        self.transaction.execute(
            "INSERT INTO card (payment_method, number, used)
             VALUES (?1, ?2, (SELECT 1 + coalesce(max(used), 0) FROM card))",
            [payment_method, number],
        )?;
        Ok(())
    }

    /// The number behind a payment method.
    pub(crate) fn card_number(&self, payment_method: &str) -> rusqlite::Result<Option<String>> {
        self.transaction
            .prepare_cached("SELECT number FROM card WHERE payment_method = ?1")?
            .query_row([payment_method], |row| row.get(0))
            .optional()
    }

    /// Notes that a card's bank has agreed to charges without its owner.
    pub(crate) fn mark_card_set_up(&self, payment_method: &str) -> rusqlite::Result<()> {
        self.transaction.execute("UPDATE card SET set_up = 1 WHERE payment_method = ?1", [payment_method])?;
        Ok(())
    }

    /// Whether a card's bank has agreed to charges without its owner.
    pub(crate) fn is_card_set_up(&self, payment_method: &str) -> rusqlite::Result<bool> {
        self.transaction
            .prepare_cached("SELECT set_up FROM card WHERE payment_method = ?1")?
            .query_row([payment_method], |row| row.get(0))
            .optional()
            .map(Option::unwrap_or_default)
    }

    /// Marks a payment method as the most recently used.
    pub(crate) fn mark_card_used(&self, payment_method: &str) -> rusqlite::Result<()> {
        self.transaction.execute(
            "UPDATE card SET used = (SELECT 1 + max(used) FROM card) WHERE payment_method = ?1",
            [payment_method],
        )?;
        Ok(())
    }

    /// A customer's attached payment methods, most recently used first.
    pub(crate) fn cards_by_use(&self, customer: &str) -> rusqlite::Result<Vec<Value>> {
        self.transaction
            .prepare_cached(
                "SELECT object.body FROM object JOIN card ON card.payment_method = object.id
                 WHERE object.kind = 'payment_method' AND object.customer = ?1 ORDER BY card.used DESC",
            )?
            .query_map([customer], |row| row.get(0))?
            .collect()
    }

    /// The charge that the form with this token has already made.
    pub(crate) fn attempted(&self, token: &str) -> rusqlite::Result<Option<Value>> {
        self.transaction
            .prepare_cached(
                "SELECT object.body FROM attempt JOIN object ON object.id = attempt.charge WHERE token = ?1",
            )?
            .query_row([token], |row| row.get(0))
            .optional()
    }

    /// Remembers which charge a form has made.
    pub(crate) fn keep_attempt(&self, token: &str, charge: &str) -> rusqlite::Result<()> {
        self.transaction.execute("INSERT INTO attempt (token, charge) VALUES (?1, ?2)", [token, charge])?;
        Ok(())
    }

    /// The answer already given under an idempotency key.
    pub(crate) fn remembered(&self, key: &str) -> rusqlite::Result<Option<Remembered>> {
        self.transaction
            .prepare_cached(
                "SELECT request, request_id, answer, status FROM idempotency WHERE key = ?1 AND made_ms > ?2",
            )?
            .query_row(params![key, self.now_ms - IDEMPOTENCY_KEPT_MS], |row| {
                Ok(Remembered {
                    request: row.get(0)?,
                    request_id: row.get(1)?,
                    answer: row.get(2)?,
                    status: row.get(3)?,
                })
            })
            .optional()
    }

    /// Remembers an answer under an idempotency key, and forgets those that are too old.
    pub(crate) fn remember(&self, key: &str, remembered: &Remembered) -> rusqlite::Result<()> {
        self.transaction
            .execute("DELETE FROM idempotency WHERE made_ms <= ?1", [self.now_ms - IDEMPOTENCY_KEPT_MS])?;
        self.transaction.execute(
            "INSERT INTO idempotency (key, request, request_id, answer, made_ms, status) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![key, remembered.request, remembered.request_id, remembered.answer, self.now_ms, remembered.status],
        )?;
        Ok(())
    }

    /// Open sessions whose time is over.
    pub(crate) fn overdue_sessions(&self) -> rusqlite::Result<Vec<Value>> {
        self.transaction
            .prepare_cached(
                "SELECT body FROM object WHERE kind = 'checkout.session' AND status = 'open'
                 AND json_extract(body, '$.expires_at') <= ?1 ORDER BY seq",
            )?
            .query_map([self.now()], |row| row.get(0))?
            .collect()
    }
}

/// The text in a field; empty when it is absent or `null`.
pub(crate) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}
