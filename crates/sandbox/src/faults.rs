//! Trouble on demand: how webhooks and answers misbehave, switched while the sandbox runs.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// What goes wrong. The default is no trouble at all.
///
/// As JSON its fields have the same names; what is absent is as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSettings {
    /// Events made from now on are sent this much later, in milliseconds.
    pub webhook_delay_ms: u32,
    /// Events made from now on are sent twice, with the same id.
    pub webhook_duplicate: bool,
    /// Nothing is sent while this is on; what has gathered is sent once it is off.
    pub webhook_hold: bool,
    /// This many of the next events are never sent; counts down by itself.
    pub webhook_drop_next: u32,
    /// Events made from now on are gathered for a moment and sent one by one, the newest first.
    pub webhook_reorder: bool,
    /// This many of the next calls are told 500 and do nothing; counts down by itself.
    pub calls_fail_next: u32,
    /// This many of the next calls that change something are done, and the caller never hears of it: the connection breaks.
    /// Counts down by itself.
    pub answers_lost_next: u32,
    /// Saved cards that are charged without their owner are declined so.
    pub off_session_decline: Option<OffSessionDecline>,
    /// Cards that would pay seem to be under way, and are declined later.
    pub late_decline: bool,
    /// Refunds that arrive or come back, disputes and late declines come only when asked for, not by themselves.
    pub later_on_demand: bool,
    /// Whoever asks how a checkout or a payment stands is told 503.
    pub payment_reads_fail: bool,
}

/// How the bank of a saved card answers while its owner is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffSessionDecline {
    /// It does not say why.
    Generic,
    /// There is not enough money: later perhaps.
    InsufficientFunds,
    /// The card was lost: never again.
    LostCard,
    /// It wants the owner himself.
    AuthenticationRequired,
}

impl OffSessionDecline {
    /// Stripe's `decline_code`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            OffSessionDecline::Generic => "generic_decline",
            OffSessionDecline::InsufficientFunds => "insufficient_funds",
            OffSessionDecline::LostCard => "lost_card",
            OffSessionDecline::AuthenticationRequired => "authentication_required",
        }
    }
}

/// The switches, shared with the running sandbox.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    settings: Arc<Mutex<FaultSettings>>,
    changed: Arc<Notify>,
}

/// How long events are gathered that are to come out of order, in milliseconds.
const REORDER_GATHER_MS: i64 = 300;

/// What is to become of one new event's webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fate {
    /// How often it is queued; 0 when it is lost.
    pub(crate) copies: u8,
    /// How much later than now, in milliseconds.
    pub(crate) delay_ms: i64,
}

impl Faults {
    /// The settings as they are now.
    #[must_use]
    pub fn settings(&self) -> FaultSettings {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the settings at once, for example `faults.change(|f| f.webhook_hold = true)`.
    pub fn change(&self, change: impl FnOnce(&mut FaultSettings)) {
        change(&mut self.settings.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    pub(crate) fn next_fate(&self) -> Fate {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = settings.webhook_drop_next > 0;
        settings.webhook_drop_next = settings.webhook_drop_next.saturating_sub(1);
        let copies = match (lost, settings.webhook_duplicate) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        let gather_ms = if settings.webhook_reorder { REORDER_GATHER_MS } else { 0 };
        Fate { copies, delay_ms: i64::from(settings.webhook_delay_ms) + gather_ms }
    }

    /// Whether the call that has just come is to fail.
    pub(crate) fn takes_failing_call(&self) -> bool {
        self.takes_one(|settings| &mut settings.calls_fail_next)
    }

    /// Whether the answer that is about to be given is to be lost.
    pub(crate) fn takes_lost_answer(&self) -> bool {
        self.takes_one(|settings| &mut settings.answers_lost_next)
    }

    fn takes_one(&self, count: impl FnOnce(&mut FaultSettings) -> &mut u32) -> bool {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let left = count(&mut settings);
        let takes = *left > 0;
        *left = left.saturating_sub(1);
        takes
    }

    /// Wakes whoever waits in [`Self::woken`]: settings have changed or an event has been made.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    pub(crate) async fn woken(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_events_count_down_and_copies_double() {
        let faults = Faults::default();
        faults.change(|settings| {
            settings.webhook_drop_next = 1;
            settings.webhook_duplicate = true;
            settings.webhook_delay_ms = 70;
        });
        assert_eq!(faults.next_fate(), Fate { copies: 0, delay_ms: 70 });
        assert_eq!(faults.next_fate(), Fate { copies: 2, delay_ms: 70 });
        faults.change(|settings| *settings = FaultSettings::default());
        assert_eq!(faults.next_fate(), Fate { copies: 1, delay_ms: 0 });
    }
}
