//! What was found, in a reader's words.

use money::{Amount, Unit};

use super::{Found, Sum};
use crate::look::Reader;

impl Sum {
    /// The amount as the reader writes it; else what was written.
    fn words(&self, reader: &Reader) -> String {
        match self {
            Sum::Known { amount, unit } => {
                // Of another currency money is counted in as many steps as of ours.
                let unit_of_it = Unit::known(unit).or_else(|| Unit::new(unit, Unit::USD.decimals()).ok());
                let known = unit_of_it.and_then(|unit| Amount::parse(amount, unit).ok());
                known.map_or_else(|| format!("{amount} {unit}"), |amount| reader.money(amount))
            }
            Sum::Written(text) => text.clone(),
        }
    }
}

impl Found {
    /// A sentence about it.
    pub fn words(&self, reader: &Reader) -> String {
        let sum = |sum: &Sum| sum.words(reader);
        let text = |text: &String| text.clone();
        match self {
            Found::UnknownTitle { nosso_numero } => reader.t1("found-unknown-title", "number", nosso_numero),
            Found::OtherValue { owed, told } => {
                reader.t2("found-other-value", "owed", sum(owed), "told", sum(told))
            }
            Found::OrderRejected { motives } => {
                reader.t1("found-order-rejected", "motives", motive_words(reader, motives))
            }
            Found::Rejected { motives } => {
                reader.t1("found-rejected", "motives", motive_words(reader, motives))
            }
            Found::PaidLess { paid, owed } => {
                reader.t2("found-paid-less", "paid", sum(paid), "owed", sum(owed))
            }
            Found::PaidLate => reader.t("found-paid-late"),
            Found::PaidMore { more } => reader.t1("found-paid-more", "more", sum(more)),
            Found::PaidAgain { paid } => reader.t1("found-paid-again", "paid", sum(paid)),
            Found::ToldAgain { paid } => reader.t1("found-told-again", "paid", sum(paid)),
            Found::NotOwed { paid } => reader.t1("found-not-owed", "paid", sum(paid)),
            Found::WrittenOff => reader.t("found-written-off"),
            Found::PixUnknown { paid, payment, txid } => {
                let txid = txid.clone().unwrap_or_else(|| reader.t("found-no-txid"));
                let values = [("paid", sum(paid)), ("payment", text(payment)), ("txid", txid)];
                reader.with("found-pix-unknown", values)
            }
            Found::PixOtherKey { paid, payment, key } => {
                let values = [("paid", sum(paid)), ("payment", text(payment)), ("key", text(key))];
                reader.with("found-pix-other-key", values)
            }
            Found::PixOtherValue { paid, payment, owed } => {
                let values = [("paid", sum(paid)), ("payment", text(payment)), ("owed", sum(owed))];
                reader.with("found-pix-other-value", values)
            }
            Found::PixAgain { paid, payment } => {
                reader.t2("found-pix-again", "paid", sum(paid), "payment", payment)
            }
            Found::PixNotOwed { paid, payment } => {
                reader.t2("found-pix-not-owed", "paid", sum(paid), "payment", payment)
            }
            Found::PixGivenBack { paid, payment } => {
                reader.t2("found-pix-given-back", "paid", sum(paid), "payment", payment)
            }
            Found::NotBooked { refusal, paid } => {
                reader.t2("found-not-booked", "why", refusal_words(reader, refusal), "paid", sum(paid))
            }
            Found::CardOtherCustomer { paid, payment, topup } => {
                let values = [("paid", sum(paid)), ("payment", text(payment)), ("topup", text(topup))];
                reader.with("found-card-other-customer", values)
            }
            Found::CardOtherAmount { paid, payment, topup, asked }
            | Found::CardOtherCurrency { paid, payment, topup, asked } => {
                let values = [
                    ("paid", sum(paid)),
                    ("payment", text(payment)),
                    ("topup", text(topup)),
                    ("asked", sum(asked)),
                ];
                reader.with("found-card-other-amount", values)
            }
            Found::CardFree { checkout, topup, asked } => {
                let values = [("checkout", text(checkout)), ("topup", text(topup)), ("asked", sum(asked))];
                reader.with("found-card-free", values)
            }
            Found::CardAgain { paid, payment, purchase } => {
                let values = [("paid", sum(paid)), ("payment", text(payment)), ("purchase", text(purchase))];
                reader.with("found-card-again", values)
            }
            Found::CardGivenBack { back, all, is_dispute, payment, purchase } => {
                let id = if *is_dispute { "found-card-disputed" } else { "found-card-refunded" };
                let values = [("back", sum(back)), ("payment", text(payment)), ("purchase", text(purchase))];
                with_all(reader, reader.with(id, values), (back, all.as_ref()))
            }
            Found::CreditUsedBefore { missing, purchase } => {
                reader.t2("found-credit-used-before", "missing", sum(missing), "purchase", purchase)
            }
            Found::CreditNotReturned { again, payment, purchase } => {
                let values =
                    [("again", sum(again)), ("payment", text(payment)), ("purchase", text(purchase))];
                reader.with("found-credit-not-returned", values)
            }
            Found::CreditByHandStays { back, all, payment } => {
                let words = reader.t2("found-credit-by-hand-stays", "back", sum(back), "payment", payment);
                with_all(reader, words, (back, all.as_ref()))
            }
            Found::RefundCameBack { amount, payment } => {
                reader.t2("found-refund-came-back", "amount", sum(amount), "payment", payment)
            }
            Found::CardCameBackLate { again, payment, .. } => {
                reader.t2("found-card-came-back-late", "again", sum(again), "payment", payment)
            }
            Found::CardCameBack { payment, .. } => reader.t1("found-card-came-back", "payment", payment),
            Found::UsageJump { login, bytes, .. } => {
                reader.t2("found-usage-jump", "login", login, "bytes", reader.volume(*bytes))
            }
            Found::IntentRefused { kind, intent, refusal } => {
                let values = [("kind", text(kind)), ("intent", text(intent)), ("refusal", text(refusal))];
                reader.with("found-intent-refused", values)
            }
        }
    }
}

/// A sentence about what is news, and how much it is in all where that is more.
fn with_all(reader: &Reader, words: String, (back, all): (&Sum, Option<&Sum>)) -> String {
    match all.filter(|all| *all != back) {
        Some(all) => format!("{words} {}", reader.t1("found-in-all", "all", all.words(reader))),
        None => words,
    }
}

fn motive_words(reader: &Reader, motives: &[String]) -> String {
    if motives.is_empty() {
        return reader.t("found-no-motive");
    }
    reader.t1("found-motives", "motives", motives.join(", "))
}

/// Why the book did not take a payment; by its code where that is nothing that happens to sound books.
fn refusal_words(reader: &Reader, refusal: &str) -> String {
    match refusal {
        "line_cancelled" => reader.t("found-line-cancelled"),
        code => code.to_owned(),
    }
}
