//! How often one may try at the doors: signing in, asking for a link and signing up, per login or e-mail and per address.
//!
//! A stranger must not guess a password, and should hardly keep a customer out. So the limit is tight for one login from one address, and
//! looser for a login from everywhere and for an address with any login; and from where somebody has signed in before, the tries that
//! strangers make elsewhere do not count, until the program starts anew.

use std::collections::HashSet;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::customers::{self, TEXT_BYTES_MAX};
use crate::server;

/// Tries of one login from one address at once; then one each [`PER_PAIR_PAUSE`].
const PER_PAIR_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
const PER_PAIR_PAUSE: Duration = Duration::from_secs(60);
/// Tries of one login from everywhere at once; then one each [`PER_LOGIN_PAUSE`].
const PER_LOGIN_BURST: NonZeroU32 = NonZeroU32::new(100).expect("not zero");
const PER_LOGIN_PAUSE: Duration = Duration::from_secs(15);
/// Tries from one address at once; then one each [`PER_ADDRESS_PAUSE`].
const PER_ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
const PER_ADDRESS_PAUSE: Duration = Duration::from_secs(2);
/// Links for one login at once, from wherever they are asked for; then one each [`PER_LINK_PAUSE`]. Each is a mail to somebody.
const PER_LINK_BURST: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
const PER_LINK_PAUSE: Duration = Duration::from_secs(10 * 60);
/// Sign-ups from one address at once; then one each [`PER_SIGN_UP_PAUSE`]. Each is a mail to somebody.
const PER_SIGN_UP_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
const PER_SIGN_UP_PAUSE: Duration = Duration::from_secs(6 * 60);
/// Mails of sign-ups to one mailbox at once, first ones and repeated ones, from wherever; then one each [`PER_MAILBOX_PAUSE`]. They are
/// counted apart from links for a forgotten password, so that nobody who signs a customer up keeps him from having one.
const PER_MAILBOX_BURST: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
const PER_MAILBOX_PAUSE: Duration = Duration::from_secs(10 * 60);
/// After so many tries those who have waited long enough are forgotten.
const SWEEP_EVERY: u32 = 1_000;
/// Logins with an address from which they signed in that are remembered; beyond that all are forgotten.
const WELCOME_MAX: usize = 100_000;

/// The counts of tries.
pub struct Doors {
    pairs: DefaultKeyedRateLimiter<(String, String)>,
    logins: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<String>,
    links: DefaultKeyedRateLimiter<String>,
    sign_ups: DefaultKeyedRateLimiter<String>,
    mailboxes: DefaultKeyedRateLimiter<String>,
    welcome: RwLock<HashSet<(String, String)>>,
    tries: AtomicU32,
}

impl Default for Doors {
    fn default() -> Doors {
        let quota =
            |pause, burst| Quota::with_period(pause).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        Doors {
            pairs: RateLimiter::keyed(quota(PER_PAIR_PAUSE, PER_PAIR_BURST)),
            logins: RateLimiter::keyed(quota(PER_LOGIN_PAUSE, PER_LOGIN_BURST)),
            addresses: RateLimiter::keyed(quota(PER_ADDRESS_PAUSE, PER_ADDRESS_BURST)),
            links: RateLimiter::keyed(quota(PER_LINK_PAUSE, PER_LINK_BURST)),
            sign_ups: RateLimiter::keyed(quota(PER_SIGN_UP_PAUSE, PER_SIGN_UP_BURST)),
            mailboxes: RateLimiter::keyed(quota(PER_MAILBOX_PAUSE, PER_MAILBOX_BURST)),
            welcome: RwLock::default(),
            tries: AtomicU32::new(0),
        }
    }
}

impl Doors {
    /// Counts a try to sign in as `login` from `address`; the error is how long to wait.
    pub fn knock(&self, address: &str, login: &str) -> Result<(), Duration> {
        self.sweep();
        let (login, address) = pair(address, login);
        check(&self.addresses, &address)?;
        let pair = (login, address);
        check(&self.pairs, &pair)?;
        // Whoever was let in from there before is not kept waiting by what others try.
        if self.welcome.read().unwrap_or_else(PoisonError::into_inner).contains(&pair) {
            return Ok(());
        }
        check(&self.logins, &pair.0)
    }

    /// Remembers that `login` was let in from `address`.
    pub fn let_in(&self, address: &str, login: &str) {
        let mut welcome = self.welcome.write().unwrap_or_else(PoisonError::into_inner);
        if welcome.len() >= WELCOME_MAX {
            welcome.clear();
        }
        welcome.insert(pair(address, login));
    }

    /// Counts a wish for a link by mail; the error is how long to wait. It keeps nobody from signing in.
    pub fn ask_for_link(&self, address: &str, login: &str) -> Result<(), Duration> {
        self.sweep();
        let (login, address) = pair(address, login);
        check(&self.addresses, &address)?;
        check(&self.links, &login)
    }

    /// Counts somebody who signs up with this e-mail; the error is how long to wait. It keeps nobody from signing in.
    pub fn sign_up(&self, address: &str, email: &str) -> Result<(), Duration> {
        self.sweep();
        let (email, address) = pair(address, email);
        check(&self.addresses, &address)?;
        check(&self.sign_ups, &address)?;
        check(&self.mailboxes, &customers::mailbox(&email))
    }

    /// Counts a wish for the mail of a sign-up with this e-mail once more, of nobody's sign-up without one; the error is how long to wait.
    pub fn ask_for_sign_up_mail(&self, address: &str, email: Option<&str>) -> Result<(), Duration> {
        self.sweep();
        let (email, address) = pair(address, email.unwrap_or_default());
        check(&self.addresses, &address)?;
        if email.is_empty() { Ok(()) } else { check(&self.mailboxes, &customers::mailbox(&email)) }
    }

    fn sweep(&self) {
        if self.tries.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.pairs.retain_recent();
            self.logins.retain_recent();
            self.addresses.retain_recent();
            self.links.retain_recent();
            self.sign_ups.retain_recent();
            self.mailboxes.retain_recent();
        }
    }
}

/// As both are counted: a login in small letters, of an IPv6 address the network. Of a login longer than any there is the beginning is
/// enough, so that strangers fill no memory with what they type.
fn pair(address: &str, login: &str) -> (String, String) {
    let login = &login[..login.floor_char_boundary(TEXT_BYTES_MAX)];
    let address = address.parse::<IpAddr>().map_or(address.to_owned(), |ip| server::network(ip).to_string());
    (login.to_lowercase(), address)
}

fn check<K: Clone + std::hash::Hash + Eq>(
    limit: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), Duration> {
    let now = DefaultClock::default().now();
    limit.check_key(key).map_err(|not_until| not_until.wait_time_from(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: &str = "ana@example.com";

    #[test]
    fn a_password_cannot_be_guessed_from_one_place() {
        let doors = Doors::default();
        for _ in 0..PER_PAIR_BURST.get() {
            assert!(doors.knock("192.0.2.1", ANA).is_ok());
        }
        let wait = doors.knock("192.0.2.1", "Ana@Example.com").expect_err("this address is shut for her");
        assert!(wait <= PER_PAIR_PAUSE);
        assert!(doors.knock("192.0.2.2", ANA).is_ok(), "elsewhere she gets in");
    }

    #[test]
    fn an_address_cannot_try_many_logins() {
        let doors = Doors::default();
        for n in 0..PER_ADDRESS_BURST.get() {
            assert!(doors.knock(&format!("2001:db8::{n:x}"), &format!("{n}@example.com")).is_ok());
        }
        assert!(doors.knock("2001:db8::ffff", "other@example.com").is_err(), "the network is shut");
        assert!(doors.knock("2001:db8:0:1::1", "other@example.com").is_ok(), "others go on");
    }

    #[test]
    fn strangers_everywhere_lock_nobody_out_who_has_been_here() {
        let doors = Doors::default();
        assert!(doors.knock("192.0.2.1", ANA).is_ok());
        doors.let_in("192.0.2.1", ANA);
        for n in 0..PER_LOGIN_BURST.get() - 1 {
            assert!(doors.knock(&format!("198.51.100.{n}"), ANA).is_ok());
        }
        let wait = doors.knock("203.0.113.1", ANA).expect_err("shut for new places");
        assert!(wait <= PER_LOGIN_PAUSE, "and not for long");
        assert!(doors.knock("192.0.2.1", "ANA@example.com").is_ok(), "open for her own");
        assert!(doors.knock("203.0.113.1", "bruno@example.com").is_ok(), "and for others");
    }

    #[test]
    fn of_what_is_typed_no_more_is_kept_than_a_login_may_have() {
        let (kept, _) = pair("192.0.2.1", &"é".repeat(30_000));
        assert!(kept.len() <= TEXT_BYTES_MAX, "{}", kept.len());
        assert_eq!(pair("192.0.2.1", "Ana@Example.com").0, ANA);
    }

    #[test]
    fn an_address_signs_few_people_up() {
        let doors = Doors::default();
        for n in 0..PER_SIGN_UP_BURST.get() {
            assert!(doors.sign_up("2001:db8::1", &format!("{n}@example.com")).is_ok());
        }
        let wait = doors.sign_up("2001:db8::2", "other@example.com").expect_err("the network is shut");
        assert!(wait <= PER_SIGN_UP_PAUSE);
        assert!(doors.knock("2001:db8::1", ANA).is_ok());
    }

    #[test]
    fn a_mailbox_gets_few_mails_of_sign_ups_and_its_owner_a_link_all_the_same() {
        let doors = Doors::default();
        assert!(doors.sign_up("192.0.2.1", ANA).is_ok());
        for n in 1..PER_MAILBOX_BURST.get() {
            assert!(doors.ask_for_sign_up_mail(&format!("192.0.2.{n}"), Some(ANA)).is_ok(), "{n}");
        }
        let wait = doors.sign_up("192.0.2.99", "ANA@example.com").expect_err("wherever it is asked for");
        assert!(wait <= PER_MAILBOX_PAUSE);
        assert!(doors.sign_up("192.0.2.99", "ana+shop@example.com").is_err(), "however it is written");
        assert!(doors.ask_for_sign_up_mail("192.0.2.99", Some(ANA)).is_err());
        assert!(doors.ask_for_sign_up_mail("192.0.2.99", Some("bruno@example.com")).is_ok());
        assert!(doors.ask_for_sign_up_mail("192.0.2.99", None).is_ok(), "nobody's is nobody's");
        assert!(doors.ask_for_link("192.0.2.1", ANA).is_ok(), "a forgotten password is another matter");
    }

    #[test]
    fn links_are_few_and_keep_nobody_out() {
        let doors = Doors::default();
        for n in 0..PER_LINK_BURST.get() {
            assert!(doors.ask_for_link(&format!("192.0.2.{n}"), ANA).is_ok());
        }
        assert!(doors.ask_for_link("192.0.2.99", ANA).is_err());
        assert!(doors.knock("192.0.2.99", ANA).is_ok());
    }
}
