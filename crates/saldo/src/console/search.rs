//! `/console/search`: one field for names, e-mails, documents, ids of ours and of Stripe's, numbers of invoices and boletos, and the last
//! digits of a card. What is found alone is opened.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use book::EntryRef;
use brazil::boleto::BillingAccount;
use brazil::document::TaxId;
use money::{
    Amount, ApiKeyId, BoletoId, CustomerId, EntryId, GrantId, IntentId, InvoiceId, LineId, LoginId,
    PaymentId, PurchaseId, RefundId, TopupId, Unit, WalletId,
};
use serde::Deserialize;
use store::{Reader as TablesReader, StoreError};

use super::boletos::number_meant;
use super::{credit, inbox, payments, topups};
use crate::app::App;
use crate::audited::customer_of;
use crate::look::format::percent_encoded;
use crate::look::page::listing::{Cell, Listing, ListingRow};
use crate::look::part::Place;
use crate::payments::STRIPE;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, draw};

/// Customers of one page.
const ROWS: u32 = 25;
/// Most bytes of what is looked for.
const WORDS_BYTES_MAX: usize = 120;
/// Wallets of a customer that are looked through.
const WALLETS_MAX: u32 = 50;
/// Digits of a card that are kept.
const CARD_DIGITS: usize = 4;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    q: String,
    before: Option<String>,
}

/// What was found.
enum Found {
    /// One thing, which has a page.
    Page(String),
    /// Customers, and where the next ones begin.
    Customers(Vec<ListingRow>, Option<CustomerId>),
}

/// `GET /console/search`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { q, before }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let reader = staff.visit.reader().clone();
    let words = q[..q.floor_char_boundary(WORDS_BYTES_MAX)].trim().to_owned();
    let trail = Trail::parse(before.as_deref());
    let from: Option<CustomerId> = trail.last().and_then(|id| id.parse().ok());
    let (asked, eyes) = (words.clone(), reader.clone());
    let account = app.config.bank.as_ref().map(|bank| bank.account.clone());
    let found = app
        .read(move |tables| {
            let mut found = find(tables, &eyes, &asked, from)?;
            if let (Found::Customers(rows, _), None) = (&mut found, from) {
                rows.splice(0..0, by_number(tables, &eyes, account.as_ref(), &asked)?);
            }
            Ok(found)
        })
        .await?;
    let (rows, next) = match found {
        Found::Page(url) => return Ok(Redirect::to(&url).into_response()),
        Found::Customers(rows, next) => (rows, next),
    };
    if let ([only], true, None) = (rows.as_slice(), trail.is_first(), &next) {
        return Ok(Redirect::to(&only.url).into_response());
    }
    let base = format!("/console/search?q={}&", percent_encoded(&words));
    let mut frame = staff.visit.frame(&app, Some(Place::ConsoleHome));
    frame.place = None;
    let page = Listing {
        frame,
        heading: reader.t("search"),
        text: if words.is_empty() {
            reader.t("search-hint")
        } else {
            reader.t1("search-for", "words", &words)
        },
        views: Vec::new(),
        narrow: None,
        columns: ["customer", "credit-balance", "customer-since"].map(|id| reader.t(id)).to_vec(),
        rows,
        // Nothing was looked for: the hint above says what can be.
        empty: if words.is_empty() { String::new() } else { reader.t("search-nothing") },
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn find(
    tables: &TablesReader<'_>,
    reader: &crate::look::Reader,
    words: &str,
    from: Option<CustomerId>,
) -> Result<Found, StoreError> {
    if words.is_empty() {
        return Ok(Found::Customers(Vec::new(), None));
    }
    if let Some(url) = by_id(tables, words)? {
        return Ok(Found::Page(url));
    }
    // Our ids are small letters, however they were read out. Stripe's are not.
    if let Some(url) = by_id(tables, &words.to_lowercase())? {
        return Ok(Found::Page(url));
    }
    let is_card = words.len() == CARD_DIGITS && words.bytes().all(|byte| byte.is_ascii_digit());
    let by_card = if is_card && from.is_none() { tables.customers_by_card(words, ROWS)? } else { Vec::new() };
    let named = tables.customers_like(words, from, ROWS)?;
    let mut ids = by_card;
    for id in named.rows {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let rows = ids.into_iter().map(|id| row(tables, reader, id));
    Ok(Found::Customers(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect(), named.next))
}

fn row(
    tables: &TablesReader<'_>,
    reader: &crate::look::Reader,
    id: CustomerId,
) -> Result<Option<ListingRow>, StoreError> {
    let Some(customer) = tables.customer(id)? else { return Ok(None) };
    let document = tables.payer(id)?.map(|payer| payer.document).unwrap_or_default();
    let spoken = TaxId::parse(&document).map_or(document, |tax| tax.to_string());
    let wallets = tables.wallet_views_of(id, WALLETS_MAX)?;
    let money = wallets.iter().find(|wallet| wallet.unit != Unit::BYTE);
    let posted = money.map(|wallet| reader.money(Amount::new(wallet.posted, wallet.unit)));
    Ok(Some(ListingRow {
        url: customer_url(id),
        name: customer.name,
        under: customer.email.unwrap_or_default(),
        cells: vec![
            Cell::Words(posted.unwrap_or_default(), spoken),
            Cell::Words(reader.date(customer.created_at), String::new()),
        ],
    }))
}

/// The invoice and the boleto with this number, each as its payer with a link to it.
fn by_number(
    tables: &TablesReader<'_>,
    reader: &crate::look::Reader,
    account: Option<&BillingAccount>,
    words: &str,
) -> Result<Vec<ListingRow>, StoreError> {
    if words.is_empty() || words.chars().any(char::is_alphabetic) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let invoice = match words.parse() {
        Ok(number) => tables.invoice_by_number(number)?,
        Err(_) => None,
    };
    if let Some(invoice) = invoice {
        let under = reader.t1("invoice-month-title", "number", invoice.number);
        found.push((invoice.customer, format!("/console/invoices/{}", invoice.id), under, invoice.total));
    }
    // A row holds no number beyond what it counts with.
    let number = number_meant(account, words).filter(|number| i64::try_from(*number).is_ok());
    if let Some(boleto) = number.map(|number| tables.boleto_by_number(number)).transpose()?.flatten() {
        let under = reader.t1("boleto-number", "number", boleto.our_number);
        let url = format!("{}/{}", Place::ConsoleBoletos.url(), boleto.id);
        found.push((boleto.customer, url, under, boleto.amount));
    }
    let listed = found.into_iter().map(|(customer, url, under, amount)| {
        let row = row(tables, reader, customer)?;
        let under = format!("{under} · {}", reader.money(amount));
        Ok(row.map(|row| ListingRow { url, under, ..row }))
    });
    Ok(listed.collect::<Result<Vec<_>, StoreError>>()?.into_iter().flatten().collect())
}

fn customer_url(id: CustomerId) -> String {
    format!("/console/customers/{id}")
}

/// The customer who is called so, by id, e-mail, the operator's own id or name; nobody if several are.
pub(super) fn one_customer(tables: &TablesReader<'_>, words: &str) -> Result<Option<CustomerId>, StoreError> {
    if let Some(id) = customer(tables, words)? {
        return Ok(Some(id));
    }
    let known = match tables.customer_by_email(words)? {
        Some(known) => Some(known),
        None => tables.customer_by_external_key(words)?,
    };
    if let Some(known) = known {
        return Ok(Some(known.id));
    }
    let named = tables.customers_like(words, None, 2)?;
    match named.rows.as_slice() {
        [only] => Ok(Some(*only)),
        _ => Ok(None),
    }
}

/// The page of what is called so: by us, or by Stripe.
pub(super) fn by_id(tables: &TablesReader<'_>, words: &str) -> Result<Option<String>, StoreError> {
    let Some((kind, _)) = words.split_once('_') else { return Ok(None) };
    Ok(match kind {
        CustomerId::PREFIX => customer(tables, words)?.map(customer_url),
        WalletId::PREFIX => match words.parse().ok() {
            Some(id) => tables.wallet(id)?.map(|wallet| customer_url(wallet.customer)),
            None => None,
        },
        PaymentId::PREFIX => match words.parse().ok() {
            Some(id) => tables.payment(id)?.map(|payment| payments::url(payment.id)),
            None => None,
        },
        TopupId::PREFIX => match words.parse().ok() {
            Some(id) => tables.topup(id)?.map(|topup| topups::url(topup.id)),
            None => None,
        },
        "cs" => tables.topup_by_session(words)?.map(|topup| topups::url(topup.id)),
        "pi" => tables.attempts_of(STRIPE, words)?.last().map(|payment| payments::url(payment.id)),
        "ch" | "py" => tables.payments_by_charge(words)?.first().map(|id| payments::url(*id)),
        "re" | "pyr" | "du" | "dp" => tables.claim(STRIPE, words)?.map(|claim| payments::url(claim.payment)),
        "evt" => tables.inbox_event(STRIPE, words)?.map(|event| inbox::url(STRIPE, &event.event_id)),
        LineId::PREFIX => match words.parse().ok() {
            Some(id) => tables.line(id)?.map(|line| format!("{}/{}", Place::ConsoleLines.url(), line.id)),
            None => None,
        },
        PurchaseId::PREFIX | InvoiceId::PREFIX | BoletoId::PREFIX => owed(tables, kind, words)?,
        EntryId::PREFIX | GrantId::PREFIX => moved(tables, kind, words)?,
        IntentId::PREFIX => match words.parse().ok() {
            Some(id) => tables.credit_request(id)?.map(|request| credit::url(request.id)),
            None => None,
        },
        RefundId::PREFIX => match words.parse().ok() {
            Some(id) => tables.refund_order(id)?.map(|order| payments::url(order.payment)),
            None => None,
        },
        LoginId::PREFIX | ApiKeyId::PREFIX => customer_of(tables, words)?.map(customer_url),
        _ => None,
    })
}

/// Ours and Stripe's customers are called alike.
fn customer(tables: &TablesReader<'_>, words: &str) -> Result<Option<CustomerId>, StoreError> {
    let ours = match words.parse().ok() {
        Some(id) => tables.customer(id)?,
        None => None,
    };
    let found = match ours {
        Some(customer) => Some(customer),
        None => tables.customer_by_stripe(words)?,
    };
    Ok(found.map(|customer| customer.id))
}

/// What a subscriber owes: his purchase leads to its line, invoices and boletos have pages.
fn owed(tables: &TablesReader<'_>, kind: &str, words: &str) -> Result<Option<String>, StoreError> {
    match kind {
        PurchaseId::PREFIX => {
            let Ok(id) = words.parse::<PurchaseId>() else { return Ok(None) };
            let Some(purchase) = tables.purchase(id)? else { return Ok(None) };
            let wallet = tables.wallet_view_by_no(purchase.wallet_no)?;
            Ok(wallet.map(|wallet| customer_url(wallet.customer)))
        }
        InvoiceId::PREFIX => {
            let Ok(id) = words.parse::<InvoiceId>() else { return Ok(None) };
            Ok(tables.invoice(id)?.map(|invoice| format!("/console/invoices/{}", invoice.id)))
        }
        _ => {
            let Ok(id) = words.parse::<BoletoId>() else { return Ok(None) };
            Ok(tables.boleto(id)?.map(|boleto| format!("{}/{}", Place::ConsoleBoletos.url(), boleto.id)))
        }
    }
}

/// Whose credit an entry has moved, or a grant is; of an entry, his page from there on.
fn moved(tables: &TablesReader<'_>, kind: &str, words: &str) -> Result<Option<String>, StoreError> {
    let entry = words.parse::<EntryId>().ok().and_then(place).filter(|_| kind == EntryId::PREFIX);
    let wallet_no = match kind {
        EntryId::PREFIX => match entry {
            Some(entry) => tables.wallets_of_entry(entry)?.first().copied(),
            None => None,
        },
        _ => match words.parse::<GrantId>().ok() {
            Some(id) => tables.grant(id)?.map(|grant| grant.wallet_no),
            None => None,
        },
    };
    let wallet = wallet_no.map(|no| tables.wallet_view_by_no(no)).transpose()?.flatten();
    let Some(wallet) = wallet else { return Ok(None) };
    let url = customer_url(wallet.customer);
    let entry = entry.map(|entry| tables.entry(wallet.wallet_no, entry)).transpose()?.flatten();
    Ok(Some(match entry {
        Some(entry) => format!("{url}?before={}#timeline-heading", entry.at.plus(1).as_micros()),
        None => url,
    }))
}

/// Where in the journal an entry stands; nothing for an id that none can have.
fn place(id: EntryId) -> Option<EntryRef> {
    let (position, ordinal) = (id.position(), id.ordinal()?);
    let is_possible = position <= EntryRef::POSITION_MAX && ordinal < EntryRef::BATCH_LEN_MAX;
    is_possible.then(|| EntryRef::new(position, ordinal))
}
