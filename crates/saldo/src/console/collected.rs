//! What a boleto collects, what paid that, and what was decided of it when the boleto was written off: as its page tells it.

use money::{Amount, PurchaseId, Timestamp};
use serde_json::Value;
use store::tables::boletos::BoletoRow;
use store::tables::lines::OnWriteOff;
use store::tables::payments::Payment;
use store::tables::settlements::{Settlement, SettlementOutcome};
use store::{Reader as TablesReader, StoreError};

use super::blocked::actor_words;
use super::invoices;
use crate::look::Reader;
use crate::look::page::boletos::{Collected, FindingListed, Told};
use crate::look::part::Place;
use crate::{billing, documents, purchases};

/// Decisions that are told; there are at most two: one that keeps the debt, and one that gives it up.
const DECISIONS: u32 = 4;

/// Reads it.
pub(super) fn read(
    tables: &TablesReader<'_>,
    reader: &Reader,
    boleto: &BoletoRow,
    findings: &[FindingListed],
) -> Result<Collected, StoreError> {
    let mut came = came(tables, boleto)?;
    // What paid it stands before what came at the same moment and was too much.
    came.sort_by_key(|came| (came.came_at, came.outcome != SettlementOutcome::Paid));
    // What was given back of credit that came beyond what was owed: each finding tells of one payment.
    let mut given: Vec<&FindingListed> = findings.iter().filter(|it| it.credit.is_some()).collect();
    let mut payments = Vec::new();
    for came in &came {
        let told = given.iter().position(|it| it.credit == Some(came.amount));
        let back = told.filter(|_| came.outcome != SettlementOutcome::Paid).map(|place| given.remove(place));
        payments.push(payment(tables, reader, boleto, (came, back))?);
    }
    // Nothing was known of what it collects when the bank told of it.
    if let (true, Some((at, paid))) = (payments.is_empty(), boleto.paid_at.zip(boleto.paid_amount)) {
        let amount = reader.money(Amount::new(paid, boleto.amount.unit()));
        let words = reader.t2("boleto-paid-by-boleto-at", "time", reader.date_time(at), "amount", amount);
        payments.push(Told { words, under: String::new() });
    }
    let changes = tables.changes(&boleto.id.to_string(), documents::WRITE_OFF, DECISIONS)?;
    let decisions = changes.into_iter().rev().map(|change| {
        let who = actor_words(reader, &billing::actor(tables, change.actor)?);
        // Beside the book's own days stands the book's time; older lines have the computer's alone.
        let at = after(change.after.as_deref())["at"].as_str().and_then(|at| Timestamp::parse(at).ok());
        let under = reader.t2("told-by", "who", who, "time", reader.date_time(at.unwrap_or(change.at)));
        let text = decision_text(change.after.as_deref());
        Ok(Told { words: reader.t1(text, "amount", reader.money(boleto.amount)), under })
    });
    Ok(Collected {
        purchase: match boleto.purchase {
            Some(id) => purchase(tables, reader, id)?,
            None => None,
        },
        invoice: match boleto.invoice {
            Some(id) => tables.invoice(id)?.map(|invoice| {
                let words = reader.t1("invoice-month-title", "number", invoice.number);
                (format!("/console/invoices/{id}"), words)
            }),
            None => None,
        },
        payments,
        decisions: decisions.collect::<Result<_, StoreError>>()?,
    })
}

/// What came for it, first to last.
fn came(tables: &TablesReader<'_>, boleto: &BoletoRow) -> Result<Vec<Settlement>, StoreError> {
    match (boleto.purchase, boleto.invoice) {
        (Some(purchase), _) => tables.settlements_of_purchase(purchase),
        (None, Some(invoice)) => tables.settlements_of_invoice(invoice),
        (None, None) => Ok(Vec::new()),
    }
}

/// What a payment by card was for, if that was a pack: where its line shows the purchase, and how large it is on which line.
pub(super) fn bought_with(
    tables: &TablesReader<'_>,
    reader: &Reader,
    payment: &Payment,
) -> Result<Option<(String, String)>, StoreError> {
    let topup = payment.topup.map(|topup| tables.topup(topup)).transpose()?.flatten();
    match topup.and_then(|topup| topup.purchase) {
        Some(id) => purchase(tables, reader, id),
        None => Ok(None),
    }
}

/// The purchase, where its line shows it.
fn purchase(
    tables: &TablesReader<'_>,
    reader: &Reader,
    id: PurchaseId,
) -> Result<Option<(String, String)>, StoreError> {
    let Some(bought) = tables.purchase(id)? else { return Ok(None) };
    let Some(view) = tables.line_view_by_wallet(bought.wallet_no)? else { return Ok(None) };
    let login = tables.line(view.line)?.and_then(|line| line.access_login);
    let login = login.unwrap_or_else(|| reader.t("no-access-login"));
    let words = format!("{} · {login}", reader.volume(bought.quantity));
    Ok(Some((format!("{}/{}#{id}", Place::ConsoleLines.url(), view.line), words)))
}

fn payment(
    tables: &TablesReader<'_>,
    reader: &Reader,
    boleto: &BoletoRow,
    (came, back): (&Settlement, Option<&FindingListed>),
) -> Result<Told, StoreError> {
    let is_paid = came.outcome == SettlementOutcome::Paid;
    // The bank names the day on which its own payment was made; of the others it is known when they were told.
    let at = if is_paid && came.boleto == Some(boleto.id) { boleto.paid_at } else { None };
    let text = match came.paid_by.as_str() {
        "pix" => "boleto-paid-by-pix-at",
        "card" => "boleto-paid-by-card-at",
        "hand" => "boleto-paid-by-hand-at",
        _ => "boleto-paid-by-boleto-at",
    };
    let time = reader.date_time(at.unwrap_or(came.came_at));
    let mut under = Vec::new();
    if !came.reference.is_empty() {
        under.push(came.reference.clone());
    }
    if came.paid_by == "hand" {
        under.extend(by_hand(tables, reader, came)?);
    }
    if !is_paid {
        under.push(reader.t("settlement-credit"));
        under.extend(back.and_then(|finding| finding.resolved.clone()));
    }
    let words = reader.t2(text, "time", time, "amount", reader.money(came.amount));
    Ok(Told { words, under: under.join(" · ") })
}

/// Who told of a payment by hand, and why.
fn by_hand(
    tables: &TablesReader<'_>,
    reader: &Reader,
    came: &Settlement,
) -> Result<Option<String>, StoreError> {
    let told = match (came.purchase, came.invoice) {
        (Some(purchase), _) => tables.last_change(&purchase.to_string(), purchases::SETTLED)?,
        (None, Some(invoice)) => tables.last_change(&invoice.to_string(), invoices::SETTLED)?,
        (None, None) => None,
    };
    let Some(told) = told else { return Ok(None) };
    let reason = after(told.after.as_deref())["reason"].as_str().unwrap_or_default().to_owned();
    let who = actor_words(reader, &billing::actor(tables, told.actor)?);
    Ok(Some(format!("{who}: {reason}")))
}

/// The id of what was decided, by what the audit log has of it.
fn decision_text(written: Option<&str>) -> &'static str {
    match after(written)["on_write_off"].as_str().and_then(OnWriteOff::from_word) {
        Some(OnWriteOff::TakeBack) => "decided-take-back",
        Some(OnWriteOff::KeepDebt) => "decided-keep-debt",
        Some(OnWriteOff::Leave) => "decided-leave",
        None => "decided-nothing",
    }
}

fn after(written: Option<&str>) -> Value {
    written.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
