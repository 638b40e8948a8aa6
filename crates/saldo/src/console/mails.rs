//! `/console/mails`: what was written to customers. The letters hold links with which one signs in: not every role reads them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use money::MailId;
use serde::Deserialize;
use store::tables::outbox::Mail;

use crate::app::App;
use crate::look::page::{MailPage, Mails};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, draw, mail_rows};
use crate::problem::Problem;

/// What stands before the secret in a link.
const SECRET_MARK: &str = "token=";
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
    staff.must(Permission::SeeCustomers)?;
    let trail = Trail::parse(shown.before.as_deref());
    let before: Option<MailId> = trail.last().and_then(|id| id.parse().ok());
    let mails = app.read(move |reader| reader.mails(before, ROWS)).await?;
    let base = format!("{}?", Place::ConsoleMails.url());
    let page = Mails {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleMails)),
        are_kept: mail_rows::are_kept(&app),
        rows: mails.rows.iter().map(|mail| mail_rows::row(&app, mail, url(mail))).collect(),
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
    staff.must(Permission::ReadLetters)?;
    let missing = || Problem::not_found("mail");
    let id: MailId = id.parse().map_err(|_| missing())?;
    let mail = app.read(move |reader| reader.mail(id)).await?.ok_or_else(missing)?;
    let page = MailPage {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleMails)),
        row: mail_rows::row(&app, &mail, url(&mail)),
        body: if mail.sent_at.is_some() { without_secrets(&mail.body) } else { mail.body },
        list_url: Place::ConsoleMails.url().to_owned(),
    };
    draw(StatusCode::OK, &page)
}

/// The letter without what signs somebody in: once it has been sent only its receiver needs that. One that cannot be sent is
/// handed on by whoever reads it here.
fn without_secrets(body: &str) -> String {
    let mut parts = body.split(SECRET_MARK);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(char::is_whitespace).map_or("", |end| &part[end..]);
        shown.push_str(SECRET_MARK);
        shown.push('…');
        shown.push_str(rest);
    }
    shown
}

fn url(mail: &Mail) -> String {
    format!("{}/{}", Place::ConsoleMails.url(), mail.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_letter_signs_nobody_in() {
        let body = "Choose it:\n\nhttps://x/set-password?token=abc-1_2\n\nuntil noon, token=z";
        assert_eq!(
            without_secrets(body),
            "Choose it:\n\nhttps://x/set-password?token=…\n\nuntil noon, token=…"
        );
        assert_eq!(without_secrets("Hello"), "Hello");
    }
}
