//! `/v1/lines`: plans in service, with where their balances come from.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use brazil::document::TaxId;
use money::{CustomerId, LineId, PlanId};
use serde::{Deserialize, Serialize};
use store::tables::lines::LineEntry;
use store::views::{CycleRow, LineRow};
use store::{Page, Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::access::{By, LinesRead, LinesWrite};
use super::once::{Answer, Wish};
use super::request::{Asked, Body, Id, IdempotencyKey, cursor, id, page_rows};
use super::wire::{Amount, List, time, time_if};
use super::{Api, wait_for_views};
use crate::app::App;
use crate::billing::{self, WhyBlocked};
use crate::lines::{self, NewLine, PreparedLine};
use crate::problem::Problem;
use crate::sold::Sold;
use crate::{clock, intents};

/// What is said of a line that the ledger has not opened yet.
const OPENING: &str = "opening";

/// A plan in service for a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Line {
    /// `line_…`
    id: String,
    /// Whose, `cus_…`.
    customer: String,
    /// The wallet that its bytes are in, `wal_…`.
    wallet: String,
    /// The plan, `plan_…`; null while it is `opening`.
    plan: Option<String>,
    /// `enabled`, `blocked` or `cancelled`; `opening` for the moment until the ledger has it.
    status: String,
    /// Why it is blocked, since when and by whom; null while it is not.
    blocked: Option<Blocked>,
    /// The day of the month on which its cycles begin; null while it is `opening`.
    anchor_day: Option<u8>,
    /// How it authenticates at a router.
    access_login: Option<String>,
    /// Its purchase number: how many purchases there were. A purchase must name it, so that it is made once.
    sequence: u32,
    /// The cycle that runs and where its balance comes from; null while the line is `opening`.
    cycle: Option<Cycle>,
    /// Since when its router has it slowed, walled or blocked; null while it has its speed.
    restricted_since: Option<String>,
    /// When its router last gave it its speed back.
    restored_at: Option<String>,
    /// When it was made, RFC 3339.
    created_at: String,
}

/// Why a line is blocked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Blocked {
    /// `overdue`: what is unpaid blocked it. `by_hand`: somebody did. `unknown`: nothing tells.
    why: String,
    /// Since when, RFC 3339; null if nothing tells.
    since: Option<String>,
    /// Who blocked it by hand: `stf_…`, `key_…`, or a word such as `operator`.
    by: Option<String>,
    /// What whoever blocked it by hand said why; null if he said nothing.
    reason: Option<String>,
    /// What is overdue, the oldest first; empty if it was paid a moment ago.
    overdue: Vec<Overdue>,
}

/// A boleto that blocks a line.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Overdue {
    /// The boleto, `bol_…`.
    boleto: String,
    /// The invoice that it collects, `inv_…`; null if it is of a purchase.
    invoice: Option<String>,
    /// When it was due, as `2026-11-26`.
    due_on: String,
}

impl Blocked {
    fn new(known: billing::Blocked) -> Blocked {
        let since = time_if(known.since);
        let (why, by, reason, overdue) = match known.why {
            WhyBlocked::Overdue(overdue) => ("overdue", None, None, overdue),
            WhyBlocked::ByHand { by, reason } => ("by_hand", Some(by.id), reason, Vec::new()),
            WhyBlocked::Unknown => ("unknown", None, None, Vec::new()),
        };
        let overdue = overdue.iter().map(|it| Overdue {
            boleto: it.boleto.to_string(),
            invoice: it.invoice.map(|(id, _)| id.to_string()),
            due_on: it.due_on.to_string(),
        });
        Blocked { why: why.to_owned(), since, by, reason, overdue: overdue.collect() }
    }
}

/// A cycle: `balance` = `carried` + `allowance` + `bought` + `outside` − `total` + `adjustments`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Cycle {
    /// Its number on the line, from 1.
    number: u32,
    /// Its first instant.
    starts_at: String,
    /// The first instant after it.
    ends_at: String,
    /// What was there when it began; below zero: debt.
    carried: Amount,
    /// The plan's allowance, *franquia*.
    allowance: Amount,
    /// Packs released in it.
    bought: Amount,
    /// How many packs.
    released: u32,
    /// What was used and lowers no balance, *fora da franquia*.
    outside: Amount,
    /// All that was used.
    total: Amount,
    /// Expiry and corrections, signed.
    adjustments: Amount,
    /// What is left; below zero: used beyond it.
    balance: Amount,
}

impl Cycle {
    fn new(row: &CycleRow) -> Cycle {
        Cycle {
            number: row.cycle_no,
            starts_at: time(row.starts_at),
            ends_at: time(row.ends_at),
            carried: Amount::of_bytes(row.carried),
            allowance: Amount::of_bytes(row.allowance),
            bought: Amount::of_bytes(row.bought),
            released: u32::try_from(row.released).unwrap_or(u32::MAX),
            outside: Amount::of_bytes(row.outside),
            total: Amount::of_bytes(row.total),
            adjustments: Amount::of_bytes(row.adjustments),
            balance: Amount::of_bytes(row.balance()),
        }
    }
}

impl Line {
    /// The line as the views have it; `None` of them while the ledger has not opened it.
    fn new(entry: &LineEntry, view: Option<(&LineRow, &CycleRow)>, sold: &Sold) -> Line {
        let row = view.map(|(row, _)| row);
        let plan = row.and_then(|row| sold.plan(row.plan_no)).map(|plan| plan.id.to_string());
        Line {
            id: entry.id.to_string(),
            customer: entry.customer.to_string(),
            wallet: entry.wallet.to_string(),
            plan,
            status: row.map_or_else(|| OPENING.to_owned(), |row| row.status.clone()),
            blocked: None,
            anchor_day: row.map(|row| row.anchor_day),
            access_login: entry.access_login.clone(),
            sequence: row.map_or(0, |row| row.sequence),
            cycle: view.map(|(_, cycle)| Cycle::new(cycle)),
            restricted_since: time_if(row.and_then(|row| row.restricted_since)),
            restored_at: time_if(row.and_then(|row| row.restored_at)),
            created_at: time(entry.created_at),
        }
    }

    /// The line as the tables have it.
    pub(super) fn read(app: &App, reader: &Reader<'_>, entry: &LineEntry) -> Result<Line, StoreError> {
        let sold = app.sold();
        let Some(row) = reader.line_view(entry.id)? else { return Ok(Line::new(entry, None, &sold)) };
        let cycle = reader.cycles(row.wallet_no, None, 1)?.rows.into_iter().next();
        let blocked = billing::why_blocked_now(app, reader, entry, &row.status)?.map(Blocked::new);
        Ok(Line { blocked, ..Line::new(entry, cycle.as_ref().map(|cycle| (&row, cycle)), &sold) })
    }

    /// The line as it stands now, with all that fell due by now.
    pub(super) async fn present(api: &Arc<Api>, entry: LineEntry) -> Result<Line, Problem> {
        api.app.ledger.settled_wallet(entry.wallet).await?;
        wait_for_views(api).await;
        let app = Arc::clone(&api.app);
        api.app.read(move |reader| Line::read(&app, reader, &entry)).await
    }
}

/// The line of this name: 404 if there is none.
pub(super) async fn find(api: &Api, line: LineId) -> Result<LineEntry, Problem> {
    let entry = api.app.read(move |reader| reader.line(line)).await?;
    entry.ok_or_else(|| Problem::not_found("line"))
}

/// The number of the plan of this name; 422 that names `plan` if there is none.
pub(super) fn plan_no(api: &Api, text: &str) -> Result<u32, Problem> {
    let plan: PlanId = id("plan", text)?;
    let sold = api.app.sold();
    let found = sold.plans().find(|known| known.id == plan).map(|known| known.plan_no);
    found.ok_or_else(|| Problem::invalid("plan", "plan_unknown", "plan: there is no such plan."))
}

/// A plan to be put in service.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LineWanted {
    /// For whom, `cus_…`: a subscriber, to whom documents can be written.
    customer: String,
    /// The plan, `plan_…`.
    plan: String,
    /// The day of the month on which its cycles begin, 1 to 31; in a shorter month its last day.
    anchor_day: u8,
    /// How it authenticates at a router, 1 to 253 bytes without blanks; unique.
    access_login: Option<String>,
}

/// Put a plan in service. The answer shows the line as `opening`; its cycle is there when it is read next.
#[utoipa::path(post, path = "/v1/lines", tag = "lines", request_body = LineWanted,
    responses((status = 201, description = "The line is made.", body = Line)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<LinesWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<LineWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/lines", key, &wanted)?;
    let new = NewLine {
        customer: id("customer", &wanted.customer)?,
        plan_no: plan_no(&api, &wanted.plan)?,
        anchor_day: wanted.anchor_day,
        access_login: wanted.access_login,
    };
    if !(1..=31).contains(&new.anchor_day) {
        return Err(Problem::invalid("anchor_day", "anchor_day", "anchor_day must be from 1 to 31."));
    }
    lines::check_new(&api.app, &new)?;
    let prepared = PreparedLine::new(new.clone(), (0, 0), clock::now());
    let (row, sold) = (prepared.clone(), api.app.sold());
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            if tx.customer(new.customer)?.is_none() {
                let detail = "customer: there is no such customer.";
                return Err(Problem::invalid("customer", "customer_unknown", detail));
            }
            if tx.payer(new.customer)?.is_none() {
                let detail = "customer has no document and address: make it with POST /v1/subscribers.";
                return Err(Problem::invalid("customer", "customer_no_subscriber", detail));
            }
            row.insert(tx)?;
            by.author.note(tx, &lines::opening(&row.entry, &new)?)?;
            Ok(Line {
                plan: Some(wanted.plan.clone()),
                anchor_day: Some(new.anchor_day),
                ..Line::new(&row.entry, None, &sold)
            })
        })
        .await?;
    if answer.first {
        lines::follow(&api.app, std::slice::from_ref(&prepared.entry.access_login));
        intents::send(&api.app, &prepared.intents).await?;
    }
    Ok(answer)
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only this customer's, `cus_…`.
    customer: Option<String>,
    /// Only those of the customer with this CPF or CNPJ.
    document: Option<String>,
    /// The one that authenticates so.
    access_login: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List lines with their balances as of this moment, newest first.
#[utoipa::path(get, path = "/v1/lines", tag = "lines", params(Which),
    responses((status = 200, description = "A page of lines.", body = List<Line>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<LinesRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Line>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse().ok())?;
    let customer = which.customer.map(|text| id::<CustomerId>("customer", &text)).transpose()?;
    let document = which.document.as_deref().map(|text| read_document("document", text)).transpose()?;
    let login = which.access_login;
    let look = move |reader: &Reader<'_>| {
        let payer = match &document {
            Some(document) => match reader.payer_by_document(document)? {
                Some(payer) => Some(payer.customer),
                None => return Ok(Page { rows: Vec::new(), next: None }),
            },
            None => None,
        };
        let whose = customer.or(payer);
        if let Some(login) = &login {
            let found = reader.line_by_access_login(login)?.into_iter();
            let is_meant =
                |line: &LineEntry| [customer, payer].iter().flatten().all(|it| *it == line.customer);
            return Ok(Page { rows: found.filter(is_meant).collect(), next: None });
        }
        match whose {
            Some(_) if customer.zip(payer).is_some_and(|(customer, payer)| customer != payer) => {
                Ok(Page { rows: Vec::new(), next: None })
            }
            Some(customer) => reader.lines_of_before(customer, before, rows),
            None => reader.lines(before, rows),
        }
    };
    let page = api.app.read(look).await?;
    for line in &page.rows {
        api.app.ledger.settled_wallet(line.wallet).await?;
    }
    wait_for_views(&api).await;
    let app = Arc::clone(&api.app);
    let next_cursor = page.next.map(|id| id.to_string());
    let read = move |reader: &Reader<'_>| {
        page.rows.iter().map(|entry| Line::read(&app, reader, entry)).collect::<Result<_, _>>()
    };
    Ok(Json(List { data: api.app.read(read).await?, next_cursor }))
}

/// A CPF or CNPJ as the tables have it; 422 that names `field` if it is none.
pub(super) fn read_document(field: &str, text: &str) -> Result<String, Problem> {
    TaxId::parse(text).map(|document| document.bare().to_owned()).map_err(|error| {
        Problem::invalid(field, "invalid_document", format!("{field} is no CPF or CNPJ: {error}."))
    })
}

/// Read a line with its balance as of this moment.
#[utoipa::path(get, path = "/v1/lines/{id}", tag = "lines", params(("id" = String, Path, description = "`line_…`")),
    responses((status = 200, description = "The line.", body = Line)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<LinesRead>,
    Id(id): Id<LineId>,
) -> Result<Json<Line>, Problem> {
    let entry = find(&api, id).await?;
    Ok(Json(Line::present(&api, entry).await?))
}
