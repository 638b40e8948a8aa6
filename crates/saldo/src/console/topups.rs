//! `/console/topups`: what customers wished to pay at the payment page, and how it stands; Stripe may be asked about one again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::TopupId;
use serde::Deserialize;
use store::tables::customers::Customer;
use store::tables::topups::{Topup, TopupState};

use super::payments;
use crate::app::App;
use crate::audit::Change;
use crate::look::Reader;
use crate::look::page::listing::{
    Cell, Fact, Listing, ListingRow, Sheet, SheetAct, SheetLine, SheetList, Standing,
};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::payment_list::row;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw, sign_in::Nothing};
use crate::problem::Problem;

/// Top-ups of one page.
const ROWS: u32 = 25;
/// Attempts of a top-up that are shown.
const ATTEMPTS_SHOWN: u32 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    show: String,
    before: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShownOne {
    read: Option<u8>,
}

/// `GET /console/topups`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { show, before }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleTopups);
    let state = TopupState::from_word(&show);
    let trail = Trail::parse(before.as_deref());
    let from: Option<TopupId> = trail.last().and_then(|id| id.parse().ok());
    let (rows, next) = app
        .read(move |tables| {
            let page = match state {
                Some(state) => tables.topups_in(state, from, ROWS)?,
                None => tables.topups(from, ROWS)?,
            };
            let named = page.rows.into_iter().map(|topup| Ok((tables.customer(topup.customer)?, topup)));
            Ok((named.collect::<Result<Vec<_>, store::StoreError>>()?, page.next))
        })
        .await?;
    let word = state.map(TopupState::word).unwrap_or_default();
    let base = format!("{}?show={word}&", place.url());
    let all = (place.url().to_owned(), reader.t("all-states"), state.is_none());
    let views = TopupState::ALL.iter().map(|known| {
        (
            format!("{}?show={}", place.url(), known.word()),
            reader.t(standing(*known).1),
            state == Some(*known),
        )
    });
    let page = Listing {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t(place.text_id()),
        text: reader.t("topups-text"),
        views: std::iter::once(all).chain(views).collect(),
        columns: ["began-at", "customer", "amount", "status"].map(|id| reader.t(id)).to_vec(),
        rows: rows.iter().map(|(customer, topup)| listed(&reader, customer.as_ref(), topup)).collect(),
        empty: reader.t("topups-none"),
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn listed(reader: &Reader, customer: Option<&Customer>, topup: &Topup) -> ListingRow {
    let (tone, text) = standing(topup.state);
    ListingRow {
        url: url(topup.id),
        name: reader.date_time(topup.created_at),
        under: String::new(),
        cells: vec![
            Cell::Words(customer.map(|customer| customer.name.clone()).unwrap_or_default(), String::new()),
            Cell::Amount(reader.money(topup.amount)),
            Cell::Standing(Standing::new(tone, reader.t(text)), String::new()),
        ],
    }
}

/// Where a top-up is told in full.
pub(super) fn url(id: TopupId) -> String {
    format!("{}/{id}", Place::ConsoleTopups.url())
}

fn standing(state: TopupState) -> (&'static str, &'static str) {
    match state {
        TopupState::Open => ("wait", "topup-open"),
        TopupState::Charging => ("wait", "topup-charging"),
        TopupState::Paid => ("wait", "topup-paid"),
        TopupState::Credited => ("good", "topup-credited"),
        TopupState::Cancelled => ("plain", "topup-cancelled"),
        TopupState::Expired => ("plain", "topup-expired"),
        TopupState::Failed => ("bad", "topup-failed"),
    }
}

/// `GET /console/topups/{id}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(shown): Asked<ShownOne>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleTopups);
    let id = parse(&id)?;
    let look = move |tables: &store::Reader<'_>| {
        let Some(topup) = tables.topup(id)? else { return Ok(None) };
        Ok(Some((tables.customer(topup.customer)?, tables.payments_for(id, ATTEMPTS_SHOWN)?, topup)))
    };
    let (customer, attempts, topup) = app.read(look).await?.ok_or_else(missing)?;
    let name = customer.map(|customer| customer.name).unwrap_or_default();
    let (tone, text) = standing(topup.state);
    let line = |payment| {
        let seen = row(&reader, payment);
        let why = seen.reason.map(|reason| reason.words(&reader));
        let told = [Some(reader.date_time(seen.at)), Some(seen.method.to_string()), why];
        SheetLine {
            words: seen.transaction_id,
            under: told.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            standing: Some(Standing::new(seen.status.tone(), reader.t(seen.status.text_id()))),
            url: Some(payments::url(payment.id)),
        }
    };
    let lines: Vec<_> = attempts.iter().map(line).collect();
    let attempts = SheetList { heading: reader.t("topup-attempts"), lines };
    let ask = SheetAct {
        action: format!("{}/reading", url(id)),
        words: reader.t("topup-ask-again"),
        text: reader.t("topup-ask-again-text"),
        tone: "",
        reason: None,
    };
    let may_ask = staff.may(Permission::ReplayWebhooks) && topup.checkout_session.is_some();
    let page = Sheet {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t1("topup-of", "amount", reader.money(topup.amount)),
        text: name.clone(),
        standing: Some(Standing::new(tone, reader.t(text))),
        done: shown.read.map(|_| reader.t("topup-was-read")),
        alert: None,
        facts: facts(&reader, &topup, name),
        lists: if attempts.lines.is_empty() { Vec::new() } else { vec![attempts] },
        links: Vec::new(),
        acts: if may_ask { vec![ask] } else { Vec::new() },
        raw: None,
        back: (place.url().to_owned(), reader.t(place.text_id())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn facts(reader: &Reader, topup: &Topup, customer: String) -> Vec<Fact> {
    let customer_url = format!("/console/customers/{}", topup.customer);
    let mut facts = vec![
        Fact::linked(reader.t("customer"), customer, customer_url),
        Fact::new(reader.t("began-at"), reader.date_time(topup.created_at)),
        Fact::new(reader.t("topup-ends"), reader.date_time(topup.expires_at)),
        Fact::new(reader.t("topup-id"), topup.id.to_string()),
    ];
    if let Some(session) = &topup.checkout_session {
        facts.push(Fact::new(reader.t("topup-session"), session));
    }
    if let Some(purchase) = topup.purchase {
        facts.push(Fact::new(reader.t("purchase"), purchase.to_string()));
    }
    facts
}

/// `POST /console/topups/{id}/reading`: Stripe is asked again, as its webhook would have us do.
pub(super) async fn read_again(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ReplayWebhooks)?;
    let id = parse(&id)?;
    let topup = app.read(move |tables| tables.topup(id)).await?.ok_or_else(missing)?;
    let session = topup.checkout_session.ok_or_else(missing)?;
    let author = staff.visit.author(&staff.who.session);
    app.write(move |tx| author.note(tx, &Change::new("topup.read", id))).await?;
    crate::payments::sync_session(&app, &session).await?;
    super::show_what_was_done(&app).await;
    Ok(Redirect::to(&format!("{}?read=1", url(id))).into_response())
}

fn parse(id: &str) -> Result<TopupId, Problem> {
    id.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::not_found("recharge")
}
