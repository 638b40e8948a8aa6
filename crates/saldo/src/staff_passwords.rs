//! Passwords of staff: a new one by a link in a mail, for who forgot his, and another one for who knows his.
//!
//! A link's secret is 256 random bits, of which the tables hold a hash. It works once and for an hour, and a newer one takes its place.

use std::sync::Arc;

use axum::http::StatusCode;
use money::{CustomerId, StaffId, Timestamp};
use serde_json::json;
use store::tables::sessions::SessionOwner;
use store::tables::staff::{Staff, StaffLink};
use store::{Hidden, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::look::{Locale, Reader, mail};
use crate::portal::{RESET_LASTS, sessions, viewing};
use crate::problem::Problem;
use crate::{clock, ids, staff};

/// Where the link leads.
pub(crate) const NEW_PASSWORD_PATH: &str = "/console/new-password";
/// Bytes of randomness in a link.
const SECRET_BYTES: usize = 32;

/// Somebody at the door has forgotten the password of this address. Whether anybody signs in with it is told to nobody.
pub(crate) async fn forgotten(app: &Arc<App>, email: String, locale: Locale) -> Result<(), Problem> {
    let known = app.read(move |tables| tables.staff_by_email(&email)).await?;
    match known.filter(|staff| staff.disabled_at.is_none()) {
        Some(staff) => send(app, None, &staff, locale).await,
        None => Ok(()),
    }
}

/// An admin has a link sent to a colleague. `staff_disabled` if that one is let in no more.
pub(crate) async fn send_to(
    app: &Arc<App>,
    author: Author,
    id: StaffId,
    locale: Locale,
) -> Result<(), Problem> {
    let known = app.read(move |tables| tables.staff(id)).await?.ok_or_else(|| Problem::not_found("staff"))?;
    if known.disabled_at.is_some() {
        let detail = "This member of staff is disabled: enable him first.";
        return Err(Problem::new(StatusCode::CONFLICT, "staff_disabled", detail));
    }
    send(app, Some(author), &known, locale).await
}

async fn send(app: &Arc<App>, author: Option<Author>, to: &Staff, locale: Locale) -> Result<(), Problem> {
    let (now, secret) = (clock::now(), ids::secret_text(SECRET_BYTES));
    let link = StaffLink {
        token_hash: sessions::hash(&secret),
        staff: to.id,
        created_at: now,
        expires_at: now.plus(RESET_LASTS),
    };
    let url = format!("{}{NEW_PASSWORD_PATH}?token={secret}", app.config.server.public_url);
    let reader = Reader::new(locale, app.config.brand.time_zone.clone());
    // Links end by the machine's clock; in a trial people are told by the clock they are shown.
    let until = link.expires_at.plus(app.ledger.clock_offset());
    let letter = mail::password_reset(&reader, &app.config.brand().name, &to.name, &url, until);
    let mail = staff::posted(app, "staff_password_reset", &to.email, letter, locale);
    app.write(move |tx| {
        tx.delete_ended_staff_links(now)?;
        tx.delete_staff_links_of(link.staff)?;
        tx.insert_staff_link(&link)?;
        tx.insert_mail(&mail)?;
        match &author {
            Some(author) => author.note(tx, &Change::new("staff.send_password_link", link.staff)),
            None => Ok(()),
        }
    })
    .await?;
    app.mail_news.notify_one();
    Ok(())
}

/// Whose link this is, if it still works.
pub(crate) async fn of_link(app: &Arc<App>, token: &str) -> Result<Staff, Problem> {
    let (hash, now) = (sessions::hash(token), clock::now());
    let found = app.read(move |tables| match tables.staff_link(&hash, now)? {
        Some(link) => tables.staff(link.staff),
        None => Ok(None),
    });
    found.await?.filter(|staff| staff.disabled_at.is_none()).ok_or_else(link_expired)
}

/// Uses a link up: from now on its owner signs in with this password, and nobody else is signed in as he.
pub(crate) async fn choose(
    app: &Arc<App>,
    author: Author,
    token: &str,
    password_hash: Hidden<String>,
) -> Result<(), Problem> {
    let (hash, now) = (sessions::hash(token), clock::now());
    let done = app.write_or_refuse(move |tx| {
        let link = tx.staff_link(&hash, now)?.ok_or_else(link_expired)?;
        let owner = tx.staff(link.staff)?.filter(|staff| staff.disabled_at.is_none());
        let owner = owner.ok_or_else(link_expired)?;
        set(tx, &author, "staff.reset_password", (owner.id, &password_hash), now)
    });
    staff::rights_changed(app, &done.await?);
    Ok(())
}

/// Whoever knows his password takes another one; whoever else is signed in as he is signed out.
pub(crate) async fn change(
    app: &Arc<App>,
    author: Author,
    id: StaffId,
    password_hash: Hidden<String>,
) -> Result<(), Problem> {
    let now = clock::now();
    let done =
        app.write_or_refuse(move |tx| set(tx, &author, "staff.change_password", (id, &password_hash), now));
    staff::rights_changed(app, &done.await?);
    Ok(())
}

fn set(
    tx: &Tx<'_>,
    author: &Author,
    action: &'static str,
    (id, password_hash): (StaffId, &Hidden<String>),
    now: Timestamp,
) -> Result<Vec<CustomerId>, Problem> {
    tx.set_staff_password(id, password_hash)?;
    tx.delete_staff_links_of(id)?;
    let ended = tx.delete_sessions_of(SessionOwner::Staff(id))?;
    author.note(tx, &Change::new(action, id).after_json(&json!({ "ended": ended })))?;
    Ok(viewing::end_all(tx, author, id, now)?)
}

fn link_expired() -> Problem {
    Problem::new(StatusCode::GONE, "link_expired", "The link was used or is too old.")
}
