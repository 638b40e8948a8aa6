//! The right to write the journal: a row that its holder renews, for a server has no lock that ends with a process.
//!
//! It keeps two servers from starting on one database. What keeps the journal whole even so is its primary key: a holder that was
//! cut off for longer than its lease and comes back finds another's row at its next append.

use std::time::Duration;

use super::connect::PostgresServer;
use super::session::{Begin, Link};
use crate::error::StoreError;
use crate::journal::BOOK;

/// How long a lease lasts after it was last renewed, in seconds. A server that was killed is succeeded after so long at the latest.
pub const LEASE_SECONDS: u32 = 10;

/// How long one who waits for the end of another's lease waits before he looks again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(250);

const TAKE: &str = "INSERT INTO leases (book, term, until) VALUES ($1, 1, now() + INTERVAL '10 seconds')
    ON CONFLICT (book) DO UPDATE SET term = leases.term + 1, until = excluded.until
    WHERE leases.until <= now() RETURNING term";
const SEEN: &str = "SELECT CAST(until AS TEXT) FROM leases WHERE book = $1";
const RENEW: &str = "UPDATE leases SET until = now() + INTERVAL '10 seconds' WHERE book = $1 AND term = $2";
const GIVE_BACK: &str = "UPDATE leases SET until = now() WHERE book = $1 AND term = $2";

/// Renews the right to write the journal, on a connection of its own.
#[derive(Debug)]
pub struct PostgresLease {
    link: Link,
    term: i64,
}

impl PostgresLease {
    pub(super) fn new(server: &PostgresServer, term: i64) -> PostgresLease {
        PostgresLease { link: Link::new(server), term }
    }

    /// Has it last [`LEASE_SECONDS`] from now; false if another has taken it: nothing more may be answered.
    pub fn renew(&mut self) -> Result<bool, StoreError> {
        let term = self.term;
        let renewed: Result<usize, StoreError> =
            self.link.write(Begin::RidingAlong, |tx| tx.run(RENEW, &[&BOOK, &term]));
        Ok(renewed? > 0)
    }
}

/// Takes the right; the term that it is held for. One who renews it is another who lives: [`StoreError::Held`]. One who does not is
/// waited out.
pub(super) fn take(link: &mut Link) -> Result<i64, StoreError> {
    let mut first_seen: Option<String> = None;
    loop {
        let term: Option<i64> = link.write(Begin::Durable, |tx| tx.one(TAKE, &[&BOOK]))?;
        if let Some(term) = term {
            return Ok(term);
        }
        let seen: Option<String> = link.look(|reader| reader.one(SEEN, &[&BOOK]))?;
        if first_seen.is_some() && first_seen != seen {
            return Err(StoreError::Held { place: link.place() });
        }
        first_seen = seen;
        link.session()?.pause(LOOK_AGAIN_AFTER);
    }
}

/// Gives it back, so that the next one need not wait until it ends.
pub(super) fn give_back(link: &mut Link, term: i64) -> Result<(), StoreError> {
    link.write(Begin::Durable, |tx| tx.run(GIVE_BACK, &[&BOOK, &term])).map(|_| ())
}
