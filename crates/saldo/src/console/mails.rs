//! `/console/mails`: what was written to customers. The letters hold links with which one signs in: administrators read them only.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use money::MailId;
use serde::Deserialize;
use store::tables::logins::StaffRole;
use store::tables::outbox::Mail;

use crate::app::App;
use crate::look::page::{MailPage, MailRow, Mails};
use crate::look::part::Place;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, draw};
use crate::problem::Problem;

/// Mails of one page.
const ROWS: u32 = 25;

#[derive(Deserialize)]
pub(super) struct Shown {
    before: Option<String>,
}

/// `GET /console/mails`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    let trail = Trail::parse(shown.before.as_deref());
    let before: Option<MailId> = trail.last().and_then(|id| id.parse().ok());
    let mails = app.read(move |reader| reader.mails(before, ROWS)).await?;
    let base = format!("{}?", Place::ConsoleMails.url());
    let page = Mails {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleMails)),
        rows: mails.rows.iter().map(row).collect(),
        newer_url: trail.newer_url(&base, "before"),
        older_url: mails.next.map(|next| trail.older_url(&base, "before", &next.to_string())),
    };
    draw(StatusCode::OK, &page)
}

/// `GET /console/mails/{id}`
pub(super) async fn mail(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    if staff.who.staff.role != StaffRole::Administrator {
        return Err(
            Problem::new(StatusCode::FORBIDDEN, "forbidden", "Administrators read mails only.").into()
        );
    }
    let missing = || Problem::not_found("mail");
    let id: MailId = id.parse().map_err(|_| missing())?;
    let mail = app.read(move |reader| reader.mail(id)).await?.ok_or_else(missing)?;
    let page = MailPage {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleMails)),
        row: row(&mail),
        body: mail.body,
        list_url: Place::ConsoleMails.url().to_owned(),
    };
    draw(StatusCode::OK, &page)
}

fn row(mail: &Mail) -> MailRow {
    MailRow {
        at: mail.created_at,
        to: mail.recipient.clone(),
        subject: mail.subject.clone(),
        url: format!("{}/{}", Place::ConsoleMails.url(), mail.id),
        is_sent: mail.sent_at.is_some(),
    }
}
