//! The portal: what a customer sees and does in a browser.
//!
//! Owns sessions, forms and what stands around every page; the console and the demo stand on the same ground. What the pages look
//! like is `look`'s; what a top-up, a payment or a key is, is decided by the modules of those names.

mod api_keys;
mod automatic_topup;
mod billing;
mod boleto_pix;
mod buy_credit;
pub(crate) mod calendar;
pub(crate) mod cards;
mod checkouts;
mod consumption;
mod cookies;
mod doors;
pub(crate) mod figures;
mod files;
mod first_access;
mod form;
mod invoices;
mod language;
pub(crate) mod line_check;
pub(crate) mod line_seen;
mod links;
mod live;
pub(crate) mod mail_rows;
mod mail_wishes;
pub(crate) mod monthly_invoices;
pub(crate) mod movements;
pub(crate) mod own_credit;
mod password;
pub(crate) mod payment_list;
mod purchases;
mod receipts;
mod recharge;
mod results;
mod returns;
mod saved_cards;
pub mod sessions;
mod shell;
pub(crate) mod sign_in;
mod sign_up;
mod signed_in;
mod statement;
mod strip;
pub(crate) mod trail;
mod usage;
pub(crate) mod viewing;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::app::App;
use crate::panics;

pub use doors::Doors;
pub use form::{Asked, Posted, PostedFile};
pub use links::{INVITATION_LASTS, MailedLink, RESET_LASTS, invite};
pub(crate) use password::unfit;
pub use returns::Followed;
pub use shell::{Fault, draw};
pub use signed_in::{SignedIn, StaffIn, local_path};
pub use strip::DemoStrip;
pub use visit::{CustomerSession, StaffSession, Visit};

/// The portal's routes but for `/`, which a demo has its own page for, and the page for paths that no other edge knows.
pub fn router(app: &Arc<App>) -> Router {
    let routes = Router::new()
        .route("/assets/{name}", get(files::file))
        .route("/sign-in", get(sign_in::page).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/sign-up", get(sign_up::page).post(sign_up::submit))
        .route("/sign-up/waiting", get(sign_up::waiting))
        .route("/sign-up/mails", post(sign_up::send_again))
        .route("/sign-up/confirmation", get(sign_up::confirmation).post(sign_up::confirm))
        .route("/forgotten-password", get(password::forgotten_page).post(password::forgotten_submit))
        .route("/first-access", get(first_access::page).post(first_access::submit))
        .route("/set-password", get(password::set_page).post(password::set_submit))
        .route("/language", post(language::submit))
        .route("/billing", get(billing::page))
        .route("/recharge", get(recharge::page))
        .route("/recharge/return", get(returns::paid))
        .route("/recharge/cancelled", get(returns::left))
        .route("/topups", get(recharge::back).post(recharge::begin))
        .route("/topups/{id}/result", get(recharge::result))
        .route("/topups/{id}/cancellation", post(checkouts::cancel))
        .route("/statement", get(statement::page))
        .route("/statement.csv", get(statement::csv))
        .route("/statement.pdf", get(statement::pdf))
        .route("/receipts/{payment}", get(receipts::page))
        .route("/receipts/{payment}/pdf", get(receipts::pdf))
        .route("/mail-wishes", get(mail_wishes::page).post(mail_wishes::submit))
        .route("/usage", get(usage::page))
        .route("/buy-credit", get(buy_credit::page).post(buy_credit::buy))
        .route("/purchases/{id}/checkout", post(purchases::go_on))
        .route("/purchases/{id}/cancellation", post(purchases::give_up))
        .route("/consumption", get(consumption::page))
        .route("/invoices", get(invoices::page))
        .route("/boletos/{id}/pdf", get(invoices::pdf))
        .route("/invoices/{id}/pdf", get(monthly_invoices::pdf))
        .route("/lines/{id}/trust", post(monthly_invoices::trust))
        .route("/boletos/{id}/pix", post(boleto_pix::ask))
        .route("/saved-cards", get(saved_cards::page))
        .route("/saved-cards/{id}/removal", post(saved_cards::remove))
        .route("/automatic-topup", get(automatic_topup::page).post(automatic_topup::set))
        .route("/automatic-topup/pause", post(automatic_topup::pause))
        .route("/automatic-topup/resumption", post(automatic_topup::resume))
        .route("/automatic-topup/cancellation", post(automatic_topup::turn_off))
        .route("/automatic-topup/payment", post(automatic_topup::pay))
        .route("/api-keys", get(api_keys::page).post(api_keys::create))
        .route("/api-keys/{id}/revocation", post(api_keys::revoke))
        .route("/view/end", post(viewing::end))
        .route("/live", get(live::stream))
        .fallback(shell::nowhere);
    framed(app, routes)
}

/// The way in: to the first page of whoever is signed in, else to the sign-in page.
pub fn root(app: &Arc<App>) -> Router {
    framed(app, Router::new().route("/", get(way_in)))
}

async fn way_in(visit: Visit) -> Redirect {
    Redirect::to(visit.customer().map_or("/sign-in", |who| who.first_page()))
}

/// Puts around `routes` what every page has: an id and a line in the log, who is signed in, protection, words for problems.
pub fn framed(app: &Arc<App>, routes: Router<Arc<App>>) -> Router {
    routes
        .layer(DefaultBodyLimit::max(form::FORM_BYTES_MAX))
        .layer(panics::answered_in_words())
        .layer(from_fn_with_state(Arc::clone(app), shell::shell))
        .with_state(Arc::clone(app))
}
