//! `/v1/wallets`: balances, never stale.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use book::Act;
use engine::PublishedWallet;
use money::{CustomerId, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::access::{By, CreditRead, CreditWrite};
use super::known_wallets;
use super::once::{self, Answer, Wish};
use super::request::{Body, Id, IdempotencyKey};
use super::wire::{Amount, Balance, List, time};
use crate::freezing;
use crate::problem::Problem;

/// Wallets of a customer that are listed.
const WALLETS_MAX: u32 = 200;

/// A customer's spendable credit in one unit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Wallet {
    /// `wal_…`
    id: String,
    /// Whose, `cus_…`.
    customer: String,
    /// What it counts.
    unit: String,
    /// Whether staff have frozen it: charges, the guard and purchases are refused, use and payments are counted all the same.
    frozen: bool,
    /// What it holds at this moment.
    balance: Balance,
    /// Its open windows.
    windows: Vec<OpenWindow>,
}

/// A meter's open interval: what it has counted is posted when it closes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenWindow {
    /// The meter.
    meter: String,
    /// Its beginning.
    opened_at: String,
    /// Its end.
    closes_at: String,
    /// What it will post as of now.
    pending: Amount,
    /// True if all use inside it is paid by it.
    active: bool,
}

fn wallet(api: &Api, wallet: &PublishedWallet) -> Wallet {
    let sold = api.app.sold();
    let windows = wallet.windows.iter().map(|window| OpenWindow {
        meter: sold.meter_slug(window.meter.0).unwrap_or_default().to_owned(),
        opened_at: time(window.opened_at),
        closes_at: time(window.closes_at),
        pending: money::Amount::new(window.pending, wallet.unit).into(),
        active: window.active,
    });
    Wallet {
        id: wallet.id.to_string(),
        customer: wallet.customer.to_string(),
        unit: wallet.unit.code().to_owned(),
        frozen: wallet.is_frozen,
        balance: Balance::new(wallet.balance, wallet.unit),
        windows: windows.collect(),
    }
}

/// Whether a wallet shall be frozen, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FreezingOfWallet {
    /// True freezes the wallet, false thaws it.
    frozen: bool,
    /// Why, in one line of 1 to 200 characters. It is kept in the audit log.
    reason: String,
}

/// Freeze a wallet, or thaw it. `nothing_changes` if it is so already.
#[utoipa::path(post, path = "/v1/wallets/{id}/freezing", tag = "wallets", request_body = FreezingOfWallet,
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 200, description = "The wallet as it is now.", body = Wallet)))]
pub(super) async fn freeze(
    State(api): State<Arc<Api>>,
    by: By<CreditWrite>,
    key: IdempotencyKey,
    Id(id): Id<WalletId>,
    Body(wanted): Body<FreezingOfWallet>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/wallets/{id}/freezing", key, &(id.to_string(), &wanted))?;
    let reason = freezing::reason(&wanted.reason)?;
    once::decide(&api, &wish, Act::SetFrozen { wallet: id, is_frozen: wanted.frozen }).await?;
    let found = known_wallets::settled(&api.app, id).await?;
    api.app.live.notify(found.customer);
    let noted = (by.author, freezing::change(id, wanted.frozen, &reason));
    wish.answer_noted(&api, StatusCode::OK, &wallet(&api, &found), noted).await
}

/// Read a wallet with its balance as of this moment: all that fell due by now is settled.
#[utoipa::path(get, path = "/v1/wallets/{id}", tag = "wallets", params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 200, description = "The wallet.", body = Wallet)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<CreditRead>,
    Id(id): Id<WalletId>,
) -> Result<Json<Wallet>, Problem> {
    let found = known_wallets::settled(&api.app, id).await?;
    Ok(Json(wallet(&api, &found)))
}

/// List a customer's wallets with their balances as of this moment.
#[utoipa::path(get, path = "/v1/customers/{id}/wallets", tag = "wallets",
    params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "All wallets of the customer, newest first.", body = List<Wallet>)))]
pub(super) async fn of_customer(
    State(api): State<Arc<Api>>,
    _by: By<CreditRead>,
    Id(id): Id<CustomerId>,
) -> Result<Json<List<Wallet>>, Problem> {
    let known = api
        .app
        .read(move |reader| Ok((reader.customer(id)?, reader.wallets_of(id, None, WALLETS_MAX)?.rows)))
        .await?;
    let (Some(_), rows) = known else { return Err(Problem::not_found("customer")) };
    let mut data = Vec::with_capacity(rows.len());
    for row in rows {
        data.push(wallet(&api, &known_wallets::settled(&api.app, row.id).await?));
    }
    Ok(Json(List { data, next_cursor: None }))
}
