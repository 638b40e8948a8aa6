//! One event all the way round: asked for by Stripe's API, told by its webhook, verified by its signature, stored in our inbox.

use std::time::{Duration, Instant};

use store::StoreError;
use store::tables::inbox::InboxEvent;
use stripe::answer::CheckoutSession;
use stripe::minor_units::MinorAmount;
use stripe::{IdempotencyKey, Request};

use super::surroundings::shortened;
use super::{Check, Doctor, Verdict};
use crate::payments::STRIPE;
use crate::{clock, ids};
use money::{Amount, Timestamp};

/// How long the event may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two looks into the inbox.
const PAUSE: Duration = Duration::from_millis(200);
/// Events of the inbox that are looked through at each look.
const ROWS: u32 = 50;
/// How long the page would stay open if it were not closed at once: the shortest that Stripe takes, and a little.
const OPEN_FOR: i64 = 35 * Timestamp::MINUTE;
/// The event that tells that a page was closed.
const EXPIRED: &str = "checkout.session.expired";
const NAME: &str = "stripe.round_trip";

pub(super) async fn go(doctor: &Doctor) -> Check {
    let session = match closed_session(doctor).await {
        Ok(session) => session,
        Err(error) => {
            return Check::new(NAME, Verdict::Bad, "doctor-trip-not-begun").with("error", shortened(&*error));
        }
    };
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match came(doctor, &session) {
            Ok(true) => {
                return Check::new(NAME, Verdict::Good, "doctor-trip-good")
                    .with("ms", begun.elapsed().as_millis());
            }
            Ok(false) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                return Check::new(NAME, Verdict::Bad, "doctor-store-bad").with("error", shortened(&error));
            }
        }
    }
    Check::new(NAME, Verdict::Bad, "doctor-trip-lost").with("seconds", PATIENCE.as_secs())
}

/// Opens a page that nobody is led to, and closes it: Stripe tells of that.
async fn closed_session(doctor: &Doctor) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let key = |step: &str| IdempotencyKey::new(format!("doctor-{:032x}-{step}", ids::fresh()));
    let unit = doctor.config.credit.unit;
    let amount = MinorAmount::from_amount(Amount::new(unit.steps_per_one(), unit))?;
    let expires_at = clock::now().plus(OPEN_FOR).as_seconds();
    let public_url = &doctor.config.server.public_url;
    let request = Request::create_trial_session(amount, expires_at, public_url, key("open")?);
    let session: CheckoutSession = doctor.stripe.send(&request).await?;
    let _: CheckoutSession =
        doctor.stripe.send(&Request::expire_checkout_session(&session.id, key("close")?)).await?;
    Ok(session.id)
}

fn came(doctor: &Doctor, session: &str) -> Result<bool, StoreError> {
    let rows = doctor.tables.read(|reader| reader.inbox_events(None, ROWS))?.rows;
    let is_it = |event: &InboxEvent| {
        event.provider == STRIPE
            && event.kind == EXPIRED
            && String::from_utf8_lossy(&event.body).contains(&format!("\"{session}\""))
    };
    Ok(rows.iter().any(is_it))
}
