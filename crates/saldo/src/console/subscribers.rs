//! `/console/subscribers`: who pays for lines, found by what a caller says, and one more of them written down by hand.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use brazil::document::TaxId;
use money::CustomerId;
use serde::Deserialize;
use store::tables::subscribers::SubscriberRow;

use super::draw_form_at;
use super::subscriber_fields::{LINE, PERSON, Sent, draft, fields};
use crate::app::App;
use crate::clock;
use crate::look::format::percent_encoded;
use crate::look::page::{People, PeopleWords, PersonRow};
use crate::look::part::Place;
use crate::look::part::enrolment::field_problems;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::sheets::Why;
use crate::subscribers::{self, Column, Draft, Row, Wrong};

/// Subscribers of one page.
const ROWS: u32 = 25;
/// Longest text that is looked for, in bytes.
const FIND_BYTES_MAX: usize = 200;

const WORDS: PeopleWords = PeopleWords {
    heading: "subscribers",
    text: "subscribers-text",
    empty: "subscribers-empty",
    none_found: "subscribers-none-found",
    find: "find-subscriber",
    new: "new-subscriber",
};

#[derive(Deserialize)]
pub(super) struct Shown {
    before: Option<String>,
    #[serde(default)]
    find: String,
}

/// `GET /console/subscribers`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { before, find }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let trail = Trail::parse(before.as_deref());
    let before: Option<CustomerId> = trail.last().and_then(|id| id.parse().ok());
    let find = find[..find.floor_char_boundary(FIND_BYTES_MAX)].trim().to_owned();
    let text = find.clone();
    let page = app
        .read(move |tables| {
            if text.is_empty() {
                return tables.subscribers(before, ROWS);
            }
            tables.subscribers_like(&text, before, ROWS)
        })
        .await?;
    let place = Place::ConsoleSubscribers;
    let base = if find.is_empty() {
        format!("{}?", place.url())
    } else {
        format!("{}?find={}&", place.url(), percent_encoded(&find))
    };
    let reader = staff.visit.reader().clone();
    let page = People {
        url: place.url(),
        words: WORDS,
        note: None,
        is_narrowed: !find.is_empty(),
        columns: ["subscriber-document", "subscriber-city"].map(|id| reader.t(id)).to_vec(),
        reader,
        frame: staff.visit.frame(&app, Some(place)),
        may_change: staff.may(Permission::ChangeCustomers),
        rows: page.rows.into_iter().map(row).collect(),
        newer_url: trail.newer_url(&base, "before"),
        older_url: page.next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        find,
    };
    draw(StatusCode::OK, &page)
}

fn row(row: SubscriberRow) -> PersonRow {
    PersonRow {
        url: format!("/console/customers/{}", row.customer),
        name: row.name,
        email: row.email.unwrap_or_default(),
        cells: vec![spoken_document(&row.document), row.city],
    }
}

/// CPF or CNPJ as people write it.
pub(super) fn spoken_document(bare: &str) -> String {
    TaxId::parse(bare).map_or_else(|_| bare.to_owned(), |document| document.to_string())
}

/// `GET /console/subscribers/new`
pub(super) async fn new(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    form(&app, &staff, &Draft::default(), &[])
}

/// `POST /console/subscribers`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let draft = draft(&sent);
    let row = Row { line: 1, draft: draft.clone(), columns: None };
    let checked = app.read(move |tables| subscribers::check(tables, &[row])).await?;
    // A line that is somebody's already is no news in a file. By hand it is a mistake.
    let known = Wrong { column: Some(Column::Document), why: Why::AlreadyCustomer };
    let mut wrong: Vec<Wrong> = checked.wrong.into_iter().map(|row| row.wrong).collect();
    if wrong.is_empty() && checked.known > 0 {
        wrong.push(known);
    }
    let (true, Some(newcomer)) = (wrong.is_empty(), checked.newcomers.into_iter().next()) else {
        return form(&app, &staff, &draft, &wrong);
    };
    let (author, now) = (staff.visit.author(&staff.who.session), clock::now());
    let enrolled = app.write_or_refuse(move |tx| subscribers::enrol(tx, &newcomer, &author, now)).await?;
    subscribers::send(&app, &enrolled.intents).await?;
    super::show_what_was_done(&app).await;
    Ok(Redirect::to(&format!("/console/customers/{}?saved=1", enrolled.customer)).into_response())
}

fn form(app: &App, staff: &StaffIn, draft: &Draft, wrong: &[Wrong]) -> Result<Response, Fault> {
    let (place, reader) = (Place::ConsoleSubscribers, staff.visit.reader());
    let problems = field_problems(reader, wrong);
    let fields = fields(app, reader, draft, &[&PERSON[..], &LINE].concat());
    let (action, back_url) = (place.url().to_owned(), place.url().to_owned());
    draw_form_at(app, staff, (place, action, back_url), "new-subscriber", fields, problems)
}
