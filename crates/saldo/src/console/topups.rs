//! `/console/topups` and its file: what customers wished to pay at the payment page, and how it stands; Stripe may be asked about one again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::{Amount, PaymentId, Timestamp, TopupId};
use serde::Deserialize;
use store::tables::customers::Customer;
use store::tables::narrowed::{Narrowing, TopupCursor, TopupSum};
use store::tables::topups::{Topup, TopupState};
use store::{Reader as TablesReader, StoreError};

use super::narrowing::{FILE_ROWS_MAX, FILE_STEP, Has, SUM_ROWS_MAX, Wish};
use super::payment_lists::written;
use super::payments;
use crate::app::App;
use crate::audit::Change;
use crate::look::Reader;
use crate::look::page::listing::{
    Cell, Fact, Listing, ListingRow, Sheet, SheetAct, SheetLine, SheetList, Standing,
};
use crate::look::part::{self, Place};
use crate::permissions::Permission;
use crate::portal::payment_list::row_of;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw, sign_in::Nothing};
use crate::problem::Problem;
use crate::withheld;

/// Top-ups of one page.
const ROWS: u32 = 25;
/// The columns of the file.
const FILE_HEAD: [&str; 9] =
    ["began_at", "status", "customer", "customer_name", "topup", "amount", "unit", "checkout", "payment"];
/// Attempts of a top-up that are shown.
const ATTEMPTS_SHOWN: u32 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShownOne {
    read: Option<u8>,
}

/// `GET /console/topups`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleTopups);
    let state = TopupState::from_word(&wish.show);
    let trail = Trail::parse(wish.before.as_deref());
    let from = trail.last().and_then(cursor);
    let (eyes, asked, unit) = (reader.clone(), wish.clone(), app.config.credit.unit);
    let look = move |tables: &TablesReader<'_>| {
        let by = match asked.read(tables, &eyes, unit)? {
            Ok(by) => by,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let (topups, next) = page_of(tables, (state, &by, asked.is_narrow()), from, ROWS)?;
        let named = topups.into_iter().map(|topup| Ok((tables.customer(topup.customer)?, topup)));
        let named = named.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Ok((named, next, sums(tables, &eyes, (state, &by))?)))
    };
    let (rows, next, sums, wrong) = match app.read(look).await? {
        Ok((rows, next, sums)) => (rows, next, sums, Vec::new()),
        Err(wrong) => (Vec::new(), None, Vec::new(), wrong),
    };
    let word = state.map(TopupState::word).unwrap_or_default();
    let url_of = |word: &str| format!("{}?show={word}&{}", place.url(), wish.query());
    let base = url_of(word);
    let view = |word: &str, text: &str, is_here| {
        (url_of(word).trim_end_matches('&').to_owned(), reader.t(text), is_here)
    };
    let all = view("", "all-states", state.is_none());
    let views =
        TopupState::ALL.iter().map(|known| view(known.word(), standing(*known).1, state == Some(*known)));
    let page = Listing {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t(place.text_id()),
        text: reader.t("topups-text"),
        views: std::iter::once(all).chain(views).collect(),
        narrow: Some(wish.form(&reader, (place.url(), Has::NoCard), &wrong, sums)),
        columns: ["began-at", "customer", "amount", "status"].map(|id| reader.t(id)).to_vec(),
        rows: rows.iter().map(|(customer, topup)| listed(&reader, customer.as_ref(), topup)).collect(),
        // What is wrong with the form says it all.
        empty: if wrong.is_empty() { reader.t("topups-none") } else { String::new() },
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| {
            let next = format!("{}.{}", next.created_at.as_micros(), next.id);
            trail.older_url(&base, "before", &next)
        }),
        reader,
    };
    draw(if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

/// `GET /console/topups.csv`: the same list, its newest rows.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, unit) = (staff.visit.reader().clone(), app.config.credit.unit);
    let state = TopupState::from_word(&wish.show);
    let look = move |tables: &TablesReader<'_>| {
        let by = match wish.read(tables, &reader, unit)? {
            Ok(by) => by,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let (mut rows, mut before) = (Vec::new(), None);
        for _ in 0..FILE_ROWS_MAX / FILE_STEP {
            let (topups, next) = page_of(tables, (state, &by, true), before, FILE_STEP)?;
            for topup in &topups {
                rows.push(cells(&reader, tables.customer(topup.customer)?.as_ref(), topup));
            }
            before = next;
            if before.is_none() {
                break;
            }
        }
        Ok(Ok(rows))
    };
    let rows = app.read(look).await?.map_err(|wrong| {
        let field = wrong.first().map_or("from", |(field, _)| *field);
        Problem::invalid(field, "invalid_filter", format!("{field} is none: look at the page."))
    })?;
    written("topups.csv", &FILE_HEAD, rows)
}

/// Some top-ups, and where the next ones begin.
fn page_of(
    tables: &TablesReader<'_>,
    (state, by, is_narrow): (Option<TopupState>, &Narrowing, bool),
    from: Option<TopupCursor>,
    limit: u32,
) -> Result<(Vec<Topup>, Option<TopupCursor>), StoreError> {
    let cursor = |topup: &Topup| TopupCursor { created_at: topup.created_at, id: topup.id };
    // All that stand so are found by an index of their own.
    let page = match state {
        Some(state) if !is_narrow => tables.topups_in(state, from.map(|from| from.id), limit)?,
        state => {
            let page = tables.topups_narrowed((state, by), from, limit)?;
            return Ok((page.rows, page.next));
        }
    };
    let next = page.rows.last().map(cursor).filter(|_| page.next.is_some());
    Ok((page.rows, next))
}

/// The place in the list that an address carries.
fn cursor(text: &str) -> Option<TopupCursor> {
    let (at, id) = text.split_once('.')?;
    Some(TopupCursor { created_at: Timestamp::from_micros(at.parse().ok()?), id: id.parse().ok()? })
}

/// What the list comes to, a sentence for each unit.
fn sums(
    tables: &TablesReader<'_>,
    reader: &Reader,
    (state, by): (Option<TopupState>, &Narrowing),
) -> Result<Vec<String>, StoreError> {
    let sums = tables.topup_sums((state, by), SUM_ROWS_MAX)?;
    let is_long = sums.iter().map(|sum| sum.count).sum::<u32>() >= SUM_ROWS_MAX;
    let mut units: Vec<_> = sums.iter().map(|sum| sum.unit).collect();
    units.dedup();
    let sentence = |unit| {
        let of_unit = || sums.iter().filter(move |sum: &&TopupSum| sum.unit == unit);
        let sum_of = |sums: &mut dyn Iterator<Item = i64>| {
            reader.money(Amount::new(sums.fold(0, i64::saturating_add), unit))
        };
        let credited = of_unit().filter(|sum| sum.state == TopupState::Credited);
        let values = [
            ("amount", sum_of(&mut of_unit().map(|sum| sum.amount))),
            ("credited", sum_of(&mut credited.map(|sum| sum.amount))),
        ];
        reader.tn_with("topups-sum", of_unit().map(|sum| sum.count).sum(), values)
    };
    let mut sentences: Vec<String> = units.into_iter().map(sentence).collect();
    if is_long {
        sentences.push(reader.t1("sum-of-newest", "rows", reader.number(i64::from(SUM_ROWS_MAX))));
    }
    Ok(sentences)
}

/// One row of the file, in the order of its columns.
fn cells(reader: &Reader, customer: Option<&Customer>, topup: &Topup) -> [String; 9] {
    [
        topup.created_at.to_string(),
        reader.t(standing(topup.state).1),
        topup.customer.to_string(),
        customer.map(|customer| customer.name.clone()).unwrap_or_default(),
        topup.id.to_string(),
        topup.amount.to_decimal(),
        topup.amount.unit().code().to_owned(),
        topup.checkout_session.clone().unwrap_or_default(),
        topup.outcome_payment.map(|payment| payment.to_string()).unwrap_or_default(),
    ]
}

fn listed(reader: &Reader, customer: Option<&Customer>, topup: &Topup) -> ListingRow {
    let (tone, text) = standing(topup.state);
    ListingRow {
        url: url(topup.id),
        name: reader.date_time(topup.created_at),
        under: String::new(),
        cells: vec![
            Cell::Words(customer.map(|customer| customer.name.clone()).unwrap_or_default(), String::new()),
            Cell::Amount(reader.money(topup.amount)),
            Cell::Standing(Standing::new(tone, reader.t(text)), String::new()),
        ],
    }
}

/// Where a top-up is told in full.
pub(super) fn url(id: TopupId) -> String {
    format!("{}/{id}", Place::ConsoleTopups.url())
}

fn standing(state: TopupState) -> (&'static str, &'static str) {
    match state {
        TopupState::Open => ("wait", "topup-open"),
        TopupState::Charging => ("wait", "topup-charging"),
        TopupState::Paid => ("wait", "topup-paid"),
        TopupState::Credited => ("good", "topup-credited"),
        TopupState::Cancelled => ("plain", "topup-cancelled"),
        TopupState::Expired => ("plain", "topup-expired"),
        TopupState::Free => ("wait", "topup-free"),
        TopupState::Withheld => ("bad", "topup-withheld"),
        TopupState::Failed => ("bad", "topup-failed"),
    }
}

/// `GET /console/topups/{id}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(shown): Asked<ShownOne>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleTopups);
    let (id, eyes) = (parse(&id)?, reader.clone());
    let look = move |tables: &store::Reader<'_>| {
        let Some(topup) = tables.topup(id)? else { return Ok(None) };
        let attempts = tables.payments_for(id, ATTEMPTS_SHOWN)?;
        let attempts = attempts.iter().map(|payment| {
            Ok((payment.id, row_of(tables, &eyes, payment)?, withheld::is_credited_by_hand(payment)))
        });
        let attempts = attempts.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Some((tables.customer(topup.customer)?, attempts, topup)))
    };
    let (customer, attempts, topup) = app.read(look).await?.ok_or_else(missing)?;
    let name = customer.map(|customer| customer.name).unwrap_or_default();
    let (tone, text) = standing(topup.state);
    let line = |(payment, seen, _): (PaymentId, part::Payment, bool)| {
        let why = seen.reason.map(|reason| reason.words_for_staff(&reader));
        let told = [Some(reader.date_time(seen.at)), Some(seen.method.to_string()), why];
        SheetLine {
            words: seen.transaction_id,
            under: told.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            standing: Some(Standing::new(seen.status.tone(), reader.t(seen.status.text_id()))),
            url: Some(payments::url(payment)),
        }
    };
    let attempts_by_hand = attempts.iter().any(|(.., by_hand)| *by_hand);
    let lines: Vec<_> = attempts.into_iter().map(line).collect();
    let attempts = SheetList { heading: reader.t("topup-attempts"), lines };
    let ask = SheetAct {
        action: format!("{}/reading", url(id)),
        words: reader.t("topup-ask-again"),
        text: reader.t("topup-ask-again-text"),
        tone: "",
        reason: None,
    };
    let may_ask = staff.may(Permission::ReplayWebhooks) && topup.checkout_session.is_some();
    let page = Sheet {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t1("topup-of", "amount", reader.money(topup.amount)),
        text: name.clone(),
        standing: Some(Standing::new(tone, reader.t(text))),
        done: shown.read.map(|_| reader.t("topup-was-read")),
        alert: match topup.state {
            TopupState::Free => Some(reader.t("topup-free-text")),
            TopupState::Withheld if attempts_by_hand => None,
            TopupState::Withheld => Some(reader.t("topup-withheld-text")),
            _ => None,
        },
        facts: facts(&reader, &topup, name),
        lists: if attempts.lines.is_empty() { Vec::new() } else { vec![attempts] },
        links: Vec::new(),
        acts: if may_ask { vec![ask] } else { Vec::new() },
        raw: None,
        back: (place.url().to_owned(), reader.t(place.text_id())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn facts(reader: &Reader, topup: &Topup, customer: String) -> Vec<Fact> {
    let customer_url = format!("/console/customers/{}", topup.customer);
    let mut facts = vec![
        Fact::linked(reader.t("customer"), customer, customer_url),
        Fact::new(reader.t("began-at"), reader.date_time(topup.created_at)),
    ];
    facts.extend(match topup.state {
        TopupState::Open | TopupState::Charging => {
            Some(Fact::new(reader.t("topup-ends"), reader.date_time(topup.expires_at)))
        }
        TopupState::Cancelled | TopupState::Expired | TopupState::Failed => {
            Some(Fact::new(reader.t("topup-ended"), reader.date_time(topup.updated_at)))
        }
        _ => None,
    });
    facts.push(Fact::id(reader.t("topup-id"), topup.id.to_string()));
    if let Some(session) = &topup.checkout_session {
        facts.push(Fact::id(reader.t("topup-session"), session));
    }
    if let Some(purchase) = topup.purchase {
        facts.push(Fact::id(reader.t("purchase"), purchase.to_string()));
    }
    facts
}

/// `POST /console/topups/{id}/reading`: Stripe is asked again, as its webhook would have us do.
pub(super) async fn read_again(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ReplayWebhooks)?;
    let id = parse(&id)?;
    let topup = app.read(move |tables| tables.topup(id)).await?.ok_or_else(missing)?;
    let session = topup.checkout_session.ok_or_else(missing)?;
    let author = staff.visit.author(&staff.who.session);
    app.write(move |tx| author.note(tx, &Change::new("topup.read", id))).await?;
    crate::payments::sync_session(&app, &session).await?;
    super::show_what_was_done(&app).await;
    Ok(Redirect::to(&format!("{}?read=1", url(id))).into_response())
}

fn parse(id: &str) -> Result<TopupId, Problem> {
    id.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::not_found("recharge")
}
