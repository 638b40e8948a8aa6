//! What a person must look at of payments and of use: what was told, by value, so that each reader is told it in his language.
//!
//! Owned here: the kinds of what is found, how they are kept, and their words. Leaves to others: finding it (`documents`, `pix`, `payments`,
//! `claims`, `settlements`, `usage_jumps`, `intents`), and what to do about it (`console`).

mod words;

use jiff::tz::TimeZone;
use money::{Amount, CustomerId, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use store::tables::bank::{Finding, FindingCode};

use crate::look::{Locale, Reader};

/// What the audit log calls it when somebody has dealt with one.
pub(crate) const RESOLVED: &str = "finding.resolve";

/// Money as a finding keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sum {
    /// An amount that was understood.
    Known {
        /// As `24.90`.
        amount: String,
        /// The unit's code.
        unit: String,
    },
    /// What somebody wrote who should have written an amount.
    Written(String),
}

impl From<Amount> for Sum {
    fn from(amount: Amount) -> Sum {
        Sum::Known { amount: amount.to_decimal(), unit: amount.unit().code().to_owned() }
    }
}

impl Sum {
    /// Reais as a provider writes them.
    pub fn written(text: &str) -> Sum {
        brazil::Centavos::parse(text)
            .map_or_else(|_| Sum::Written(text.to_owned()), |sum| sum.to_amount().into())
    }

    /// The amount in this unit, if it is one.
    pub(crate) fn amount_in(&self, unit: Unit) -> Option<Amount> {
        match self {
            Sum::Known { amount, unit: code } if code == unit.code() => Amount::parse(amount, unit).ok(),
            _ => None,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Found {
    /// The bank tells of a title that is none of ours.
    UnknownTitle {
        /// By which number.
        nosso_numero: String,
    },
    /// The bank has another value for a title.
    OtherValue {
        /// What the boleto is over.
        owed: Sum,
        /// What the bank says.
        told: Sum,
    },
    /// The bank did not do what it was told about a title.
    OrderRejected {
        /// Its motives, as the file has them.
        motives: Vec<String>,
    },
    /// The bank did not register a title.
    Rejected {
        /// Its motives, as the file has them.
        motives: Vec<String>,
    },
    /// Less was paid than is owed.
    PaidLess {
        /// What was paid.
        paid: Sum,
        /// What is owed.
        owed: Sum,
    },
    /// A boleto was paid after it had been written off.
    PaidLate,
    /// More than owed was paid by boleto.
    PaidMore {
        /// What became credit.
        more: Sum,
    },
    /// A boleto was paid of which the debt was paid before.
    PaidAgain {
        /// What became credit.
        paid: Sum,
    },
    /// Another file tells of what looks like the same payment.
    ToldAgain {
        /// What was paid.
        paid: Sum,
    },
    /// A boleto was paid, and nothing is known of what for.
    NotOwed {
        /// What was paid.
        paid: Sum,
    },
    /// The bank wrote a title off without having been told.
    WrittenOff,
    /// A Pix came for which nothing was asked.
    PixUnknown {
        /// What was paid.
        paid: Sum,
        /// The payment's own id.
        payment: String,
        /// Its txid, if it has one.
        txid: Option<String>,
    },
    /// A Pix came on another key than was asked for.
    PixOtherKey {
        /// What was paid.
        paid: Sum,
        /// The payment's own id.
        payment: String,
        /// The key.
        key: String,
    },
    /// A Pix of another value than was asked for.
    PixOtherValue {
        /// What was paid.
        paid: Sum,
        /// The payment's own id.
        payment: String,
        /// What was asked for.
        owed: Sum,
    },
    /// A Pix paid what was paid already.
    PixAgain {
        /// What became credit.
        paid: Sum,
        /// The payment's own id.
        payment: String,
    },
    /// A Pix was paid, and nothing is known of what for.
    PixNotOwed {
        /// What was paid.
        paid: Sum,
        /// The payment's own id.
        payment: String,
    },
    /// Of a Pix something was given back.
    PixGivenBack {
        /// What had been paid.
        paid: Sum,
        /// The payment's own id.
        payment: String,
    },
    /// The book did not take a payment: what was paid became credit.
    NotBooked {
        /// The code of the book's refusal.
        refusal: String,
        /// What became credit.
        paid: Sum,
    },
    /// A payment by card is of another customer than was asked.
    CardOtherCustomer {
        /// What was paid.
        paid: Sum,
        /// The payment's name at Stripe.
        payment: String,
        /// The top-up.
        topup: String,
    },
    /// A card paid another amount than was asked for.
    CardOtherAmount {
        /// What was paid.
        paid: Sum,
        /// The payment's name at Stripe.
        payment: String,
        /// The top-up.
        topup: String,
        /// What it asked for.
        asked: Sum,
    },
    /// A card paid in another currency than was asked for.
    CardOtherCurrency {
        /// What was paid.
        paid: Sum,
        /// The payment's name at Stripe.
        payment: String,
        /// The top-up.
        topup: String,
        /// What it asked for.
        asked: Sum,
    },
    /// A coupon left nothing to pay of a checkout.
    CardFree {
        /// The checkout's name at Stripe.
        checkout: String,
        /// The top-up.
        topup: String,
        /// What it asked for.
        asked: Sum,
    },
    /// A card paid a purchase that was paid already.
    CardAgain {
        /// What became credit.
        paid: Sum,
        /// The payment's name at Stripe.
        payment: String,
        /// The purchase.
        purchase: String,
    },
    /// A payment by card that bought data was given back or is disputed.
    CardGivenBack {
        /// How much of it that nobody has dealt with.
        back: Sum,
        /// How much in all; none if that is the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        all: Option<Sum>,
        /// Whether the customer's bank took it, and not the operator gave it.
        is_dispute: bool,
        /// The payment's name at Stripe.
        payment: String,
        /// The purchase.
        purchase: String,
    },
    /// A card payment that had become the customer's credit went back after that credit was used.
    CreditUsedBefore {
        /// How much of it was not there any more.
        missing: Sum,
        /// The purchase that it was to pay; empty if none is known.
        purchase: String,
    },
    /// Credit was taken for a refund or a dispute whose money then came back.
    CreditNotReturned {
        /// How much.
        again: Sum,
        /// The payment's name at Stripe.
        payment: String,
        /// The purchase that it was to pay; empty if none is known.
        purchase: String,
    },
    /// A card payment for which staff had given credit by hand went back: that credit is still there.
    CreditByHandStays {
        /// How much of it that nobody has dealt with.
        back: Sum,
        /// How much in all; none if that is the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        all: Option<Sum>,
        /// The payment's name at Stripe.
        payment: String,
    },
    /// A refund of a card payment that was made at Stripe, not ordered here, did not arrive.
    RefundCameBack {
        /// How much.
        amount: Sum,
        /// The payment's name at Stripe.
        payment: String,
    },
    /// What had gone back of a card payment came back: nothing is left to be done.
    CardCameBack {
        /// The payment's name at Stripe.
        payment: String,
        /// How much of it is still gone; none if nothing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        all: Option<Sum>,
    },
    /// What had gone back of a card payment came back after somebody had dealt with it.
    CardCameBackLate {
        /// How much came back.
        again: Sum,
        /// The payment's name at Stripe.
        payment: String,
        /// How much of it is still gone.
        all: Sum,
    },
    /// A session's counters grew faster than any line can carry: that was not counted.
    UsageJump {
        /// The line.
        line: String,
        /// With what it authenticates.
        login: String,
        /// By how much they grew, in all that nobody has dealt with.
        bytes: i64,
    },
    /// The book refuses, again and again, what was written down for it.
    IntentRefused {
        /// What is meant, by its code.
        kind: String,
        /// Its name.
        intent: String,
        /// Why, by the refusal's code.
        refusal: String,
    },
}

impl Found {
    /// Under which code it is kept.
    pub fn code(&self) -> FindingCode {
        match self {
            Found::UnknownTitle { .. } => FindingCode::UnknownTitle,
            Found::OtherValue { .. } | Found::PixOtherValue { .. } => FindingCode::OtherValue,
            Found::OrderRejected { .. } => FindingCode::OrderRejected,
            Found::Rejected { .. } => FindingCode::Rejected,
            Found::PaidLess { .. } => FindingCode::PaidLess,
            Found::PaidLate => FindingCode::PaidLate,
            Found::PaidMore { .. }
            | Found::PaidAgain { .. }
            | Found::ToldAgain { .. }
            | Found::PixAgain { .. }
            | Found::CardAgain { .. } => FindingCode::PaidTwice,
            Found::NotOwed { .. } | Found::PixNotOwed { .. } | Found::NotBooked { .. } => {
                FindingCode::PaymentRefused
            }
            Found::WrittenOff => FindingCode::WrittenOff,
            Found::PixUnknown { .. } => FindingCode::UnknownTxid,
            Found::PixOtherKey { .. } => FindingCode::OtherKey,
            Found::PixGivenBack { .. } => FindingCode::GivenBack,
            Found::CardOtherCustomer { .. } => FindingCode::CardOtherCustomer,
            Found::CardOtherAmount { .. } | Found::CardOtherCurrency { .. } | Found::CardFree { .. } => {
                FindingCode::CardOtherAmount
            }
            Found::CardGivenBack { .. }
            | Found::CreditUsedBefore { .. }
            | Found::CreditNotReturned { .. }
            | Found::CreditByHandStays { .. }
            | Found::RefundCameBack { .. }
            | Found::CardCameBack { .. }
            | Found::CardCameBackLate { .. } => FindingCode::CardGivenBack,
            Found::UsageJump { .. } => FindingCode::UsageJump,
            Found::IntentRefused { .. } => FindingCode::IntentRefused,
        }
    }

    /// The finding to be written down.
    pub fn finding(&self, customer: Option<CustomerId>, found_at: Timestamp) -> Finding {
        Finding {
            finding_no: 0,
            code: self.code(),
            boleto: None,
            return_no: None,
            file_line: None,
            detail: self.words(&Reader::new(Locale::En, TimeZone::UTC)),
            found_at,
            // Strings only: writing JSON cannot fail.
            facts: serde_json::to_string(self).unwrap_or_default(),
            customer,
            about: String::new(),
        }
    }

    /// What was found, as it was kept; `None` for what has its sentence alone.
    pub fn read(finding: &Finding) -> Option<Found> {
        serde_json::from_str(&finding.facts).ok()
    }

    /// What of it became the customer's credit, and may be given back.
    pub fn credit(&self) -> Option<Amount> {
        let (Found::PaidMore { more: sum }
        | Found::PaidAgain { paid: sum }
        | Found::PixAgain { paid: sum, .. }
        | Found::CardAgain { paid: sum, .. }
        | Found::NotBooked { paid: sum, .. }) = self
        else {
            return None;
        };
        let Sum::Known { amount, unit } = sum else { return None };
        Amount::parse(amount, Unit::known(unit)?).ok()
    }

    /// The top-up that it is about.
    pub fn topup(&self) -> Option<&str> {
        match self {
            Found::CardOtherCustomer { topup, .. }
            | Found::CardOtherAmount { topup, .. }
            | Found::CardOtherCurrency { topup, .. }
            | Found::CardFree { topup, .. } => Some(topup),
            _ => None,
        }
    }

    /// The line that it is about.
    pub fn line(&self) -> Option<&str> {
        match self {
            Found::UsageJump { line, .. } => Some(line),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;

    fn sum() -> Sum {
        Sum::from(Amount::new(24_900_000, Unit::BRL))
    }

    fn one_of_each() -> Vec<Found> {
        let (paid, payment) = (sum(), "E1".to_owned());
        let (motives, topup, purchase) = (vec!["A5".to_owned()], "top_1".to_owned(), "pur_1".to_owned());
        vec![
            Found::UnknownTitle { nosso_numero: "17".to_owned() },
            Found::OtherValue { owed: sum(), told: sum() },
            Found::OrderRejected { motives: Vec::new() },
            Found::Rejected { motives },
            Found::PaidLess { paid: sum(), owed: sum() },
            Found::PaidLate,
            Found::PaidMore { more: sum() },
            Found::PaidAgain { paid: sum() },
            Found::ToldAgain { paid: sum() },
            Found::NotOwed { paid: sum() },
            Found::WrittenOff,
            Found::PixUnknown { paid: Sum::written("muito"), payment: payment.clone(), txid: None },
            Found::PixOtherKey { paid: sum(), payment: payment.clone(), key: "a@b.c".to_owned() },
            Found::PixOtherValue { paid: Sum::written("24.90"), payment: payment.clone(), owed: sum() },
            Found::PixAgain { paid: sum(), payment: payment.clone() },
            Found::PixNotOwed { paid: sum(), payment: payment.clone() },
            Found::PixGivenBack { paid: sum(), payment: payment.clone() },
            Found::NotBooked { refusal: "line_cancelled".to_owned(), paid: sum() },
            Found::CardOtherCustomer { paid: sum(), payment: payment.clone(), topup: topup.clone() },
            Found::CardOtherAmount { paid: sum(), payment: payment.clone(), topup, asked: sum() },
            Found::CardOtherCurrency {
                paid: sum(),
                payment: payment.clone(),
                topup: "top_1".to_owned(),
                asked: sum(),
            },
            Found::CardFree { checkout: "cs_1".to_owned(), topup: "top_1".to_owned(), asked: sum() },
            Found::CardAgain { paid: sum(), payment: payment.clone(), purchase: purchase.clone() },
            Found::CreditUsedBefore { missing: sum(), purchase: purchase.clone() },
            Found::CreditNotReturned { again: sum(), payment: payment.clone(), purchase: purchase.clone() },
            Found::CreditByHandStays { back: sum(), all: None, payment: payment.clone() },
            Found::CreditByHandStays {
                back: sum(),
                all: Some(Sum::written("49.80")),
                payment: payment.clone(),
            },
            Found::RefundCameBack { amount: sum(), payment: payment.clone() },
            Found::CardCameBack { payment: payment.clone(), all: None },
            Found::CardCameBackLate { again: sum(), payment: payment.clone(), all: Sum::written("0.00") },
            Found::CardGivenBack { back: paid, all: None, is_dispute: true, payment, purchase },
            Found::UsageJump { line: "line_1".to_owned(), login: "joao".to_owned(), bytes: 30_000_000_000 },
            Found::IntentRefused {
                kind: "grant".to_owned(),
                intent: "int_1".to_owned(),
                refusal: "expiry_past".to_owned(),
            },
        ]
    }

    #[test]
    fn each_is_told_in_both_languages_from_what_was_kept() {
        let [english, portuguese] = Locale::ALL.map(|locale| Reader::new(locale, TimeZone::UTC));
        for found in one_of_each() {
            let finding = found.finding(None, Timestamp::from_micros(0));
            assert_eq!(Found::read(&finding).as_ref(), Some(&found), "{}", finding.facts);
            assert_eq!(finding.detail, found.words(&english));
            let words = found.words(&portuguese);
            assert!(words.ends_with('.') && words != finding.detail, "{words}");
            if finding.detail.contains("R$24.90") {
                assert!(words.contains("R$\u{a0}24,90"), "{words}");
            }
        }
    }

    #[test]
    fn what_was_found_before_has_its_sentence_alone() {
        let finding = Found::PaidLate.finding(None, Timestamp::from_micros(0));
        assert_eq!(Found::read(&Finding { facts: String::new(), ..finding }), None);
    }
}
