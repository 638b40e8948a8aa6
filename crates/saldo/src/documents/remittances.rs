//! The remittance: every boleto that the bank does not know yet, and every one that it is to write off, told to it in one file.
//!
//! A file is kept whole, in the transaction that says its boletos were sent: it can be had again at any time, under the same
//! number, and no order is ever in two.

use brazil::Centavos;
use brazil::boleto::TitleNumber;
use brazil::cnab::{CnabError, Order, OwnNumber, Payer, REMITTANCE_TITLES_MAX, Remittance, Species, Title};
use brazil::document::TaxId;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use money::Timestamp;
use serde_json::json;
use std::sync::Arc;
use store::tables::bank::RemittanceRow;
use store::tables::boletos::{BoletoRow, BoletoState};
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::config::Bank;
use crate::portal::calendar::day_of;
use crate::problem::Problem;

/// What came of it.
#[derive(Debug)]
pub struct Remitted {
    /// The file; `None` if there was nothing to tell.
    pub file: Option<RemittanceRow>,
    /// What could not be told.
    pub left_out: Vec<LeftOut>,
}

/// A boleto that the bank would not take.
#[derive(Debug)]
pub struct LeftOut {
    /// Which.
    pub boleto: BoletoRow,
    /// Why.
    pub why: String,
}

/// Why no remittance was made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RemitError {
    /// The file cannot be written as the bank wants it.
    #[error(transparent)]
    Cnab(#[from] CnabError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the bank is told of boletos in each state, and where they go with that.
const ORDERS: [(BoletoState, Order, BoletoState); 2] = [
    (BoletoState::Written, Order::Register, BoletoState::Sent),
    (BoletoState::ToWriteOff, Order::WriteOff, BoletoState::WrittenOff),
];

/// How many boletos wait for the next remittance.
pub fn waiting(tables: &TablesReader<'_>) -> Result<u32, StoreError> {
    let counts = ORDERS.iter().map(|(from, ..)| tables.boleto_count(*from));
    counts.sum()
}

/// Makes a remittance of all that the bank was never told, dated `now`, says that it was, and notes in the audit log who made it.
pub fn remit(
    tx: &Tx<'_>,
    bank: &Bank,
    zone: &TimeZone,
    author: &Author,
    now: Timestamp,
) -> Result<Remitted, RemitError> {
    let (mut titles, mut sent, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (from, order, to) in ORDERS {
        let room = REMITTANCE_TITLES_MAX - titles.len();
        for boleto in tx.boletos_in(from, u32::try_from(room).unwrap_or(u32::MAX))? {
            match title(tx, bank, zone, order, &boleto)? {
                Ok(title) => {
                    titles.push(title);
                    sent.push((boleto.id, to));
                }
                Err(why) => left_out.push(LeftOut { boleto, why: format!("{why:#}") }),
            }
        }
    }
    if titles.is_empty() {
        return Ok(Remitted { file: None, left_out });
    }
    let file_number = tx.next_remittance_number()?;
    let remittance = Remittance {
        account: bank.account.clone(),
        company: bank.company.clone(),
        file_number,
        created: date_time(zone, now),
        titles,
    };
    let count = u32::try_from(sent.len()).unwrap_or(u32::MAX);
    let file = RemittanceRow { file_number, created_at: now, titles: count, body: remittance.write()? };
    tx.insert_remittance(&file)?;
    for (id, to) in sent {
        tx.set_boleto_state(id, to, None, None)?;
    }
    let told = json!({"titles": count, "left_out": left_out.len()});
    author.note(tx, &Change::new("remittance.create", file_number).after_json(&told))?;
    Ok(Remitted { file: Some(file), left_out })
}

/// As [`remit`], in the running program.
pub async fn send_remittance(app: &Arc<App>, author: Author) -> Result<Remitted, Problem> {
    let (bank, zone) = (app.config.bank.clone(), app.config.brand.time_zone.clone());
    let now = app.ledger.now();
    app.write_or_refuse(move |tx| match &bank {
        None => Ok(Remitted { file: None, left_out: Vec::new() }),
        Some(bank) => remit(tx, bank, &zone, &author, now).map_err(|error| match error {
            RemitError::Store(error) => error.into(),
            RemitError::Cnab(error) => Problem::internal(&anyhow::Error::new(error)),
        }),
    })
    .await
}

/// The boleto as the bank is told of it; `Err` within says what the bank would not take.
fn title(
    tx: &Tx<'_>,
    bank: &Bank,
    zone: &TimeZone,
    order: Order,
    boleto: &BoletoRow,
) -> Result<anyhow::Result<Title>, StoreError> {
    let (Some(payer), Some(customer)) = (tx.payer(boleto.customer)?, tx.customer(boleto.customer)?) else {
        return Ok(Err(anyhow::anyhow!("nothing is known of the payer {}", boleto.customer)));
    };
    let told = || -> anyhow::Result<Title> {
        let document = TaxId::parse(&payer.document)?;
        let name = customer.name.as_str();
        let store::tables::lines::Payer { street, district, postcode, city, state, .. } = &payer;
        Ok(Title {
            order,
            number: TitleNumber::new(boleto.our_number),
            own_number: OwnNumber::parse(&boleto.our_number.to_string())?,
            amount: Centavos::from_amount(boleto.amount)?,
            due: boleto.due_on.parse::<Date>()?,
            issued: day_of(zone, boleto.created_at),
            species: Species::DuplicataDeServico,
            interest: bank.interest,
            fine: bank.fine,
            payer: Payer::new(document, name, street, district, postcode, city, state)?,
        })
    };
    Ok(told())
}

/// `at` on a clock in `zone`.
pub(super) fn date_time(zone: &TimeZone, at: Timestamp) -> DateTime {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::MAX);
    instant.to_zoned(zone.clone()).datetime()
}
