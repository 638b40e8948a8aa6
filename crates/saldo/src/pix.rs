//! Pix: what is asked for, and what its provider tells of payments.
//!
//! Owned here: the txid by which a payment is found again, the text of the QR code, until when it is offered, and whether what was
//! told fits what was asked. Leaves to others: where callbacks come in (`webhooks`), what money that came leads to (`settlements`),
//! and what becomes of a purchase whose Pix was not paid (`purchases`).
//!
//! A code of ours credits the receiver's key. It does not settle a boleto at its bank: a Pix beside a boleto is another payment of the
//! same purchase or invoice, and whichever comes first pays it.

use std::sync::Arc;

use axum::http::StatusCode;
use book::{Awaiting, PaidBy};
use brazil::Centavos;
use brazil::cnab::{Fine, Interest};
use brazil::pix::{BrCode, PixKey, StaticCode, StaticTxid};
use jiff::civil::Date;
use money::{Amount, BoletoId, CustomerId, Timestamp};
use serde::Deserialize;
use store::tables::bank::Finding;
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::inbox::InboxEvent;
use store::tables::intents::Intent;
use store::tables::pix::{PixCharge, PixState};
use store::views::PurchaseState;
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::config::{Bank, Pix};
use crate::findings::{Found, Sum};
use crate::portal::calendar::day_of;
use crate::problem::Problem;
use crate::settlements::{self, Came, Owing, Settled, settle};
use crate::{documents, ids, intents};

/// The provider's name in the inbox.
pub const PIX: &str = "pix";
/// The kind of an event that tells of a payment.
pub const PAID: &str = "pix";
/// The kind of an event that tells that a payment was given back.
pub const GIVEN_BACK: &str = "devolucao";

/// One payment as Bacen's API Pix tells of it, as far as it is looked at.
#[derive(Clone, Debug, Deserialize)]
pub struct ToldPix {
    /// The payment's own id, 32 letters and digits.
    #[serde(rename = "endToEndId")]
    pub end_to_end_id: String,
    /// What was asked for.
    pub txid: Option<String>,
    /// The key that was credited; not every provider says it.
    pub chave: Option<String>,
    /// How much, as `24.90`.
    pub valor: String,
}

/// What a percent is counted in, of the whole: hundredths of it.
const HUNDREDTHS_OF_PERCENT: i128 = 10_000;
/// Interest by the month is counted by the day: a thirtieth for each.
const DAYS_OF_MONTH: i128 = 30;
/// A cent, in smallest steps.
const CENT: i64 = 10_000;

/// What is to be paid.
struct Wanted {
    customer: CustomerId,
    what: Owing,
    boleto: Option<BoletoId>,
    amount: Amount,
}

/// What an event led to.
#[derive(Default)]
struct Taken {
    intents: Vec<Intent>,
    customer: Option<CustomerId>,
}

/// Refuses what could not be charged by Pix here. Asked before the book is.
pub fn check_charging(pix: Option<&Pix>, price: Amount) -> Result<(), Problem> {
    if pix.is_none() {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "pix_not_configured",
            "Pix is not set up on this server: its configuration names no key. Nothing was bought.",
        ));
    }
    Centavos::from_amount(price).map(|_| ()).map_err(|error| {
        let detail = format!("This price cannot be charged by Pix: {error}. Nothing was bought.");
        Problem::invalid("charging", error.code(), detail)
    })
}

/// Asks for the Pix that pays a purchase made at `at`, once, and not of one that was given up meanwhile; `Err` within says what is in the
/// way.
pub fn charge(
    tx: &Tx<'_>,
    pix: Option<&Pix>,
    (customer, purchase): (CustomerId, &Awaiting),
    at: Timestamp,
) -> Result<anyhow::Result<()>, StoreError> {
    let is_dropped = tx.purchase(purchase.purchase)?.is_some_and(|row| row.state == PurchaseState::Dropped);
    if is_dropped || tx.pix_of_purchase(purchase.purchase)?.is_some() {
        return Ok(Ok(()));
    }
    let Some(pix) = pix else {
        return Ok(Err(anyhow::anyhow!("the configuration names no key that Pix pays into")));
    };
    let what = Owing::Purchase(purchase.purchase);
    let wanted = Wanted { customer, what, boleto: None, amount: purchase.price };
    match asked(pix, &wanted, at) {
        Ok(asked) => tx.insert_pix_charge(&asked).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// What may be paid by Pix instead of a boleto; `None` if nothing, for it was paid or is not to be paid any more.
pub fn replaced(tables: &TablesReader<'_>, boleto: &BoletoRow) -> Result<Option<Owing>, StoreError> {
    let what = match (boleto.purchase, boleto.invoice) {
        (Some(purchase), _) if tables.owed(purchase)?.is_some() => Owing::Purchase(purchase),
        (None, Some(invoice)) => Owing::Invoice(invoice),
        _ => return Ok(None),
    };
    let is_wanted = match boleto.state {
        BoletoState::Paid => false,
        BoletoState::ToWriteOff | BoletoState::WrittenOff => documents::is_still_owed(tables, boleto)?,
        BoletoState::Written | BoletoState::Sent | BoletoState::Rejected | BoletoState::Open => true,
    };
    Ok((is_wanted && !settlements::is_settled(tables, what)?).then_some(what))
}

/// The Pix that was asked for last.
pub fn newest(tables: &TablesReader<'_>, what: Owing) -> Result<Option<PixCharge>, StoreError> {
    match what {
        Owing::Purchase(purchase) => tables.pix_of_purchase(purchase),
        Owing::Invoice(invoice) => tables.pix_of_invoice(invoice),
    }
}

/// Asks for a Pix of what this boleto collects; one that is open is gone on with.
pub async fn ask_instead_of(app: &Arc<App>, customer: CustomerId, boleto: BoletoId) -> Result<(), Problem> {
    let now = app.ledger.now();
    let (pix, bank) = (app.config.pix.clone(), app.config.bank.clone());
    let today = day_of(&app.config.brand.time_zone, now);
    app.write_or_refuse(move |tx| {
        let row = tx.boleto(boleto)?.filter(|row| row.customer == customer);
        let row = row.ok_or_else(|| Problem::not_found("boleto"))?;
        check_charging(pix.as_ref(), row.amount)?;
        let (Some(pix), Some(what)) = (&pix, replaced(tx, &row)?) else {
            let detail = "This boleto cannot be paid by Pix: it was paid, or is not to be paid any more.";
            return Err(Problem::new(StatusCode::CONFLICT, "boleto_not_open", detail));
        };
        if let Some(known) = newest(tx, what)?.filter(|known| known.state == PixState::Open) {
            if known.expires_at > now {
                return Ok(());
            }
            tx.move_pix(&known.txid, PixState::Open, PixState::Expired, None)?;
        }
        let amount = owed_on(bank.as_ref(), &row, today);
        let wanted = Wanted { customer, what, boleto: Some(boleto), amount };
        let asked = asked(pix, &wanted, now).map_err(|error| Problem::internal(&error))?;
        tx.insert_pix_charge(&asked)?;
        Ok(())
    })
    .await?;
    app.live.notify(customer);
    Ok(())
}

/// What a boleto that is paid on this day comes to, with fine and interest: what is paid late costs by Pix what it costs at the bank.
pub fn owed_on(bank: Option<&Bank>, boleto: &BoletoRow, today: Date) -> Amount {
    let late_fee = bank.map_or(0, |bank| late_fee(bank, boleto, today));
    Amount::new(boleto.amount.value().saturating_add(late_fee), boleto.amount.unit())
}

/// Fine and interest of a boleto that is paid on this day, in the steps of its unit, each rounded to whole cents; zero up to its due day, or
/// up to the next day on which banks work. Later than that they count from the due day on, as at the bank.
fn late_fee(bank: &Bank, boleto: &BoletoRow, today: Date) -> i64 {
    let Ok(due) = boleto.due_on.parse::<Date>() else { return 0 };
    let days = due.until(today).map_or(0, |span| span.get_days());
    let Ok(cents) = Centavos::from_amount(boleto.amount) else { return 0 };
    if days <= 0 || today <= brazil::bank_day_from(due) {
        return 0;
    }
    let (cents, days) = (i128::from(cents.count()), i128::from(days));
    let fine = match bank.fine {
        Fine::None => 0,
        Fine::Percent(hundredths) => rounded(cents * i128::from(hundredths), HUNDREDTHS_OF_PERCENT),
    };
    let interest = match bank.interest {
        Interest::None => 0,
        Interest::PerDay(a_day) => i128::from(a_day.count()) * days,
        Interest::PerMonth(hundredths) => {
            rounded(cents * i128::from(hundredths) * days, HUNDREDTHS_OF_PERCENT * DAYS_OF_MONTH)
        }
    };
    i64::try_from((fine + interest) * i128::from(CENT)).unwrap_or(0)
}

/// A division of what is not below zero, rounded half up.
const fn rounded(dividend: i128, divisor: i128) -> i128 {
    (dividend + divisor / 2) / divisor
}

fn asked(pix: &Pix, wanted: &Wanted, at: Timestamp) -> anyhow::Result<PixCharge> {
    let txid = txid(ids::fresh());
    let code = BrCode::Static(StaticCode {
        key: pix.key.clone(),
        receiver: pix.receiver.clone(),
        amount: Some(Centavos::from_amount(wanted.amount)?),
        txid: Some(StaticTxid::parse(&txid)?),
        message: None,
    });
    Ok(PixCharge {
        br_code: code.write()?,
        txid,
        customer: wanted.customer,
        purchase: wanted.what.purchase(),
        invoice: wanted.what.invoice(),
        boleto: wanted.boleto,
        pix_key: pix.key.as_str().to_owned(),
        amount: wanted.amount,
        state: PixState::Open,
        created_at: at,
        expires_at: at.plus(pix.lasts),
        paid_at: None,
    })
}

/// 128 bits as 25 letters and digits, which is all that a code may hold.
fn txid(bits: u128) -> String {
    let mut digits = [b'0'; StaticTxid::LEN_MAX];
    let mut rest = bits;
    for digit in digits.iter_mut().rev() {
        let value = u8::try_from(rest % 36).unwrap_or_default();
        *digit = if value < 10 { b'0' + value } else { b'A' + value - 10 };
        rest /= 36;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// Works on an event of the inbox: settles what was asked for, or says to a person what does not fit.
pub async fn take(app: &Arc<App>, event: &InboxEvent) -> Result<(), Problem> {
    let told: ToldPix =
        serde_json::from_slice(&event.body).map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
    let (now, kind, id) = (app.ledger.now(), event.kind.clone(), event.event_id.clone());
    let taken = app
        .write(move |tx| {
            // With the event done in the same transaction, nothing of it is found twice.
            tx.inbox_processed(PIX, &id)?;
            if kind == GIVEN_BACK { given_back(tx, &told, now) } else { paid(tx, &told, now) }
        })
        .await?;
    intents::send(app, &taken.intents).await?;
    if let Some(customer) = taken.customer {
        app.live.notify(customer);
    }
    Ok(())
}

fn paid(tx: &Tx<'_>, told: &ToldPix, now: Timestamp) -> Result<Taken, StoreError> {
    let (valor, payment) = (&told.valor, told.end_to_end_id.clone());
    let paid = Sum::written(valor);
    let charge = match &told.txid {
        Some(txid) => tx.pix_charge(txid)?,
        None => None,
    };
    let Some(charge) = charge else {
        let txid = told.txid.clone();
        return find(tx, &Found::PixUnknown { paid, payment, txid }, None, now);
    };
    let is_key = |chave: &String| PixKey::parse(chave).is_ok_and(|key| key.as_str() == charge.pix_key);
    if let Some(chave) = told.chave.as_ref().filter(|chave| !is_key(chave)) {
        let key = chave.clone();
        return find(tx, &Found::PixOtherKey { paid, payment, key }, Some(&charge), now);
    }
    let amount = charge.amount;
    if Centavos::parse(valor).map(Centavos::to_amount) != Ok(amount) {
        let owed = amount.into();
        return find(tx, &Found::PixOtherValue { paid, payment, owed }, Some(&charge), now);
    }
    tx.move_pix(&charge.txid, charge.state, PixState::Paid, Some(now))?;
    let what = match (charge.purchase, charge.invoice) {
        (Some(purchase), _) => Owing::Purchase(purchase),
        (None, Some(invoice)) => Owing::Invoice(invoice),
        (None, None) => {
            return Err(StoreError::Missing { what: format!("what the Pix {} is for", charge.txid) });
        }
    };
    let id = settlements::name(&[b"pix", told.end_to_end_id.as_bytes()]);
    let boleto = match charge.boleto {
        Some(boleto) => tx.boleto(boleto)?,
        None => None,
    };
    let late_fee = boleto.map_or(0, |boleto| amount.value().saturating_sub(boleto.amount.value()).max(0));
    let came = Came { id, what, boleto: None, by: PaidBy::Pix, amount, late_fee, at: now };
    let customer = Some(charge.customer);
    let settled = settle(tx, &came)?;
    if matches!(settled, Settled::Paid(_) | Settled::Credit(_)) {
        tx.set_settlement_reference(id, &payment)?;
    }
    match settled {
        Settled::Paid(intents) => Ok(Taken { intents, customer }),
        Settled::Credit(intents) => {
            Ok(Taken { intents, ..find(tx, &Found::PixAgain { paid, payment }, Some(&charge), now)? })
        }
        Settled::Known => Ok(Taken::default()),
        Settled::NotOwed => find(tx, &Found::PixNotOwed { paid, payment }, Some(&charge), now),
    }
}

fn given_back(tx: &Tx<'_>, told: &ToldPix, now: Timestamp) -> Result<Taken, StoreError> {
    let charge = match &told.txid {
        Some(txid) => tx.pix_charge(txid)?,
        None => None,
    };
    let (paid, payment) = (Sum::written(&told.valor), told.end_to_end_id.clone());
    find(tx, &Found::PixGivenBack { paid, payment }, charge.as_ref(), now)
}

fn find(tx: &Tx<'_>, found: &Found, charge: Option<&PixCharge>, now: Timestamp) -> Result<Taken, StoreError> {
    let finding = Finding {
        boleto: charge.and_then(|charge| charge.boleto),
        ..found.finding(charge.map(|charge| charge.customer), now)
    };
    tracing::warn!(
        code = finding.code.word(),
        txid = charge.map(|charge| &charge.txid),
        detail = finding.detail,
        "a Pix needs a person"
    );
    tx.insert_finding(&finding)?;
    Ok(Taken { intents: Vec::new(), customer: charge.map(|charge| charge.customer) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use money::Unit;

    #[test]
    fn what_is_paid_late_costs_fine_and_interest_by_the_day() -> anyhow::Result<()> {
        let boleto = |cents: i64| BoletoRow {
            id: BoletoId::from_u128(1),
            customer: CustomerId::from_u128(1),
            purchase: None,
            our_number: 1,
            barcode: String::new(),
            linha_digitavel: String::new(),
            amount: Amount::new(cents * CENT, Unit::BRL),
            due_on: "2026-12-10".to_owned(),
            state: BoletoState::Open,
            created_at: Timestamp::from_seconds(0),
            registered_at: None,
            paid_at: None,
            paid_amount: None,
            invoice: None,
        };
        let sample = Bank::sample()?;
        // Cents, day, fine and interest in hundredths of a percent, what they come to in cents.
        let cases = [
            (30_960, "2026-12-09", 200, 100, 0),
            (30_960, "2026-12-10", 200, 100, 0),
            (30_960, "2026-12-11", 200, 100, 619 + 10),
            (30_960, "2027-01-09", 200, 100, 619 + 310),
            (30_960, "2027-02-08", 200, 0, 619),
            (30_960, "2027-02-08", 0, 100, 619),
            (1, "2026-12-11", 200, 100, 0),
        ];
        // Due on a Saturday, it is in time on Monday.
        let weekend = BoletoRow { due_on: "2026-12-12".to_owned(), ..boleto(30_960) };
        for (day, expected) in [("2026-12-13", 0), ("2026-12-14", 0), ("2026-12-15", 619 + 31)] {
            let bank = Bank { fine: Fine::Percent(200), interest: Interest::PerMonth(100), ..sample.clone() };
            assert_eq!(late_fee(&bank, &weekend, day.parse()?), expected * CENT, "{day}");
        }
        for (cents, day, fine, interest, expected) in cases {
            let bank = Bank {
                fine: if fine == 0 { Fine::None } else { Fine::Percent(fine) },
                interest: if interest == 0 { Interest::None } else { Interest::PerMonth(interest) },
                ..sample.clone()
            };
            assert_eq!(late_fee(&bank, &boleto(cents), day.parse()?), expected * CENT, "{cents} on {day}");
        }
        Ok(())
    }

    #[test]
    fn txids_fit_a_code_and_tell_bits_apart() -> anyhow::Result<()> {
        let all = [0, 1, 35, 36, u128::MAX - 1, u128::MAX].map(txid);
        for (place, one) in all.iter().enumerate() {
            assert_eq!(StaticTxid::parse(one)?.as_str().len(), StaticTxid::LEN_MAX);
            assert!(!all[..place].contains(one), "{one}");
        }
        assert_eq!(all[3], "0000000000000000000000010");
        Ok(())
    }
}
