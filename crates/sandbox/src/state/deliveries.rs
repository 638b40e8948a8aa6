//! Webhooks on their way, one row for each copy of an event.

use rusqlite::params;

use super::Work;
use crate::faults::Fate;

/// One event on its way.
pub(crate) struct Delivery {
    pub(crate) id: i64,
    pub(crate) event: String,
    /// How often it has been tried before.
    pub(crate) attempts: u32,
    /// The event as it is sent.
    pub(crate) body: String,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    /// To be sent when due.
    Waiting,
    /// Accepted by the endpoint.
    Delivered,
    /// Refused too often.
    Failed,
    /// Never to be sent, on demand.
    Lost,
}

/// Which of the deliveries that are due goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The one that was due first.
    AsDue,
    /// The one whose event was made last.
    NewestFirst,
}

impl DeliveryState {
    fn word(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Failed => "failed",
            DeliveryState::Lost => "lost",
        }
    }
}

impl Work<'_> {
    /// Queues an event as its fate wants it; a lost one leaves its trace, because it was not delivered.
    pub(super) fn queue_deliveries(&self, event: &str, fate: Fate) -> rusqlite::Result<()> {
        let state = if fate.copies == 0 { DeliveryState::Lost } else { DeliveryState::Waiting };
        for _ in 0..fate.copies.max(1) {
            self.transaction
                .prepare_cached(
                    "INSERT INTO delivery (event, state, attempts, due_ms) VALUES (?1, ?2, 0, ?3)",
                )?
                .execute(params![event, state.word(), self.now_ms + fate.delay_ms])?;
        }
        Ok(())
    }

    /// Up to `room` deliveries that are due, each counted as tried and not due again for `lease_ms`.
    pub(crate) fn take_due_deliveries(
        &self,
        order: Order,
        room: usize,
        lease_ms: i64,
    ) -> rusqlite::Result<Vec<Delivery>> {
        let order = match order {
            Order::AsDue => "due_ms, delivery.id",
            Order::NewestFirst => "delivery.id DESC",
        };
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT delivery.id, event, attempts, body FROM delivery JOIN object ON object.id = delivery.event
             WHERE state = 'waiting' AND due_ms <= ?1 ORDER BY {order} LIMIT ?2"
        ))?;
        let due = statement
            .query_map(params![self.now_ms, i64::try_from(room).unwrap_or(1)], |row| {
                Ok(Delivery { id: row.get(0)?, event: row.get(1)?, attempts: row.get(2)?, body: row.get(3)? })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for delivery in &due {
            self.transaction
                .prepare_cached("UPDATE delivery SET attempts = attempts + 1, due_ms = ?1 WHERE id = ?2")?
                .execute(params![self.now_ms + lease_ms, delivery.id])?;
        }
        Ok(due)
    }

    /// When the next delivery is due, in milliseconds since the epoch.
    pub(crate) fn next_delivery_due_ms(&self) -> rusqlite::Result<Option<i64>> {
        self.transaction
            .prepare_cached("SELECT min(due_ms) FROM delivery WHERE state = 'waiting'")?
            .query_row([], |row| row.get(0))
    }

    /// Notes how an attempt ended; the event itself tells once nothing of it is on its way.
    pub(crate) fn settle_delivery(
        &self,
        id: i64,
        event: &str,
        state: DeliveryState,
        due_ms: i64,
    ) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached("UPDATE delivery SET state = ?1, due_ms = ?2 WHERE id = ?3")?
            .execute(params![state.word(), due_ms, id])?;
        self.transaction
            .prepare_cached(
                "UPDATE object SET body = json_set(body, '$.pending_webhooks',
                     (SELECT count(*) > 0 FROM delivery WHERE event = ?1 AND state = 'waiting'))
                 WHERE id = ?1",
            )?
            .execute([event])?;
        Ok(())
    }
}
