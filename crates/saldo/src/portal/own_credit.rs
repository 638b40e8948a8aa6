//! A customer's credit in money in words: of what it came, and where it went.

use book::PaidBy;
use money::{CustomerId, InvoiceId, Timestamp, Unit};
use store::tables::overpaid::{Overpaid, OverpaidKind};
use store::{Reader as TablesReader, StoreError};

use crate::look::Reader;
use crate::look::part::{CreditMove, OwnCredit, paid_by_text};
use crate::overpaid;

/// Movements that are shown.
const SHOWN: u32 = 20;

/// Whose pages the links lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Eyes {
    /// The customer's.
    Customer,
    /// Staff's.
    Staff,
}

/// What is left of a customer's credit in reais, and its newest movements; `None` if there never was any.
pub(crate) fn read(
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    eyes: Eyes,
) -> Result<Option<OwnCredit>, StoreError> {
    let moves = tables.overpaid_of(customer, Timestamp::MAX, SHOWN)?;
    if moves.is_empty() {
        return Ok(None);
    }
    let moves = moves.iter().map(|moved| seen(tables, reader, moved, eyes));
    Ok(Some(OwnCredit {
        left: overpaid::left(tables, customer, Unit::BRL)?,
        moves: moves.collect::<Result<_, _>>()?,
    }))
}

/// One movement as `eyes` see it.
pub(crate) fn seen(
    tables: &TablesReader<'_>,
    reader: &Reader,
    moved: &Overpaid,
    eyes: Eyes,
) -> Result<CreditMove, StoreError> {
    let invoice = match moved.invoice {
        Some(id) => tables.invoice(id)?,
        None => None,
    };
    let number = invoice.as_ref().map(|invoice| invoice.number).unwrap_or_default();
    // Written by us, so it is a way that we know.
    let way = reader.t(paid_by_text(PaidBy::from_code(&moved.paid_by).unwrap_or(PaidBy::Hand)));
    let words = match moved.kind {
        OverpaidKind::Came => reader.t1("own-credit-came", "way", way),
        OverpaidKind::Invoiced => reader.t1("own-credit-invoiced", "number", number),
        OverpaidKind::GivenBack => reader.t1("own-credit-given-back", "way", way),
    };
    let under = match (moved.kind, moved.purchase) {
        _ if moved.refused_at.is_some() => reader.t("own-credit-refused"),
        (OverpaidKind::Came, Some(purchase)) => {
            let bought = tables.purchase(purchase)?;
            let quantity = bought.map(|bought| reader.volume(bought.quantity));
            quantity.map(|quantity| reader.t1("data-credit", "quantity", quantity)).unwrap_or_default()
        }
        (OverpaidKind::Came, None) if invoice.is_some() => reader.t1("invoice-month-title", "number", number),
        (OverpaidKind::GivenBack, _) => moved.reason.clone(),
        (OverpaidKind::Came | OverpaidKind::Invoiced, _) => String::new(),
    };
    Ok(CreditMove { at: moved.at, words, under, amount: moved.amount, url: url(tables, moved, eyes)? })
}

fn url(tables: &TablesReader<'_>, moved: &Overpaid, eyes: Eyes) -> Result<Option<String>, StoreError> {
    let boleto = match (moved.boleto, moved.purchase) {
        (Some(boleto), _) => Some(boleto),
        (None, Some(purchase)) => tables.boleto_of_purchase(purchase)?.map(|boleto| boleto.id),
        (None, None) => None,
    };
    let invoice = |id: InvoiceId| match eyes {
        Eyes::Customer => format!("/invoices#{id}"),
        Eyes::Staff => format!("/console/invoices/{id}"),
    };
    Ok(match (moved.invoice, boleto, eyes) {
        (Some(id), ..) => Some(invoice(id)),
        (None, Some(id), Eyes::Customer) => Some(format!("/invoices#{id}")),
        (None, Some(id), Eyes::Staff) => Some(format!("/console/boletos/{id}")),
        (None, None, _) => None,
    })
}
