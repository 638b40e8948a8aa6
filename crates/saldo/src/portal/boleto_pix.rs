//! `/boletos/{id}/pix`: what a boleto collects, paid by Pix instead.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Redirect;
use book::PaidBy;
use money::{BoletoId, Timestamp};
use serde::Deserialize;
use store::tables::boletos::BoletoRow;
use store::tables::pix::PixState;
use store::{Reader as TablesReader, StoreError};

use super::form::Posted;
use super::purchases::pix_panel;
use super::shell::Fault;
use super::signed_in::{SignedIn, local_path};
use crate::app::App;
use crate::look::page::{BoletoPix, BoletoStanding};
use crate::look::part::Place;
use crate::problem::Problem;
use crate::{pix, settlements};

/// On which page a Pix was asked for, if it is not *Faturas*.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    return_to: String,
}

/// `POST /boletos/{id}/pix`
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
    Posted(From { return_to }): Posted<From>,
) -> Result<Redirect, Fault> {
    let id: BoletoId = id.parse().map_err(|_| Problem::not_found("boleto"))?;
    pix::ask_instead_of(&app, signed.customer(), id).await?;
    Ok(Redirect::to(local_path(&return_to).unwrap_or(Place::Invoices.url())))
}

/// The Pix that may be paid instead of a boleto, or the button that asks for one.
pub(super) fn offered(
    app: &App,
    tables: &TablesReader<'_>,
    boleto: &BoletoRow,
    now: Timestamp,
) -> Result<BoletoPix, StoreError> {
    let (Some(_), Some(what)) = (&app.config.pix, pix::replaced(tables, boleto)?) else {
        return Ok(BoletoPix::None);
    };
    let open = pix::newest(tables, what)?;
    let open = open.filter(|pix| pix.state == PixState::Open && pix.expires_at > now);
    Ok(open.map_or(BoletoPix::Offered, |pix| BoletoPix::Open(pix_panel(&pix))))
}

/// How a boleto stands when what it collects was paid in another way; `None` if it was not.
pub(super) fn paid_otherwise(
    tables: &TablesReader<'_>,
    boleto: &BoletoRow,
) -> Result<Option<BoletoStanding>, StoreError> {
    let paid = settlements::paid_otherwise(tables, boleto)?;
    Ok(paid.map(|paid| match PaidBy::from_code(&paid.paid_by) {
        Some(PaidBy::Pix) => BoletoStanding::PaidByPix { at: paid.came_at },
        _ => BoletoStanding::PaidOtherwise { at: paid.came_at },
    }))
}
