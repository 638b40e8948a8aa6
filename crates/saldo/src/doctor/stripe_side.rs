//! What can be seen of Stripe without changing anything there: key, mode, version, clock, the endpoint, its events and deliveries.

use jiff::fmt::rfc2822;
use store::tables::inbox::InboxEvent;
use stripe::answer::{Event, List, WebhookEndpoint};
use stripe::request::lists::{Created, EventFilter, Page};
use stripe::{API_VERSION, Request};

use super::surroundings::shortened;
use super::{Check, Doctor, Verdict};
use crate::clock;
use crate::mode::Mode;
use crate::payments::STRIPE;
use crate::providers::{Heard, StripeError};
use crate::reconciliation::EVENT_KINDS;
use crate::webhooks::WEBHOOK_PATH;

/// How far our clock may be from Stripe's before signatures are in danger, and before it is told, in seconds. Signatures live for 300.
const SKEW_BAD_SECONDS: i64 = 120;
const SKEW_TOLD_SECONDS: i64 = 10;
/// How far back deliveries are looked at, in seconds.
const DAY_SECONDS: i64 = 86_400;
/// Events of the inbox that are looked through for Stripe's newest.
const INBOX_ROWS: u32 = 50;
/// The word by which an endpoint takes every event.
const ALL_EVENTS: &str = "*";

/// What was found, and whether a round trip makes sense.
pub(super) async fn look(doctor: &Doctor) -> (Vec<Check>, bool) {
    let key = key(doctor);
    let is_set = key.verdict == Verdict::Good || key.verdict == Verdict::Warning;
    let mut checks = vec![key];
    if !is_set {
        return (checks, false);
    }
    let filter = EventFilter {
        delivery_success: Some(false),
        created: Created::since(clock::now().as_seconds() - DAY_SECONDS),
        ..EventFilter::default()
    };
    let heard = doctor
        .stripe
        .hear::<List<Event>>(&Request::list_events(filter, Page { limit: 1, ..Page::default() }))
        .await;
    let heard = match heard {
        Ok(heard) => heard,
        Err(error) => {
            checks.push(refused("stripe.api", &error));
            return (checks, false);
        }
    };
    checks.push(Check::new("stripe.api", Verdict::Good, "doctor-api-good").with("version", API_VERSION));
    checks.push(skew(&heard));
    let (endpoint_checks, has_endpoint) = endpoint(doctor).await;
    checks.extend(endpoint_checks);
    checks.push(deliveries(doctor, &heard.answer));
    (checks, has_endpoint)
}

fn key(doctor: &Doctor) -> Check {
    let (name, settings) = ("stripe.key", &doctor.config.stripe);
    let Some(mode) = Mode::of_key(&settings.secret_key) else {
        return Check::new(name, Verdict::Skipped, "doctor-key-none");
    };
    if doctor.mode.is_some_and(|books| books != mode) {
        return Check::new(name, Verdict::Bad, "doctor-key-other-mode").with("key", mode);
    }
    if settings.webhook_secrets.is_empty() {
        return Check::new(name, Verdict::Warning, "doctor-key-no-webhook-secret");
    }
    match mode {
        Mode::Live => Check::new(name, Verdict::Good, "doctor-key-live"),
        Mode::Test => Check::new(name, Verdict::Good, "doctor-key-test"),
    }
}

fn refused(name: &'static str, error: &StripeError) -> Check {
    let text = match error {
        StripeError::Refused { status: 401, .. } => "doctor-api-key-refused",
        StripeError::Refused { status: 403, .. } => "doctor-api-not-allowed",
        StripeError::Unreachable(_) => "doctor-api-unreachable",
        _ => "doctor-api-bad",
    };
    Check::new(name, Verdict::Bad, text).with("error", shortened(error))
}

/// How far our clock is from Stripe's, by the date of its answer, which has whole seconds.
fn skew(heard: &Heard<List<Event>>) -> Check {
    let name = "stripe.clock";
    let date = heard.date.as_deref().and_then(|date| rfc2822::parse(date).ok());
    let Some(date) = date else { return Check::new(name, Verdict::Skipped, "doctor-clock-unknown") };
    let seconds = heard.at.as_seconds() - date.timestamp().as_second();
    let (verdict, text) = match seconds.abs() {
        far if far > SKEW_BAD_SECONDS => (Verdict::Bad, "doctor-clock-bad"),
        far if far > SKEW_TOLD_SECONDS => (Verdict::Warning, "doctor-clock-off"),
        _ => (Verdict::Good, "doctor-clock-good"),
    };
    Check::new(name, verdict, text).with("seconds", seconds)
}

/// Whether Stripe knows where to tell us, in which version, and of what.
async fn endpoint(doctor: &Doctor) -> (Vec<Check>, bool) {
    let name = "stripe.endpoint";
    let ours = format!("{}{WEBHOOK_PATH}", doctor.config.server.public_url);
    let known = match doctor.stripe.send::<List<WebhookEndpoint>>(&Request::list_webhook_endpoints()).await {
        Ok(known) => known.data,
        Err(error) => return (vec![refused(name, &error)], false),
    };
    let Some(found) = known.iter().find(|endpoint| endpoint.url == ours) else {
        return (vec![Check::new(name, Verdict::Bad, "doctor-endpoint-missing").with("url", ours)], false);
    };
    if found.status != "enabled" {
        return (vec![Check::new(name, Verdict::Bad, "doctor-endpoint-off").with("url", ours)], false);
    }
    let mut checks = vec![Check::new(name, Verdict::Good, "doctor-endpoint-good").with("url", ours)];
    let version = "stripe.version";
    checks.push(match found.api_version.as_deref() {
        Some(API_VERSION) => {
            Check::new(version, Verdict::Good, "doctor-version-good").with("version", API_VERSION)
        }
        other => Check::new(version, Verdict::Warning, "doctor-version-other")
            .with("version", other.unwrap_or("—"))
            .with("ours", API_VERSION),
    });
    let takes = |kind: &str| found.enabled_events.iter().any(|known| known == kind || known == ALL_EVENTS);
    let missing: Vec<&str> = EVENT_KINDS.into_iter().filter(|kind| !takes(kind)).collect();
    checks.push(if missing.is_empty() {
        Check::new("stripe.events", Verdict::Good, "doctor-events-good")
    } else {
        Check::new("stripe.events", Verdict::Bad, "doctor-events-missing").with("events", missing.join(", "))
    });
    (checks, true)
}

/// Whether events arrive: what Stripe could not deliver lately, and what came last.
fn deliveries(doctor: &Doctor, undelivered: &List<Event>) -> Check {
    let name = "stripe.deliveries";
    let newest = doctor.tables.read(|reader| reader.inbox_events(None, INBOX_ROWS));
    let newest = match newest {
        Ok(page) => page.rows.into_iter().find(|event: &InboxEvent| event.provider == STRIPE),
        Err(error) => {
            return Check::new(name, Verdict::Bad, "doctor-store-bad").with("error", shortened(&error));
        }
    };
    match (undelivered.data.first(), newest) {
        (Some(event), _) => {
            Check::new(name, Verdict::Warning, "doctor-deliveries-failing").with("kind", &event.kind)
        }
        (None, None) => Check::new(name, Verdict::Warning, "doctor-deliveries-none"),
        (None, Some(event)) => {
            Check::new(name, Verdict::Good, "doctor-deliveries-good").with("kind", event.kind)
        }
    }
}
