//! Which pages of the portal the sample customer has opened: the one thing of the story that leaves no trace in his books. It is
//! kept among the settings, so that the checklist is the same after a restart.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::pages::Stage;
use crate::app::App;
use crate::clock;
use crate::look::part::Place;
use crate::portal::Visit;
use crate::problem::Problem;

const SETTING: &str = "demo.opened";

/// The pages that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pages {
    pub(super) billing: bool,
    pub(super) recharge: bool,
}

/// The pages he has opened, as they are known now.
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

    /// What is new with `place`, or nothing.
    fn note(&self, place: Place) -> Option<Pages> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *pages;
        pages.billing |= place == Place::Billing;
        pages.recharge |= place == Place::Recharge;
        (*pages != before).then_some(*pages)
    }
}

/// Stands around every page and notes which of them the sample customer was shown.
pub(super) async fn watch(
    State((app, stage)): State<(Arc<App>, Arc<Stage>)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let place = [Place::Billing, Place::Recharge].into_iter().find(|place| place.url() == path);
    let place = place.filter(|_| request.method() == Method::GET);
    let response = next.run(request).await;
    let visitor = response.extensions().get::<Visit>().and_then(Visit::customer);
    let is_his = visitor.is_some_and(|visitor| visitor.customer.id == stage.customer);
    if let Some(place) = place
        && is_his
        && response.status() == StatusCode::OK
        && let Some(pages) = stage.opened.note(place)
    {
        keep(&app, &stage, pages).await;
    }
    response
}

async fn keep(app: &Arc<App>, stage: &Stage, pages: Pages) {
    // Two truths: this cannot fail.
    let text = serde_json::to_string(&pages).unwrap_or_default();
    if let Err(problem) = app.write(move |tx| tx.put_setting(SETTING, &text, clock::now())).await {
        tracing::warn!(code = problem.code, "which pages were opened was not written down");
    }
    app.live.notify(stage.customer);
}
