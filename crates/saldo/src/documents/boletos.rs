//! The boleto of a purchase: one, written when the notice of the purchase is delivered.

use axum::http::StatusCode;
use brazil::Centavos;
use brazil::boleto::{Barcode, TitleNumber};
use brazil::cnab::{Fine, Interest};
use brazil::document::TaxId;
use brazil::print_day;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::{Amount, BoletoId, CustomerId, Timestamp};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::lines::Payer;
use store::{Reader as TablesReader, StoreError, Tx};

use super::Sheet;
use crate::config::Bank;
use crate::ids;
use crate::look::{Locale, format};
use crate::portal::calendar::day_of;
use crate::problem::Problem;
use crate::settlements::Owing;

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

/// What a boleto is to collect.
#[derive(Clone, Copy, Debug)]
pub struct Collected {
    /// Who owes it.
    pub customer: CustomerId,
    /// For which purchase or invoice.
    pub what: Owing,
    /// How much.
    pub amount: Amount,
    /// When it is due.
    pub due: Date,
}

/// Writes the boleto that collects something at `at`, unless there is one; `Err` within says what is in the way.
pub fn write_boleto(
    tx: &Tx<'_>,
    bank: &Bank,
    collected: &Collected,
    at: Timestamp,
) -> Result<anyhow::Result<()>, StoreError> {
    let known = match collected.what {
        Owing::Purchase(purchase) => tx.boleto_of_purchase(purchase)?,
        Owing::Invoice(invoice) => tx.boleto_of_invoice(invoice)?,
    };
    if known.is_some() {
        return Ok(Ok(()));
    }
    let our_number = tx.next_our_number()?.max(bank.first_number);
    let Collected { customer, what, amount, due } = *collected;
    let drawn = Centavos::from_amount(amount).map_err(anyhow::Error::new).and_then(|centavos| {
        bank.account.barcode(TitleNumber::new(our_number), due, centavos).map_err(anyhow::Error::new)
    });
    let barcode = match drawn {
        Ok(barcode) => barcode,
        Err(error) => return Ok(Err(error)),
    };
    tx.insert_boleto(&BoletoRow {
        id: BoletoId::from_u128(ids::fresh()),
        customer,
        purchase: what.purchase(),
        our_number,
        barcode: barcode.digits().to_owned(),
        linha_digitavel: barcode.linha_digitavel().to_string(),
        amount,
        due_on: due.to_string(),
        state: BoletoState::Written,
        created_at: at,
        registered_at: None,
        paid_at: None,
        paid_amount: None,
        invoice: what.invoice(),
    })?;
    Ok(Ok(()))
}

/// The day on which the boleto of a purchase made at `at` is due.
pub fn purchase_due(bank: &Bank, zone: &TimeZone, at: Timestamp) -> Date {
    day_of(zone, at).saturating_add(i64::from(bank.due_days).days())
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
            logo: None,
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
pub(super) fn cep(postcode: &str) -> String {
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
