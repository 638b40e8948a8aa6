//! What staff do with a customer beside what stands on his page: freeze his wallet, see the portal as he does.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use money::{CustomerId, Unit, WalletId};
use serde::Deserialize;
use store::views::WalletRow;

use crate::app::App;
use crate::freezing;
use crate::look::Reader;
use crate::look::page::{CustomerActs, FreezableWallet};
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
    Ok(Redirect::to(&format!("/console/customers/{id}?frozen={}", wanted.freeze)).into_response())
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

/// What staff may do about a customer; a wallet that is frozen with who did it, when and why.
pub(super) async fn acts(
    app: &Arc<App>,
    staff: &StaffIn,
    wallets: &[WalletRow],
) -> Result<CustomerActs, Problem> {
    let reader = staff.visit.reader();
    let mut seen = Vec::new();
    for row in wallets {
        let is_frozen = freezing::is_frozen(app, row.wallet);
        seen.push(FreezableWallet {
            id: row.wallet.to_string(),
            name: match line_name(app, row).await? {
                Some(line) => reader.t1("wallet-of-line", "line", line),
                None if row.unit == Unit::BYTE => reader.t("wallet-of-data"),
                None => reader.t1("wallet-of-money", "unit", row.unit.code()),
            },
            frozen: if is_frozen { Some(frozen_words(app, reader, row.wallet).await?) } else { None },
        });
    }
    Ok(CustomerActs {
        may_view: staff.may(Permission::ViewAsCustomer),
        may_freeze: staff.may(Permission::FreezeWallets),
        wallets: seen,
    })
}

/// The line whose bytes are in this wallet: its plan and login; `None` if it is of none.
async fn line_name(app: &Arc<App>, wallet: &WalletRow) -> Result<Option<String>, Problem> {
    if wallet.unit != Unit::BYTE {
        return Ok(None);
    }
    let (sold, no) = (app.sold(), wallet.wallet_no);
    let look = move |tables: &store::Reader<'_>| {
        let Some(view) = tables.line_view_by_wallet(no)? else { return Ok(None) };
        let login = tables.line(view.line)?.and_then(|line| line.access_login);
        let plan = sold.plan(view.plan_no).map(|plan| plan.name.clone());
        Ok(Some(plan.into_iter().chain(login).collect::<Vec<_>>().join(" · "))
            .filter(|name| !name.is_empty()))
    };
    app.read(look).await
}

/// By whom, when and why, as the audit log has it.
async fn frozen_words(app: &Arc<App>, reader: &Reader, wallet: WalletId) -> Result<String, Problem> {
    let found = app.read(move |tables| freezing::frozen_by(tables, wallet)).await?;
    let Some((row, name)) = found else { return Ok(reader.t("wallet-is-frozen")) };
    let after = row.after.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let reason = after.and_then(|after| after["reason"].as_str().map(str::to_owned)).unwrap_or_default();
    let values = [("name", name), ("time", reader.date_time(row.at)), ("reason", reason)];
    Ok(reader.with("wallet-frozen-by", values))
}
