//! Why a line is blocked, in words.

use money::Timestamp;

use crate::billing::{Actor, ActorKind, Blocked, Overdue, WhyBlocked};
use crate::look::Reader;
use crate::look::part::{BlockedLine, Place};
use crate::portal::calendar::day_bounds;

/// Why a line is blocked, in the reader's words.
pub(super) fn blocked_line(reader: &Reader, blocked: &Blocked) -> BlockedLine {
    let since = blocked.since.map(|since| reader.date_time(since)).unwrap_or_default();
    let mut reason = None;
    let (words, overdue) = match &blocked.why {
        WhyBlocked::Overdue(overdue) if overdue.is_empty() => {
            (reader.t1("blocked-paid", "time", since), Vec::new())
        }
        WhyBlocked::Overdue(overdue) => {
            let links = overdue.iter().map(|it| link(reader, it)).collect();
            (reader.t1("blocked-overdue", "time", since), links)
        }
        WhyBlocked::ByHand { by, reason: why } => {
            reason.clone_from(why);
            (reader.t2("blocked-by-hand", "time", since, "who", actor_words(reader, by)), Vec::new())
        }
        WhyBlocked::Unknown => (reader.t("blocked-unknown"), Vec::new()),
    };
    BlockedLine { words, reason, overdue, since: blocked.since }
}

/// That a line works on trust although these are overdue.
pub(super) fn trusted_line(reader: &Reader, until: Timestamp, overdue: &[Overdue]) -> BlockedLine {
    let words = reader.t1("trusted-until", "time", reader.date_time(until));
    BlockedLine {
        words,
        reason: None,
        overdue: overdue.iter().map(|it| link(reader, it)).collect(),
        since: None,
    }
}

/// Who somebody is, in words.
pub(super) fn actor_words(reader: &Reader, actor: &Actor) -> String {
    match &actor.kind {
        ActorKind::Staff(name) => name.clone(),
        ActorKind::Key(name) => reader.t1("blocked-by-key", "name", name),
        ActorKind::Other => actor.id.clone(),
    }
}

fn link(reader: &Reader, overdue: &Overdue) -> (String, String) {
    let due = day_bounds(&reader.zone, overdue.due_on).map(|day| reader.numeric_date(day.from));
    let due = due.unwrap_or_else(|| overdue.due_on.to_string());
    let values = |number: u64| {
        [("number", number.to_string()), ("day", due.clone()), ("amount", reader.money(overdue.amount))]
    };
    match overdue.invoice {
        Some((id, number)) => {
            (reader.with("blocked-invoice", values(number)), format!("/console/invoices/{id}"))
        }
        None => {
            let words = reader.with("blocked-boleto", values(overdue.our_number));
            (words, format!("{}/{}", Place::ConsoleBoletos.url(), overdue.boleto))
        }
    }
}
