//! `/console/audit`: who changed what, found by whom it concerns, by who did it, what, on what and when; the same as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use money::{ApiKeyId, CustomerId, LoginId, StaffId, Timestamp};
use serde::Deserialize;
use store::tables::audit::{AuditFilter, AuditRow};
use store::tables::subscribers::folded;
use store::{Reader as TablesReader, StoreError};

use super::search;
use crate::app::App;
use crate::look::Reader;
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
/// Colleagues who are looked through for a name.
const STAFF_MAX: u32 = 500;
/// What changes are of, as the names of their actions begin. A test compares it with what the program writes down.
const KINDS: [(&str, &str); 43] = [
    ("adjustment", "audit-of-adjustment"),
    ("api_key", "audit-of-api-key"),
    ("automatic_topup", "audit-of-automatic-topup"),
    ("backup", "audit-of-backup"),
    ("bank_return", "audit-of-bank-return"),
    ("billing", "audit-of-billing"),
    ("boleto", "audit-of-boleto"),
    ("brand", "audit-of-brand"),
    ("charge", "audit-of-charge"),
    ("clock", "audit-of-clock"),
    ("credit", "audit-of-credit"),
    ("credit_request", "audit-of-credit-request"),
    ("customer", "audit-of-customer"),
    ("customers", "audit-of-customers"),
    ("deduction", "audit-of-deduction"),
    ("doctor", "audit-of-doctor"),
    ("finding", "audit-of-finding"),
    ("grant", "audit-of-grant"),
    ("inbox", "audit-of-inbox"),
    ("invoice", "audit-of-invoice"),
    ("line", "audit-of-line"),
    ("login", "audit-of-login"),
    ("mail", "audit-of-mail"),
    ("mail_wishes", "audit-of-mail-wishes"),
    ("meter", "audit-of-meter"),
    ("pack", "audit-of-pack"),
    ("plan", "audit-of-plan"),
    ("price", "audit-of-price"),
    ("purchase", "audit-of-purchase"),
    ("receipt", "audit-of-receipt"),
    ("reconciliation", "audit-of-reconciliation"),
    ("refund", "audit-of-refund"),
    ("remittance", "audit-of-remittance"),
    ("router", "audit-of-router"),
    ("staff", "audit-of-staff"),
    ("subject", "audit-of-subject"),
    ("subscriber", "audit-of-subscriber"),
    ("subscribers", "audit-of-subscribers"),
    ("test_clock", "audit-of-test-clock"),
    ("topup", "audit-of-topup"),
    ("wallet", "audit-of-wallet"),
    ("webhook_delivery", "audit-of-webhook-delivery"),
    ("webhook_endpoint", "audit-of-webhook-endpoint"),
];

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Whom it concerns: a name, an e-mail or an id.
    customer: String,
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
    let (lines, next, colleagues, wrong_customer) = app
        .read(move |tables| {
            let colleagues = tables.all_staff(STAFF_MAX)?.into_iter().map(|staff| staff.name).collect();
            let Some(filter) = filter(tables, &asked, &zone)? else {
                return Ok((Vec::new(), None, colleagues, true));
            };
            let page = tables.audit_found(&filter, before, ROWS)?;
            let names = Names::default();
            let lines = page.rows.into_iter().scan(names, |names, row| Some(line(tables, names, row)));
            Ok((lines.collect::<Result<Vec<_>, _>>()?, page.next, colleagues, false))
        })
        .await?;
    let query = query(&shown);
    let base = format!("{}?{query}", Place::ConsoleAudit.url());
    let page = AuditPage {
        frame: staff.visit.frame(&app, Some(Place::ConsoleAudit)),
        wrong_days,
        wrong_customer,
        colleagues,
        kinds: kinds(&reader, &shown.action),
        customer: shown.customer,
        csv_url: format!("{}.csv?{}", Place::ConsoleAudit.url(), query.trim_end_matches('&')),
        who: shown.who,
        object: shown.object,
        from: shown.from,
        to: shown.to,
        lines,
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(if wrong_days || wrong_customer { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
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
            let Some(filter) = filter(tables, &shown, &zone)? else { return Ok(None) };
            let (mut rows, mut before, mut names) = (Vec::new(), None, Names::default());
            for _ in 0..FILE_ROWS_MAX / FILE_STEP {
                let page = tables.audit_found(&filter, before, FILE_STEP)?;
                for row in page.rows {
                    rows.push(line(tables, &mut names, row)?);
                }
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            Ok(Some(rows))
        })
        .await?;
    let unknown = || Problem::invalid("customer", "unknown_customer", "There is no such customer.");
    let rows = rows.ok_or_else(unknown)?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Problem::internal(&anyhow::Error::new(error));
    file.write_record(FILE_HEAD).map_err(failed)?;
    for row in rows {
        let text = |value: Option<String>| value.unwrap_or_default();
        let cells = [
            row.no.to_string(),
            row.at.to_string(),
            row.actor,
            row.action,
            row.object,
            text(row.before),
            text(row.after),
            text(row.ip),
            text(row.request_id),
            row.who,
            text(row.of_what),
            text(row.customer.as_ref().map(|(id, _)| id.clone())),
            text(row.customer.map(|(_, name)| name)),
        ];
        file.write_record(cells.map(harmless)).map_err(failed)?;
    }
    let bytes = file.into_inner().map_err(|error| Problem::internal(&anyhow::anyhow!("{error}")))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"audit.csv\"");
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

/// The columns of the file.
const FILE_HEAD: [&str; 13] = [
    "number",
    "at",
    "actor",
    "action",
    "object",
    "before",
    "after",
    "ip",
    "request_id",
    "who",
    "of_what",
    "customer",
    "customer_name",
];

/// What changes may be of, in the reader's words and in their order: what the address says, the words, whether it is asked for.
fn kinds(reader: &Reader, asked: &str) -> Vec<(String, String, bool)> {
    let kind = |(kind, text): &(&str, &str)| {
        let begin = format!("{kind}.");
        let is_asked = begin == asked.trim();
        (begin, reader.t(text), is_asked)
    };
    let mut kinds: Vec<_> = KINDS.iter().map(kind).collect();
    kinds.sort_by(|one, other| one.1.cmp(&other.1));
    // An address may ask for one action alone.
    if !asked.trim().is_empty() && !kinds.iter().any(|(.., is_asked)| *is_asked) {
        kinds.push((asked.trim().to_owned(), asked.trim().to_owned(), true));
    }
    kinds
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// What is asked for; nothing if it is about a customer whom nobody knows.
fn filter(
    tables: &TablesReader<'_>,
    shown: &Shown,
    zone: &jiff::tz::TimeZone,
) -> Result<Option<AuditFilter>, StoreError> {
    let words = |text: &str| text.trim().chars().take(WORDS_CHARS_MAX).collect::<String>();
    let asked = words(&shown.customer);
    let customer = if asked.is_empty() { None } else { search::one_customer(tables, &asked)? };
    if customer.is_none() && !asked.is_empty() {
        return Ok(None);
    }
    Ok(Some(AuditFilter {
        customer,
        actor: actor(tables, words(&shown.who))?,
        action: words(&shown.action),
        object: words(&shown.object),
        from: day(zone, &shown.from, false).flatten().unwrap_or(Timestamp::from_micros(0)),
        until: day(zone, &shown.to, true).flatten().unwrap_or(Timestamp::MAX),
    }))
}

/// People are known by their names and addresses, the log knows their ids.
fn actor(tables: &TablesReader<'_>, who: String) -> Result<String, StoreError> {
    if who.is_empty() {
        return Ok(who);
    }
    if let Some(staff) = tables.staff_by_email(&who)? {
        return Ok(staff.id.to_string());
    }
    if let Some(login) = tables.login_by_email(&who)? {
        return Ok(login.id.to_string());
    }
    let (colleagues, folded) = (tables.all_staff(STAFF_MAX)?, folded(&who));
    let named = |is_he: &dyn Fn(&str) -> bool| {
        let mut fitting = colleagues.iter().filter(|staff| is_he(&self::folded(&staff.name)));
        fitting.next().map(|staff| staff.id.to_string())
    };
    let found = named(&|name| name == folded).or_else(|| named(&|name| name.contains(&folded)));
    Ok(found.unwrap_or(who))
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
        ("customer", &shown.customer),
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
    let customer = match row.customer.map(|id| id.to_string()) {
        // Of the customer himself is told once.
        Some(id) if id != row.object => Some((id.clone(), name(tables, names, &id)?.unwrap_or_default())),
        _ => None,
    };
    Ok(AuditLine {
        no: row.audit_no,
        at: row.at,
        who: who.unwrap_or_else(|| row.actor.clone()),
        actor: row.actor,
        action: row.action,
        of_what,
        object_url: search::by_id(tables, &row.object)?,
        object: row.object,
        customer,
        before: row.before,
        after: row.after,
        ip: row.ip,
        request_id: row.request_id,
    })
}

/// What people call the one with this id, if it is a person's or has a name.
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
    } else if let Ok(key) = id.parse::<ApiKeyId>() {
        tables.api_key(key)?.map(|key| key.name)
    } else {
        None
    };
    names.insert(id.to_owned(), found.clone());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The beginnings of all actions that this folder's files write down.
    fn written(folder: &Path, kinds: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                written(&path, kinds);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for rest in text.split("Change::new(\"").skip(1) {
                kinds.extend(rest.split('.').next().map(str::to_owned));
            }
        }
    }

    #[test]
    fn each_kind_of_change_can_be_chosen() {
        let mut kinds = BTreeSet::new();
        written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut kinds);
        let known: BTreeSet<String> = KINDS.iter().map(|(kind, _)| (*kind).to_owned()).collect();
        let missing: Vec<_> = kinds.difference(&known).collect();
        assert!(missing.is_empty(), "not in KINDS: {missing:?}");
    }
}
