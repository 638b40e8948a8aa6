//! `/console/boletos/findings/{no}/use`: use that a router told of and that was not believed, counted because staff believe it. What that
//! does to the balance is shown before, for the amount that is sent.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::offer_fields::{Unread, text};
use super::{draw_form_telling, show_what_was_done, typed};
use crate::app::App;
use crate::look::page::boletos::BoletoView;
use crate::look::page::{Field, FieldProblem};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, StaffIn};
use crate::problem::Problem;
use crate::usage_jumps::{self, Counting};

/// What the form showed, in bytes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Seen {
    /// For which amount it showed what counting does.
    seen: i64,
    /// How much was not counted then.
    told: i64,
}

/// What is typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typing {
    amount: String,
    reason: String,
}

/// A finding that tells of use that was not counted.
struct Uncounted {
    no: u32,
    /// How many bytes it tells of.
    told: i64,
    /// With what the line authenticates.
    login: String,
    /// What the line has left now, in bytes.
    available: i64,
}

/// `GET /console/boletos/findings/{no}/use/new`
pub(super) async fn new(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
) -> Result<Response, Fault> {
    staff.must(Permission::KeepBankFiles)?;
    let uncounted = find(&app, no).await?;
    let amount = typed(&app, &staff).shown_bytes(Some(uncounted.told));
    let typing = Typing { amount, reason: String::new() };
    form(&app, &staff, (&uncounted, uncounted.told), &typing, None)
}

/// `POST /console/boletos/findings/{no}/use`
pub(super) async fn count(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
    Asked(Seen { seen, told }): Asked<Seen>,
    Posted(typing): Posted<Typing>,
) -> Result<Response, Fault> {
    staff.must(Permission::KeepBankFiles)?;
    let uncounted = find(&app, no).await?;
    let mut unread = Unread::default();
    let bytes = unread.required("amount", typed(&app, &staff).bytes("amount", &typing.amount));
    let counting = Counting { finding: no, bytes: bytes.unwrap_or_default(), reason: typing.reason.clone() };
    let wrong = || usage_jumps::wrong_with(&counting, uncounted.told);
    let read = unread.refuse(wrong).and_then(|()| Problem::refuse_all(wrong()));
    if let Err(problem) = read {
        return form(&app, &staff, (&uncounted, uncounted.told), &typing, Some(&problem));
    }
    // Nobody has been told what another amount does, nor of what jumped since.
    if counting.bytes != seen || uncounted.told != told {
        return form(&app, &staff, (&uncounted, counting.bytes), &typing, None);
    }
    let author = staff.visit.author(&staff.who.session);
    usage_jumps::count(&app, author, counting).await?;
    show_what_was_done(&app).await;
    Ok(Redirect::to(&format!("{}?done=1", BoletoView::Findings.url())).into_response())
}

async fn find(app: &Arc<App>, no: u32) -> Result<Uncounted, Problem> {
    let look = move |tables: &store::Reader<'_>| {
        let Some((line, told)) = usage_jumps::uncounted(tables, no)? else { return Ok(None) };
        Ok(tables.line(line)?.map(|entry| (entry, told)))
    };
    let (entry, told) = app.read(look).await?.ok_or_else(|| Problem::not_found("finding"))?;
    let available = app.ledger.wallet(entry.wallet).map_or(0, |wallet| wallet.balance.available());
    Ok(Uncounted { no, told, login: entry.access_login.unwrap_or_default(), available })
}

/// The form, with what counting so many bytes does.
fn form(
    app: &App,
    staff: &StaffIn,
    (uncounted, bytes): (&Uncounted, i64),
    typing: &Typing,
    problem: Option<&Problem>,
) -> Result<Response, Fault> {
    let (reader, typed) = (staff.visit.reader(), typed(app, staff));
    let Uncounted { no, told, login, available } = uncounted;
    let problems = problem.into_iter().flat_map(Problem::each).map(|problem| {
        let words = match problem.code {
            "invalid_reason" => reader.t("settle-needs-reason"),
            _ => reader.t1("count-use-bad-amount", "most", reader.volume(*told)),
        };
        FieldProblem::new(problem.field.clone().unwrap_or_default(), words)
    });
    let url = BoletoView::Findings.url();
    let place = (Place::ConsoleBoletos, format!("{url}/{no}/use?seen={bytes}&told={told}"), url.to_owned());
    let preview = reader.with(
        "count-use-preview",
        [
            ("login", login.clone()),
            ("bytes", reader.volume(bytes)),
            ("before", reader.volume(*available)),
            ("after", reader.volume(available.saturating_sub(bytes))),
        ],
    );
    let amount = reader.t1("count-use-amount", "unit", typed.data_unit.name());
    let fields: Vec<Field> = vec![
        text(
            "amount",
            amount,
            Some(reader.t1("count-use-told", "told", reader.volume(*told))),
            typing.amount.clone(),
        ),
        text("reason", reader.t("reason"), Some(reader.t("count-use-reason-hint")), typing.reason.clone()),
    ];
    draw_form_telling(app, staff, place, ("count-use", Some(preview)), fields, problems.collect())
}
