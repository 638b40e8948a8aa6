//! `/console/boletos/findings`: what the bank's files brought that a person must look at, and what to do about each.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use book::PaidBy;
use money::{Amount, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use store::tables::bank::Finding;
use store::tables::overpaid::Overpaid;
use store::{Reader as TablesReader, StoreError};

use super::blocked::actor_words;
use crate::app::App;
use crate::audit::Change;
use crate::claim_findings::CAME_BACK;
use crate::findings::{Found, RESOLVED};
use crate::look::Reader;
use crate::look::page::boletos::{BoletoView, FindingListed, Findings};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;
use crate::usage_jumps::{self, PUT_RIGHT};
use crate::withheld::CREDITED;
use crate::{billing, overpaid};

/// Findings of one page.
const ROWS: u32 = 25;
/// How the audit log tells of use that staff chose not to have counted.
const LEFT_UNCOUNTED: &str = "left_uncounted";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// `1` shows those that somebody has dealt with.
    done: String,
    before: Option<String>,
}

/// The button alone.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `GET /console/boletos/findings`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeFinance)?;
    let are_done = shown.done == "1";
    let trail = Trail::parse(shown.before.as_deref());
    let before: Option<u32> = trail.last().and_then(|no| no.parse().ok());
    let eyes = staff.visit.reader().clone();
    let (rows, next) = app
        .read(move |tables| {
            let page = if are_done {
                tables.resolved_findings(before, ROWS)?
            } else {
                tables.open_findings(before, ROWS)?
            };
            let rows = page.rows.into_iter().map(|finding| listed(tables, &eyes, finding));
            Ok((rows.collect::<Result<Vec<_>, _>>()?, page.next))
        })
        .await?;
    let base = format!("{}?done={}&", BoletoView::Findings.url(), u8::from(are_done));
    let page = Findings {
        frame: staff.visit.frame(&app, Some(Place::ConsoleBoletos)),
        reader: staff.visit.reader().clone(),
        view: BoletoView::Findings,
        are_done,
        may_resolve: !are_done && staff.may(Permission::KeepBankFiles),
        may_give_back: staff.may(Permission::SettleByHand),
        rows,
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/boletos/findings/{no}/resolution`
pub(super) async fn resolve(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::KeepBankFiles)?;
    let (author, now) = (staff.visit.author(&staff.who.session), app.ledger.now());
    app.write_or_refuse(move |tx| {
        // Two who press at once have both dealt with it; the first is written down.
        let finding = tx.finding(no)?.ok_or_else(|| Problem::not_found("finding"))?;
        if tx.resolve_finding(no, now)? {
            let is_use = matches!(Found::read(&finding), Some(Found::UsageJump { .. }));
            let how = json!({"how": if is_use { LEFT_UNCOUNTED } else { "looked_at" }});
            author.note(tx, &Change::new(RESOLVED, no).after_json(&how))?;
        }
        Ok(())
    })
    .await?;
    Ok(Redirect::to(BoletoView::Findings.url()).into_response())
}

/// A finding with what it is about.
pub(super) fn listed(
    tables: &TablesReader<'_>,
    reader: &Reader,
    finding: Finding,
) -> Result<FindingListed, StoreError> {
    let found = Found::read(&finding);
    let may_be_counted = usage_jumps::told_by(tables, &finding)?.is_some();
    let Finding { finding_no, code, boleto, return_no, file_line, detail, found_at, customer, .. } = finding;
    let boleto = boleto.map(|id| tables.boleto(id)).transpose()?.flatten();
    let whom = customer.or(boleto.as_ref().map(|row| row.customer));
    let customer = whom.map(|id| tables.customer(id)).transpose()?.flatten();
    let given = tables.overpaid(overpaid::of_finding(finding_no))?.filter(|moved| moved.refused_at.is_none());
    let credit = found.as_ref().and_then(Found::credit);
    let left = credit.filter(|_| given.is_none());
    let give_back_url = match (left, &customer) {
        (Some(credit), Some(whom)) if overpaid::left(tables, whom.id, credit.unit())?.value() > 0 => {
            Some(format!("/console/customers/{}/giving-back/new?finding={finding_no}", whom.id))
        }
        _ => None,
    };
    let file = return_no.map(|no| tables.bank_return(no)).transpose()?.flatten();
    let resolved_at = tables.finding_resolved_at(finding_no)?;
    Ok(FindingListed {
        no: finding_no,
        code,
        boleto: boleto
            .map(|row| (format!("{}/{}", Place::ConsoleBoletos.url(), row.id), row.our_number.to_string())),
        customer: customer.map(|it| (format!("/console/customers/{}", it.id), it.name)),
        place: file.map(|file| file.file_number).zip(file_line),
        found,
        detail,
        found_at,
        give_back_url,
        count_url: (may_be_counted && resolved_at.is_none())
            .then(|| format!("{}/{finding_no}/use/new", BoletoView::Findings.url())),
        credit: credit.filter(|_| given.is_some()),
        resolved: match resolved_at {
            Some(at) => Some(resolved(tables, reader, finding_no, (at, given.as_ref()))?),
            None => given.map(|moved| given_back(reader, &moved, None)),
        },
    })
}

/// Who has dealt with a finding, when, and how.
fn resolved(
    tables: &TablesReader<'_>,
    reader: &Reader,
    finding_no: u32,
    (at, given): (Timestamp, Option<&Overpaid>),
) -> Result<String, StoreError> {
    let told = tables.last_change(&finding_no.to_string(), RESOLVED)?;
    let who = match &told {
        Some(told) => actor_words(reader, &billing::actor(tables, told.actor.clone())?),
        None => reader.t("finding-resolved-by-somebody"),
    };
    if let Some(moved) = given {
        return Ok(given_back(reader, moved, Some(&who)));
    }
    let after = told.and_then(|told| told.after).unwrap_or_default();
    let after: Value = serde_json::from_str(&after).unwrap_or_default();
    if after["how"] == CAME_BACK {
        return Ok(reader.t1("finding-resolved-came-back", "time", reader.date_time(at)));
    }
    let values = [("time", reader.date_time(at)), ("who", who)];
    Ok(match (after["how"].as_str(), after["bytes"].as_i64()) {
        (Some("counted"), Some(bytes)) => {
            let bytes = ("bytes", reader.volume(bytes));
            reader.with("finding-resolved-counted", values.into_iter().chain([bytes]))
        }
        (Some(PUT_RIGHT), _) => reader.with("finding-resolved-put-right", values),
        (Some(CREDITED), _) => reader.with("finding-resolved-credited", values),
        (Some(LEFT_UNCOUNTED), _) => reader.with("finding-resolved-uncounted", values),
        _ => reader.with("finding-resolved-at", values),
    })
}

/// What of it was given back, by which way, and by whom if that is known.
fn given_back(reader: &Reader, moved: &Overpaid, who: Option<&str>) -> String {
    let amount = reader.money(Amount::new(-moved.amount.value(), moved.amount.unit()));
    let values = [("amount", amount), ("time", reader.date_time(moved.at))];
    let is_by_pix = PaidBy::from_code(&moved.paid_by) == Some(PaidBy::Pix);
    let text = if is_by_pix { "finding-given-back-by-pix" } else { "finding-given-back-by-hand" };
    let words = reader.with(text, values);
    who.map_or_else(|| words.clone(), |who| format!("{words} {}", reader.t1("finding-by-whom", "who", who)))
}
