//! What staff do with a customer beside what stands on his page: freeze his wallet, see the portal as he does.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use money::{CustomerId, WalletId};
use serde::Deserialize;

use crate::app::App;
use crate::freezing;
use crate::permissions::Permission;
use crate::portal::{Fault, Posted, StaffIn, sign_in::Nothing, viewing};
use crate::problem::Problem;

/// Wallets of a customer that are looked through.
const WALLETS_MAX: u32 = 50;

#[derive(Deserialize)]
pub(super) struct Wanted {
    wallet: String,
    /// `1` freezes, `0` thaws.
    freeze: String,
    #[serde(default)]
    reason: String,
}

/// `POST /console/customers/{id}/freezing`
pub(super) async fn freeze(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(wanted): Posted<Wanted>,
) -> Result<Response, Fault> {
    staff.must(Permission::FreezeWallets)?;
    let id = parse(&id)?;
    let wallet: WalletId = wanted.wallet.parse().map_err(|_| Problem::not_found("wallet"))?;
    let wallets = app.read(move |tables| tables.wallets_of(id, None, WALLETS_MAX)).await?.rows;
    if !wallets.iter().any(|known| known.id == wallet) {
        return Err(Problem::not_found("wallet").into());
    }
    let reason = freezing::reason(&wanted.reason)?;
    let author = staff.visit.author(&staff.who.session);
    freezing::set(&app, author, wallet, wanted.freeze == "1", &reason).await?;
    Ok(Redirect::to(&format!("/console/customers/{id}?saved=1")).into_response())
}

/// `POST /console/customers/{id}/view`
pub(super) async fn view(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ViewAsCustomer)?;
    let (cookie, first_page) = viewing::begin(&app, &staff, parse(&id)?).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(first_page)).into_response())
}

fn parse(id: &str) -> Result<CustomerId, Problem> {
    id.parse().map_err(|_| Problem::not_found("customer"))
}
