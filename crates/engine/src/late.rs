//! Late events whose keys lie on disk: they wait until their keys have been looked up, everybody else goes on.
//!
//! What is found is taken back into the book's memory before the waiting requests are decided. While anybody waits, no further
//! hour leaves the memory: a key that was looked up and not found could have gone to disk in between.

use crate::engine::{Input, Request};

/// A request in the queue.
pub(crate) struct Queued<T> {
    pub(crate) request: Request<T>,
    /// True once its late keys have been looked up.
    pub(crate) looked_up: bool,
}

/// Hours whose keys are stored in runs up to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedHours {
    /// Hours since the epoch.
    pub hours: Vec<i64>,
    /// The row up to which their keys are stored.
    pub position: u64,
}

/// Who waits for look-ups, and the seals that wait for them.
pub(crate) struct LateDesk<T> {
    waiting: Vec<Request<T>>,
    needed: Vec<(i64, u128)>,
    asked: Vec<Request<T>>,
    is_asking: bool,
    seals: Vec<SealedHours>,
}

impl<T> Default for LateDesk<T> {
    fn default() -> LateDesk<T> {
        LateDesk {
            waiting: Vec::new(),
            needed: Vec::new(),
            asked: Vec::new(),
            is_asking: false,
            seals: Vec::new(),
        }
    }
}

impl<T> LateDesk<T> {
    pub(crate) fn park(&mut self, request: Request<T>, needed: Vec<(i64, u128)>) {
        self.waiting.push(request);
        self.needed.extend(needed);
    }

    /// The keys to look up now; there is never a second look-up before the first has been answered.
    pub(crate) fn ask(&mut self) -> Option<Vec<(i64, u128)>> {
        if self.is_asking || self.waiting.is_empty() {
            return None;
        }
        self.is_asking = true;
        self.asked = std::mem::take(&mut self.waiting);
        Some(std::mem::take(&mut self.needed))
    }

    /// Whoever waited for the look-up that has been answered.
    pub(crate) fn answered(&mut self) -> Vec<Request<T>> {
        self.is_asking = false;
        std::mem::take(&mut self.asked)
    }

    /// Everybody who waits; they are told to come again.
    pub(crate) fn turn_away(&mut self) -> Vec<Request<T>> {
        self.needed.clear();
        let mut all = std::mem::take(&mut self.asked);
        all.append(&mut self.waiting);
        all
    }

    pub(crate) fn seal_later(&mut self, sealed: SealedHours) {
        self.seals.push(sealed);
    }

    /// The seals that may be done now.
    pub(crate) fn seals(&mut self) -> Vec<SealedHours> {
        if self.is_asking || !self.waiting.is_empty() { Vec::new() } else { std::mem::take(&mut self.seals) }
    }
}

impl<T> Input<T> {
    /// The input that says nothing was found out: whoever waited is told to come again.
    pub fn look_up_failed() -> Input<T> {
        Input::LookedUp(None)
    }
}
