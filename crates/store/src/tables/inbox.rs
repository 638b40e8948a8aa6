//! Provider events as they came. Stored first, answered then, worked on until it succeeds or a person sees it.

use money::Timestamp;

use super::{Page, Reader, Tx, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str =
    "INSERT INTO inbox (provider, event_id, kind, api_version, body, received_at, state, attempts,
    next_attempt_at, last_error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (provider, event_id) DO NOTHING";
const DUE: &str =
    "SELECT provider, event_id, kind, api_version, body, received_at, state, attempts, next_attempt_at,
    last_error FROM inbox WHERE state = 'received' AND provider = $1 AND next_attempt_at <= $2
    ORDER BY next_attempt_at, received_at, event_id LIMIT $3";
const CLAIM: &str = "UPDATE inbox SET attempts = attempts + 1, next_attempt_at = $1
    WHERE provider = $2 AND event_id = $3";
const RELEASE: &str =
    "UPDATE inbox SET next_attempt_at = $1 WHERE state = 'received' AND next_attempt_at > $2";
const SETTLE: &str = "UPDATE inbox SET state = $1, next_attempt_at = $2, last_error = $3
    WHERE provider = $4 AND event_id = $5";
const IN_STATE: &str = "SELECT provider, event_id, kind, api_version, body, received_at, state, attempts,
    next_attempt_at, last_error FROM inbox WHERE state = $1 AND (received_at, event_id) < ($2, $3)
    ORDER BY received_at DESC, event_id DESC LIMIT $4";
const EVERY: &str = "SELECT provider, event_id, kind, api_version, body, received_at, state, attempts,
    next_attempt_at, last_error FROM inbox WHERE (received_at, event_id) < ($1, $2)
    ORDER BY received_at DESC, event_id DESC LIMIT $3";
const ONE: &str = "SELECT provider, event_id, kind, api_version, body, received_at, state, attempts,
    next_attempt_at, last_error FROM inbox WHERE provider = $1 AND event_id = $2";
const REPLAY: &str =
    "UPDATE inbox SET state = 'received', attempts = 0, next_attempt_at = $1, last_error = NULL
    WHERE provider = $2 AND event_id = $3";
const COUNT: &str = "SELECT count(*) FROM inbox WHERE state = $1";

words! {
    /// How far the work on an event has come.
    pub enum InboxState {
        /// To be worked on.
        Received = "received",
        /// Worked on.
        Processed = "processed",
        /// Tried too often: a person must see it.
        Failed = "failed",
        /// Nothing to do with us.
        Ignored = "ignored",
    }
}

row! {
    /// A provider's event.
    pub struct InboxEvent {
        /// Whose, as `stripe`.
        pub provider: String,
        /// The provider's id of it; unique for the provider.
        pub event_id: String,
        /// What it tells, in the provider's words.
        pub kind: String,
        /// The version of the provider's API that it is written in.
        pub api_version: Option<String>,
        /// The bytes as they came.
        pub body: Vec<u8>,
        /// When they came.
        pub received_at: Timestamp,
        /// How far the work on it has come.
        pub state: InboxState,
        /// How often work on it has begun.
        pub attempts: u32,
        /// When work on it may begin again; `None` if it may not.
        pub next_attempt_at: Option<Timestamp>,
        /// What went wrong the last time.
        pub last_error: Option<String>,
    }
}

/// Where the next page of events begins: before this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxCursor {
    /// When it came.
    pub received_at: Timestamp,
    /// The provider's id of it.
    pub event_id: String,
}

impl Reader<'_> {
    /// The events in one state, newest first.
    pub fn inbox(
        &self,
        state: InboxState,
        before: Option<&InboxCursor>,
        limit: u32,
    ) -> Result<Page<InboxEvent, InboxCursor>, StoreError> {
        let (at, id) =
            before.map_or((Timestamp::MAX, ""), |cursor| (cursor.received_at, cursor.event_id.as_str()));
        let rows = self.all(IN_STATE, &[&state, &at, &id, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &InboxEvent| InboxCursor {
            received_at: row.received_at,
            event_id: row.event_id.clone(),
        }))
    }

    /// All events, newest first.
    pub fn inbox_events(
        &self,
        before: Option<&InboxCursor>,
        limit: u32,
    ) -> Result<Page<InboxEvent, InboxCursor>, StoreError> {
        let (at, id) =
            before.map_or((Timestamp::MAX, ""), |cursor| (cursor.received_at, cursor.event_id.as_str()));
        let rows = self.all(EVERY, &[&at, &id, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &InboxEvent| InboxCursor {
            received_at: row.received_at,
            event_id: row.event_id.clone(),
        }))
    }

    /// The event that the provider calls so.
    pub fn inbox_event(&self, provider: &str, event_id: &str) -> Result<Option<InboxEvent>, StoreError> {
        self.one(ONE, &[&provider, &event_id])
    }

    /// How many events are in one state.
    pub fn inbox_count(&self, state: InboxState) -> Result<u64, StoreError> {
        Ok(self.one(COUNT, &[&state])?.unwrap_or(0))
    }
}

impl Tx<'_> {
    /// Stores an event that came; whether it is the first time. What came first stays as it is.
    pub fn receive(
        &self,
        provider: &str,
        event_id: &str,
        kind: &str,
        api_version: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let event = InboxEvent {
            provider: provider.to_owned(),
            event_id: event_id.to_owned(),
            kind: kind.to_owned(),
            api_version: api_version.map(str::to_owned),
            body: body.to_vec(),
            received_at: now,
            state: InboxState::Received,
            attempts: 0,
            next_attempt_at: Some(now),
            last_error: None,
        };
        Ok(self.run(INSERT, &[&event])? > 0)
    }

    /// Takes at most `limit` events of this provider that are due at `now`, the longest due first. They are due again at `lease_until` unless
    /// they are settled before: whoever took them may have died.
    pub fn claim_inbox(
        &self,
        provider: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let mut due: Vec<InboxEvent> = self.all(DUE, &[&provider, &now, &limit])?;
        let mut claim = self.prepare(CLAIM)?;
        for event in &mut due {
            claim.run(&[&lease_until, &event.provider, &event.event_id])?;
            event.attempts += 1;
            event.next_attempt_at = Some(lease_until);
        }
        Ok(due)
    }

    /// Makes every event that is to be worked on due `now`: of those who took one before, nobody lives any more. How many
    /// waited for later.
    pub fn release_inbox(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(RELEASE, &[&now, &now])
    }

    /// The event is to be worked on once more, as if it had just come. Whether there is such an event.
    pub fn replay_inbox(&self, provider: &str, event_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(REPLAY, &[&now, &provider, &event_id])? > 0)
    }

    /// The event is worked on.
    pub fn inbox_processed(&self, provider: &str, event_id: &str) -> Result<(), StoreError> {
        self.settle_inbox(provider, event_id, InboxState::Processed, None, None)
    }

    /// The event has nothing to do with us, for this reason.
    pub fn inbox_ignored(&self, provider: &str, event_id: &str, why: &str) -> Result<(), StoreError> {
        self.settle_inbox(provider, event_id, InboxState::Ignored, None, Some(why))
    }

    /// Work on the event went wrong and begins again at `next_attempt_at`, which may be now.
    pub fn inbox_retry(
        &self,
        provider: &str,
        event_id: &str,
        next_attempt_at: Timestamp,
        error: &str,
    ) -> Result<(), StoreError> {
        self.settle_inbox(provider, event_id, InboxState::Received, Some(next_attempt_at), Some(error))
    }

    /// Work on the event went wrong for the last time: a person must see it.
    pub fn inbox_failed(&self, provider: &str, event_id: &str, error: &str) -> Result<(), StoreError> {
        self.settle_inbox(provider, event_id, InboxState::Failed, None, Some(error))
    }

    fn settle_inbox(
        &self,
        provider: &str,
        event_id: &str,
        state: InboxState,
        next_attempt_at: Option<Timestamp>,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        let error = error.map(str::to_owned);
        self.run_one(SETTLE, &[&state, &next_attempt_at, &error, &provider, &event_id], event_id)
    }
}
