//! `/console/boletos/findings`: what the bank's files brought that a person must look at, and what to do about each.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::Amount;
use serde::Deserialize;
use store::tables::bank::Finding;
use store::{Reader as TablesReader, StoreError};

use crate::app::App;
use crate::audit::Change;
use crate::findings::Found;
use crate::look::page::boletos::{BoletoView, FindingListed, Findings};
use crate::look::part::Place;
use crate::overpaid;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;

/// Findings of one page.
const ROWS: u32 = 25;

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
    let (rows, next) = app
        .read(move |tables| {
            let page = if are_done {
                tables.resolved_findings(before, ROWS)?
            } else {
                tables.open_findings(before, ROWS)?
            };
            let rows = page.rows.into_iter().map(|finding| listed(tables, finding));
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
        if tx.resolve_finding(no, now)? {
            author.note(tx, &Change::new("finding.resolve", no))?;
        } else if tx.finding(no)?.is_none() {
            return Err(Problem::not_found("finding"));
        }
        Ok(())
    })
    .await?;
    Ok(Redirect::to(BoletoView::Findings.url()).into_response())
}

/// A finding with what it is about.
pub(super) fn listed(tables: &TablesReader<'_>, finding: Finding) -> Result<FindingListed, StoreError> {
    let found = Found::read(&finding);
    let Finding { finding_no, code, boleto, return_no, file_line, detail, found_at, customer, .. } = finding;
    let boleto = boleto.map(|id| tables.boleto(id)).transpose()?.flatten();
    let whom = customer.or(boleto.as_ref().map(|row| row.customer));
    let customer = whom.map(|id| tables.customer(id)).transpose()?.flatten();
    let given = tables.overpaid(overpaid::of_finding(finding_no))?.filter(|moved| moved.refused_at.is_none());
    let credit = found.as_ref().and_then(Found::credit).filter(|_| given.is_none());
    let give_back_url = match (credit, &customer) {
        (Some(credit), Some(whom)) if overpaid::left(tables, whom.id, credit.unit())?.value() > 0 => {
            Some(format!("/console/customers/{}/giving-back/new?finding={finding_no}", whom.id))
        }
        _ => None,
    };
    let file = return_no.map(|no| tables.bank_return(no)).transpose()?.flatten();
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
        given_back: given.map(|moved| (Amount::new(-moved.amount.value(), moved.amount.unit()), moved.at)),
    })
}
