//! `/v1/charges`: credit taken at once, one by one or in batches, and given back.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use book::{Act, ChargeTaken, Command, Decision, EntryRef, Record};
use money::{CustomerId, EntryId, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::access::{By, CreditRead, CreditWrite};
use super::known_wallets;
use super::once::{self, Answer, Wish};
use super::problem_json;
use super::request::{Body, Id, IdempotencyKey, id};
use super::wire::{Amount, Balance, time};
use crate::audit::Change;
use crate::clock;
use crate::problem::Problem;

/// Most charges of one batch.
pub(super) const BATCH_LEN_MAX: usize = 1_000;
/// Longest name of a kind of charge, in bytes.
const KIND_BYTES_MAX: usize = 64;
/// Most kinds of charges.
const KINDS_MAX: usize = 10_000;

/// Credit to be taken at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChargeWanted {
    /// From which wallet, `wal_…`. Either this or `customer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wallet: Option<String>,
    /// From which customer's wallet in the amount's unit, `cus_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    /// How much, above zero.
    amount: Amount,
    /// What is charged for: a word of a-z, 0-9, `_`, `-` and `.`, beginning with a letter, at most 64 bytes.
    #[schema(example = "image.render")]
    kind: String,
}

/// Credit that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Charge {
    /// `ent_…`
    id: String,
    /// From which wallet.
    wallet: String,
    /// How much.
    amount: Amount,
    /// What was charged for.
    kind: String,
    /// The wallet right after it.
    balance: Balance,
}

impl Charge {
    fn new(ready: &Ready, entry: EntryRef, balance: book::Balance) -> Charge {
        Charge {
            id: entry.id().to_string(),
            wallet: ready.wallet.to_string(),
            amount: ready.amount.into(),
            kind: ready.kind.clone(),
            balance: Balance::new(balance, ready.amount.unit()),
        }
    }
}

/// A charge whose words have been understood.
struct Ready {
    wallet: WalletId,
    amount: money::Amount,
    kind: String,
    kind_no: u32,
}

impl Ready {
    fn command(&self, key: book::CommandKey) -> Command {
        let act = Act::Charge { wallet: self.wallet, amount: self.amount, kind: self.kind_no };
        Command { key: Some(key), act }
    }
}

async fn ready(api: &Api, wanted: &ChargeWanted) -> Result<Ready, Problem> {
    let amount = wanted.amount.read_positive("amount")?;
    let wallet = match (&wanted.wallet, &wanted.customer) {
        (Some(wallet), None) => id::<WalletId>("wallet", wallet)?,
        (None, Some(customer)) => {
            let customer = id::<CustomerId>("customer", customer)?;
            let found = known_wallets::of_customer(api, customer, amount.unit()).await?;
            found.ok_or_else(|| {
                let detail = format!("There is no such customer with a wallet in {}.", amount.unit());
                Problem::invalid("customer", "wallet_unknown", detail)
            })?
        }
        _ => {
            let detail = "Either wallet or customer must be given.";
            return Err(Problem::invalid("wallet", "wallet_missing", detail));
        }
    };
    let kind_no = kind_no(api, &wanted.kind).await?;
    Ok(Ready { wallet, amount, kind: wanted.kind.clone(), kind_no })
}

/// The number of a kind of charge, given when it is first named.
async fn kind_no(api: &Api, kind: &str) -> Result<u32, Problem> {
    if let Some(no) = api.app.sold().charge_kind(kind) {
        return Ok(no);
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    let starts_well = kind.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if !starts_well || kind.len() > KIND_BYTES_MAX || !kind.bytes().all(plain) {
        let detail = format!(
            "kind must be a word of a-z, 0-9, _, - and . that begins with a letter, at most {KIND_BYTES_MAX} bytes."
        );
        return Err(Problem::invalid("kind", "invalid_kind", detail));
    }
    if api.app.sold().charge_kinds_len() >= KINDS_MAX {
        let detail = format!("There are {KINDS_MAX} kinds of charges already.");
        return Err(Problem::invalid("kind", "too_many_kinds", detail));
    }
    let slug = kind.to_owned();
    let no = api
        .app
        .write(move |tx| match tx.charge_kind_by_slug(&slug)? {
            Some(known) => Ok(known.charge_kind_no),
            None => tx.insert_charge_kind(&slug, clock::now()),
        })
        .await?;
    api.app.reload_sold().await?;
    Ok(no)
}

/// Take credit at once, if it is available.
#[utoipa::path(post, path = "/v1/charges", tag = "charges", request_body = ChargeWanted,
    responses((status = 201, description = "The credit is taken, durably.", body = Charge),
        (status = 402, description = "`insufficient_credit`: less is `available` than `needed`. Nothing was taken.")))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<CreditWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<ChargeWanted>,
) -> Result<(StatusCode, Json<Charge>), Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/charges", key, &wanted)?;
    let ready = ready(&api, &wanted).await?;
    let outcome = api.app.ledger.submit_one(ready.command(wish.command_key(&api.app))).await?;
    let balances = once::balances(&api, vec![outcome]).await?;
    match balances.into_iter().next() {
        Some(Ok((entry, balance))) => Ok((StatusCode::CREATED, Json(Charge::new(&ready, entry, balance)))),
        Some(Err(refusal)) => Err(refusal.into()),
        None => Err(Problem::internal(&anyhow::anyhow!("the ledger answered nothing"))),
    }
}

/// Several charges in one request.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchWanted {
    /// 1 to 1,000 charges, decided in order, each for itself.
    charges: Vec<ChargeWanted>,
}

/// What became of each charge of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchDone {
    /// One outcome per charge, in order.
    data: Vec<ChargeOutcome>,
}

/// What became of one charge: the one that is not null.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChargeOutcome {
    /// Its place in the request, from 0.
    index: usize,
    /// The charge, if the credit was taken.
    charge: Option<Charge>,
    /// Why it was not taken.
    #[schema(value_type = Option<Object>)]
    problem: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Take credit for many things at once. One that is refused leaves the others as they are.
///
/// Repeated with the same key, what was taken is answered again and what was refused is tried again.
#[utoipa::path(post, path = "/v1/charges/batch", tag = "charges", request_body = BatchWanted,
    responses((status = 200, description = "One outcome per charge.", body = BatchDone)))]
pub(super) async fn create_batch(
    State(api): State<Arc<Api>>,
    by: By<CreditWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<BatchWanted>,
) -> Result<Json<BatchDone>, Problem> {
    if wanted.charges.is_empty() || wanted.charges.len() > BATCH_LEN_MAX {
        let detail = format!("charges must have 1 to {BATCH_LEN_MAX} entries.");
        return Err(Problem::invalid("charges", "invalid_batch", detail));
    }
    let wish = Wish::new(by.key.id, "POST /v1/charges/batch", key, &())?;
    let mut understood = Vec::with_capacity(wanted.charges.len());
    let mut commands = Vec::with_capacity(wanted.charges.len());
    for (index, charge) in wanted.charges.iter().enumerate() {
        let ready = match ready(&api, charge).await {
            // What is wrong with one says nothing of the others; what is wrong with us ends it all.
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            ready => ready,
        };
        if let Ok(ready) = &ready {
            let body = serde_json::to_vec(charge).map_err(|e| Problem::internal(&anyhow::Error::new(e)))?;
            commands.push(ready.command(wish.part_key(&api.app, Some(index), &body)));
        }
        understood.push(ready);
    }
    let outcomes = api.app.ledger.submit(commands).await?;
    let mut balances = once::balances(&api, outcomes).await?.into_iter();
    let data = understood.into_iter().enumerate().map(|(index, ready)| {
        let outcome = ready.and_then(|ready| match balances.next() {
            Some(Ok((entry, balance))) => Ok(Charge::new(&ready, entry, balance)),
            Some(Err(refusal)) => Err(refusal.into()),
            None => Err(Problem::internal(&anyhow::anyhow!("the ledger answered too little"))),
        });
        match outcome {
            Ok(charge) => ChargeOutcome { index, charge: Some(charge), problem: None },
            Err(problem) => {
                ChargeOutcome { index, charge: None, problem: Some(problem_json::members(problem)) }
            }
        }
    });
    Ok(Json(BatchDone { data: data.collect() }))
}

/// A charge as the journal has it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChargeRead {
    /// `ent_…`
    id: String,
    /// From which wallet.
    wallet: String,
    /// How much.
    amount: Amount,
    /// What was charged for.
    kind: String,
    /// The wallet right after it.
    balance: Balance,
    /// When, RFC 3339.
    at: String,
}

/// Read a charge.
#[utoipa::path(get, path = "/v1/charges/{id}", tag = "charges", params(("id" = String, Path, description = "`ent_…`")),
    responses((status = 200, description = "The charge.", body = ChargeRead)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<CreditRead>,
    Id(id): Id<EntryId>,
) -> Result<Json<ChargeRead>, Problem> {
    let (entry, decision) = charge_of(&api, id).await?;
    let Decision { at, record: Record::Charged { wallet, kind, amount, balance, .. }, .. } = decision else {
        return Err(Problem::not_found("charge"));
    };
    let wallet = wallet_of(&api, wallet).await?;
    Ok(Json(ChargeRead {
        id: entry.id().to_string(),
        wallet: wallet.wallet.to_string(),
        amount: money::Amount::new(amount, wallet.unit).into(),
        kind: api.app.sold().charge_kind_slug(kind).unwrap_or_default().to_owned(),
        balance: Balance::new(balance, wallet.unit),
        at: time(at),
    }))
}

/// A charge that was given back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reversal {
    /// `ent_…`
    id: String,
    /// The charge, `ent_…`.
    charge: String,
    /// To which wallet.
    wallet: String,
    /// What came back: into the grants that gave it, and against debt.
    amount: Amount,
    /// What would have gone into grants that have expired since, and is lost with them.
    expired: Amount,
    /// The wallet right after it.
    balance: Balance,
    /// When, RFC 3339.
    at: String,
}

/// Give a charge back, whole, into the grants that it was taken from. Once.
#[utoipa::path(post, path = "/v1/charges/{id}/reversal", tag = "charges",
    params(("id" = String, Path, description = "`ent_…`, the charge")),
    responses((status = 201, description = "The credit is back.", body = Reversal),
        (status = 409, description = "`already_reversed`")))]
pub(super) async fn reverse(
    State(api): State<Arc<Api>>,
    by: By<CreditWrite>,
    key: IdempotencyKey,
    Id(id): Id<EntryId>,
) -> Result<Answer, Problem> {
    let (entry, decision) = charge_of(&api, id).await?;
    let Record::Charged { wallet, kind, burns, debt, .. } = decision.record else {
        return Err(Problem::not_found("charge"));
    };
    let wallet = wallet_of(&api, wallet).await?;
    let charge = ChargeTaken { entry, kind, burns: burns.iter().collect(), debt };
    let wish = Wish::new(by.key.id, "POST /v1/charges/{id}/reversal", key, &id.to_string())?;
    let act = Act::Reverse { wallet: wallet.wallet, charge };
    let (entry, decision) = once::decide(&api, &wish, act).await?;
    let Record::Reversed { restored, expired, debt_paid, balance, .. } = decision.record else {
        return Err(Problem::internal(&anyhow::anyhow!("entry {} is no reversal", entry.id())));
    };
    let amount = |value| Amount::from(money::Amount::new(value, wallet.unit));
    let reversal = Reversal {
        id: entry.id().to_string(),
        charge: id.to_string(),
        wallet: wallet.wallet.to_string(),
        amount: amount(restored.total() + debt_paid),
        expired: amount(expired),
        balance: Balance::new(balance, wallet.unit),
        at: time(decision.at),
    };
    let change = Change::new("charge.reverse", id).about(wallet.wallet).after(&reversal)?;
    wish.answer_noted(&api, StatusCode::CREATED, &reversal, (by.author, change)).await
}

async fn charge_of(api: &Api, id: EntryId) -> Result<(EntryRef, Decision), Problem> {
    let ordinal = id.ordinal().filter(|ordinal| *ordinal < EntryRef::BATCH_LEN_MAX);
    let position =
        Some(id.position()).filter(|at| (1..=api.app.ledger.landed().borrow().position).contains(at));
    let (Some(position), Some(ordinal)) = (position, ordinal) else {
        return Err(Problem::not_found("charge"));
    };
    let entry = EntryRef::new(position, ordinal);
    let read = once::decisions(api, vec![entry]).await?;
    let decision = read.into_iter().next().flatten();
    Ok((entry, decision.ok_or_else(|| Problem::not_found("charge"))?))
}

/// The wallet of this number, as the views have it once they have caught up.
async fn wallet_of(api: &Api, no: book::WalletNo) -> Result<store::views::WalletRow, Problem> {
    super::wait_for_views(api).await;
    let found = api.app.read(move |reader| reader.wallet_view_by_no(no.0)).await?;
    found.ok_or_else(|| Problem::internal(&anyhow::anyhow!("wallet number {} is not in the views", no.0)))
}
