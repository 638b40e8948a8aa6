//! What is counted of RADIUS, each thing under a name that never changes, from zero.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Why a packet was dropped in silence, besides what [`radius::Error::CODES`] names.
const DROPPED: [&str; 7] = [
    "router_unknown",
    "login_unknown",
    "login_missing",
    "queue_full",
    "in_progress",
    "not_recorded",
    "not_sent",
];

/// How changes end.
const CHANGES: [&str; 6] =
    ["acknowledged", "refused", "unanswered", "contradicted", "confirmed", "unconfirmed"];

/// Everything that is counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    counts: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

impl Counters {
    /// A packet came and was dropped.
    pub(super) fn dropped(&self, why: &'static str) {
        self.count("dropped", why);
    }

    /// A report was answered: `recorded`, `repeated` (it was there before), `noted` (it is about no session), `status`.
    pub(super) fn answered(&self, how: &'static str) {
        self.count("answered", how);
    }

    /// The book refused a report for good: it was answered all the same, as it would be refused again.
    pub(super) fn refused(&self, code: &'static str) {
        self.count("refused", code);
    }

    /// A change of a session came so far.
    pub(super) fn change(&self, how: &'static str) {
        self.count("changes", how);
    }

    fn count(&self, what: &'static str, which: &'static str) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry((what, which)).or_default() += 1;
    }

    /// Adds all to what is told at `/metrics`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for why in DROPPED.iter().chain(&radius::Error::CODES) {
            counts.entry(("dropped", why)).or_default();
        }
        for how in CHANGES {
            counts.entry(("changes", how)).or_default();
        }
        for how in ["recorded", "repeated", "noted", "status"] {
            counts.entry(("answered", how)).or_default();
        }
        for (what, label, name, help) in [
            ("dropped", "reason", "radius_dropped", "Packets dropped without an answer"),
            ("answered", "outcome", "radius_answered", "Reports and questions that were answered"),
            ("refused", "code", "radius_refused", "Reports that were answered and count nothing"),
            ("changes", "outcome", "radius_changes", "Changes of sessions that routers were asked for"),
        ] {
            let family = Family::<[(&'static str, &'static str); 1], Counter>::default();
            for ((_, which), count) in counts.iter().filter(|((of, _), _)| *of == what) {
                family.get_or_create(&[(label, which)]).inc_by(*count);
            }
            registry.register(name, help, family);
        }
    }
}
