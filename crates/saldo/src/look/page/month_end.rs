//! `/console/month-end`.

use askama::Template;
use money::{Amount, Timestamp};

use super::Month;
use crate::look::Reader;
use crate::look::chart::Chart;
use crate::look::part::Frame;
use crate::month_end::Compared;

/// The books of a month, or of one up to a day. Its forms ask for `/console/month-end?month=2026-10` and `?day=2026-11-17`.
#[derive(Template)]
#[template(path = "page/month_end.html")]
pub struct MonthEndPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The months that may be chosen, newest first, the shown one among them.
    pub months: Vec<Month>,
    /// The first day and the last one that may be chosen, as forms write days.
    pub days: [String; 2],
    /// The month shown.
    pub chosen: Month,
    /// The day up to whose end it is shown, as it was typed; empty for all of the month.
    pub day: String,
    /// What is shown, in words.
    pub period: String,
    /// What is wrong with the month that was asked for.
    pub wrong_month: Option<String>,
    /// What is wrong with the day.
    pub wrong_day: Option<String>,
    /// Its report, or how far it is; none where it was asked for wrongly.
    pub standing: Option<MonthEndStanding>,
    /// Link to the report as CSV.
    pub csv_url: Option<String>,
}

/// How a report stands.
pub enum MonthEndStanding {
    /// So many rows of so many have been read.
    Making(u64, u64),
    /// It could not be made, for this reason.
    Failed(String),
    /// It is made.
    Made(MonthEndSeen),
}

/// A report as a reader sees it.
pub struct MonthEndSeen {
    /// It is not over: by the book's clock, as of when this is.
    pub as_of: Option<Timestamp>,
    /// The last row of the journal that counts.
    pub row: i64,
    /// Its hash, in hex.
    pub hash: String,
    /// One for each unit.
    pub units: Vec<UnitSeen>,
    /// How far Stripe was compared, if it ever was.
    pub compared: Option<Compared>,
}

/// What is told of one unit.
pub struct UnitSeen {
    /// Its name.
    pub name: String,
    /// Tells its section from others on the page.
    pub code: String,
    /// What customers had at the begin.
    pub opening: Amount,
    /// The id of why, and by how much it moved what they have.
    pub flows: Vec<(&'static str, Amount)>,
    /// What they had at the end.
    pub closing: Amount,
    /// How long ago it was given to them, in words, and how much of it.
    pub ages: Vec<(String, Amount)>,
    /// What they have used beyond it, not above zero.
    pub debt: Amount,
    /// What they had at the end of each day; `None` where no wallet counts it.
    pub chart: Option<Chart>,
    /// All accounts, wallets first.
    pub accounts: Vec<AccountSeen>,
}

/// An account over the month.
pub struct AccountSeen {
    /// The id of its name.
    pub text_id: &'static str,
    /// Its name in the chart of accounts; empty for all wallets together.
    pub code: String,
    /// Its balance before: credits minus debits.
    pub opening: Amount,
    /// What it gave.
    pub debits: Amount,
    /// What it took.
    pub credits: Amount,
    /// Its balance after.
    pub closing: Amount,
}

impl MonthEndPage {
    /// Whether the page asks again by itself.
    pub fn is_making(&self) -> bool {
        matches!(self.standing, Some(MonthEndStanding::Making(..)))
    }

    /// What is known of payouts, a sentence each.
    pub fn payouts(&self, compared: &Compared) -> Vec<String> {
        let told = |id: &'static str, payouts: &[(u32, Amount)]| -> Vec<String> {
            let words = |(count, amount): &(u32, Amount)| {
                self.reader.tn_with(id, *count, [("amount", self.reader.money(*amount))])
            };
            payouts.iter().map(words).collect()
        };
        let mut sentences = told("payouts-matched", &compared.matched);
        sentences.extend(told("payouts-came-back", &compared.came_back));
        sentences.extend(told("payouts-open", &compared.open));
        if sentences.is_empty() {
            sentences.push(self.reader.t("payouts-none"));
        }
        sentences
    }
}

/// A balance with the side on which it stands: `$10.00 Cr`.
pub fn balance(reader: &Reader, amount: &Amount) -> String {
    let size = reader.money(Amount::new(amount.value().saturating_abs(), amount.unit()));
    match amount.value() {
        0 => size,
        below if below < 0 => reader.t1("balance-debit", "amount", size),
        _ => reader.t1("balance-credit", "amount", size),
    }
}
