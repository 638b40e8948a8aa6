//! How finance narrows payments and top-ups: by days, customer, card and amount. Read from the address, drawn as a form above the list,
//! and carried on by the links to further pages and to the file.

use jiff::tz::TimeZone;
use money::{Timestamp, Unit};
use serde::Deserialize;
use store::tables::narrowed::Narrowing;
use store::{Reader as TablesReader, StoreError};

use super::offer_fields::Typed;
use super::search;
use crate::look::Reader;
use crate::look::format::percent_encoded;
use crate::look::page::listing::{Narrow, NarrowField};
use crate::portal::calendar;

/// Most characters that are looked at of a field.
const WORDS_CHARS_MAX: usize = 120;
/// Rows that are added up for the sums above a list; of longer ones the newest.
pub(super) const SUM_ROWS_MAX: u32 = 10_000;
/// Rows of a file; older ones are found by an earlier last day.
pub(super) const FILE_ROWS_MAX: u32 = 10_000;
/// Rows that are read at a time for a file.
pub(super) const FILE_STEP: u32 = 1_000;

/// What an address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    pub(super) show: String,
    from: String,
    to: String,
    customer: String,
    card: String,
    amount: String,
    pub(super) before: Option<String>,
}

/// Which fields the list has; a top-up has no card yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    Card,
    NoCard,
}

/// A field that was filled in wrongly: its name, and the id of what is said there.
pub(super) type WrongField = (&'static str, &'static str);

impl Wish {
    /// Whether anything is asked for beside how things stand.
    pub(super) fn is_narrow(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.trim().is_empty())
    }

    fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("from", &self.from),
            ("to", &self.to),
            ("customer", &self.customer),
            ("card", &self.card),
            ("amount", &self.amount),
        ]
    }

    /// The address's query without the way the list stands, ending in `&` unless empty.
    pub(super) fn query(&self) -> String {
        let given = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("{name}={}&", percent_encoded(value))).collect()
    }

    /// What it means, or what was filled in wrongly.
    pub(super) fn read(
        &self,
        tables: &TablesReader<'_>,
        reader: &Reader,
        unit: Unit,
    ) -> Result<Result<Narrowing, Vec<WrongField>>, StoreError> {
        let words = |text: &str| text.trim().chars().take(WORDS_CHARS_MAX).collect::<String>();
        let (asked, card) = (words(&self.customer), words(&self.card));
        let customer = if asked.is_empty() { None } else { search::one_customer(tables, &asked)? };
        let typed = Typed { reader: reader.clone(), data_unit: reader.data_unit };
        let amount = typed.money("amount", &words(&self.amount), unit);
        let (from, until) =
            (day(&reader.zone, &self.from, Side::Begin), day(&reader.zone, &self.to, Side::End));
        let is_card = card.is_empty() || (card.len() == 4 && card.bytes().all(|byte| byte.is_ascii_digit()));
        let is_backwards = matches!((from, until), (Some(from), Some(until)) if from >= until);
        let checks = [
            (from.is_none(), "from", "narrow-wrong-day"),
            (until.is_none(), "to", "narrow-wrong-day"),
            (is_backwards, "to", "narrow-backwards"),
            (customer.is_none() && !asked.is_empty(), "customer", "no-such-customer"),
            (!is_card, "card", "narrow-wrong-card"),
            (amount.is_err(), "amount", "narrow-wrong-amount"),
        ];
        let wrong: Vec<WrongField> = checks
            .into_iter()
            .filter(|(is_wrong, ..)| *is_wrong)
            .map(|(_, field, text)| (field, text))
            .collect();
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        Ok(Ok(Narrowing {
            customer,
            card,
            amount: amount.ok().flatten().map(|amount| amount.value()),
            from: from.unwrap_or(Timestamp::EPOCH),
            until: until.unwrap_or(Timestamp::MAX),
        }))
    }

    /// The form above the list at `url`, with what was found wrong in it and what the list comes to.
    pub(super) fn form(
        &self,
        reader: &Reader,
        (url, has): (&str, Has),
        wrong: &[WrongField],
        sums: Vec<String>,
    ) -> Narrow {
        let field = |(name, value): (&'static str, &str)| NarrowField {
            name,
            label: reader.t(label(name)),
            kind: if matches!(name, "from" | "to") { "date" } else { "text" },
            value: value.to_owned(),
            wrong: wrong.iter().find(|(field, _)| *field == name).map(|(_, text)| reader.t(text)),
        };
        let shown = self.fields().into_iter().filter(|(name, _)| has == Has::Card || *name != "card");
        Narrow {
            url: url.to_owned(),
            show: self.show.clone(),
            fields: shown.map(field).collect(),
            is_narrow: self.is_narrow(),
            csv_url: format!("{url}.csv?show={}&{}", percent_encoded(&self.show), self.query())
                .trim_end_matches('&')
                .to_owned(),
            sums,
        }
    }
}

fn label(name: &str) -> &'static str {
    match name {
        "from" => "narrow-from",
        "to" => "narrow-to",
        "customer" => "customer",
        "card" => "narrow-card",
        _ => "amount",
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Begin,
    End,
}

/// When the day begins or ends; the whole of time if none is given, `None` if it is none.
fn day(zone: &TimeZone, text: &str, side: Side) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() {
        return Some(if side == Side::Begin { Timestamp::EPOCH } else { Timestamp::MAX });
    }
    let bounds = calendar::day_bounds(zone, text.parse().ok()?)?;
    Some(if side == Side::Begin { bounds.from } else { bounds.until })
}

/// A cell that no spreadsheet takes for a formula.
pub(super) fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
