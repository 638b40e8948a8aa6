//! `/console/audit`: who changed what, found by who, what, on what and when; the same as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use money::{CustomerId, LoginId, StaffId, Timestamp};
use serde::Deserialize;
use store::tables::audit::{AuditFilter, AuditRow};
use store::{Reader as TablesReader, StoreError};

use crate::app::App;
use crate::look::format::percent_encoded;
use crate::look::page::{AuditLine, AuditPage};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, calendar, draw};
use crate::problem::Problem;

/// Changes of one page.
const ROWS: u32 = 50;
/// Changes of one file; older ones are found by an earlier end.
const FILE_ROWS_MAX: u32 = 10_000;
/// Changes that are read at a time for a file.
const FILE_STEP: u32 = 1_000;
/// Most characters of what is searched for.
const WORDS_CHARS_MAX: usize = 100;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    who: String,
    action: String,
    object: String,
    from: String,
    to: String,
    before: Option<String>,
}

/// `GET /console/audit`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeAudit)?;
    let reader = staff.visit.reader().clone();
    let trail = Trail::parse(shown.before.as_deref());
    let before = trail.last().and_then(|no| no.parse().ok());
    let (asked, zone) = (shown.clone(), reader.zone.clone());
    let wrong_days = day(&zone, &shown.from, false).is_none() || day(&zone, &shown.to, true).is_none();
    let (lines, next) = app
        .read(move |tables| {
            let filter = filter(tables, &asked, &zone)?;
            let page = tables.audit_found(&filter, before, ROWS)?;
            let names = Names::default();
            let lines = page.rows.into_iter().scan(names, |names, row| Some(line(tables, names, row)));
            Ok((lines.collect::<Result<Vec<_>, _>>()?, page.next))
        })
        .await?;
    let query = query(&shown);
    let base = format!("{}?{query}", Place::ConsoleAudit.url());
    let page = AuditPage {
        frame: staff.visit.frame(&app, Some(Place::ConsoleAudit)),
        wrong_days,
        csv_url: format!("{}.csv?{}", Place::ConsoleAudit.url(), query.trim_end_matches('&')),
        who: shown.who,
        action: shown.action,
        object: shown.object,
        from: shown.from,
        to: shown.to,
        lines,
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(if wrong_days { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `GET /console/audit.csv`
pub(super) async fn file(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeAudit)?;
    let zone = staff.visit.reader().zone.clone();
    if day(&zone, &shown.from, false).is_none() || day(&zone, &shown.to, true).is_none() {
        return Err(Problem::invalid("from", "invalid_day", "from and to are days like 2026-11-30.").into());
    }
    let rows = app
        .read(move |tables| {
            let filter = filter(tables, &shown, &zone)?;
            let (mut rows, mut before) = (Vec::new(), None);
            for _ in 0..FILE_ROWS_MAX / FILE_STEP {
                let page = tables.audit_found(&filter, before, FILE_STEP)?;
                rows.extend(page.rows);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            Ok(rows)
        })
        .await?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Problem::internal(&anyhow::Error::new(error));
    file.write_record(["number", "at", "actor", "action", "object", "before", "after", "ip", "request_id"])
        .map_err(failed)?;
    for row in rows {
        let text = |value: Option<String>| value.unwrap_or_default();
        let cells = [
            row.audit_no.to_string(),
            row.at.to_string(),
            row.actor,
            row.action,
            row.object,
            text(row.before),
            text(row.after),
            text(row.ip),
            text(row.request_id),
        ];
        file.write_record(cells.map(harmless)).map_err(failed)?;
    }
    let bytes = file.into_inner().map_err(|error| Problem::internal(&anyhow::anyhow!("{error}")))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"audit.csv\"");
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn filter(
    tables: &TablesReader<'_>,
    shown: &Shown,
    zone: &jiff::tz::TimeZone,
) -> Result<AuditFilter, StoreError> {
    let words = |text: &str| text.trim().chars().take(WORDS_CHARS_MAX).collect::<String>();
    let who = words(&shown.who);
    // People are known by their addresses, the log knows their ids.
    let staff = tables.staff_by_email(&who)?.map(|staff| staff.id.to_string());
    let login = tables.login_by_email(&who)?.map(|login| login.id.to_string());
    Ok(AuditFilter {
        actor: staff.or(login).unwrap_or(who),
        action: words(&shown.action),
        object: words(&shown.object),
        from: day(zone, &shown.from, false).flatten().unwrap_or(Timestamp::from_micros(0)),
        until: day(zone, &shown.to, true).flatten().unwrap_or(Timestamp::MAX),
    })
}

/// The beginning of a day, or its end; `Some(None)` if none is given, `None` if it is none.
fn day(zone: &jiff::tz::TimeZone, text: &str, is_end: bool) -> Option<Option<Timestamp>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    let bounds = calendar::day_bounds(zone, text.parse().ok()?)?;
    Some(Some(if is_end { bounds.until } else { bounds.from }))
}

fn query(shown: &Shown) -> String {
    let fields = [
        ("who", &shown.who),
        ("action", &shown.action),
        ("object", &shown.object),
        ("from", &shown.from),
        ("to", &shown.to),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}&", percent_encoded(value))).collect()
}

/// Names that were looked up, by id.
type Names = BTreeMap<String, Option<String>>;

fn line(tables: &TablesReader<'_>, names: &mut Names, row: AuditRow) -> Result<AuditLine, StoreError> {
    let who = name(tables, names, &row.actor)?;
    let of_what = name(tables, names, &row.object)?;
    Ok(AuditLine {
        no: row.audit_no,
        at: row.at,
        who: who.unwrap_or_else(|| row.actor.clone()),
        actor: row.actor,
        action: row.action,
        of_what,
        object_url: row.object.parse::<CustomerId>().ok().map(|id| format!("/console/customers/{id}")),
        object: row.object,
        before: row.before,
        after: row.after,
        ip: row.ip,
        request_id: row.request_id,
    })
}

/// What people call the one with this id, if it is a person's.
fn name(tables: &TablesReader<'_>, names: &mut Names, id: &str) -> Result<Option<String>, StoreError> {
    if let Some(known) = names.get(id) {
        return Ok(known.clone());
    }
    let found = if let Ok(staff) = id.parse::<StaffId>() {
        tables.staff(staff)?.map(|staff| staff.name)
    } else if let Ok(login) = id.parse::<LoginId>() {
        tables.login(login)?.map(|login| login.email)
    } else if let Ok(customer) = id.parse::<CustomerId>() {
        tables.customer(customer)?.map(|customer| customer.name)
    } else {
        None
    };
    names.insert(id.to_owned(), found.clone());
    Ok(found)
}
