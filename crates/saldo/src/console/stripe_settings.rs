//! `/console/stripe`: what Stripe must know of us, and what a look at everything around the books finds.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::App;
use crate::audit::Change;
use crate::doctor::{Check, Doctor, Reach, Verdict};
use crate::look::Reader;
use crate::look::page::stripe_settings::{CheckSeen, StripeSettings};
use crate::look::part::Place;
use crate::mode::Mode;
use crate::permissions::Permission;
use crate::portal::sign_in::Nothing;
use crate::portal::{Fault, Posted, StaffIn, draw};
use crate::reconciliation::EVENT_KINDS;
use crate::webhooks::WEBHOOK_PATH;

/// `GET /console/stripe`
pub(super) async fn page(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    show(&app, &staff, &[])
}

/// `POST /console/stripe/checks`: looks at everything, and has an event go round.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeSettings)?;
    let author = staff.visit.author(&staff.who.session);
    app.write(move |tx| author.note(tx, &Change::new("doctor.look", "stripe"))).await?;
    let doctor = Doctor {
        config: app.config.clone(),
        tables: Arc::clone(&app.tables),
        stripe: app.stripe.clone(),
        mode: app.mode,
    };
    let checks = doctor.look(Reach::RoundTrip).await;
    show(&app, &staff, &checks)
}

fn show(app: &App, staff: &StaffIn, checks: &[Check]) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let settings = &app.config.stripe;
    let page = StripeSettings {
        frame: staff.visit.frame(app, Some(Place::ConsoleStripe)),
        mode: match app.mode {
            Some(Mode::Live) => "stripe-mode-live",
            Some(Mode::Test) => "stripe-mode-test",
            None => "stripe-mode-none",
        },
        has_key: !settings.secret_key.is_empty(),
        secret_count: settings.webhook_secrets.len(),
        version: stripe::API_VERSION,
        endpoint_url: format!("{}{WEBHOOK_PATH}", app.config.server.public_url),
        events: EVENT_KINDS.to_vec(),
        may_check: staff.may(Permission::ChangeSettings),
        checks: checks.iter().map(|check| seen(&reader, check)).collect(),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn seen(reader: &Reader, check: &Check) -> CheckSeen {
    let (tone, verdict) = match check.verdict {
        Verdict::Good => ("good", "check-good"),
        Verdict::Warning => ("wait", "check-warning"),
        Verdict::Bad => ("bad", "check-bad"),
        Verdict::Skipped => ("", "check-skipped"),
    };
    CheckSeen { label: reader.t(check.label_id()), tone, verdict, words: check.words(reader) }
}
