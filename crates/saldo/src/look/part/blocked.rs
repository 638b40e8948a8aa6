//! Why a line is blocked, as staff read it.

use money::Timestamp;

use crate::look::Reader;

/// Why a line is blocked.
#[derive(Clone, Debug)]
pub struct BlockedLine {
    /// Why, since when, by whom, in one sentence.
    pub words: String,
    /// What whoever blocked it said why.
    pub reason: Option<String>,
    /// What is overdue: what it is called, and its page.
    pub overdue: Vec<(String, String)>,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
}

impl BlockedLine {
    /// What its router has confirmed, which has the access restricted since then. Routers tell whole seconds. A line that had nothing left
    /// was restricted before it was blocked, and the block asks nothing new of the router.
    pub fn confirmed(&self, reader: &Reader, restricted_since: &Timestamp) -> String {
        let is_older = self.since.is_some_and(|since| restricted_since.as_seconds() < since.as_seconds());
        let id = if is_older { "blocked-restricted-before" } else { "blocked-confirmed" };
        reader.t1(id, "time", reader.date_time(restricted_since))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::look::Locale;

    #[test]
    fn what_was_restricted_before_a_block_is_told_as_that() {
        let at = |micros: i64| Timestamp::from_micros(1_700_000_000_000_000 + micros);
        let reader = Reader::new(Locale::En, TimeZone::UTC);
        let told = |since: Option<Timestamp>, restricted: Timestamp| {
            let line = BlockedLine { words: String::new(), reason: None, overdue: Vec::new(), since };
            line.confirmed(&reader, &restricted)
        };
        let blocked = Some(at(700_000));
        for (since, restricted, begin) in [
            (blocked, at(-180 * Timestamp::SECOND), "The access was restricted already: "),
            (blocked, at(Timestamp::SECOND), "The router has confirmed "),
            // Routers tell whole seconds.
            (blocked, at(0), "The router has confirmed "),
            (None, at(0), "The router has confirmed "),
        ] {
            let words = told(since, restricted);
            assert!(words.starts_with(begin), "{since:?} {restricted:?}: {words}");
        }
    }
}
