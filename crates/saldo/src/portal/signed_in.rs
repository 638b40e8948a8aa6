//! Pages for those who are signed in: everybody else is sent to the sign-in page, and comes back from there.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use money::{CustomerId, WalletId};
use store::{Reader as TablesReader, StoreError};

use super::visit::{CustomerSession, StaffSession, Visit};
use crate::app::App;
use crate::clock;
use crate::look::Reader;
use crate::look::format::percent_encoded;
use crate::look::part::{Frame, Place};
use crate::permissions::{self, Permission};
use crate::problem::Problem;

/// A customer who is signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// The request.
    pub visit: Visit,
    /// Who.
    pub who: Arc<CustomerSession>,
}

/// A member of staff who is signed in.
#[derive(Clone)]
pub struct StaffIn {
    /// The request.
    pub visit: Visit,
    /// Who.
    pub who: Arc<StaffSession>,
}

impl StaffIn {
    /// Whether his role allows this.
    pub fn may(&self, permission: Permission) -> bool {
        permissions::may(self.who.staff.role, permission)
    }

    /// Refuses who may not.
    pub fn must(&self, permission: Permission) -> Result<(), Problem> {
        permissions::must(self.who.staff.role, permission)
    }

    /// Whether he is signed in still, and in the role that he had when he asked.
    pub(crate) fn is_still_in(&self, tables: &TablesReader<'_>) -> Result<bool, StoreError> {
        let StaffSession { session, staff } = &*self.who;
        let known = tables.staff(staff.id)?;
        let is_as_before = known.is_some_and(|known| known.disabled_at.is_none() && known.role == staff.role);
        Ok(is_as_before && tables.session(&session.token_hash, clock::now())?.is_some())
    }
}

impl SignedIn {
    /// The customer.
    pub fn customer(&self) -> CustomerId {
        self.who.customer.id
    }

    /// His money wallet. Who has none has no page about it either.
    pub fn wallet(&self) -> Result<WalletId, Problem> {
        self.who.wallet.as_ref().map(|wallet| wallet.id).ok_or_else(|| Problem::not_found("page"))
    }

    /// Through whose eyes.
    pub fn reader(&self) -> &Reader {
        self.visit.reader()
    }

    /// What stands around the page at `place`, which listens for the events named in `live`; in a demo each page listens for the
    /// clock, too.
    pub(super) fn frame(&self, app: &App, place: Place, live: &str) -> Frame {
        let frame = self.visit.frame(app, Some(place));
        let url = format!("/live?show={live}&request={}", self.visit.request_id());
        let live_url = (!live.is_empty() || frame.demo.is_some()).then_some(url);
        Frame { live_url, ..frame }
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<SignedIn, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, app).await;
        match visit.customer().cloned() {
            Some(who) => Ok(SignedIn { visit, who }),
            None => Err(to_sign_in("/sign-in", parts)),
        }
    }
}

impl FromRequestParts<Arc<App>> for StaffIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<StaffIn, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, app).await;
        match visit.staff().cloned() {
            Some(who) => Ok(StaffIn { visit, who }),
            None => Err(to_sign_in("/console/sign-in", parts)),
        }
    }
}

/// To the sign-in page, with the way back to the page that was asked for, or on which the form stood.
fn to_sign_in(page: &str, parts: &Parts) -> Response {
    let asked = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next = if parts.method == Method::GET { asked } else { page_of_form(parts.uri.path()) };
    let url = if next == "/" { page.to_owned() } else { format!("{page}?next={}", percent_encoded(next)) };
    Redirect::to(&url).into_response()
}

/// On which page the form stands that is sent to `path`.
fn page_of_form(path: &str) -> &'static str {
    let first = path.split('/').nth(1).unwrap_or_default();
    match first {
        "topups" => Place::Recharge.url(),
        "automatic-topup" => "/automatic-topup",
        "saved-cards" => Place::SavedCards.url(),
        "api-keys" => Place::ApiKeys.url(),
        "mail-wishes" => "/mail-wishes",
        "buy-credit" | "purchases" => Place::BuyCredit.url(),
        "boletos" => Place::Invoices.url(),
        _ => "/",
    }
}

/// `text` if it is an address within this site; anything that a browser might take elsewhere is not.
pub fn local_path(text: &str) -> Option<&str> {
    let mut bytes = text.bytes();
    let is_local = bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_local.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for local in ["/", "/billing", "/statement?month=2026-11", "/recharge?next=https://example.com"] {
            assert_eq!(local_path(local), Some(local));
        }
        for foreign in
            ["", "billing", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/a b"]
        {
            assert_eq!(local_path(foreign), None, "{foreign:?}");
        }
    }
}
