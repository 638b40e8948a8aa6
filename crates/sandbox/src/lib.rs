//! Others to play with: Stripe ([`Sandbox`]: its HTTP API for what Saldo uses, its hosted checkout page, its signed webhooks), a
//! provider's router ([`router`]), and the bank that collects its boletos ([`bank`]).
//!
//! The first stands where Stripe stands, speaks the same words, and obeys the same rules of saving cards, so that the demo and
//! the tests run the very code that runs in production. It accepts Stripe's public test cards only. Trouble on demand (late,
//! doubled, held, lost webhooks) is switched through [`Faults`]; what banks and payers do after a payment is done by [`Act`].

// The objects of Stripe are long.
#![recursion_limit = "256"]

mod acts;
mod api;
mod balance;
pub mod bank;
mod conversion;
mod customers;
mod disputes;
mod faults;
mod ids;
mod later;
mod objects;
mod page;
mod payment;
mod payments;
mod provider;
mod refunds;
pub mod router;
mod stand_in;
mod state;
mod test_cards;
mod webhooks;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use acts::{Act, ActRefused, DisputeEnding, Settlement};
pub use faults::{FaultSettings, Faults, OffSessionDecline};
pub use provider::{Clock, WebhookEndpoint};

use provider::Provider;

/// Largest form that is read, in bytes.
const FORM_BYTES_MAX: usize = 256 * 1_024;
/// How long open requests may take to end when the sandbox stops.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How a sandbox is set up.
pub struct SandboxConfig {
    /// Where it listens.
    pub listener: TcpListener,
    /// The address by which browsers reach it, without a slash at the end.
    pub public_url: String,
    /// The one key that may call its API, `sk_test_…`.
    pub secret_key: String,
    /// Where events are sent; none keeps them to be listed only.
    pub webhook: Option<WebhookEndpoint>,
    /// The file in which everything is kept; none keeps it in memory.
    pub state: Option<PathBuf>,
    /// Tells the time: [`real_time`], unless a test says otherwise.
    pub clock: Clock,
}

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its state could not be opened, or belongs to another version.
    #[error("the sandbox's state could not be opened")]
    State(#[from] rusqlite::Error),
    /// The client that sends webhooks could not be made.
    #[error("the sandbox's HTTP client could not be made")]
    Client(#[from] reqwest::Error),
}

/// A running sandbox. Dropping it stops it without patience; [`Sandbox::stop`] lets open requests end.
pub struct Sandbox {
    url: String,
    faults: Faults,
    provider: Arc<Provider>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// The system's clock.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the sandbox's one clock; it stands for a foreign machine's"
)]
pub fn real_time() -> Clock {
    Arc::new(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    })
}

impl Sandbox {
    /// Starts to listen and to deliver.
    ///
    /// # Errors
    /// The state cannot be opened, or the system gives no HTTP client.
    pub async fn start(config: SandboxConfig) -> Result<Self, StartError> {
        let faults = Faults::default();
        let url = config.public_url.trim_end_matches('/').to_owned();
        let open = move || state::open(config.state.as_deref());
        let connection =
            tokio::task::spawn_blocking(open).await.unwrap_or(Err(rusqlite::Error::InvalidQuery))?;
        let provider = Arc::new(Provider {
            connection: Mutex::new(connection),
            clock: config.clock,
            faults: faults.clone(),
            public_url: url.clone(),
            secret_key: config.secret_key,
            webhook: config.webhook,
        });
        // An endpoint must answer itself; Stripe follows no redirect either.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let (stop, stopped) = watch::channel(false);
        let deliver = tokio::spawn(webhooks::deliver(Arc::clone(&provider), client, stopped.clone()));
        let serve = tokio::spawn(serve(config.listener, router(Arc::clone(&provider)), stopped));
        Ok(Self { url, faults, provider, stop, tasks: vec![serve, deliver] })
    }

    /// Its address: the API is under `/v1`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The switches of its faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Stops listening and delivering, and waits until open requests have ended or lost their time.
    pub async fn stop(mut self) {
        // Nobody listening any more is as good as stopped.
        let _ = self.stop.send(true);
        for task in &mut self.tasks {
            if tokio::time::timeout(STOP_PATIENCE, &mut *task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// What it serves, as it is registered: to be read off, not to be served.
#[must_use]
pub fn doors() -> impl fmt::Debug {
    registered()
}

fn router(provider: Arc<Provider>) -> Router {
    registered().layer(DefaultBodyLimit::max(FORM_BYTES_MAX)).with_state(provider)
}

fn registered() -> Router<Arc<Provider>> {
    Router::new()
        .route("/v1/{*path}", any(api::answer))
        .route("/pay/{session}", get(page::show).post(page::pay))
        .route("/pay/{session}/cancellation", post(page::leave))
        .route("/pay/{session}/removal", post(page::remove_card))
        .route("/pay/{session}/authentication", get(page::show_authentication).post(page::authenticate))
        .route("/pay/{session}/voucher", get(page::voucher::show))
        .route("/pay/{session}/settlement", post(page::voucher::settle))
        .route("/assets/checkout.css", get(page::style))
        .merge(payments::routes())
}

async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let stopped = async move {
        // An error means that the sandbox itself is gone.
        let _ = stop.wait_for(|stopped| *stopped).await;
    };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the sandbox stopped listening");
    }
}
