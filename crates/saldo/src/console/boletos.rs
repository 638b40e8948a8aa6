//! `/console/boletos`: what the bank collects, found by state, number or payer; one boleto, and its write-off.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use book::PaidBy;
use brazil::boleto::{BillingAccount, TitleNumber};
use brazil::document::TaxId;
use jiff::civil::Date;
use money::{Amount, BoletoId};
use serde::Deserialize;
use store::tables::bank::Finding;
use store::tables::boletos::{BoletoRow, BoletoSearch, BoletoState, BoletoWords};
use store::tables::lines::OnWriteOff;
use store::{Reader as TablesReader, StoreError};

use super::{collected, findings};
use crate::app::App;
use crate::documents::{self, Closable, Debt};
use crate::look::Reader;
use crate::look::page::boletos::{
    BoletoList, BoletoListed, BoletoPage, BoletoView, Choosable, STILL_OWED, Standing, WriteOff, state_text,
};
use crate::look::part::Place;
use crate::look::volume::volume;
use crate::permissions::Permission;
use crate::portal::calendar::{day_bounds, day_of};
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;
use crate::settlements;

/// Boletos of one page.
const ROWS: u32 = 25;
/// How those are asked for that are written off while the debt was kept.
const STILL_OWED_WORD: &str = "still_owed";
/// How those are asked for that were to be paid before today and are not.
const OVERDUE_WORD: &str = "overdue";
/// Most characters of what is looked for.
const WORDS_CHARS_MAX: usize = 80;

/// What is looked for.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Shown {
    state: String,
    q: String,
    before: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShownOne {
    written_off: Option<u8>,
}

/// What becomes of the credit; empty where there is none to decide upon.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Choice {
    on_write_off: String,
}

/// `GET /console/boletos`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { state, q, before }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeFinance)?;
    let words: String = q.trim().chars().take(WORDS_CHARS_MAX).collect();
    let account = app.config.bank.as_ref().map(|bank| bank.account.clone());
    let (is_still_owed, is_overdue) = (state == STILL_OWED_WORD, state == OVERDUE_WORD);
    let today = day_of(&app.config.brand.time_zone, app.ledger.now());
    let search = BoletoSearch {
        state: BoletoState::from_word(&state),
        is_still_owed,
        overdue_on: is_overdue.then(|| today.to_string()),
        words: (!words.is_empty()).then(|| meant(account.as_ref(), &words)),
    };
    let reader = staff.visit.reader().clone();
    let trail = Trail::parse(before.as_deref());
    let before: Option<BoletoId> = trail.last().and_then(|id| id.parse().ok());
    let (found, asked, eyes) = (search.clone(), Arc::clone(&app), reader.clone());
    let (rows, next) = app
        .read(move |tables| {
            let page = tables.boletos_found(&found, before, ROWS)?;
            let rows = page.rows.iter().map(|row| listed(&asked, tables, &eyes, row));
            Ok((rows.collect::<Result<Vec<_>, _>>()?, page.next))
        })
        .await?;
    let base = format!(
        "{}?state={}&q={}&",
        Place::ConsoleBoletos.url(),
        match search.state {
            _ if is_still_owed => STILL_OWED_WORD,
            _ if is_overdue => OVERDUE_WORD,
            state => state.map(BoletoState::word).unwrap_or_default(),
        },
        crate::look::format::percent_encoded(&words)
    );
    let states = BoletoState::ALL
        .iter()
        .map(|state| (state.word(), reader.t(state_text(*state)), search.state == Some(*state)));
    let page = BoletoList {
        frame: staff.visit.frame(&app, Some(Place::ConsoleBoletos)),
        view: BoletoView::List,
        is_search: is_still_owed || is_overdue || search.state.is_some() || search.words.is_some(),
        states: states
            .chain([
                (OVERDUE_WORD, reader.t("boleto-overdue-state"), is_overdue),
                (STILL_OWED_WORD, reader.t(STILL_OWED), is_still_owed),
            ])
            .collect(),
        words,
        rows,
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `GET /console/boletos/{id}`
pub(super) async fn boleto(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(shown): Asked<ShownOne>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    page(&app, &staff, parse(&id)?, shown.written_off.is_some(), None).await
}

/// `POST /console/boletos/{id}/write-off`
pub(super) async fn write_off(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(choice): Posted<Choice>,
) -> Result<Response, Fault> {
    staff.must(Permission::SettleByHand)?;
    let id = parse(&id)?;
    let has_credit = app
        .read(move |tables| {
            let Some(boleto) = tables.boleto(id)? else { return Ok(None) };
            let closable = documents::closable(tables, &boleto)?;
            Ok(Some(closable.is_some_and(|closable| closable.debt == Debt::Released)))
        })
        .await?
        .ok_or_else(missing)?;
    let chosen = OnWriteOff::from_word(&choice.on_write_off);
    if has_credit && chosen.is_none() {
        return page(&app, &staff, id, false, Some(StatusCode::UNPROCESSABLE_ENTITY)).await;
    }
    let author = staff.visit.author(&staff.who.session);
    documents::write_off(&app, author, id, chosen).await?;
    super::show_what_was_done(&app).await;
    Ok(Redirect::to(&format!("{}/{id}?written_off=1", Place::ConsoleBoletos.url())).into_response())
}

/// The page of one boleto; with a status, the choice that its form asks for was missing.
async fn page(
    app: &Arc<App>,
    staff: &StaffIn,
    id: BoletoId,
    was_written_off: bool,
    missing_choice: Option<StatusCode>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let (asked, eyes) = (Arc::clone(app), reader.clone());
    let (boleto, row, quantity, found, closable, collected) = app
        .read(move |tables| {
            let Some(boleto) = tables.boleto(id)? else { return Ok(None) };
            let row = listed(&asked, tables, &eyes, &boleto)?;
            let purchase = boleto.purchase.map(|purchase| tables.purchase(purchase)).transpose()?.flatten();
            let quantity =
                purchase.map(|purchase| volume(eyes.locale, asked.config.brand.data_unit, purchase.quantity));
            let found = tables.findings_of(id)?;
            let found = found.into_iter().rev().map(|it: Finding| findings::listed(tables, &eyes, it));
            let found = found.collect::<Result<Vec<_>, _>>()?;
            let closable = documents::closable(tables, &boleto)?;
            let collected = collected::read(tables, &eyes, &boleto, &found)?;
            Ok(Some((boleto, row, quantity, found, closable, collected)))
        })
        .await?
        .ok_or_else(missing)?;
    let write_off = closable
        .filter(|_| staff.may(Permission::SettleByHand))
        .map(|closable| offered(&reader, closable, boleto.amount, missing_choice.is_some()));
    let may_settle = row.standing.is_still_owed && staff.may(Permission::SettleByHand);
    let settle_url = match (boleto.purchase, boleto.invoice) {
        (Some(purchase), _) => Some(format!("/console/purchases/{purchase}/settlement")),
        (None, Some(invoice)) => Some(format!("/console/invoices/{invoice}/payment")),
        (None, None) => None,
    };
    let page = BoletoPage {
        frame: staff.visit.frame(app, Some(Place::ConsoleBoletos)),
        id: boleto.id.to_string(),
        row,
        linha_digitavel: boleto.linha_digitavel,
        quantity,
        created_at: boleto.created_at,
        registered_at: boleto.registered_at,
        collected,
        findings: found,
        settle_url: settle_url.filter(|_| may_settle),
        write_off,
        was_written_off,
        is_choice_missing: missing_choice.is_some(),
        may_give_back: staff.may(Permission::SettleByHand),
        reader,
    };
    draw(missing_choice.unwrap_or(StatusCode::OK), &page)
}

/// What a write-off would do. What the pack says is chosen already, unless the form came back without any choice.
fn offered(reader: &Reader, closable: Closable, amount: Amount, was_missing: bool) -> WriteOff {
    let Closable { to, debt, said } = closable;
    let choices = OnWriteOff::ALL.iter().copied().filter(|rule| {
        // Of a boleto that is closed the debt is kept as it is: that would change nothing.
        debt == Debt::Released && (to.is_some() || *rule != OnWriteOff::KeepDebt)
    });
    let choices: Vec<Choosable> = choices
        .map(|rule| Choosable {
            word: rule.word(),
            label: reader.t(on_write_off_text(rule)),
            books: reader.t1(books_text(rule), "amount", reader.money(amount)),
            is_chosen: !was_missing && said == Some(rule),
        })
        .collect();
    WriteOff {
        tells_bank: to == Some(BoletoState::ToWriteOff),
        is_closed: to.is_none(),
        follows_pack: choices.iter().any(|choice| choice.is_chosen),
        choices,
        books: (debt == Debt::Billed)
            .then(|| reader.t1("write-off-books-bill", "amount", reader.money(amount))),
        waits: debt == Debt::Awaiting,
    }
}

/// What becomes of the credit of a boleto that is written off, in words.
pub(super) fn on_write_off_text(rule: OnWriteOff) -> &'static str {
    match rule {
        OnWriteOff::TakeBack => "on-write-off-take-back",
        OnWriteOff::KeepDebt => "on-write-off-keep-debt",
        OnWriteOff::Leave => "on-write-off-leave",
    }
}

/// What is booked then.
fn books_text(rule: OnWriteOff) -> &'static str {
    match rule {
        OnWriteOff::TakeBack => "write-off-books-take-back",
        OnWriteOff::KeepDebt => "write-off-books-keep-debt",
        OnWriteOff::Leave => "write-off-books-leave",
    }
}

fn listed(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    row: &BoletoRow,
) -> Result<BoletoListed, StoreError> {
    let due: Option<Date> = row.due_on.parse().ok();
    let today = day_of(&reader.zone, app.ledger.now());
    let document = tables.payer(row.customer)?.map(|payer| payer.document).unwrap_or_default();
    let otherwise = settlements::paid_otherwise(tables, row)?;
    Ok(BoletoListed {
        url: format!("{}/{}", Place::ConsoleBoletos.url(), row.id),
        nosso_numero: nosso_numero(app, row.our_number),
        our_number: row.our_number,
        customer: tables.customer(row.customer)?.map(|customer| customer.name).unwrap_or_default(),
        customer_url: format!("/console/customers/{}", row.customer),
        document: TaxId::parse(&document).map_or(document, |document| document.to_string()),
        amount: row.amount,
        due: due.and_then(|due| day_bounds(&reader.zone, due)).map(|bounds| bounds.from),
        standing: Standing {
            state: row.state,
            is_overdue: due.is_some_and(|due| due < today),
            is_still_owed: documents::is_still_owed(tables, row)?,
            paid_otherwise: otherwise.and_then(|paid| PaidBy::from_code(&paid.paid_by)),
        },
    })
}

/// The number as the bank prints it; ours, where the configuration names no bank.
pub(super) fn nosso_numero(app: &App, our_number: u64) -> String {
    let number = TitleNumber::new(our_number);
    let printed = app.config.bank.as_ref().and_then(|bank| bank.account.nosso_numero(number).ok());
    printed.map_or_else(|| our_number.to_string(), |nosso_numero| nosso_numero.printed().to_owned())
}

/// What somebody may have meant who typed these words.
fn meant(account: Option<&BillingAccount>, words: &str) -> BoletoWords {
    let has_letters = words.chars().any(char::is_alphabetic);
    BoletoWords {
        our_number: if has_letters { None } else { number_meant(account, words) },
        document: TaxId::parse(words).ok().map(|document| document.bare().to_owned()),
        name: has_letters.then(|| words.to_owned()),
    }
}

/// Our number, from itself or from a nosso número, with or without its check digit and signs.
pub(super) fn number_meant(account: Option<&BillingAccount>, words: &str) -> Option<u64> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let typed = digits(words);
    let pieces = (0..typed.len()).flat_map(|from| (from + 1..=typed.len()).map(move |to| (from, to)));
    let numbers = pieces.filter_map(|(from, to)| typed[from..to].parse::<u64>().ok());
    let is_of = |number: u64| {
        let nosso_numero = account?.nosso_numero(TitleNumber::new(number)).ok()?;
        let known = [nosso_numero.digits().to_owned(), digits(nosso_numero.printed())];
        known.contains(&typed).then_some(number)
    };
    numbers.filter_map(is_of).next().or_else(|| typed.parse().ok())
}

fn parse(id: &str) -> Result<BoletoId, Problem> {
    id.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::not_found("boleto")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::config::Bank;

    #[test]
    fn what_is_typed_finds_a_number() {
        let account = Bank::sample().expect("a bank").account;
        let nosso_numero = account.nosso_numero(TitleNumber::new(42)).expect("a number");
        for typed in ["42", " 42 ", nosso_numero.printed(), nosso_numero.digits()] {
            assert_eq!(number_meant(Some(&account), typed), Some(42), "{typed}");
        }
        assert_eq!(number_meant(None, "42"), Some(42));
        assert_eq!(number_meant(Some(&account), "-"), None);
        let words = meant(Some(&account), "529.982.247-25");
        assert_eq!((words.document.as_deref(), words.name), (Some("52998224725"), None));
        assert_eq!(meant(Some(&account), "João 2").name.as_deref(), Some("João 2"));
    }
}
