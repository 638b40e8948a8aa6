//! `/console/payments` and its file: every attempt to pay of every customer, and money that came in other ways.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use money::{Amount, PaymentId, SettlementId, Timestamp};
use store::tables::narrowed::{Narrowing, PaymentSum};
use store::tables::payment_lists::PaymentFilter;
use store::tables::payments::{Payment, PaymentCursor, PaymentStatus};
use store::tables::settlements::Settlement;
use store::{Reader as TablesReader, StoreError};

use super::narrowing::{FILE_ROWS_MAX, FILE_STEP, Has, SUM_ROWS_MAX, Wish, harmless};
use super::payments::{name_of, url};
use super::{collected, dealings};
use crate::app::App;
use crate::look::Reader;
use crate::look::page::listing::{Cell, Listing, ListingRow, Standing};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::payment_list::{cursor, row_of};
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, draw};
use crate::problem::Problem;

/// Payments of one page.
const ROWS: u32 = 25;
/// The columns of the file.
const FILE_HEAD: [&str; 13] = [
    "at",
    "status",
    "customer",
    "customer_name",
    "payment",
    "transaction",
    "amount",
    "unit",
    "given_back",
    "method",
    "card",
    "topup",
    "reason",
];

/// The ways to narrow the list: the word in the address, the id of its text, what it means.
const FILTERS: [(&str, &str, PaymentFilter); 7] = [
    ("", "all-states", PaymentFilter::All),
    ("paid", "payments-paid", PaymentFilter::Status(PaymentStatus::Succeeded)),
    ("failed", "payments-failed", PaymentFilter::Status(PaymentStatus::Failed)),
    ("pending", "payments-pending", PaymentFilter::Status(PaymentStatus::Pending)),
    ("refunded", "payments-refunded", PaymentFilter::Refunded),
    ("disputed", "payments-disputed", PaymentFilter::Disputed),
    ("unmatched", "payments-unmatched", PaymentFilter::Unmatched),
];

/// An attempt by card, or money that came in another way, by when it came.
enum Came {
    Tried(Box<Payment>),
    Settled(Box<Settlement>),
}

/// `GET /console/payments`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let reader = staff.visit.reader().clone();
    let (word, _, filter) = FILTERS.into_iter().find(|(word, ..)| *word == wish.show).unwrap_or(FILTERS[0]);
    let trail = Trail::parse(wish.before.as_deref());
    let from = trail.last().and_then(cursor);
    let (eyes, asked, unit) = (reader.clone(), wish.clone(), app.config.credit.unit);
    let look = move |tables: &TablesReader<'_>| {
        let by = match asked.read(tables, &eyes, unit)? {
            Ok(by) => by,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let (came, next) = page(tables, (filter, &by), from, ROWS)?;
        let rows = came.iter().map(|came| listed(tables, &eyes, came)).collect::<Result<Vec<_>, _>>()?;
        Ok(Ok((rows, next, sums(tables, &eyes, (filter, &by))?)))
    };
    let (rows, next, sums, wrong) = match app.read(look).await? {
        Ok((rows, next, sums)) => (rows, next, sums, Vec::new()),
        Err(wrong) => (Vec::new(), None, Vec::new(), wrong),
    };
    let place = Place::ConsolePayments;
    let base = format!("{}?show={word}&{}", place.url(), wish.query());
    let next = next.map(|next| format!("{}.{}", next.occurred_at.as_micros(), next.id));
    let views = FILTERS.iter().map(|(known, text, _)| {
        let url = format!("{}?show={known}&{}", place.url(), wish.query());
        (url.trim_end_matches('&').to_owned(), reader.t(text), *known == word)
    });
    let page = Listing {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t(place.text_id()),
        text: reader.t("payments-text"),
        views: views.collect(),
        narrow: Some(wish.form(&reader, (place.url(), Has::Card), &wrong, sums)),
        columns: ["date", "customer", "transaction-id", "amount", "payment-way", "status"]
            .map(|id| reader.t(id))
            .to_vec(),
        rows,
        // What is wrong with the form says it all.
        empty: if wrong.is_empty() { reader.t("payments-none") } else { String::new() },
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next)),
        reader,
    };
    draw(if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

/// `GET /console/payments.csv`: the same list, its newest rows.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let reader = staff.visit.reader().clone();
    let filter = FILTERS.into_iter().find(|(word, ..)| *word == wish.show).unwrap_or(FILTERS[0]).2;
    let unit = app.config.credit.unit;
    let look = move |tables: &TablesReader<'_>| {
        let by = match wish.read(tables, &reader, unit)? {
            Ok(by) => by,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let (mut rows, mut before) = (Vec::new(), None);
        for _ in 0..FILE_ROWS_MAX / FILE_STEP {
            let (came, next) = page(tables, (filter, &by), before, FILE_STEP)?;
            for came in &came {
                rows.push(cells(tables, &reader, came)?);
            }
            before = next;
            if before.is_none() {
                break;
            }
        }
        Ok(Ok(rows))
    };
    let rows = app.read(look).await?.map_err(|wrong| {
        let field = wrong.first().map_or("from", |(field, _)| *field);
        Problem::invalid(field, "invalid_filter", format!("{field} is none: look at the page."))
    })?;
    written("payments.csv", &FILE_HEAD, rows)
}

/// Rows as a file for spreadsheets.
pub(super) fn written<const N: usize>(
    name: &str,
    head: &[&str; N],
    rows: Vec<[String; N]>,
) -> Result<Response, Fault> {
    let mut file = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Problem::internal(&anyhow::Error::new(error));
    file.write_record(head).map_err(failed)?;
    for row in rows {
        file.write_record(row.map(harmless)).map_err(failed)?;
    }
    let bytes = file.into_inner().map_err(|error| Problem::internal(&anyhow::anyhow!("{error}")))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// Whether money that no card paid belongs into the list.
fn has_settlements(filter: PaymentFilter, by: &Narrowing) -> bool {
    by.card.is_empty()
        && matches!(filter, PaymentFilter::All | PaymentFilter::Status(PaymentStatus::Succeeded))
}

/// Attempts by card and money that came in other ways, newest first by one order: when, and then the name.
fn page(
    tables: &TablesReader<'_>,
    (filter, by): (PaymentFilter, &Narrowing),
    from: Option<PaymentCursor>,
    limit: u32,
) -> Result<(Vec<Came>, Option<PaymentCursor>), StoreError> {
    let key = |at, id: u128| PaymentCursor { occurred_at: at, id: PaymentId::from_u128(id) };
    let page = tables.payments_narrowed((filter, by), from, limit)?;
    let mut has_more = page.next.is_some();
    let tried = page.rows.into_iter();
    let mut rows: Vec<(PaymentCursor, Came)> =
        tried.map(|it| (key(it.occurred_at, it.id.as_u128()), Came::Tried(Box::new(it)))).collect();
    if has_settlements(filter, by) {
        let before = from.map(|last| (last.occurred_at, SettlementId::from_u128(last.id.as_u128())));
        for came in tables.settlements_narrowed(by, before, limit.saturating_add(1))? {
            rows.push((key(came.came_at, came.id.as_u128()), Came::Settled(Box::new(came))));
        }
    }
    rows.sort_by_key(|(at, _)| std::cmp::Reverse((at.occurred_at, at.id)));
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    has_more |= rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().map(|(at, _)| *at).filter(|_| has_more);
    Ok((rows.into_iter().map(|(_, came)| came).collect(), next))
}

/// What the list comes to, a sentence for each unit.
fn sums(
    tables: &TablesReader<'_>,
    reader: &Reader,
    (filter, by): (PaymentFilter, &Narrowing),
) -> Result<Vec<String>, StoreError> {
    let mut sums = tables.payment_sums((filter, by), SUM_ROWS_MAX)?;
    let is_long = sums.iter().map(|sum| sum.count).sum::<u32>() >= SUM_ROWS_MAX;
    if has_settlements(filter, by) {
        sums.extend(tables.settlement_sums(by, SUM_ROWS_MAX)?);
    }
    let mut units: Vec<_> = sums.iter().map(|sum| sum.unit).collect();
    units.sort();
    units.dedup();
    let mut sentences: Vec<String> = units
        .into_iter()
        .flat_map(|unit| {
            let of = |wanted: fn(&PaymentSum) -> i64| {
                let all = sums.iter().filter(|sum| sum.unit == unit);
                Amount::new(all.map(wanted).fold(0, i64::saturating_add), unit)
            };
            let is_paid = |sum: &PaymentSum| sum.status == PaymentStatus::Succeeded;
            let count = sums.iter().filter(|sum| sum.unit == unit).map(|sum| sum.count).sum();
            let paid = of(|sum| if sum.status == PaymentStatus::Succeeded { sum.amount } else { 0 });
            let not_paid = sums.iter().filter(|sum| sum.unit == unit && !is_paid(sum)).map(|sum| sum.amount);
            let not_paid = Amount::new(not_paid.fold(0, i64::saturating_add), unit);
            let values = [
                ("paid", reader.money(paid)),
                ("back", reader.money(of(|sum| sum.refunded))),
                ("unpaid", reader.money(not_paid)),
            ];
            let disputed = of(|sum| sum.disputed);
            let disputed = (disputed.value() > 0)
                .then(|| reader.t1("payments-sum-disputed", "amount", reader.money(disputed)));
            std::iter::once(reader.tn_with("payments-sum", count, values)).chain(disputed)
        })
        .collect();
    // What was given back by hand went back from what had come before, not from one row: it is told by the days on which it went.
    if has_settlements(filter, by) && by.amount.is_none() {
        let given_back = tables.given_back_between(by.customer, (by.from, by.until))?;
        let told = given_back.into_iter().map(|back| {
            let values = [("back", reader.money(back.amount))];
            reader.tn_with("payments-given-back", back.count, values)
        });
        sentences.extend(told);
    }
    if is_long {
        sentences.push(reader.t1("sum-of-newest", "rows", reader.number(i64::from(SUM_ROWS_MAX))));
    }
    Ok(sentences)
}

fn listed(tables: &TablesReader<'_>, reader: &Reader, came: &Came) -> Result<ListingRow, StoreError> {
    match came {
        Came::Tried(payment) => tried(tables, reader, payment),
        Came::Settled(came) => settled(tables, reader, came),
    }
}

fn settled(tables: &TablesReader<'_>, reader: &Reader, came: &Settlement) -> Result<ListingRow, StoreError> {
    let customer = tables.customer(came.customer)?;
    let (tone, text) = dealings::standing(came);
    Ok(ListingRow {
        url: dealings::url(tables, came)?.unwrap_or_else(|| format!("/console/customers/{}", came.customer)),
        name: reader.date_time(came.came_at),
        under: String::new(),
        cells: vec![
            Cell::Words(name_of(customer.as_ref()), String::new()),
            Cell::Words(settlement_name(tables, reader, came)?, String::new()),
            Cell::Amount(reader.money(came.amount)),
            Cell::Words(reader.t(dealings::way_text(came)), String::new()),
            Cell::Standing(Standing::new(tone, reader.t(text)), String::new()),
        ],
    })
}

/// What people call money that came: its boleto, what was told with it, or its name.
fn settlement_name(
    tables: &TablesReader<'_>,
    reader: &Reader,
    came: &Settlement,
) -> Result<String, StoreError> {
    let boleto = came.boleto.map(|id| tables.boleto(id)).transpose()?.flatten();
    Ok(match boleto {
        Some(boleto) => reader.t1("boleto-number", "number", boleto.our_number),
        None if came.reference.is_empty() => came.id.to_string(),
        None => came.reference.clone(),
    })
}

fn tried(tables: &TablesReader<'_>, reader: &Reader, payment: &Payment) -> Result<ListingRow, StoreError> {
    let shown = row_of(tables, reader, payment)?;
    let why = shown.reason.map(|reason| reason.words_for_staff(reader)).unwrap_or_default();
    let bought = collected::bought_with(tables, reader, payment)?.map(|(_, words)| words);
    Ok(ListingRow {
        url: url(payment.id),
        name: reader.date_time(shown.at),
        under: String::new(),
        cells: vec![
            Cell::Words(name_of(tables.customer(payment.customer)?.as_ref()), bought.unwrap_or_default()),
            Cell::Words(shown.transaction_id, String::new()),
            Cell::Amount(reader.money(shown.amount)),
            Cell::Words(shown.method.to_string(), String::new()),
            Cell::Standing(Standing::new(shown.status.tone(), reader.t(shown.status.text_id())), why),
        ],
    })
}

/// One row of the file, in the order of its columns.
fn cells(tables: &TablesReader<'_>, reader: &Reader, came: &Came) -> Result<[String; 13], StoreError> {
    match came {
        Came::Tried(payment) => {
            let seen = row_of(tables, reader, payment)?;
            let unit = payment.amount.unit();
            Ok([
                at(payment.occurred_at),
                reader.t(seen.status.text_id()),
                payment.customer.to_string(),
                name_of(tables.customer(payment.customer)?.as_ref()),
                payment.id.to_string(),
                seen.transaction_id,
                payment.amount.to_decimal(),
                unit.code().to_owned(),
                Amount::new(payment.refunded, unit).to_decimal(),
                payment.method.clone().unwrap_or_default(),
                payment.card_last4.clone().unwrap_or_default(),
                payment.topup.map(|topup| topup.to_string()).unwrap_or_default(),
                seen.reason.map(|reason| reason.words_for_staff(reader)).unwrap_or_default(),
            ])
        }
        Came::Settled(came) => Ok([
            at(came.came_at),
            reader.t(dealings::standing(came).1),
            came.customer.to_string(),
            name_of(tables.customer(came.customer)?.as_ref()),
            came.id.to_string(),
            settlement_name(tables, reader, came)?,
            came.amount.to_decimal(),
            came.amount.unit().code().to_owned(),
            Amount::zero(came.amount.unit()).to_decimal(),
            reader.t(dealings::way_text(came)),
            String::new(),
            String::new(),
            String::new(),
        ]),
    }
}

/// An instant as programs read it.
pub(super) fn at(at: Timestamp) -> String {
    at.to_string()
}
