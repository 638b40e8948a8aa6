//! What happened with a customer, newest first: movements of his credit, attempts to pay, what he bought and was asked to pay, money that
//! came for it, mails to him, and credit that staff asked for.
//!
//! These lists are merged by time. A page ends after a moment and never within one, so that nothing is lost between two pages.

use money::{Timestamp, WalletId};
use store::tables::credit_requests::CreditRequest;
use store::tables::customers::Customer;
use store::tables::outbox::Mail;
use store::tables::payments::{Payment, PaymentCursor};
use store::views::WalletRow;
use store::{Reader as TablesReader, StoreError};

use super::{credit, dealings, payments};
use crate::app::App;
use crate::gone_at_stripe;
use crate::look::Reader;
use crate::look::page::TimelineLine;
use crate::look::page::listing::Standing;
use crate::look::part::{self, Movement};
use crate::portal::movements::movements;
use crate::portal::payment_list::row_of;

/// Lines of one page, and those of the same moment as the last.
const ROWS: u32 = 25;

/// The lines before a moment, and before which moment the next ones are.
pub(super) fn read(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    (customer, wallet): (&Customer, Option<&WalletRow>),
    before: Timestamp,
) -> Result<(Vec<TimelineLine>, Option<Timestamp>), StoreError> {
    let mut lines = Vec::new();
    if let Some(wallet) = wallet {
        let rows =
            tables.entries(wallet.wallet_no, Timestamp::from_micros(i64::MIN), before, None, ROWS + 1)?;
        let moves = movements(tables, &app.sold(), reader, wallet.unit, &rows.rows)?;
        lines.extend(moves.iter().map(|movement| moved(reader, movement)));
    }
    let cursor = PaymentCursor { occurred_at: before, id: money::PaymentId::from_u128(0) };
    let tried = tables.payments_of(customer.id, Some(cursor), ROWS + 1)?.rows;
    for payment in &tried {
        lines.push(paid(
            reader,
            payment,
            row_of(tables, reader, payment)?,
            tables.receipt(payment.id)?.is_some(),
        ));
    }
    lines.extend(tables.mails_of(customer.id, before, ROWS + 1)?.iter().map(|mail| mailed(reader, mail)));
    if let Some(email) = &customer.email {
        let mails = tables.mails_to_nobody(email, before, ROWS + 1)?;
        lines.extend(mails.iter().map(|mail| mailed(reader, mail)));
    }
    let gone = gone_at_stripe::told(tables, customer.id)?.into_iter().filter(|(at, _)| *at < before);
    lines.extend(gone.map(|(at, name)| deleted_at_stripe(reader, at, name)));
    let asked = tables.credit_requests_of(customer.id, before, ROWS + 1)?;
    lines.extend(asked.iter().map(|request| requested(reader, request)));
    lines.extend(dealings::read(app, tables, reader, customer.id, (before, ROWS + 1))?);
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    let rows = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let last = lines.get(rows - 1).map(|line| line.at);
    let Some(last) = last.filter(|_| lines.len() > rows) else { return Ok((lines, None)) };
    let has_more = lines.iter().any(|line| line.at < last);
    lines.retain(|line| line.at >= last);
    Ok((lines, has_more.then_some(last)))
}

fn moved(reader: &Reader, movement: &Movement) -> TimelineLine {
    TimelineLine {
        at: movement.at,
        words: movement.words_on_page(reader),
        under: reader.t1("timeline-balance", "balance", reader.money(movement.balance)),
        sum: Some((reader.movement(movement.amount), !movement.is_out())),
        standing: None,
        url: None,
        receipt_url: None,
    }
}

fn paid(reader: &Reader, payment: &Payment, seen: part::Payment, has_receipt: bool) -> TimelineLine {
    let why = seen.reason.map(|reason| reason.words_for_staff(reader));
    TimelineLine {
        at: seen.at,
        words: reader.t2("timeline-payment", "amount", reader.money(seen.amount), "method", seen.method),
        under: why.unwrap_or_default(),
        sum: None,
        standing: Some(Standing::new(seen.status.tone(), reader.t(seen.status.text_id()))),
        url: Some(payments::url(payment.id)),
        receipt_url: has_receipt.then(|| format!("{}/receipt", payments::url(payment.id))),
    }
}

fn mailed(reader: &Reader, mail: &Mail) -> TimelineLine {
    TimelineLine {
        at: mail.created_at,
        words: reader.t1("timeline-mail", "subject", &mail.subject),
        under: mail.recipient.clone(),
        sum: None,
        standing: None,
        url: Some(format!("{}/{}", crate::look::part::Place::ConsoleMails.url(), mail.id)),
        receipt_url: None,
    }
}

fn deleted_at_stripe(reader: &Reader, at: Timestamp, name: String) -> TimelineLine {
    TimelineLine {
        at,
        words: reader.t("timeline-deleted-at-stripe"),
        under: name,
        sum: None,
        standing: None,
        url: None,
        receipt_url: None,
    }
}

fn requested(reader: &Reader, request: &CreditRequest) -> TimelineLine {
    let (tone, text) = credit::standing_of(request);
    TimelineLine {
        at: request.asked_at,
        words: reader.t1("credit-of", "amount", reader.movement(credit::signed(request))),
        under: request.note.clone(),
        sum: None,
        standing: Some(Standing::new(tone, reader.t(text))),
        url: Some(credit::url(request.id)),
        receipt_url: None,
    }
}

/// The wallet that counts money, as the book publishes it.
pub(super) fn published(app: &App, wallet: Option<WalletId>) -> Option<engine::PublishedWallet> {
    wallet.and_then(|wallet| app.ledger.wallet(wallet))
}
