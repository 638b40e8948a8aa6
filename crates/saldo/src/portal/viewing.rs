//! Staff who see the portal as a customer does: for a while, without changing anything, written down at the beginning and the end.
//!
//! What would change something is drawn off; it is refused all the same.
//!
//! A view is a session of its own beside the customer's; it holds only in the browser in which the same member of staff is signed in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use money::{CustomerId, StaffId, Timestamp, Unit};
use serde_json::json;
use store::tables::sessions::{Session, SessionOwner};
use store::tables::staff::PortalView;
use store::{Hidden, Reader as TablesReader, StoreError, Tx};

use super::cookies::Jar;
use super::form::Posted;
use super::sessions;
use super::shell::Fault;
use super::sign_in::Nothing;
use super::signed_in::StaffIn;
use super::visit::{CustomerSession, StaffSession, Visit, first_page_of, is_of_console, owned};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::look::read_only;
use crate::permissions::{self, Permission};
use crate::problem::Problem;
use crate::{clock, ids};

/// How long a view lasts, in microseconds.
const LASTS: i64 = 15 * Timestamp::MINUTE;
/// Where a view is ended.
const END_PATH: &str = "/view/end";
/// How the audit log calls the end of a view.
const VIEW_END: &str = "customer.view_end";
/// Largest page that is drawn, in bytes.
const PAGE_BYTES_MAX: usize = 8 << 20;
/// Bytes of randomness in a view's secret and in its token.
const SECRET_BYTES: usize = 32;

/// Begins a view: the cookie that holds it, and the page on which the customer begins.
pub(crate) async fn begin(
    app: &Arc<App>,
    staff: &StaffIn,
    customer: CustomerId,
) -> Result<(HeaderValue, &'static str), Problem> {
    let (now, secret) = (clock::now(), ids::secret_text(SECRET_BYTES));
    let view = PortalView {
        token_hash: sessions::hash(&secret),
        staff: staff.who.staff.id,
        customer,
        csrf: Hidden(ids::secret_text(SECRET_BYTES)),
        created_at: now,
        expires_at: now.plus(LASTS),
    };
    let (author, unit) = (staff.visit.author(&staff.who.session), app.config.credit.unit);
    let first_page = app
        .write_or_refuse(move |tx| {
            tx.customer(customer)?.ok_or_else(|| Problem::not_found("customer"))?;
            tx.delete_ended_portal_views(now)?;
            tx.insert_portal_view(&view)?;
            let change = Change::new("customer.view_begin", customer);
            let change = change.after_json(&json!({"until": view.expires_at.to_string()}));
            author.note(tx, &change)?;
            Ok::<_, Problem>(first_page_of(tx, customer, unit)?)
        })
        .await?;
    Ok((Jar::View.set(&app.config, &secret), first_page))
}

/// `POST /view/end`
pub(super) async fn end(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let Some(who) = visit.customer().filter(|who| who.is_view).cloned() else {
        return Ok(Redirect::to("/console").into_response());
    };
    let (author, customer) = (visit.author(&who.session), who.customer.id);
    app.write(move |tx| {
        if tx.delete_portal_view(&who.session.token_hash)? {
            author.note(tx, &Change::new(VIEW_END, customer))?;
        }
        Ok(())
    })
    .await?;
    // Open pages look again, and learn that it is over.
    app.live.notify(customer);
    let back = format!("/console/customers/{customer}");
    Ok(([(SET_COOKIE, Jar::View.clear(&app.config))], Redirect::to(&back)).into_response())
}

/// Ends all views of a member of staff who signs out, is signed out or may view no more: the customers whose portal he saw, whose open
/// pages are to look again.
pub(crate) fn end_all(
    tx: &Tx<'_>,
    author: &Author,
    staff: StaffId,
    now: Timestamp,
) -> Result<Vec<CustomerId>, StoreError> {
    let mut seen = Vec::new();
    for view in tx.end_portal_views_of(staff)? {
        // One whose time was over had ended by itself.
        if view.expires_at > now {
            author.note(tx, &Change::new(VIEW_END, view.customer))?;
            seen.push(view.customer);
        }
    }
    Ok(seen)
}

/// The customer as this member of staff views him with this secret, while that lasts.
pub(super) fn view(
    reader: &TablesReader<'_>,
    secret: &str,
    staff: &StaffSession,
    unit: Unit,
    now: Timestamp,
) -> Result<Option<CustomerSession>, StoreError> {
    let view = reader.portal_view(&sessions::hash(secret), now)?;
    let may = permissions::may(staff.staff.role, Permission::ViewAsCustomer);
    let Some(view) = view.filter(|view| may && view.staff == staff.staff.id) else { return Ok(None) };
    let Some(customer) = reader.customer(view.customer)? else { return Ok(None) };
    let session = Session {
        token_hash: view.token_hash,
        owner: SessionOwner::Staff(view.staff),
        csrf: view.csrf,
        created_at: view.created_at,
        last_seen_at: now,
        expires_at: view.expires_at,
        user_agent: String::new(),
        ip: String::new(),
    };
    let (wallet, has_lines) = owned(reader, customer.id, unit)?;
    Ok(Some(CustomerSession { session, login: None, customer, wallet, has_lines, is_view: true }))
}

/// A page as it is drawn in a view: what would change something is off.
pub(super) async fn turned_off(visit: &Visit, page: Response) -> Response {
    let (mut parts, body) = page.into_parts();
    match axum::body::to_bytes(body, PAGE_BYTES_MAX).await {
        Ok(html) => {
            parts.headers.remove(CONTENT_LENGTH);
            let html = read_only(visit.reader(), &String::from_utf8_lossy(&html));
            Response::from_parts(parts, Body::from(html))
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be shown in a view");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Refuses what is more than looking, in a view: every form but the one that ends it (and the reader's own language), what comes back
/// from a payment, and the page of keys.
pub(super) fn check(visit: &Visit, method: &Method, path: &str) -> Result<(), Problem> {
    if !visit.is_view() || is_of_console(path) || path.starts_with("/demo") {
        return Ok(());
    }
    let looks = matches!(*method, Method::GET | Method::HEAD);
    let is_own = matches!(path, END_PATH | "/language");
    let does_more = path.starts_with("/recharge/") || path.starts_with("/topups") || path == "/api-keys";
    if (looks && !does_more) || (!looks && is_own) {
        return Ok(());
    }
    let detail = "You see what the customer sees: nothing can be changed, and keys are hidden.";
    Err(Problem::new(StatusCode::FORBIDDEN, "read_only_view", detail))
}
