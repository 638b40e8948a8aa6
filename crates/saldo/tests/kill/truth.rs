//! What was answered, held against what the program has at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::client::{Desk, EVENT_PRICE, FILLED, METER};

/// Rows of one page of entries.
const PAGE_ROWS: u32 = 200;
/// Events reported again at once.
const EVENTS_AT_ONCE: usize = 500;

/// A charge that was answered.
pub(crate) struct ChargeAnswered {
    pub(crate) wallet: String,
    pub(crate) entry: String,
    /// Of a dollar.
    pub(crate) millionths: u64,
}

/// An event that was answered.
pub(crate) struct EventAnswered {
    pub(crate) wallet: String,
    pub(crate) entry: String,
    /// As it was sent.
    pub(crate) event: Value,
}

/// All that was answered, and how many requests of it were cut off at first.
#[derive(Default)]
pub(crate) struct Truth {
    pub(crate) charges: Vec<ChargeAnswered>,
    pub(crate) events: Vec<EventAnswered>,
    pub(crate) cut_off: u64,
}

impl Truth {
    pub(crate) fn join(&mut self, other: Truth) {
        self.charges.extend(other.charges);
        self.events.extend(other.events);
        self.cut_off += other.cut_off;
    }

    /// Every kill should have cut somebody off, and a lot should have been answered.
    pub(crate) fn is_worth_something(&self, rounds: u64) -> bool {
        self.cut_off >= rounds / 2
            && self.charges.len() as u64 >= rounds
            && self.events.len() as u64 >= rounds
    }

    /// Fails unless the program has exactly this.
    pub(crate) async fn compare(&self, desk: &Desk) {
        for account in &desk.wallets {
            self.compare_wallet(desk, &account.wallet).await;
        }
        self.compare_events(desk).await;
    }

    async fn compare_wallet(&self, desk: &Desk, wallet: &str) {
        let answered = self.charges.iter().filter(|charge| charge.wallet == wallet);
        let answered: BTreeMap<String, u64> =
            answered.map(|charge| (charge.entry.clone(), charge.millionths)).collect();
        let there = charges_of(desk, wallet).await;
        assert_eq!(there.len(), answered.len(), "charges of {wallet}");
        assert_eq!(there, answered, "charges of {wallet}");

        let usage = desk.get(&format!("/v1/wallets/{wallet}/usage?meter={METER}")).await;
        let counted: u64 =
            usage["data"].as_array().expect("hours").iter().filter_map(|h| h["events"].as_u64()).sum();
        let reported = self.events.iter().filter(|event| event.wallet == wallet).count() as u64;
        assert_eq!(counted, reported, "events of {wallet}");

        let state = desk.get(&format!("/v1/wallets/{wallet}")).await;
        let spent = answered.values().sum::<u64>() + reported * EVENT_PRICE;
        let available = millionths(&state["balance"]["available"]);
        assert_eq!(available, FILLED - spent, "what {wallet} has left");
    }

    /// Each event is known, under the very entry that was answered, and no two share one.
    async fn compare_events(&self, desk: &Desk) {
        let entries: BTreeSet<&str> = self.events.iter().map(|event| event.entry.as_str()).collect();
        assert_eq!(entries.len(), self.events.len(), "each event has an entry of its own");
        for part in self.events.chunks(EVENTS_AT_ONCE) {
            let part: Vec<&EventAnswered> = part.iter().collect();
            for (event, outcome) in part.iter().zip(desk.report_again(&part).await) {
                assert_eq!(outcome["outcome"], "duplicate", "{}", event.event);
                assert_eq!(outcome["entry"], event.entry.as_str(), "{}", event.event);
            }
        }
    }
}

/// The charges that the statement shows, by entry.
async fn charges_of(desk: &Desk, wallet: &str) -> BTreeMap<String, u64> {
    let mut charges = BTreeMap::new();
    let mut path = format!("/v1/wallets/{wallet}/entries?limit={PAGE_ROWS}");
    loop {
        let page = desk.get(&path).await;
        for entry in page["data"].as_array().expect("entries") {
            if entry["kind"] == "charge" {
                let id = entry["id"].as_str().expect("an id").to_owned();
                let before = charges.insert(id.clone(), millionths(&entry["amount"]));
                assert_eq!(before, None, "{id} stands there twice");
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("/v1/wallets/{wallet}/entries?limit={PAGE_ROWS}&cursor={next}"),
            None => return charges,
        }
    }
}

/// The size of an amount in millionths of a dollar.
fn millionths(amount: &Value) -> u64 {
    let text = amount["amount"].as_str().expect("an amount");
    let amount = money::Amount::parse(text, money::Unit::USD).expect("dollars");
    amount.value().unsigned_abs()
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (charges, events, cut_off) = (self.charges.len(), self.events.len(), self.cut_off);
        write!(
            f,
            "{charges} charges and {events} events answered, {cut_off} requests cut off and asked again"
        )
    }
}
