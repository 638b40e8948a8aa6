//! Whether everything around the books is as it must be: the store, the disk, the address that customers use, the mail server, and
//! Stripe from the key to a webhook that went all the way round. `saldo doctor` and the console ask the same.
//!
//! Looking changes nothing, but for the round trip: it opens a checkout page at Stripe that nobody is led to and closes it at once, so that
//! Stripe tells of it; a page that is closed stays in Stripe's list, and its event in our inbox. No secret is ever part of what is found.

mod round_trip;
mod stripe_side;
mod surroundings;

use std::sync::Arc;

use serde::Serialize;
use store::Tables;

use crate::config::Config;
use crate::look::Reader;
use crate::mode::Mode;
use crate::providers::StripeClient;

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it must be.
    Good,
    /// It works; a person should know.
    Warning,
    /// Something will not work.
    Bad,
    /// Not looked at.
    Skipped,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name for scripts, as `stripe.endpoint`.
    pub name: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    text: &'static str,
    values: Vec<(&'static str, String)>,
}

/// Who looks, and where.
pub struct Doctor {
    /// The settings.
    pub config: Config,
    /// The tables.
    pub tables: Arc<Tables>,
    /// Stripe.
    pub stripe: StripeClient,
    /// The mode of the books.
    pub mode: Option<Mode>,
}

/// How far the doctor goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only looks.
    Look,
    /// Has an event go through Stripe and back, too.
    RoundTrip,
}

impl Check {
    fn new(name: &'static str, verdict: Verdict, text: &'static str) -> Check {
        Check { name, verdict, text, values: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Check {
        self.values.push((name, value.to_string()));
        self
    }

    /// What was found, in the reader's words.
    pub fn words(&self, reader: &Reader) -> String {
        reader.with(self.text, self.values.iter().map(|(name, value)| (*name, value.clone())))
    }

    /// The id of what was looked at.
    pub fn label_id(&self) -> &'static str {
        match self.name {
            "store" => "doctor-store",
            "disk" => "doctor-disk",
            "public_url" => "doctor-public-url",
            "mail" => "doctor-mail",
            "stripe.key" => "doctor-stripe-key",
            "stripe.api" => "doctor-stripe-api",
            "stripe.clock" => "doctor-stripe-clock",
            "stripe.endpoint" => "doctor-stripe-endpoint",
            "stripe.version" => "doctor-stripe-version",
            "stripe.events" => "doctor-stripe-events",
            "stripe.deliveries" => "doctor-stripe-deliveries",
            _ => "doctor-stripe-round-trip",
        }
    }
}

impl Doctor {
    /// Everything.
    pub async fn look(&self, reach: Reach) -> Vec<Check> {
        let mut checks = vec![surroundings::store(&self.tables), surroundings::disk(&self.config)];
        let public = surroundings::public_url(&self.config, self.mode).await;
        let is_served = public.verdict != Verdict::Bad;
        checks.push(public);
        checks.push(surroundings::mail(&self.config).await);
        checks.extend(self.look_at_stripe(reach, is_served).await);
        checks
    }

    /// Stripe alone. Without a server that answers at the public URL no event can come round.
    async fn look_at_stripe(&self, reach: Reach, is_served: bool) -> Vec<Check> {
        let (mut checks, may_go_on) = stripe_side::look(self).await;
        let trip = "stripe.round_trip";
        checks.push(match (may_go_on, reach, is_served) {
            (false, ..) => Check::new(trip, Verdict::Skipped, "doctor-trip-skipped"),
            (true, Reach::Look, _) => Check::new(trip, Verdict::Skipped, "doctor-trip-not-asked"),
            (true, Reach::RoundTrip, false) => Check::new(trip, Verdict::Skipped, "doctor-trip-not-served"),
            (true, Reach::RoundTrip, true) => round_trip::go(self).await,
        });
        checks
    }
}
