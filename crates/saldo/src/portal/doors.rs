//! How often one may try at the doors: signing in and asking for a link, per address and per login.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Tries of one login at once; then one each [`PER_LOGIN_PAUSE`].
const PER_LOGIN_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
const PER_LOGIN_PAUSE: Duration = Duration::from_secs(60);
/// Tries from one address at once; then one each [`PER_ADDRESS_PAUSE`].
const PER_ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
const PER_ADDRESS_PAUSE: Duration = Duration::from_secs(2);
/// After so many tries those who have waited long enough are forgotten.
const SWEEP_EVERY: u32 = 1_000;

/// The counts of tries.
pub struct Doors {
    logins: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<String>,
    tries: AtomicU32,
}

impl Default for Doors {
    fn default() -> Doors {
        let quota =
            |pause, burst| Quota::with_period(pause).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        Doors {
            logins: RateLimiter::keyed(quota(PER_LOGIN_PAUSE, PER_LOGIN_BURST)),
            addresses: RateLimiter::keyed(quota(PER_ADDRESS_PAUSE, PER_ADDRESS_BURST)),
            tries: AtomicU32::new(0),
        }
    }
}

impl Doors {
    /// Counts a try of `login` from `address`; the error is how long to wait. Both are counted, so that neither a password guessed
    /// from many places nor many logins guessed from one place gets through.
    pub fn knock(&self, address: &str, login: &str) -> Result<(), Duration> {
        if self.tries.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.logins.retain_recent();
            self.addresses.retain_recent();
        }
        let now = DefaultClock::default().now();
        for (limit, key) in [(&self.addresses, address.to_owned()), (&self.logins, login.to_lowercase())] {
            limit.check_key(&key).map_err(|not_until| not_until.wait_time_from(now))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_and_an_address_are_counted_apart() {
        let doors = Doors::default();
        for n in 0..PER_LOGIN_BURST.get() {
            assert!(doors.knock(&format!("192.0.2.{n}"), "ana@example.com").is_ok());
        }
        let wait = doors.knock("192.0.2.99", "Ana@example.com").expect_err("the login is shut");
        assert!(wait <= PER_LOGIN_PAUSE);
        for n in 0..PER_ADDRESS_BURST.get() {
            assert!(doors.knock("198.51.100.1", &format!("{n}@example.com")).is_ok());
        }
        assert!(doors.knock("198.51.100.1", "other@example.com").is_err(), "the address is shut");
        assert!(doors.knock("198.51.100.2", "other@example.com").is_ok(), "others go on");
    }
}
