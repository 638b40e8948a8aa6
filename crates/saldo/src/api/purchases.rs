//! `/v1/lines/{id}/purchases` and `/v1/purchases`: packs bought for lines.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use book::{Buying, PackNo};
use money::{LineId, PackId, PurchaseId, Timestamp};
use serde::{Deserialize, Serialize};
use store::tables::boletos::BoletoRow;
use store::tables::lines::PackRow;
use store::tables::pix::PixCharge;
use store::tables::topups::TopupState;
use store::views::PurchaseState;
use store::{Reader, StoreError};
use utoipa::ToSchema;

use super::access::{By, LinesRead, LinesWrite};
use super::lines::find as find_line;
use super::once::{Answer, Wish};
use super::packs::Charging;
use super::request::{Asked, Body, Id, IdempotencyKey, Paging, cursor, id, page_rows};
use super::wire::{Amount, List, time, time_if};
use super::{Api, wait_for_views};
use crate::app::App;
use crate::audit::Change;
use crate::documents;
use crate::lines::{self, SHOW_PATIENCE};
use crate::look;
use crate::problem::Problem;
use crate::purchases::{self, Waiting};
use crate::runtime::{Subscription, Watcher};
use crate::sold::Sold;
use crate::taken_data;
use crate::topups;

/// A pack bought for a line.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Purchase {
    /// `pur_…`
    id: String,
    /// For which line, `line_…`.
    line: String,
    /// Which pack, `pack_…`.
    pack: Option<String>,
    /// How it is charged: `boleto`, `next_invoice`, `card` or `pix`.
    charging: String,
    /// Bytes.
    quantity: Amount,
    /// What it costs.
    price: Amount,
    /// `awaiting` its payment, `released` and to be paid, `paid`, `dropped`, or `written_off`.
    state: String,
    /// When it was bought, RFC 3339.
    bought_at: String,
    /// When its credit was released.
    released_at: Option<String>,
    /// When the router confirmed the line's speed after that.
    restored_at: Option<String>,
    /// When it was paid.
    paid_at: Option<String>,
    /// How it was paid: `boleto`, `pix`, `card` or `hand`.
    paid_by: Option<String>,
    /// The boleto that collects it. Should it not be in the answer to the purchase, it is written moments later.
    boleto: Option<BoletoOfPurchase>,
    /// Whether its boleto was written off and it is owed all the same.
    still_owed: bool,
    /// The Pix that collects it. Should it not be in the answer to the purchase, it is there moments later.
    pix: Option<PixOfPurchase>,
    /// Where it is paid by card.
    checkout_url: Option<String>,
    /// Bytes of it that are taken back: its payment by card was refunded, or is disputed.
    taken_back: Amount,
}

/// The boleto of a purchase.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BoletoOfPurchase {
    /// `bol_…`
    id: String,
    /// 47 digits with dots and blanks, as people type them.
    linha_digitavel: String,
    /// The due day.
    due_on: String,
}

impl From<BoletoRow> for BoletoOfPurchase {
    fn from(row: BoletoRow) -> BoletoOfPurchase {
        BoletoOfPurchase { id: row.id.to_string(), linha_digitavel: row.linha_digitavel, due_on: row.due_on }
    }
}

/// The Pix of a purchase.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PixOfPurchase {
    /// *Copia e cola*: the text of its QR code.
    br_code: String,
    /// `open`, `paid`, `expired` or `cancelled`.
    state: String,
    /// Until when it is offered.
    expires_at: String,
}

impl From<PixCharge> for PixOfPurchase {
    fn from(row: PixCharge) -> PixOfPurchase {
        PixOfPurchase {
            br_code: row.br_code,
            state: row.state.word().to_owned(),
            expires_at: time(row.expires_at),
        }
    }
}

impl Purchase {
    fn read(
        reader: &Reader<'_>,
        sold: &Sold,
        Waiting { row, line }: &Waiting,
    ) -> Result<Purchase, StoreError> {
        let page = reader.topups_of_purchase(row.purchase, 1)?.pop();
        let page = page.filter(|page| page.state == TopupState::Open);
        let boleto = reader.boleto_of_purchase(row.purchase)?;
        let still_owed = match &boleto {
            Some(boleto) => documents::is_still_owed(reader, boleto)?,
            None => false,
        };
        Ok(Purchase {
            id: row.purchase.to_string(),
            line: line.id.to_string(),
            pack: sold.pack(row.pack_no).map(|pack| pack.id.to_string()),
            charging: row.charging.clone(),
            quantity: Amount::of_bytes(row.quantity),
            price: row.price.into(),
            state: row.state.word().to_owned(),
            bought_at: time(row.bought_at),
            released_at: time_if(row.released_at),
            restored_at: time_if(row.restored_at),
            paid_at: time_if(row.paid_at),
            paid_by: row.paid_by.clone(),
            boleto: boleto.map(BoletoOfPurchase::from),
            still_owed,
            pix: reader.pix_of_purchase(row.purchase)?.map(PixOfPurchase::from),
            checkout_url: page.and_then(|page| page.checkout_url),
            taken_back: Amount::of_bytes(taken_data::taken_of(reader, row.purchase)?),
        })
    }

    /// The purchase as it stands now, and its line.
    async fn present(api: &Arc<Api>, purchase: PurchaseId) -> Result<(Purchase, Waiting), Problem> {
        wait_for_views(api).await;
        let sold = api.app.sold();
        let look = move |reader: &Reader<'_>| {
            let Some(found) = purchases::find(reader, purchase)? else { return Ok(None) };
            Ok(Some((Purchase::read(reader, &sold, &found)?, found)))
        };
        api.app.read(look).await?.ok_or_else(|| Problem::not_found("purchase"))
    }
}

/// A pack to be bought.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PurchaseWanted {
    /// Which, `pack_…`.
    pack: String,
    /// How it is to be charged.
    charging: Charging,
    /// The line's `sequence` as the buyer saw it: with an older one, somebody has bought since (`already_bought`).
    sequence: u32,
    /// The price that the buyer saw, if it is to be compared: with another one nothing is bought (`pack_changed`).
    price: Option<Amount>,
}

/// Buy a pack for a line: checked and released, or left waiting for its payment, in one decision. The same pack under the same `sequence`
/// is the same purchase, whoever asks for it.
#[utoipa::path(post, path = "/v1/lines/{id}/purchases", tag = "purchases", request_body = PurchaseWanted,
    params(("id" = String, Path, description = "`line_…`")),
    responses((status = 201, description = "It is bought, durably.", body = Purchase),
        (status = 409, description = "`checkout_over`: this very purchase was dropped before; what is bought now has the line's next `sequence`."),
        (status = 502, description = "`payment_provider_unavailable`: there is no payment page, nothing was charged, and the purchase is dropped."),
        (status = 503, description = "`purchase_not_known_yet`: it is bought and cannot be shown yet; ask again under the same `Idempotency-Key`.")))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<LinesWrite>,
    key: IdempotencyKey,
    Id(line): Id<LineId>,
    Body(wanted): Body<PurchaseWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/lines/{id}/purchases", key, &(line.to_string(), &wanted))?;
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let entry = find_line(&api, line).await?;
    let pack = pack(&api, &wanted.pack)?;
    let price = wanted.price.as_ref().map_or(Ok(pack.price), |price| price.read("price"))?;
    if price.unit() != pack.price.unit() {
        let detail = format!("price must be in {}, as the pack's is.", pack.price.unit());
        return Err(Problem::invalid("price", "unit_mismatch", detail));
    }
    let (purchase, grant) = lines::purchase_names(&api.app, line, wanted.sequence);
    let buying = Buying {
        purchase,
        grant,
        pack: PackNo(pack.pack_no),
        quantity: pack.quantity,
        price,
        charging: wanted.charging.into(),
        sequence: wanted.sequence,
    };
    let news = api.app.live.subscribe(Watcher::Others, &[entry.customer]);
    let decided = lines::buy(&api.app, entry.wallet, buying).await.map_err(named)?;
    purchases::wait_until_shown(&api.app, decided.position()).await?;
    api.app.live.notify(entry.customer);
    match wanted.charging {
        Charging::Card => open_page(&api.app, purchase).await?,
        Charging::Boleto | Charging::Pix => wait_for_document(&api.app, purchase, news).await?,
        Charging::NextInvoice => {}
    }
    let (made, _) = Purchase::present(&api, purchase).await?;
    let change = Change::new("purchase.create", purchase).about(line).after(&(line.to_string(), &wanted))?;
    wish.answer_noted(&api, StatusCode::CREATED, &made, (by.author, change)).await
}

fn pack(api: &Api, text: &str) -> Result<PackRow, Problem> {
    let pack: PackId = id("pack", text)?;
    let sold = api.app.sold();
    let found = sold.packs().find(|known| known.id == pack).cloned();
    found.ok_or_else(|| Problem::invalid("pack", "pack_unknown", "pack: there is no such pack."))
}

/// The same refusal with the field that it is about.
fn named(problem: Problem) -> Problem {
    let field = match problem.code {
        "already_bought" => "sequence",
        "pack_unknown" | "pack_too_small" | "pack_limit" => "pack",
        "pack_changed" => "price",
        "charging_not_offered" => "charging",
        _ => return problem,
    };
    Problem { field: Some(field.to_owned()), ..problem }
}

/// Waits until the boleto or the Pix that collects a purchase is written, so that the answer holds it; not for long.
async fn wait_for_document(
    app: &Arc<App>,
    purchase: PurchaseId,
    mut news: Option<Subscription>,
) -> Result<(), Problem> {
    let is_there = move |reader: &Reader<'_>| {
        Ok(reader.pix_of_purchase(purchase)?.is_some() || reader.boleto_of_purchase(purchase)?.is_some())
    };
    let looking = async {
        while !app.read(is_there).await? {
            match &mut news {
                Some(news) => news.changed().await,
                None => break,
            }
        }
        Ok(())
    };
    tokio::time::timeout(SHOW_PATIENCE, looking).await.unwrap_or(Ok(()))
}

/// Opens the page on which a purchase is paid by card, in the customer's language, or goes on with it. One that was paid meanwhile needs
/// none; one that was dropped gets none any more.
async fn open_page(app: &Arc<App>, purchase: PurchaseId) -> Result<(), Problem> {
    let look = move |reader: &Reader<'_>| {
        let Some(found) = purchases::find(reader, purchase)? else { return Ok(None) };
        Ok(reader.customer(found.line.customer)?.map(|customer| (found, customer.locale)))
    };
    let (found, tag) = app.read(look).await?.ok_or_else(|| Problem::not_found("purchase"))?;
    if matches!(found.row.state, PurchaseState::Released | PurchaseState::Paid | PurchaseState::WrittenOff) {
        return Ok(());
    }
    let brand = &app.config.brand;
    let locale = look::Locale::from_tag(&tag).unwrap_or(look::Locale::PtBr);
    let reader = look::Reader::new(locale, brand.time_zone.clone()).counting_in(brand.data_unit);
    let product = reader.t1("data-credit", "quantity", reader.volume(found.row.quantity));
    match topups::begin_for(app, &found, product, Some(locale.tag())).await {
        // It is closed, and what came of it is being written down.
        Err(problem) if problem.code == topups::CHECKOUT_OVER && found.may_be_given_up() => Ok(()),
        begun => begun.map(|_| ()),
    }
}

/// List a line's purchases, newest first.
#[utoipa::path(get, path = "/v1/lines/{id}/purchases", tag = "purchases",
    params(("id" = String, Path, description = "`line_…`"), Paging),
    responses((status = 200, description = "A page of purchases.", body = List<Purchase>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<LinesRead>,
    Id(line): Id<LineId>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<Purchase>>, Problem> {
    let rows = page_rows(paging.limit)?;
    let before = cursor(paging.cursor.as_deref(), |text| {
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
    })?;
    let line = find_line(&api, line).await?;
    wait_for_views(&api).await;
    let sold = api.app.sold();
    let look = move |reader: &Reader<'_>| {
        let Some(view) = reader.line_view(line.id)? else {
            return Ok(List { data: Vec::new(), next_cursor: None });
        };
        let page = reader.purchases_before(view.wallet_no, before, rows)?;
        let read = |row| Purchase::read(reader, &sold, &Waiting { row, line: line.clone() });
        let next_cursor = page.next.map(|(at, id)| format!("{}.{id}", at.as_micros()));
        Ok(List { data: page.rows.into_iter().map(read).collect::<Result<_, _>>()?, next_cursor })
    };
    Ok(Json(api.app.read(look).await?))
}

/// Read a purchase.
#[utoipa::path(get, path = "/v1/purchases/{id}", tag = "purchases", params(("id" = String, Path, description = "`pur_…`")),
    responses((status = 200, description = "The purchase.", body = Purchase)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<LinesRead>,
    Id(id): Id<PurchaseId>,
) -> Result<Json<Purchase>, Problem> {
    Ok(Json(Purchase::present(&api, id).await?.0))
}

/// Give up a purchase that waits for its payment by card, Pix or boleto, which is withdrawn from the bank. One that was paid meanwhile stays; the
/// answer says how it stands.
#[utoipa::path(post, path = "/v1/purchases/{id}/cancellation", tag = "purchases",
    params(("id" = String, Path, description = "`pur_…`")),
    responses((status = 200, description = "The purchase as it stands now.", body = Purchase),
        (status = 409, description = "`purchase_not_awaiting`: it does not wait for a payment by card, Pix or boleto."),
        (status = 503, description = "`boleto_not_written_yet`: its boleto is being written; nothing was changed.")))]
pub(super) async fn cancel(
    State(api): State<Arc<Api>>,
    by: By<LinesWrite>,
    key: IdempotencyKey,
    Id(id): Id<PurchaseId>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/purchases/{id}/cancellation", key, &id.to_string())?;
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let (_, waiting) = Purchase::present(&api, id).await?;
    purchases::give_up(&api.app, by.author.clone(), waiting.line.customer, id).await?;
    let (purchase, _) = Purchase::present(&api, id).await?;
    let change = Change::new("purchase.cancel", id).after(&purchase.state)?;
    wish.answer_noted(&api, StatusCode::OK, &purchase, (by.author, change)).await
}
