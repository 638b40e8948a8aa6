//! The boleto of a purchase: one, written when the notice of the purchase is delivered.

use axum::http::StatusCode;
use book::Awaiting;
use brazil::Centavos;
use brazil::boleto::{Barcode, TitleNumber};
use brazil::cnab::{Fine, Interest};
use brazil::document::TaxId;
use brazil::print_day;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use money::{Amount, BoletoId, CustomerId, Timestamp};
use store::tables::lines::{BoletoRow, BoletoState, Payer};
use store::{Reader as TablesReader, StoreError, Tx};

use super::Sheet;
use crate::config::Bank;
use crate::ids;
use crate::look::{Locale, format};
use crate::portal::calendar::day_of;
use crate::problem::Problem;

/// Refuses what could not be charged by boleto here. Asked before the book is.
pub fn check_charging(bank: Option<&Bank>, price: Amount) -> Result<(), Problem> {
    if bank.is_none() {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "boletos_not_configured",
            "Boletos are not set up on this server: its configuration names no bank. Nothing was bought.",
        ));
    }
    match Centavos::from_amount(price) {
        Ok(_) => Ok(()),
        Err(error) => {
            let detail = format!("This price cannot be charged by boleto: {error}. Nothing was bought.");
            Err(Problem::invalid("charging", error.code(), detail))
        }
    }
}

/// Writes the boleto that collects a purchase of `customer` made at `at`, unless there is one; `Err` within says what is in the way.
pub fn write_boleto(
    tx: &Tx<'_>,
    bank: Option<&Bank>,
    zone: &TimeZone,
    (customer, purchase): (CustomerId, &Awaiting),
    at: Timestamp,
) -> Result<anyhow::Result<()>, StoreError> {
    if tx.boleto_of_purchase(purchase.purchase)?.is_some() {
        return Ok(Ok(()));
    }
    let Some(bank) = bank else {
        return Ok(Err(anyhow::anyhow!("the configuration names no bank to write a boleto of")));
    };
    let our_number = tx.next_our_number()?.max(bank.first_number);
    let id = BoletoId::from_u128(ids::fresh());
    let drawn = draw(bank, zone, our_number, purchase.price, at);
    let (barcode, linha_digitavel, due_on) = match drawn {
        Ok(drawn) => drawn,
        Err(error) => return Ok(Err(error)),
    };
    tx.insert_boleto(&BoletoRow {
        id,
        customer,
        purchase: Some(purchase.purchase),
        our_number,
        barcode,
        linha_digitavel,
        amount: purchase.price,
        due_on,
        state: BoletoState::Written,
        created_at: at,
        registered_at: None,
        paid_at: None,
        paid_amount: None,
    })?;
    Ok(Ok(()))
}

/// The boleto on paper; `None` if nobody can pay it (now, or any more), an error within if it cannot be drawn.
pub fn sheet(
    reader: &TablesReader<'_>,
    bank: &Bank,
    zone: &TimeZone,
    (boleto, what): (&BoletoRow, String),
) -> Result<Option<anyhow::Result<Sheet>>, StoreError> {
    if boleto.state != BoletoState::Open {
        return Ok(None);
    }
    let (Some(payer), Some(customer)) = (reader.payer(boleto.customer)?, reader.customer(boleto.customer)?)
    else {
        return Ok(None);
    };
    let drawn = || -> anyhow::Result<Sheet> {
        let account = &bank.account;
        let document = TaxId::parse(&payer.document)?;
        let Payer { street, district, city, state, postcode, .. } = &payer;
        Ok(Sheet {
            bank_name: account.bank_name().to_owned(),
            bank_code: account.bank().printed(),
            barcode: Barcode::parse(&boleto.barcode)?,
            beneficiary: format!("{} — {}", bank.company_name, bank.document),
            beneficiary_address: bank.address.clone(),
            account: account.printed(),
            number: boleto.our_number.to_string(),
            nosso_numero: account.nosso_numero(TitleNumber::new(boleto.our_number))?.printed().to_owned(),
            carteira: account.carteira().to_owned(),
            written_on: print_day(day_of(zone, boleto.created_at)),
            due_on: print_day(boleto.due_on.parse()?),
            amount: format::money(Locale::PtBr, boleto.amount),
            what,
            instructions: instructions(bank),
            payer: format!("{} — {document}", customer.name),
            payer_address: vec![
                format!("{street} — {district}"),
                format!("{} {city} {state}", cep(postcode)),
            ],
        })
    };
    Ok(Some(drawn()))
}

/// `18010-000`; what has no eight digits stays as it is.
fn cep(postcode: &str) -> String {
    match postcode.split_at_checked(5) {
        Some((region, rest)) if rest.len() == 3 => format!("{region}-{rest}"),
        _ => postcode.to_owned(),
    }
}

/// What a cashier adds after the due day.
fn instructions(bank: &Bank) -> Vec<String> {
    let percent = |hundredths: u16| format!("{},{:02} %", hundredths / 100, hundredths % 100);
    let mut lines = Vec::new();
    if let Fine::Percent(fine) = bank.fine {
        lines.push(format!("Após o vencimento: multa de {}.", percent(fine)));
    }
    if let Interest::PerMonth(interest) = bank.interest {
        lines.push(format!("Após o vencimento: juros de {} ao mês.", percent(interest)));
    }
    lines
}

/// Bar code, linha digitável and due day of a boleto over `price` written at `at`.
fn draw(
    bank: &Bank,
    zone: &TimeZone,
    our_number: u64,
    price: Amount,
    at: Timestamp,
) -> anyhow::Result<(String, String, String)> {
    let due = day_of(zone, at).checked_add(i64::from(bank.due_days).days())?;
    let barcode = bank.account.barcode(TitleNumber::new(our_number), due, Centavos::from_amount(price)?)?;
    Ok((barcode.digits().to_owned(), barcode.linha_digitavel().to_string(), due.to_string()))
}
