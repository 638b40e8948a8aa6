//! What will become of objects by itself: one thing for each object, done when its time has come or when somebody asks for it.
//! And what each payout holds.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::Work;

/// What will become of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Later {
    /// A refund that is on its way arrives.
    RefundSucceeds,
    /// A refund is sent back by the payer's bank.
    RefundFails,
    /// The payer of a charge disputes it as fraudulent.
    DisputedAsFraud,
    /// The payer of a charge says that he did not get what he bought.
    DisputedAsNotReceived,
    /// The bank of a charge's payer asks, and takes nothing.
    Inquired,
    /// A payment that seemed to be under way is declined.
    Declined,
}

const WORDS: [(Later, &str); 6] = [
    (Later::RefundSucceeds, "refund_succeeds"),
    (Later::RefundFails, "refund_fails"),
    (Later::DisputedAsFraud, "disputed_as_fraud"),
    (Later::DisputedAsNotReceived, "disputed_as_not_received"),
    (Later::Inquired, "inquired"),
    (Later::Declined, "declined"),
];

impl Later {
    fn word(self) -> &'static str {
        WORDS.iter().find(|(later, _)| *later == self).map_or("", |(_, word)| *word)
    }

    fn from_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, known)| *known == word).map(|(later, _)| *later)
    }
}

impl Work<'_> {
    /// Plans what will become of an object after `delay_ms`; an earlier plan for it is forgotten.
    pub(crate) fn plan(&self, object: &str, later: Later, delay_ms: i64) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO later (object, act, due_ms) VALUES (?1, ?2, ?3)")?
            .execute(params![object, later.word(), self.now_ms.saturating_add(delay_ms)])?;
        Ok(())
    }

    /// Forgets what was planned for an object: it has come otherwise.
    pub(crate) fn forget_plan(&self, object: &str) -> rusqlite::Result<()> {
        self.transaction.prepare_cached("DELETE FROM later WHERE object = ?1")?.execute([object])?;
        Ok(())
    }

    /// Takes the next plan that is due by `now_ms`, the oldest first.
    pub(crate) fn take_plan(&self, now_ms: i64) -> rusqlite::Result<Option<(Value, Later)>> {
        let row: Option<(String, String)> = self
            .transaction
            .prepare_cached(
                "SELECT object, act FROM later WHERE due_ms <= ?1 ORDER BY due_ms, rowid LIMIT 1",
            )?
            .query_row([now_ms], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, word)) = row else {
            return Ok(None);
        };
        self.forget_plan(&id)?;
        let object = self.get_any(&id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let later = Later::from_word(&word).ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        Ok(Some((object, later)))
    }

    /// What has moved the balance in a currency and has not been paid out, oldest first.
    pub(crate) fn not_paid_out(&self, currency: &str) -> rusqlite::Result<Vec<Value>> {
        self.transaction
            .prepare_cached(
                "SELECT body FROM object WHERE kind = 'balance_transaction' AND json_extract(body, '$.currency') = ?1
                 AND NOT EXISTS (SELECT 1 FROM payout_item WHERE balance_transaction = object.id) ORDER BY seq",
            )?
            .query_map([currency], |row| row.get(0))?
            .collect()
    }

    /// Notes that a payout holds a balance transaction.
    pub(crate) fn keep_payout_item(&self, payout: &str, balance_transaction: &str) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached("INSERT INTO payout_item (balance_transaction, payout) VALUES (?1, ?2)")?
            .execute([balance_transaction, payout])?;
        Ok(())
    }
}
