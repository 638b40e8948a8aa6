//! Old hours of event keys, moved to disk so that memory stays bounded.
//!
//! The replica that makes snapshots writes the keys of old hours into sorted runs; when they are stored the live book drops them.
//! Before a late event is decided its key is looked up in the run of its hour ([`Book::run_needed`]) and, if it is there, taken back
//! into memory ([`Book::admit`]): the decision never knows where a key lay.

use crate::book::Book;
use crate::command::{Act, Command, KeySpace};
use crate::seen::{Sameness, SeenKey};

impl Book {
    /// Hours whose keys are in memory and older than `kept_hours` before the newest decision.
    pub fn hours_to_seal(&self, kept_hours: i64) -> Vec<i64> {
        let Some(last_at) = self.last_at else { return Vec::new() };
        self.seen.events.before(last_at.hour() - kept_hours)
    }

    /// The hours of which keys lie on disk.
    pub fn hours_on_disk(&self) -> Vec<i64> {
        self.seen.events.on_disk()
    }

    /// Takes all keys of an hour back from its run: a book so filled is the same as one that was replayed from the beginning.
    pub fn unseal(&mut self, hour: i64, keys: impl IntoIterator<Item = SeenKey>) {
        keys.into_iter().for_each(|seen| self.seen.events.insert(hour, seen));
        self.seen.events.unseal(hour);
    }

    /// The first hour whose events are not refused for their age; `None` before anything was forgotten.
    pub const fn events_horizon(&self) -> Option<i64> {
        self.events_horizon
    }

    /// The keys of this hour that are in memory, smallest first.
    pub fn event_keys(&self, hour: i64) -> Vec<SeenKey> {
        self.seen.events.sorted(hour)
    }

    /// Drops this hour's keys of rows up to `position`: they are stored in its run.
    pub fn seal(&mut self, hour: i64, position: u64) {
        // An hour that has been forgotten since has no run either.
        if self.events_horizon.is_none_or(|horizon| hour >= horizon) {
            self.seen.events.seal(hour, position);
        }
    }

    /// The hour and the key to look up on disk before `command` is decided; `None` if memory knows enough.
    pub fn run_needed(&self, command: &Command) -> Option<(i64, u128)> {
        let key = command.key.as_ref().filter(|key| key.space == KeySpace::Event)?;
        let Act::Use { occurred_at, .. } = &command.act else { return None };
        let hour = occurred_at.hour();
        let unknown = self.seen.events.sameness(hour, key) == Sameness::New;
        (unknown && self.seen.events.is_on_disk(hour)).then_some((hour, key.key))
    }

    /// Takes a key that was found on disk back into memory.
    pub fn admit(&mut self, hour: i64, seen: SeenKey) {
        self.seen.events.insert(hour, seen);
    }
}
