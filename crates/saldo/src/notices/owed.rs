//! Tells subscribers of what they owe: an invoice that was made, a boleto that can be paid, what is overdue, a line that is blocked for
//! that and one that works again.
//!
//! All of it happens in tables: no entry of the journal is its name. The notice is named after what it tells of, and written in the
//! transaction that makes it so. What has become of it meanwhile is looked at when the mail is written: nobody is asked for what he has
//! paid.

use std::fmt::Display;
use std::str::FromStr;

use money::{BoletoId, CustomerId, InvoiceId, LineId, Timestamp};
use serde::{Deserialize, Serialize};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::customers::Customer;
use store::tables::invoices::{InvoiceRow, InvoiceState};
use store::tables::lines::LineEntry;
use store::tables::outbox::{Notice as Stored, NoticeId};
use store::{Reader as TablesReader, StoreError, Tx};

use super::letters;
use crate::config::Config;
use crate::look::mail::Mail;
use crate::look::mail::owed::{
    BlockedMail, EnabledMail, OwedMail, OwedNews, OwedWhat, blocked, enabled, owed,
};
use crate::portal::calendar::day_bounds;
use crate::sold::Sold;
use crate::{clock, look};

/// An invoice was made.
pub(super) const INVOICE_MADE: &str = "invoice_made";
/// A bank has registered a boleto.
pub(super) const BOLETO_REGISTERED: &str = "boleto_registered";
/// A boleto's due day is over.
pub(super) const BOLETO_OVERDUE: &str = "boleto_overdue";
/// A line is blocked because something is overdue.
pub(super) const LINE_BLOCKED: &str = "line_blocked";
/// A line that was blocked for that works again.
pub(super) const LINE_ENABLED: &str = "line_enabled";

/// What is stored of such a notice: the id of what it tells of.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    id: String,
}

/// Tells of an invoice that was made.
pub fn invoice_made(tx: &Tx<'_>, invoice: &InvoiceRow) -> Result<(), StoreError> {
    tell(tx, named(invoice.number, INVOICE_MADE), invoice.customer, invoice.id, invoice.created_at)
}

/// Tells of a boleto that can be paid from now on.
pub fn boleto_registered(tx: &Tx<'_>, boleto: &BoletoRow, at: Timestamp) -> Result<(), StoreError> {
    tell(tx, named(boleto.our_number, BOLETO_REGISTERED), boleto.customer, boleto.id, at)
}

/// Tells of a boleto whose due day is over.
pub fn boleto_overdue(tx: &Tx<'_>, boleto: &BoletoRow, at: Timestamp) -> Result<(), StoreError> {
    tell(tx, named(boleto.our_number, BOLETO_OVERDUE), boleto.customer, boleto.id, at)
}

/// Whether its customer was told that this boleto is overdue, or is about to be.
pub fn is_overdue_told(tables: &TablesReader<'_>, boleto: &BoletoRow) -> Result<bool, StoreError> {
    tables.notice_exists(&named(boleto.our_number, BOLETO_OVERDUE))
}

/// Tells that a line is blocked since `since` because something is overdue.
pub fn line_blocked(tx: &Tx<'_>, line: &LineEntry, since: Timestamp) -> Result<(), StoreError> {
    let Some(id) = of_block(tx, line, since, LINE_BLOCKED)? else { return Ok(()) };
    tell(tx, id, line.customer, line.id, since)
}

/// Tells that a line that was blocked since `since` works again at `at`.
pub fn line_enabled(
    tx: &Tx<'_>,
    line: &LineEntry,
    since: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(id) = of_block(tx, line, since, LINE_ENABLED)? else { return Ok(()) };
    tell(tx, id, line.customer, line.id, at)
}

/// The name of what is told of a document: its number.
pub(super) fn named(number: u64, kind: &str) -> NoticeId {
    NoticeId { position: number, ordinal: 0, kind: kind.to_owned() }
}

/// The name of what is told of a line that is blocked: since when, and its wallet's number; `None` for one that no view has shown yet.
fn of_block(
    tx: &Tx<'_>,
    line: &LineEntry,
    since: Timestamp,
    kind: &str,
) -> Result<Option<NoticeId>, StoreError> {
    let view = tx.line_view(line.id)?;
    let position = since.as_micros().unsigned_abs();
    Ok(view.map(|view| NoticeId { position, ordinal: view.wallet_no, kind: kind.to_owned() }))
}

/// Writes a notice down that carries nothing but an id.
pub(super) fn tell(
    tx: &Tx<'_>,
    id: NoticeId,
    customer: CustomerId,
    what: impl Display,
    at: Timestamp,
) -> Result<(), StoreError> {
    // One string: writing JSON cannot fail.
    let payload = serde_json::to_string(&Payload { id: what.to_string() }).unwrap_or_default();
    write(tx, id, customer, payload, at)
}

/// Writes a notice down that is due at once.
pub(super) fn write(
    tx: &Tx<'_>,
    id: NoticeId,
    customer: CustomerId,
    payload: String,
    at: Timestamp,
) -> Result<(), StoreError> {
    let notice = Stored {
        id,
        customer: Some(customer),
        wallet: None,
        payload,
        created_at: at,
        delivered_at: None,
        attempts: 0,
        next_attempt_at: Some(clock::now()),
        last_error: None,
    };
    tx.insert_notice(&notice).map(|_| ())
}

/// What a mail is written with.
struct Writing<'t, 'c> {
    tx: &'t Tx<'c>,
    config: &'t Config,
    sold: &'t Sold,
    notice: &'t Stored,
    customer: &'t Customer,
    reader: look::Reader,
}

/// Writes the mails that tell of `notice`, to whoever can be told and if it is still so; an error says why it cannot be read.
pub(super) fn mail(
    tx: &Tx<'_>,
    config: &Config,
    sold: &Sold,
    notice: &Stored,
) -> Result<Result<(), String>, StoreError> {
    let customer = notice.customer.map(|id| tx.customer(id)).transpose()?.flatten();
    let Some(customer) = customer else { return Ok(Ok(())) };
    let recipients = letters::recipients(tx, &customer)?;
    if recipients.is_empty() {
        return Ok(Ok(()));
    }
    let reader = letters::reader(config, &customer);
    let writing = Writing { tx, config, sold, notice, customer: &customer, reader };
    let letter = match notice.id.kind.as_str() {
        INVOICE_MADE => id(notice).map(|id| writing.invoice(id)),
        LINE_BLOCKED => id(notice).map(|id| writing.blocked(id)),
        LINE_ENABLED => id(notice).map(|id| writing.enabled(id)),
        BOLETO_REGISTERED => id(notice).map(|id| writing.boleto(id, OwedNews::Payable)),
        _ => id(notice).map(|id| writing.boleto(id, OwedNews::Overdue)),
    };
    match letter {
        Ok(letter) => {
            if let Some(letter) = letter? {
                letters::post(tx, notice, &customer, &recipients, &letter)?;
            }
            Ok(Ok(()))
        }
        Err(error) => Ok(Err(error)),
    }
}

fn id<I: FromStr<Err: Display>>(notice: &Stored) -> Result<I, String> {
    named_in(notice)?.parse().map_err(|error: I::Err| error.to_string())
}

/// The id of what such a notice tells of, as text.
pub(super) fn named_in(notice: &Stored) -> Result<String, String> {
    let payload: Payload = serde_json::from_str(&notice.payload).map_err(|error| error.to_string())?;
    Ok(payload.id)
}

impl Writing<'_, '_> {
    fn invoice(&self, id: InvoiceId) -> Result<Option<Mail>, StoreError> {
        let invoice = self.tx.invoice(id)?.filter(|invoice| invoice.state == InvoiceState::Open);
        let Some(invoice) = invoice else { return Ok(None) };
        let boleto = self.tx.boleto_of_invoice(id)?;
        let payable = boleto.as_ref().filter(|boleto| boleto.state == BoletoState::Open);
        Ok(Some(self.owed(&OwedMail {
            news: OwedNews::Made { awaits_bank: boleto.is_some() && payable.is_none() },
            what: OwedWhat::Invoice(invoice.number),
            amount: invoice.total,
            due: self.due(&invoice.due_on),
            linha_digitavel: payable.map(|boleto| boleto.linha_digitavel.as_str()),
            brand: &self.config.brand().name,
            name: &self.customer.name,
            url: &self.url(),
        })))
    }

    fn boleto(&self, id: BoletoId, news: OwedNews) -> Result<Option<Mail>, StoreError> {
        let boleto = self.tx.boleto(id)?.filter(|boleto| boleto.state == BoletoState::Open);
        let Some(boleto) = boleto else { return Ok(None) };
        let what = match (boleto.invoice, boleto.purchase) {
            (Some(invoice), _) => self.tx.invoice(invoice)?.map(|invoice| OwedWhat::Invoice(invoice.number)),
            (None, Some(bought)) => {
                self.tx.purchase(bought)?.map(|bought| OwedWhat::Purchase(bought.quantity))
            }
            (None, None) => None,
        };
        Ok(what.map(|what| {
            self.owed(&OwedMail {
                news,
                what,
                amount: boleto.amount,
                due: self.due(&boleto.due_on),
                linha_digitavel: Some(&boleto.linha_digitavel),
                brand: &self.config.brand().name,
                name: &self.customer.name,
                url: &self.url(),
            })
        }))
    }

    fn owed(&self, mail: &OwedMail<'_>) -> Mail {
        owed(&self.reader, mail)
    }

    /// Nothing is told of a block that is over.
    fn blocked(&self, id: LineId) -> Result<Option<Mail>, StoreError> {
        let is_this_block = |since: Option<Timestamp>| since == Some(self.notice.created_at);
        let known = self.tx.overdue_line(id)?.filter(|known| is_this_block(known.blocked_at));
        let Some(known) = known else { return Ok(None) };
        let Some(line) = self.line(id)? else { return Ok(None) };
        // The book may not have blocked it yet: what counts is whether this cycle's trust was used.
        let cycle = self.tx.line_view(id)?.map(|view| view.cycle_no);
        let may_be_trusted = cycle.is_some() && known.trusted_cycle != cycle;
        Ok(Some(blocked(
            &self.reader,
            &BlockedMail {
                line: &line,
                brand: &self.config.brand().name,
                name: &self.customer.name,
                has_pix: self.config.pix.is_some(),
                trust_days: may_be_trusted.then_some(self.config.billing.trust_days),
                url: &self.url(),
            },
        )))
    }

    /// Nothing is told if it is blocked again.
    fn enabled(&self, id: LineId) -> Result<Option<Mail>, StoreError> {
        let Some(known) = self.tx.overdue_line(id)?.filter(|known| known.blocked_at.is_none()) else {
            return Ok(None);
        };
        let Some(line) = self.line(id)? else { return Ok(None) };
        Ok(Some(enabled(
            &self.reader,
            &EnabledMail {
                line: &line,
                brand: &self.config.brand().name,
                name: &self.customer.name,
                until: known.trusted_until.filter(|until| *until > self.notice.created_at),
                url: &self.url(),
            },
        )))
    }

    /// The line as its subscriber knows it.
    fn line(&self, id: LineId) -> Result<Option<String>, StoreError> {
        let (Some(line), Some(view)) = (self.tx.line(id)?, self.tx.line_view(id)?) else { return Ok(None) };
        let plan = || self.sold.plan(view.plan_no).map(|plan| plan.name.clone());
        Ok(line.access_login.or_else(plan))
    }

    /// The due day as the reader writes days.
    fn due(&self, day: &str) -> String {
        let day: Option<jiff::civil::Date> = day.parse().ok();
        let bounds = day.and_then(|day| day_bounds(&self.reader.zone, day));
        bounds.map(|bounds| self.reader.numeric_date(bounds.from)).unwrap_or_default()
    }

    fn url(&self) -> String {
        format!("{}/invoices", self.config.server.public_url)
    }
}
