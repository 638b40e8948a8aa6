//! The page's words and figures, ready for its templates.

use askama::Template;
use serde_json::Value;

use super::Tried;
use super::form::{NEW_CARD, is_past, printed_expiry};
use crate::ids::new_id;
use crate::payment::delayed::Delayed;
use crate::state::text;

#[derive(Template)]
#[template(path = "checkout.html")]
struct CheckoutPage<'a> {
    title: &'a str,
    session: &'a str,
    amount: String,
    lines: Vec<Line>,
    email: Option<&'a str>,
    cards: Vec<SavedCard>,
    new_card_chosen: bool,
    later: Vec<Later>,
    may_remove: bool,
    asks_to_save: bool,
    saves_silently: bool,
    may_leave: bool,
    attempt: String,
    tried: &'a Tried,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    title: &'a str,
    text: &'a str,
    back: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "authentication.html")]
struct AuthenticationPage<'a> {
    title: &'a str,
    session: &'a str,
    card: String,
    amount: String,
}

/// A method whose money comes later, as a choice.
struct Later {
    word: &'static str,
    name: &'static str,
    when: &'static str,
    chosen: bool,
}

struct Line {
    name: String,
    quantity: i64,
    amount: String,
}

/// A saved card as a choice.
struct SavedCard {
    id: String,
    name: String,
    expiry: String,
    expired: bool,
    chosen: bool,
}

/// The form of an open session.
pub(super) fn checkout(session: &Value, terms: &Value, cards: &[Value], tried: &Tried, now: i64) -> String {
    let currency = text(session, "currency");
    let chosen = match tried.entered.payment_method.as_deref() {
        Some(id) if id == NEW_CARD || cards.iter().any(|card| text(card, "id") == id) => id,
        Some(id) if delayed_methods(session).iter().any(|delayed| delayed.word() == id) => id,
        _ => cards.first().map_or(NEW_CARD, |card| text(card, "id")),
    };
    let lines = terms["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let page = CheckoutPage {
        title: "Sandbox checkout",
        session: text(session, "id"),
        amount: money(session["amount_total"].as_i64().unwrap_or_default(), currency),
        lines: lines.iter().map(|line| Line::read(line, currency)).collect(),
        email: session["customer_email"].as_str(),
        cards: cards.iter().map(|card| SavedCard::read(card, chosen, now)).collect(),
        new_card_chosen: chosen == NEW_CARD,
        later: delayed_methods(session).into_iter().map(|delayed| Later::read(delayed, chosen)).collect(),
        may_remove: may_remove(session),
        asks_to_save: session["customer"].is_string()
            && text(&session["saved_payment_method_options"], "payment_method_save") == "enabled",
        saves_silently: session["customer"].is_string() && terms["setup_future_usage"].is_string(),
        may_leave: session["cancel_url"].is_string(),
        attempt: new_id("", 24),
        tried,
    };
    page.render().unwrap_or_else(failed)
}

/// The methods whose money comes later that a session takes.
pub(super) fn delayed_methods(session: &Value) -> Vec<Delayed> {
    let types = session["payment_method_types"].as_array().map(Vec::as_slice).unwrap_or_default();
    Delayed::ALL.into_iter().filter(|delayed| types.iter().any(|kind| kind == delayed.word())).collect()
}

/// The bank's question to the owner of a card.
pub(super) fn authentication(session: &Value, method: &Value) -> String {
    let card = &method["card"];
    let page = AuthenticationPage {
        title: "3-D Secure",
        session: text(session, "id"),
        card: stripe::card::card_used(text(card, "brand"), text(card, "last4")),
        amount: money(session["amount_total"].as_i64().unwrap_or_default(), text(session, "currency")),
    };
    page.render().unwrap_or_else(failed)
}

/// A page that only says something.
pub(super) fn notice(title: &str, text: &str, back: Option<&str>) -> String {
    NoticePage { title, text, back }.render().unwrap_or_else(failed)
}

/// Whether the session offers to remove saved cards.
pub(super) fn may_remove(session: &Value) -> bool {
    text(&session["saved_payment_method_options"], "payment_method_remove") == "enabled"
}

impl Later {
    fn read(delayed: Delayed, chosen: &str) -> Self {
        let (name, when) = match delayed {
            Delayed::Boleto => ("Boleto", "The money comes in days"),
            Delayed::Pix => ("Pix", "The money comes in seconds"),
        };
        Self { word: delayed.word(), name, when, chosen: delayed.word() == chosen }
    }
}

impl Line {
    fn read(line: &Value, currency: &str) -> Self {
        Self {
            name: text(line, "name").to_owned(),
            quantity: line["quantity"].as_i64().unwrap_or(1),
            amount: money(line["amount"].as_i64().unwrap_or_default(), currency),
        }
    }
}

impl SavedCard {
    fn read(method: &Value, chosen: &str, now: i64) -> Self {
        let (exp_month, exp_year) = printed_expiry(method);
        let card = &method["card"];
        Self {
            id: text(method, "id").to_owned(),
            name: stripe::card::card_used(text(card, "brand"), text(card, "last4")),
            expiry: format!("{exp_month:02}/{:02}", exp_year % 100),
            expired: is_past(exp_month, exp_year, now),
            chosen: text(method, "id") == chosen,
        }
    }
}

/// An amount in minor units as people read it: `$1,000.00`, `R$ 24.90`.
pub(crate) fn money(minor_units: i64, currency: &str) -> String {
    let sign = match currency {
        "brl" => "R$ ",
        "eur" => "€",
        _ => "$",
    };
    let whole = (minor_units / 100).to_string();
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{:02}", minor_units % 100)
}

/// Templates write into memory and their values cannot fail to print.
pub(super) fn failed(error: askama::Error) -> String {
    tracing::error!(%error, "a page of the sandbox could not be written");
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (minor_units, currency, text) in [
            (1_000, "usd", "$10.00"),
            (2_490, "brl", "R$ 24.90"),
            (99_999_999, "usd", "$999,999.99"),
            (100_000, "usd", "$1,000.00"),
            (5, "usd", "$0.05"),
        ] {
            assert_eq!(money(minor_units, currency), text);
        }
    }
}
