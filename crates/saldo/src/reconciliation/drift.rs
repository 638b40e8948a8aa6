//! What Stripe says beside what the books say, in each currency, and what differs with its cause. Amounts are in steps of the unit.
//!
//! *At Stripe* is the sum of all movements that are not another system's; *in the books* is the account `clearing:stripe`, which the
//! journal alone makes. They are read in one moment.

use std::sync::Arc;

use money::{Amount, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use store::tables::payments::Payment;
use store::tables::reconciliation::{
    DriftCause, MovementSort, MovementStanding, MovementSum, StripeMovement,
};
use store::views::AccountRow;
use store::{Reader, StoreError};
use stripe::minor_units::{self, Currency};

use crate::app::App;
use crate::clock;
use crate::payments::STRIPE;
use crate::problem::Problem;

/// Differences that are kept of one comparison, of each kind.
const DIFFERENCES_MAX: u32 = 200;
/// How long Stripe's balance may take to show a payment that was credited, in microseconds.
const SHOWN_WITHIN: i64 = Timestamp::HOUR;
/// Steps of an amount in one minor unit: six decimals against two.
const STEPS_PER_CENT: i64 = 10_000;
/// Movements of one payment that are looked at: its charge, refunds and disputes.
const OF_PAYMENT_MAX: u32 = 200;
/// The currencies that the books have.
const CURRENCIES: [Currency; 2] = [Currency::Usd, Currency::Brl];
/// The account that says what lies at Stripe, below zero.
const CLEARING: &str = "clearing:stripe";

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// Each currency in which anything happened.
    pub currencies: Vec<CurrencyDrift>,
    /// What differs, and why; the first of it where it is much.
    pub differences: Vec<Difference>,
}

/// One currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyDrift {
    /// Our code of it.
    pub currency: String,
    /// What happened, sort by sort.
    pub lines: Vec<DriftLine>,
    /// What lies at Stripe, without what is another system's.
    pub at_stripe: i64,
    /// What the books say lies there.
    pub in_books: i64,
    /// Credited just now; Stripe's balance does not show it yet.
    pub under_way: i64,
    /// Movements of another system on the same account.
    pub foreign_count: i64,
    /// What those come to, after fees.
    pub foreign: i64,
    /// What Stripe has more than the books.
    pub drift: i64,
}

/// What happened of one sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftLine {
    /// The word of the sort; fees of payments and disputes stand with fees.
    pub sort: String,
    /// As Stripe says.
    pub stripe: i64,
    /// As the books have it.
    pub books: i64,
}

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The word of the cause.
    pub cause: String,
    /// Our code of the currency, or Stripe's where we have none.
    pub currency: String,
    /// How much Stripe has more; in Stripe's minor units where we do not have the currency.
    pub amount: i64,
    /// Stripe's id of what moved its balance.
    pub source: Option<String>,
    /// Our payment.
    pub payment: Option<String>,
    /// Stripe's word for what it is.
    pub kind: Option<String>,
    /// Whether its payment is dealt with, and this is what Stripe kept of it.
    #[serde(default)]
    pub is_settled: bool,
}

impl Found {
    /// In how many currencies Stripe and the books differ.
    pub fn drifting(&self) -> u32 {
        let count = self.currencies.iter().filter(|drift| drift.drift != 0).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Whether something differs only because it happened while it was looked at.
    pub(super) fn is_moving(&self) -> bool {
        self.differences.iter().any(|difference| {
            [DriftCause::Unexplained, DriftCause::NotBooked, DriftCause::NotTakenBack]
                .iter()
                .any(|cause| cause.word() == difference.cause)
        })
    }
}

/// Whole cents or centavos of an amount in steps.
pub fn cents_of(steps: i64) -> i64 {
    steps / STEPS_PER_CENT
}

/// Compares, in one moment.
pub(super) async fn find(app: &Arc<App>) -> Result<Found, Problem> {
    let now = clock::now();
    app.read(move |reader| compare(reader, now)).await
}

fn compare(reader: &Reader<'_>, now: Timestamp) -> Result<Found, StoreError> {
    let (sums, accounts) = (reader.stripe_movement_sums()?, reader.accounts()?);
    let open = reader.open_stripe_movements(None, DIFFERENCES_MAX)?.rows;
    // All payments are looked through only where something differs.
    let differs = |currency: &Currency| at_stripe(&sums, *currency) != -balance(&accounts, currency.unit());
    let unseen = if CURRENCIES.iter().any(differs) {
        reader.credited_without_movement(STRIPE, DIFFERENCES_MAX)?
    } else {
        Vec::new()
    };
    let mut found = Found::default();
    for currency in CURRENCIES {
        let at_stripe = at_stripe(&sums, currency);
        let sums: Vec<_> = sums.iter().filter(|sum| sum.currency == currency.code()).collect();
        let unit = currency.unit();
        let in_books = -balance(&accounts, unit);
        if sums.is_empty() && in_books == 0 {
            continue;
        }
        let foreign: Vec<_> = sums.iter().filter(|sum| sum.standing == MovementStanding::Foreign).collect();
        let ours: Vec<_> =
            sums.iter().copied().filter(|sum| sum.standing != MovementStanding::Foreign).collect();
        let (young, old): (Vec<_>, Vec<_>) = unseen
            .iter()
            .filter(|payment| payment.amount.unit() == unit)
            .partition(|payment| now.since(payment.updated_at) < SHOWN_WITHIN);
        let under_way = young.iter().fold(0_i64, |sum, payment| sum.saturating_add(payment.amount.value()));
        let drift = CurrencyDrift {
            currency: unit.code().to_owned(),
            lines: lines(&ours),
            at_stripe,
            in_books,
            under_way,
            foreign_count: foreign.iter().map(|sum| sum.count).sum(),
            foreign: steps(foreign.iter().map(|sum| sum.amount.saturating_sub(sum.fee))),
            drift: at_stripe.saturating_sub(in_books.saturating_sub(under_way)),
        };
        let mut differences: Vec<Difference> = old.iter().map(|payment| not_in_balance(payment)).collect();
        let mine = open.iter().filter(|row| row.currency == currency.code());
        differences.extend(mine.map(|row| difference(row, unit.code(), STEPS_PER_CENT)));
        // Settled in another currency, it lacks in the one in which it was credited.
        for row in open.iter().filter(|row| row.cause == Some(DriftCause::OtherCurrency)) {
            let payment = row.payment.map(|id| reader.payment(id)).transpose()?.flatten();
            let credited = payment.filter(|payment| payment.credited_entry.is_some());
            differences.extend(credited.filter(|payment| payment.amount.unit() == unit).map(|payment| {
                Difference { cause: DriftCause::OtherCurrency.word().to_owned(), ..not_in_balance(&payment) }
            }));
        }
        let told = differences.iter().fold(0_i64, |sum, one| sum.saturating_add(one.amount));
        let rest = drift.drift.saturating_sub(told);
        if rest != 0 {
            differences.push(unexplained(rest, unit));
        }
        found.differences.extend(differences);
        found.currencies.push(drift);
    }
    let is_of_others = |row: &&StripeMovement| Currency::from_code(&row.currency).is_none();
    for row in open.iter().filter(is_of_others) {
        found.differences.push(match is_dealt_with(reader, row)? {
            true => fee_kept(row),
            false => difference(row, &row.currency, 1),
        });
    }
    Ok(found)
}

/// Whether a movement in a currency that no book has is of a payment that was credited by hand, or went back as a whole: its fee alone is left.
fn is_dealt_with(reader: &Reader<'_>, row: &StripeMovement) -> Result<bool, StoreError> {
    let Some(payment) = row.payment.filter(|_| row.fee != row.fee_matched) else { return Ok(false) };
    if row.amount == row.matched {
        return Ok(true);
    }
    let all = reader.stripe_movements_of(payment, OF_PAYMENT_MAX)?;
    Ok(all.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount)) == 0)
}

/// What all movements of a currency come to, after fees, without another system's.
fn at_stripe(sums: &[MovementSum], currency: Currency) -> i64 {
    let is_ours =
        |sum: &&MovementSum| sum.currency == currency.code() && sum.standing != MovementStanding::Foreign;
    steps(sums.iter().filter(is_ours).map(|sum| sum.amount.saturating_sub(sum.fee)))
}

/// What the account at Stripe holds in the journal's own sum.
fn balance(accounts: &[AccountRow], unit: Unit) -> i64 {
    accounts.iter().find(|row| row.account == CLEARING && row.unit == unit).map_or(0, |row| row.balance)
}

fn lines(sums: &[&MovementSum]) -> Vec<DriftLine> {
    let line = |sort: MovementSort| {
        let of_sort = || sums.iter().filter(move |sum| sum.sort == sort);
        let (mut stripe, mut books) =
            (steps(of_sort().map(|sum| sum.amount)), steps(of_sort().map(|sum| sum.matched)));
        if sort == MovementSort::Fee {
            stripe = stripe.saturating_sub(steps(sums.iter().map(|sum| sum.fee)));
            books = books.saturating_sub(steps(sums.iter().map(|sum| sum.fee_matched)));
        }
        DriftLine { sort: sort.word().to_owned(), stripe, books }
    };
    let all = MovementSort::ALL.iter().map(|sort| line(*sort));
    all.filter(|line| line.stripe != 0 || line.books != 0 || line.sort != MovementSort::Other.word())
        .collect()
}

fn steps(cents: impl Iterator<Item = i64>) -> i64 {
    cents.fold(0_i64, i64::saturating_add).saturating_mul(STEPS_PER_CENT)
}

fn difference(row: &StripeMovement, currency: &str, factor: i64) -> Difference {
    let amount = row.amount.saturating_sub(row.matched);
    let fee = row.fee.saturating_sub(row.fee_matched);
    Difference {
        cause: row.cause.unwrap_or(DriftCause::Unexplained).word().to_owned(),
        currency: currency.to_owned(),
        amount: amount.saturating_sub(fee).saturating_mul(factor),
        source: row.source.clone(),
        payment: row.payment.map(|payment| payment.to_string()),
        kind: Some(row.kind.clone()),
        is_settled: false,
    }
}

/// What Stripe kept of a payment that is dealt with.
fn fee_kept(row: &StripeMovement) -> Difference {
    let kept = StripeMovement { matched: row.amount, ..row.clone() };
    Difference { is_settled: true, ..difference(&kept, &row.currency, 1) }
}

fn not_in_balance(payment: &Payment) -> Difference {
    Difference {
        cause: DriftCause::NotInBalance.word().to_owned(),
        currency: payment.amount.unit().code().to_owned(),
        amount: payment.amount.value().saturating_neg(),
        source: payment.provider_charge.clone(),
        payment: Some(payment.id.to_string()),
        kind: None,
        is_settled: false,
    }
}

fn unexplained(rest: i64, unit: Unit) -> Difference {
    let (cause, currency) = (DriftCause::Unexplained.word().to_owned(), unit.code().to_owned());
    Difference { cause, currency, amount: rest, source: None, payment: None, kind: None, is_settled: false }
}

impl CurrencyDrift {
    /// An amount of this currency; none if it is one that we do not have.
    pub fn amount(&self, steps: i64) -> Option<Amount> {
        Unit::known(&self.currency).map(|unit| Amount::new(steps, unit))
    }
}

impl Difference {
    /// How much Stripe has more; none if Stripe tells of something that is no currency.
    pub fn sum(&self) -> Option<Amount> {
        match Unit::known(&self.currency) {
            Some(unit) => Some(Amount::new(self.amount, unit)),
            None => minor_units::to_shown_amount(self.amount, &self.currency).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_in_the_minor_units_of_its_currency() {
        for (amount, currency, expected) in [
            (8_690_000, "USD", Some("8.69 USD")),
            (869, "eur", Some("8.69 EUR")),
            (-57, "eur", Some("-0.57 EUR")),
            (1_481, "jpy", Some("1481 JPY")),
            (3_075, "kwd", Some("3.075 KWD")),
            (869, "points", None),
        ] {
            let told = Difference { amount, currency: currency.to_owned(), ..unexplained(0, Unit::USD) };
            let told = told.sum().map(|sum| sum.to_string());
            assert_eq!(told.as_deref(), expected, "{amount} {currency}");
        }
    }
}
