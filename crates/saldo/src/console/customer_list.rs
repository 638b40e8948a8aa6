//! `/console/customers`: all who pay, newest first, and found by what they are called.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use money::{Amount, CustomerId, Unit};
use serde::Deserialize;
use store::tables::customers::Customer;
use store::{Page, Reader as TablesReader, StoreError};

use crate::app::App;
use crate::look::Reader;
use crate::look::format::percent_encoded;
use crate::look::page::{People, PeopleWords, PersonRow};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, draw};

/// Customers of one page.
const ROWS: u32 = 25;
/// Longest text that is looked for, in bytes.
const FIND_BYTES_MAX: usize = 200;
/// Wallets of a customer that are looked through for the one that counts money.
const WALLETS_MAX: u32 = 50;

const WORDS: PeopleWords = PeopleWords {
    heading: "customers",
    text: "customers-text",
    empty: "customers-none",
    none_found: "customers-none-found",
    find: "find-customer",
    new: "new-customer",
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    before: Option<String>,
    find: String,
    show: String,
}

/// How those are asked for who used more than they had.
const IN_DEBT: &str = "in_debt";

/// A customer and what he has.
struct Known {
    customer: Customer,
    posted: Option<Amount>,
}

/// `GET /console/customers`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { before, find, show }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleCustomers);
    let trail = Trail::parse(before.as_deref());
    let is_in_debt = show == IN_DEBT;
    let find = find[..find.floor_char_boundary(FIND_BYTES_MAX)].trim().to_owned();
    let (text, unit) = (find.clone(), app.config.credit.unit);
    let last = trail.last().map(str::to_owned);
    let known = app
        .read(move |tables| match is_in_debt {
            true => in_debt(tables, last.as_deref()),
            false => found(tables, &text, last.and_then(|id| id.parse().ok()), unit),
        })
        .await?;
    let base = if is_in_debt {
        format!("{}?show={IN_DEBT}&", place.url())
    } else if find.is_empty() {
        format!("{}?", place.url())
    } else {
        format!("{}?find={}&", place.url(), percent_encoded(&find))
    };
    let row = |Known { customer, posted }: Known| PersonRow {
        url: format!("{}/{}", place.url(), customer.id),
        name: customer.name,
        email: customer.email.unwrap_or_default(),
        cells: vec![
            customer.external_key.unwrap_or_default(),
            posted.map(|posted| reader.money(posted)).unwrap_or_default(),
            reader.date(customer.created_at),
        ],
    };
    let page = People {
        frame: staff.visit.frame(&app, Some(place)),
        url: place.url(),
        words: WORDS,
        note: Some(if is_in_debt { reader.t("customers-in-debt") } else { sign_up_note(&app, &reader) }),
        is_narrowed: is_in_debt || !find.is_empty(),
        may_change: staff.may(Permission::ChangeCustomers),
        columns: ["customer-external-key", "balance", "customer-since"].map(|id| reader.t(id)).to_vec(),
        rows: known.rows.into_iter().map(row).collect(),
        newer_url: trail.newer_url(&base, "before"),
        older_url: known.next.map(|next| trail.older_url(&base, "before", &next)),
        find,
        reader: staff.visit.reader().clone(),
    };
    draw(StatusCode::OK, &page)
}

/// Whether people come by themselves, and where.
fn sign_up_note(app: &App, reader: &Reader) -> String {
    if app.config.sign_up.enabled {
        reader.t1("customers-sign-up-open", "url", format!("{}/sign-up", app.config.server.public_url))
    } else {
        reader.t("customers-sign-up-closed")
    }
}

/// Those who used more than they had, the deepest in debt first. The cursor is what the last one has, and his wallet.
fn in_debt(tables: &TablesReader<'_>, last: Option<&str>) -> Result<Page<Known, String>, StoreError> {
    let after = last.and_then(|cursor| cursor.split_once('.'));
    let after = after.and_then(|(posted, wallet)| Some((posted.parse().ok()?, wallet.parse().ok()?)));
    let page = tables.wallets_in_debt(after, ROWS)?;
    let mut rows = Vec::new();
    for wallet in page.rows {
        let known = tables.customer(wallet.customer)?;
        rows.extend(known.map(|customer| Known { customer, posted: Some(wallet.posted) }));
    }
    Ok(Page { rows, next: page.next.map(|(posted, wallet)| format!("{posted}.{wallet}")) })
}

fn found(
    tables: &TablesReader<'_>,
    text: &str,
    before: Option<CustomerId>,
    unit: Unit,
) -> Result<Page<Known, String>, StoreError> {
    let page = if text.is_empty() {
        tables.customers(before, ROWS)?
    } else {
        let ids = tables.customers_like(text, before, ROWS)?;
        let rows = ids.rows.into_iter().map(|id| tables.customer(id)).collect::<Result<Vec<_>, _>>()?;
        Page { rows: rows.into_iter().flatten().collect(), next: ids.next }
    };
    let rows = page.rows.into_iter().map(|customer| {
        let wallets = tables.wallet_views_of(customer.id, WALLETS_MAX)?;
        let in_unit = wallets.iter().find(|wallet| wallet.unit == unit);
        let known = in_unit.or_else(|| wallets.iter().find(|wallet| wallet.unit != Unit::BYTE));
        Ok(Known { customer, posted: known.map(|wallet| Amount::new(wallet.posted, wallet.unit)) })
    });
    let next = page.next.map(|next| next.to_string());
    Ok(Page { rows: rows.collect::<Result<_, StoreError>>()?, next })
}
