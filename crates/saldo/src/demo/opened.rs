//! Which pages of the portal the sample customers have opened: the one thing of the stories that leaves no trace in their books. It is
//! kept among the settings, so that the checklist is the same after a restart.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::pages::Stage;
use super::provider::Subscriber;
use crate::app::App;
use crate::clock;
use crate::look::part::Place;
use crate::portal::Visit;
use crate::problem::Problem;

const SETTING: &str = "demo.opened";
/// What a page asks for when its check panel is opened.
pub(super) const CHECK_URL: &str = "/demo/check-opened";

/// The pages that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pages {
    /// Billing, by the sample customer.
    pub(super) billing: bool,
    /// Recharge, by him.
    pub(super) recharge: bool,
    /// *Compra de Crédito*, by a subscriber with nothing left.
    pub(super) at_zero: bool,
    /// The same by one whose line is blocked.
    pub(super) blocked: bool,
    /// The same by one with something left.
    pub(super) positive: bool,
    /// The same with a pack chosen.
    pub(super) chosen: bool,
    /// The check panel.
    pub(super) check: bool,
    /// *Faturas*.
    pub(super) invoices: bool,
}

/// The pages that were opened, as they are known now.
#[derive(Debug, Default)]
pub(super) struct Opened(Mutex<Pages>);

impl Opened {
    /// What an earlier start has written down.
    pub(super) async fn read(app: &Arc<App>) -> Result<Opened, Problem> {
        let text = app.read(|reader| reader.setting(SETTING)).await?;
        let pages = text.map(|text| serde_json::from_str(&text)).transpose();
        let pages = pages.map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
        Ok(Opened(Mutex::new(pages.unwrap_or_default())))
    }

    pub(super) fn pages(&self) -> Pages {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is new when `note` is true as well, or nothing.
    fn note(&self, note: impl FnOnce(&mut Pages)) -> Option<Pages> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *pages;
        note(&mut pages);
        (*pages != before).then_some(*pages)
    }
}

/// Stands around every page and notes which of them the sample customers were shown.
pub(super) async fn watch(
    State((app, stage)): State<(Arc<App>, Arc<Stage>)>,
    request: Request,
    next: Next,
) -> Response {
    let is_looking = request.method() == Method::GET;
    let uri = request.uri().clone();
    let response = next.run(request).await;
    if !is_looking || response.status() != StatusCode::OK {
        return response;
    }
    let visitor = response.extensions().get::<Visit>().and_then(Visit::customer);
    let Some(visitor) = visitor.map(|visitor| visitor.customer.id) else { return response };
    let news = if visitor == stage.customer {
        stage.opened.note(|pages| note_customer(pages, uri.path()))
    } else {
        let subscriber = stage.subscribers.iter().find(|subscriber| subscriber.customer == visitor);
        subscriber.and_then(|it| stage.opened.note(|pages| note_subscriber(pages, &app, it, &uri)))
    };
    if let Some(pages) = news {
        keep(&app, &stage, pages).await;
    }
    response
}

fn note_customer(pages: &mut Pages, path: &str) {
    pages.billing |= path == Place::Billing.url();
    pages.recharge |= path == Place::Recharge.url();
}

fn note_subscriber(pages: &mut Pages, app: &App, subscriber: &Subscriber, uri: &Uri) {
    pages.invoices |= uri.path() == Place::Invoices.url();
    pages.check |= uri.path() == CHECK_URL;
    if uri.path() != Place::BuyCredit.url() {
        return;
    }
    let has = |name: &str| {
        let fields = uri.query().unwrap_or_default().split('&');
        fields.filter_map(|field| field.split_once('=')).any(|(key, value)| key == name && !value.is_empty())
    };
    pages.check |= has("check");
    if subscriber.is_blocked() {
        pages.blocked = true;
        return;
    }
    let left = app.ledger.wallet(subscriber.wallet).map_or(0, |wallet| wallet.balance.available());
    pages.positive |= left > 0;
    pages.at_zero |= left <= 0;
    pages.chosen |= left <= 0 && has("credit");
}

/// `GET` [`CHECK_URL`]: the page tells that its check panel was opened, which it does by itself.
pub(super) async fn check_opened() -> StatusCode {
    StatusCode::OK
}

async fn keep(app: &Arc<App>, stage: &Stage, pages: Pages) {
    // Truths alone: this cannot fail.
    let text = serde_json::to_string(&pages).unwrap_or_default();
    if let Err(problem) = app.write(move |tx| tx.put_setting(SETTING, &text, clock::now())).await {
        tracing::warn!(code = problem.code, "which pages were opened was not written down");
    }
    app.live.notify(stage.customer);
}
