//! Which services routers tell apart, remembered for those who list them in plans: a name that no router uses frees nothing, and nobody
//! would know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use money::Timestamp;
use store::tables::services::SERVICES_MAX;

use crate::app::App;
use crate::lines::offer_check::is_traffic_name;
use crate::sold::folded;

/// How old the time at which a service was told of last gets before it is written again, in microseconds.
const SEEN_AFTER: i64 = Timestamp::MINUTE;

/// When each was written down last, by its name as names are compared.
#[derive(Debug, Default)]
pub(super) struct Services {
    written: Mutex<HashMap<String, Timestamp>>,
}

impl Services {
    /// Whether this one is to be written down now; whoever asks writes it.
    fn is_due(&self, name: &str, now: Timestamp) -> bool {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let name = folded(name);
        let is_due = written.get(&name).is_none_or(|at| now.since(*at).abs() >= SEEN_AFTER);
        if is_due && (written.contains_key(&name) || written.len() < SERVICES_MAX as usize) {
            written.insert(name, now);
            return true;
        }
        false
    }
}

/// A router told of this service. Nothing hangs on it but what a form suggests: a failure is logged, and the report goes on.
pub(super) async fn told(app: &Arc<App>, service: &str) {
    // Parameters are not part of a name, as in `tiered(1280000)`.
    let name = service.split('(').next().unwrap_or_default().trim().to_owned();
    let now = app.ledger.now();
    if !is_traffic_name(&name) || !app.nas.services.is_due(&name, now) {
        return;
    }
    if let Err(problem) = app.write(move |tx| tx.see_service(&name, now)).await {
        tracing::warn!(code = problem.code, "a service that a router told of is not remembered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_written_once_in_a_while_and_only_so_many_are() {
        let (services, at) = (Services::default(), |seconds| Timestamp::from_seconds(seconds));
        let asked = [("WhatsApp", 0), ("whatsapp", 59), ("WhatsApp", 60), ("garden", 60), ("WhatsApp", 61)];
        let due = asked.map(|(name, seconds)| services.is_due(name, at(seconds)));
        assert_eq!(due, [true, false, true, true, false]);
        let new = (0..1_000).filter(|no| services.is_due(&format!("made-up-{no}"), at(61))).count();
        assert_eq!(new + 2, SERVICES_MAX as usize);
    }
}
