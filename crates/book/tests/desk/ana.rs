//! Ana, her wallet in dollars, and the words in which the rules are tested on it.

use book::{Act, Anchor, Catalog, GrantTerms, Record, Refusal};
use money::{Timestamp, Unit};

use super::{ANA, Desk, gift, open, per_unit, per_window, time};

/// Ana has a wallet in dollars at 14:12. Meter 0: $0.25 an hour from the first call; 1: by the clock; 2: a price below one step.
pub(crate) fn ana(credit: &str) -> Desk {
    let meters = [
        per_window(0, "0.25", Anchor::FirstEvent),
        per_window(1, "0.25", Anchor::Clock),
        per_unit(2, "0.0000003"),
    ];
    let mut desk = Desk::new(Catalog::new(meters, 72 * Timestamp::HOUR), "2026-11-21T14:12:00Z");
    desk.tell(open(ANA, Unit::USD, 0)).expect("a new wallet");
    if credit != "0" {
        desk.tell(Act::Grant(gift(credit))).expect("a grant");
    }
    desk
}

/// Posted, pending, available.
#[track_caller]
pub(crate) fn reads(desk: &Desk, posted: &str, pending: &str, available: &str) {
    assert_eq!(desk.balance(ANA), [posted, pending, available]);
}

pub(crate) fn day(clock: &str) -> String {
    format!("2026-11-21T{clock}:00Z")
}

#[track_caller]
pub(crate) fn yes(desk: &mut Desk, act: Act) -> Vec<Record> {
    desk.tell(act).expect("this is allowed")
}

#[track_caller]
pub(crate) fn no(desk: &mut Desk, act: Act) -> Refusal {
    desk.tell(act).expect_err("this is refused")
}

pub(crate) fn expiring(amount: &str, clock: &str) -> GrantTerms {
    GrantTerms { expires_at: Some(time(&day(clock))), ..gift(amount) }
}

pub(crate) fn left(desk: &Desk) -> Vec<String> {
    let wallet = desk.wallet(ANA);
    wallet.grants.iter().map(|grant| wallet.amount(grant.remaining).to_decimal()).collect()
}
