//! How much of the journal is projected in one transaction.
//!
//! The more at once, the less each entry costs: what several of them change is written once. But all others who write the tables
//! wait for it. So a portion is made smaller when it took too long, and larger when there is room.

use std::time::Duration;

/// How much the projector takes next.
#[derive(Clone, Copy, Debug)]
pub struct Portion {
    bytes: usize,
}

impl Portion {
    /// Rows of the journal in one transaction at most.
    pub const ROWS_MAX: usize = 256;
    /// Bytes of their bodies at least, if there are so many.
    pub const BYTES_MIN: usize = 64 << 10;
    /// Bytes of their bodies at most: about 100,000 charges.
    pub const BYTES_MAX: usize = 4 << 20;
    /// How long others who write may have to wait.
    pub const PATIENCE: Duration = Duration::from_millis(500);

    /// Bytes of bodies to read for the next transaction. A single row may be longer.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Learns how long the last transaction took.
    pub fn took(&mut self, time: Duration) {
        if time > Portion::PATIENCE {
            self.bytes = (self.bytes / 2).max(Portion::BYTES_MIN);
        } else if time < Portion::PATIENCE / 3 {
            self.bytes = (self.bytes * 2).min(Portion::BYTES_MAX);
        }
    }
}

impl Default for Portion {
    fn default() -> Portion {
        Portion { bytes: Portion::BYTES_MIN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_there_is_time_and_shrinks_when_others_wait() {
        let mut portion = Portion::default();
        (0..10).for_each(|_| portion.took(Duration::from_millis(1)));
        assert_eq!(portion.bytes(), Portion::BYTES_MAX);
        portion.took(Portion::PATIENCE / 2);
        assert_eq!(portion.bytes(), Portion::BYTES_MAX);
        portion.took(Portion::PATIENCE * 2);
        assert_eq!(portion.bytes(), Portion::BYTES_MAX / 2);
        (0..10).for_each(|_| portion.took(Duration::MAX));
        assert_eq!(portion.bytes(), Portion::BYTES_MIN);
    }
}
