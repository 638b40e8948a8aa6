//! The console: what the operator's staff sees in a browser. It stands on the portal's ground: sessions, forms, protection.

mod access_logins;
mod audit;
mod bank_files;
mod billing;
mod blocked;
mod boletos;
mod brand;
mod collected;
mod credit;
mod credit_form;
mod customer_acts;
mod customer_data;
mod customer_list;
mod customer_parts;
mod customers;
mod dealings;
mod event_subject;
mod findings;
mod giving_back;
mod go_live;
mod home;
mod home_figures;
mod home_glances;
mod imports;
mod inbox;
mod invoices;
mod kept;
mod kept_files;
mod line_live;
mod lines;
mod mail_settings;
mod mails;
mod month_end;
mod narrowing;
mod new_customer;
mod offer_fields;
mod origins;
mod packs;
mod payment_lists;
mod payments;
mod plans;
mod purchases;
mod reconciliation;
mod refund_acts;
mod refund_form;
mod routers;
mod search;
mod staff;
mod staff_passwords;
mod stripe_settings;
mod subscriber_fields;
mod subscribers;
mod timeline;
mod topups;
mod uncounted;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::app::App;
use crate::look::page::{Field, FieldProblem, OfferForm};
use crate::look::part::Place;
use crate::portal::{self, Fault, StaffIn, draw, sign_in};
use crate::problem::Problem;
use crate::staff_passwords::NEW_PASSWORD_PATH;
use imports::{Customers, Subscribers};
pub use kept_files::KeptFiles;
use offer_fields::Typed;
use routers::RouterKind;

/// How long a page waits for what it has just done to show.
const PATIENCE: Duration = Duration::from_secs(5);

/// The console's routes.
pub fn router(app: &Arc<App>) -> Router {
    let routes = Router::new()
        .route("/console", get(home::page))
        .route("/console/sign-in", get(sign_in::staff_page).post(sign_in::staff_submit))
        .route("/console/sign-out", post(sign_in::staff_sign_out))
        .route("/console/mails", get(mails::list))
        .route("/console/mails/{id}", get(mails::mail))
        .route("/console/search", get(search::page))
        .route("/console/credit", get(credit::list))
        .route("/console/credit/{id}", get(credit::page))
        .route("/console/credit/{id}/approval", post(credit::approve))
        .route("/console/credit/{id}/rejection", post(credit::reject))
        .route("/console/customers/{id}/credit", post(credit_form::ask))
        .route("/console/customers/{id}/credit/new", get(credit_form::new))
        .route("/console/customers/{id}/invitations", post(customers::invite))
        .route("/console/payments", get(payment_lists::list))
        .route("/console/payments.csv", get(payment_lists::file))
        .route("/console/payments/{id}", get(payments::page))
        .route("/console/payments/{id}/receipt", post(payments::send_receipt))
        .route("/console/payments/{id}/refund", get(refund_form::form))
        .route("/console/payments/{id}/refunds", post(refund_form::order))
        .route("/console/refunds/{id}/approval", post(refund_acts::approve))
        .route("/console/refunds/{id}/rejection", post(refund_acts::reject))
        .route("/console/refunds/{id}/resolution", post(refund_acts::resolve))
        .route("/console/topups", get(topups::list))
        .route("/console/topups.csv", get(topups::file))
        .route("/console/topups/{id}", get(topups::page))
        .route("/console/topups/{id}/reading", post(topups::read_again))
        .route("/console/inbox", get(inbox::list))
        .route("/console/inbox/{provider}/{event}", get(inbox::page))
        .route("/console/inbox/{provider}/{event}/replay", post(inbox::replay))
        .route("/console/subscribers", get(subscribers::list).post(subscribers::create))
        .route("/console/subscribers/new", get(subscribers::new))
        .route("/console/subscribers/import", get(imports::page::<Subscribers>))
        .route("/console/subscribers/import/example.csv", get(imports::example::<Subscribers>))
        .route("/console/subscribers/checks/{check}", get(imports::checked::<Subscribers>))
        .route("/console/subscribers/checks/{check}/errors.csv", get(imports::errors::<Subscribers>))
        .route(
            "/console/subscribers/imports",
            get(imports::again::<Subscribers>).post(imports::take::<Subscribers>),
        )
        .route("/console/subscribers/imports/{no}", get(imports::progress::<Subscribers>))
        .route("/console/customers", get(customer_list::page).post(new_customer::create))
        .route("/console/customers/new", get(new_customer::page))
        .route("/console/customers/import", get(imports::page::<Customers>))
        .route("/console/customers/import/example.csv", get(imports::example::<Customers>))
        .route("/console/customers/checks/{check}", get(imports::checked::<Customers>))
        .route("/console/customers/checks/{check}/errors.csv", get(imports::errors::<Customers>))
        .route(
            "/console/customers/imports",
            get(imports::again::<Customers>).post(imports::take::<Customers>),
        )
        .route("/console/customers/imports/{no}", get(imports::progress::<Customers>))
        .route("/console/customers/{id}", get(customers::page).post(customers::submit))
        .route("/console/customers/{id}/change", get(customers::change))
        .route("/console/customers/{id}/freezing", post(customer_acts::freeze))
        .route("/console/customers/{id}/view", post(customer_acts::view))
        .route("/console/customers/{id}/giving-back", post(giving_back::create))
        .route("/console/customers/{id}/giving-back/new", get(giving_back::new))
        .route("/console/customers/{id}/codes", post(customers::give_code))
        .route("/console/customers/{id}/lines/new", get(customers::new_line))
        .route("/console/customers/{id}/lines", post(customers::open_line))
        .route("/console/lines", get(lines::list))
        .route("/console/lines/{id}", get(lines::line))
        .route("/console/lines/{id}/live", get(line_live::stream))
        .route("/console/lines/{id}/status", post(lines::set_status))
        .route("/console/lines/{id}/access-login", get(access_logins::form).post(access_logins::submit))
        .route("/console/month-end", get(month_end::page))
        .route("/console/month-end.csv", get(month_end::download))
        .route("/console/billing", get(billing::page))
        .route("/console/billing/runs", post(billing::begin))
        .route("/console/billing/first-month", get(billing::first_month).post(billing::set_first_month))
        .route("/console/billing/adjustments/new", get(billing::new_adjustment))
        .route("/console/billing/adjustments", post(billing::adjust))
        .route("/console/billing/adjustments/{id}/withdrawal", post(billing::withdraw))
        .route("/console/invoices/{id}", get(invoices::page))
        .route("/console/invoices/{id}/pdf", get(invoices::pdf))
        .route("/console/invoices/{id}/payment", post(invoices::settle))
        .route("/console/purchases/{id}/settlement", post(purchases::settle))
        .route("/console/boletos", get(boletos::list))
        .route("/console/boletos/files", get(bank_files::page))
        .route("/console/boletos/remittances", post(bank_files::make))
        .route("/console/boletos/remittances/{number}", get(bank_files::remittance))
        .route("/console/boletos/findings", get(findings::list))
        .route("/console/boletos/findings/{no}/resolution", post(findings::resolve))
        .route("/console/boletos/findings/{no}/use/new", get(uncounted::new))
        .route("/console/boletos/findings/{no}/use", post(uncounted::count))
        .route("/console/boletos/{id}", get(boletos::boleto))
        .route("/console/boletos/{id}/write-off", post(boletos::write_off))
        .route("/console/staff", get(staff::list))
        .route("/console/staff/new", get(staff::new))
        .route("/console/staff/invitations", post(staff::invite))
        .route("/console/staff/invitations/{id}/sending", post(staff::invite_again))
        .route("/console/staff/invitations/{id}/withdrawal", post(staff::withdraw))
        .route("/console/staff/{id}/role", post(staff::set_role))
        .route("/console/staff/{id}/disabling", post(staff::disable))
        .route("/console/staff/{id}/enabling", post(staff::enable))
        .route("/console/staff/{id}/signing-out", post(staff::end_sessions))
        .route("/console/staff/{id}/password-link", post(staff_passwords::send_link))
        .route("/console/invitation", get(staff::invitation).post(staff::accept))
        .route(
            "/console/forgotten-password",
            get(staff_passwords::forgotten_page).post(staff_passwords::forgotten_submit),
        )
        .route(NEW_PASSWORD_PATH, get(staff_passwords::new_page).post(staff_passwords::new_submit))
        .route("/console/password", get(staff_passwords::own_page).post(staff_passwords::own_submit))
        .route("/console/audit", get(audit::page))
        .route("/console/audit.csv", get(audit::file))
        .route("/console/reconciliation", get(reconciliation::page))
        .route("/console/reconciliation/runs", post(reconciliation::begin))
        .route("/console/routers", get(routers::list).post(kept::create::<RouterKind>))
        .route("/console/routers/{no}/removal", post(routers::remove))
        .route("/console/routers/new", get(kept::new::<RouterKind>))
        .route("/console/routers/{no}", get(kept::change::<RouterKind>).post(kept::submit::<RouterKind>))
        .route("/console/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/console/webhooks/new", get(webhooks::new))
        .route("/console/webhooks/{id}", get(webhooks::page).post(webhooks::submit))
        .route("/console/webhooks/{id}/change", get(webhooks::change))
        .route("/console/webhooks/{id}/activation", post(webhooks::activate))
        .route("/console/webhooks/{id}/deactivation", post(webhooks::deactivate))
        .route("/console/webhooks/{id}/secret-rotation", post(webhooks::rotate))
        .route("/console/webhooks/{id}/removal", post(webhooks::remove))
        .route("/console/webhooks/{id}/test", post(webhooks::test))
        .route("/console/webhook-deliveries/{id}", get(webhooks::delivery))
        .route("/console/webhook-deliveries/{id}/redelivery", post(webhooks::redeliver))
        .route("/console/go-live", get(go_live::page))
        .route("/console/go-live/backup", post(go_live::backup))
        .route("/console/mail", get(mail_settings::page))
        .route("/console/mail/test", post(mail_settings::test))
        .route("/console/stripe", get(stripe_settings::page))
        .route("/console/stripe/checks", post(stripe_settings::check))
        .route("/console/brand", get(brand::page).post(brand::submit))
        .route("/console/brand/colour", get(brand::colour))
        .route("/console/brand/logo/removal", post(brand::remove_logo))
        .route("/console/plans", get(plans::list).post(kept::create::<plans::Plans>))
        .route("/console/plans/new", get(kept::new::<plans::Plans>))
        .route("/console/plans/{no}", get(kept::change::<plans::Plans>).post(kept::submit::<plans::Plans>))
        .route("/console/packs", get(packs::list).post(kept::create::<packs::Packs>))
        .route("/console/packs/new", get(kept::new::<packs::Packs>))
        .route("/console/packs/{no}", get(kept::change::<packs::Packs>).post(kept::submit::<packs::Packs>));
    // A file is longer than a form: its route has a limit of its own, inside of the one around all others.
    let long = || DefaultBodyLimit::max(imports::BODY_BYTES_MAX);
    let customers = get(imports::again::<Customers>).post(imports::check::<Customers>).layer(long());
    let subscribers = get(imports::again::<Subscribers>).post(imports::check::<Subscribers>).layer(long());
    let logo = post(brand::set_logo).layer(DefaultBodyLimit::max(brand::BODY_BYTES_MAX));
    let returns = post(bank_files::take).layer(DefaultBodyLimit::max(bank_files::BODY_BYTES_MAX));
    let routes = routes
        .route("/console/customers/checks", customers)
        .route("/console/subscribers/checks", subscribers)
        .route("/console/boletos/returns", returns)
        .route("/console/brand/logo", logo);
    portal::framed(app, routes)
}

/// How this member of staff types numbers.
fn typed(app: &App, staff: &StaffIn) -> Typed {
    Typed { reader: staff.visit.reader().clone(), data_unit: app.config.brand.data_unit }
}

/// After a form was sent: to the list, which says that it was saved, or the form again with what was wrong in words.
fn after_saving(
    place: Place,
    typed: &Typed,
    saved: Result<u32, Problem>,
    again: impl FnOnce(Vec<FieldProblem>) -> Result<Response, Fault>,
) -> Result<Response, Fault> {
    match saved {
        Ok(no) => Ok(Redirect::to(&format!("{}?saved={no}", place.url())).into_response()),
        Err(problem) => match typed.problems(&problem) {
            Some(problems) => again(problems),
            None => Err(problem.into()),
        },
    }
}

/// The form that changes the one with this number of the list at `place`, or makes a new one.
fn draw_form(
    app: &App,
    staff: &StaffIn,
    (place, no): (Place, Option<u32>),
    heading: &str,
    fields: Vec<Field>,
    problems: Vec<FieldProblem>,
) -> Result<Response, Fault> {
    let list_url = place.url();
    let action = no.map_or_else(|| list_url.to_owned(), |no| format!("{list_url}/{no}"));
    draw_form_at(app, staff, (place, action, list_url.to_owned()), heading, fields, problems)
}

/// A form at `place` of the menu that is sent to one address and leads back to another.
fn draw_form_at(
    app: &App,
    staff: &StaffIn,
    place: (Place, String, String),
    heading: &str,
    fields: Vec<Field>,
    problems: Vec<FieldProblem>,
) -> Result<Response, Fault> {
    draw_form_telling(app, staff, place, (heading, None), fields, problems)
}

/// As [`draw_form_at`], with what is done by it said above its button.
fn draw_form_telling(
    app: &App,
    staff: &StaffIn,
    (place, action, back_url): (Place, String, String),
    (heading, what_follows): (&str, Option<String>),
    fields: Vec<Field>,
    problems: Vec<FieldProblem>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = OfferForm {
        frame: staff.visit.frame(app, Some(place)),
        heading: reader.t(heading),
        action,
        back_url,
        fields,
        what_follows,
        problems,
        reader,
    };
    draw(status, &page)
}

/// Waits until pages show what the book has decided up to now.
async fn show_what_was_done(app: &App) {
    let landed = app.ledger.landed().borrow().position;
    app.wait_projected(landed, PATIENCE).await;
}
