//! The world's clock. The only place in the program that reads it for anything that is stored.

use std::time::{SystemTime, UNIX_EPOCH};

use money::Timestamp;

/// Now, by the machine's clock.
#[allow(clippy::disallowed_methods, reason = "this is that one clock module")]
pub fn now() -> Timestamp {
    let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        // A machine whose clock stands before 1970 has no time yet.
        Err(_) => 0,
    };
    Timestamp::from_micros(micros)
}
