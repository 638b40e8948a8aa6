//! `/console/subscribers/import`: subscribers by file. First it is checked, and nothing is written; then it is taken, all of it or nothing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::tables::imports::ImportRow;

use super::kept_files::CheckedFile;
use super::subscribers::spoken_document;
use crate::app::App;
use crate::clock;
use crate::look::page::{
    ColumnLine, ImportCheck, ImportLine, ImportPage, ImportProgress, PreviewLine, WrongLine,
};
use crate::look::part::Place;
use crate::look::part::enrolment::{column_hint, column_name, unreadable_words, why_words};
use crate::look::{Locale, Reader};
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, PostedFile, StaffIn, draw};
use crate::problem::Problem;
use crate::subscribers::{self, Checked, Column, FILE_BYTES_MAX, ROWS_MAX, Row, RowWrong, Sheet, Unreadable};

/// The most that is read of what a browser sends with a file. A file that is too long is told so on the page, up to here.
pub(super) const BODY_BYTES_MAX: usize = 4 * FILE_BYTES_MAX;
/// Things that are shown of all that is wrong with a file.
const WRONG_SHOWN: usize = 200;
/// Lines that are shown of all that a file would make.
const PREVIEW_SHOWN: usize = 5;
/// Imports that are listed.
const IMPORTS_SHOWN: u32 = 10;
/// Longest name of a file that is kept, in characters.
const FILE_NAME_CHARS_MAX: usize = 120;
/// Characters that are shown of what stands in a column.
const VALUE_CHARS_MAX: usize = 60;

/// Where a file is chosen.
const PAGE: &str = "/console/subscribers/import";
/// The checked file is not kept any more.
const GONE: &str = "gone";
/// The file was too long to be kept.
const TOO_LONG: &str = "length";

/// The example, in both languages. Its documents are valid and nobody's.
const EXAMPLE_EN: &str = include_str!("../../assets/subscribers-en.csv");
const EXAMPLE_PT_BR: &str = include_str!("../../assets/subscribers-pt-BR.csv");

/// Which checked file is taken.
#[derive(Deserialize)]
pub(super) struct Taken {
    #[serde(default)]
    check: String,
}

/// What is said on the page where a file is chosen.
#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    problem: String,
}

/// Which example is wanted; the reader's own if nothing is said.
#[derive(Deserialize)]
pub(super) struct Example {
    language: Option<String>,
}

/// `GET /console/subscribers/import`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Chosen { problem }): Asked<Chosen>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let reader = staff.visit.reader();
    let words = match problem.as_str() {
        GONE => Some(reader.t("import-gone")),
        TOO_LONG => Some(unreadable_words(reader, &Unreadable::TooLong)),
        _ => None,
    };
    choose(&app, &staff, words).await
}

/// `GET /console/subscribers/checks` and `/console/subscribers/imports`, to which forms are sent: to the page of the forms.
pub(super) async fn again(staff: StaffIn) -> Result<Redirect, Fault> {
    staff.must(Permission::SeeCustomers)?;
    Ok(Redirect::to(PAGE))
}

/// `GET /console/subscribers/import/example.csv`
pub(super) async fn example(
    staff: StaffIn,
    Asked(Example { language }): Asked<Example>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let asked = language.as_deref().and_then(Locale::from_tag);
    let (text, name) = match asked.unwrap_or(staff.visit.reader().locale) {
        Locale::En => (EXAMPLE_EN, "attachment; filename=\"subscribers.csv\""),
        Locale::PtBr => (EXAMPLE_PT_BR, "attachment; filename=\"assinantes.csv\""),
    };
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_static(name);
    // Spreadsheets take a file for UTF-8 if it begins with this mark.
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], format!("\u{feff}{text}")).into_response())
}

/// `POST /console/subscribers/checks`. Keeps the file for its check, which has an address of its own, and writes nothing.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    sent: Result<PostedFile, Fault>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let PostedFile { name, bytes } = match sent {
        Ok(sent) if sent.bytes.len() <= FILE_BYTES_MAX => sent,
        Ok(_) => return Ok(choose_again(TOO_LONG)),
        Err(Fault(problem)) if problem.code == "too_large" => return Ok(choose_again(TOO_LONG)),
        Err(fault) => return Err(fault),
    };
    let name = name.chars().filter(|letter| !crate::customers::is_unprintable(*letter));
    let file = CheckedFile { name: name.take(FILE_NAME_CHARS_MAX).collect(), bytes: bytes.into() };
    Ok(to_check(&app.kept_files.keep(staff.who.staff.id, file)))
}

/// `GET /console/subscribers/checks/{check}`
pub(super) async fn checked(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(check): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let Some(file) = app.kept_files.find(staff.who.staff.id, &check) else { return Ok(choose_again(GONE)) };
    match look_through(&app, &file).await? {
        Ok((sheet, checked)) => show(&app, &staff, &check, &file, &sheet, &checked),
        Err(why) => choose(&app, &staff, Some(unreadable_words(staff.visit.reader(), &why))).await,
    }
}

/// `POST /console/subscribers/imports`. What cannot be taken goes back to its check, which says why.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(Taken { check }): Posted<Taken>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let Some(file) = app.kept_files.find(staff.who.staff.id, &check) else { return Ok(choose_again(GONE)) };
    let checked = match look_through(&app, &file).await? {
        Ok((sheet, checked)) if can_be_taken(&sheet, &checked) => checked,
        Ok(_) | Err(_) => return Ok(to_check(&check)),
    };
    let (author, now, name) = (staff.visit.author(&staff.who.session), clock::now(), file.name.clone());
    let written = app.write_or_refuse(move |tx| subscribers::import(tx, &checked, &name, &author, now)).await;
    let (no, intents) = match written {
        Ok(written) => written,
        // Somebody took one of the names since it was checked: the next check says which.
        Err(problem) if problem.code == "already_exists" => return Ok(to_check(&check)),
        Err(problem) => return Err(problem.into()),
    };
    app.kept_files.forget(&check);
    let sending = Arc::clone(&app);
    tokio::spawn(async move {
        if let Err(problem) = subscribers::send(&sending, &intents).await {
            tracing::warn!(import = no, code = problem.code, "the book takes the rest of an import later");
        }
    });
    Ok(Redirect::to(&format!("/console/subscribers/imports/{no}")).into_response())
}

fn to_check(check: &str) -> Response {
    Redirect::to(&format!("/console/subscribers/checks/{check}")).into_response()
}

fn choose_again(problem: &str) -> Response {
    Redirect::to(&format!("{PAGE}?problem={problem}")).into_response()
}

/// `GET /console/subscribers/imports/{no}`
pub(super) async fn progress(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let found = app
        .read(move |tables| {
            let Some(import) = tables.import(no)? else { return Ok(None) };
            let open = tables.open_intents_of(&import)?;
            Ok(Some((import, open)))
        })
        .await?;
    let (import, open) = found.ok_or_else(|| Problem::not_found("import"))?;
    let all = i64::from(import.intents);
    let page = ImportProgress {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleSubscribers)),
        done: (all - i64::from(open)).max(0),
        all,
        import: line(import),
    };
    draw(StatusCode::OK, &page)
}

/// Reads and checks a file, away from the async threads.
async fn look_through(
    app: &Arc<App>,
    file: &CheckedFile,
) -> Result<Result<(Sheet, Checked), Unreadable>, Problem> {
    let bytes = Arc::clone(&file.bytes);
    app.read(move |tables| {
        let sheet = match subscribers::read(&bytes) {
            Ok(sheet) => sheet,
            Err(why) => return Ok(Err(why)),
        };
        let checked = subscribers::check_sheet(tables, &sheet)?;
        Ok(Ok((sheet, checked)))
    })
    .await
}

fn can_be_taken(sheet: &Sheet, checked: &Checked) -> bool {
    sheet.heading.is_empty() && checked.wrong.is_empty() && !checked.newcomers.is_empty()
}

async fn choose(app: &Arc<App>, staff: &StaffIn, problem: Option<String>) -> Result<Response, Fault> {
    let imports = app.read(|tables| tables.imports(None, IMPORTS_SHOWN)).await?.rows;
    let reader = staff.visit.reader().clone();
    let names = |column: Column| {
        let mut names = vec![column.name(), column.portuguese()];
        if reader.locale == Locale::PtBr {
            names.reverse();
        }
        names.dedup();
        names
    };
    let columns = Column::ALL.map(|column| ColumnLine {
        names: names(column),
        is_required: column.is_required(),
        hint: column_hint(&reader, column),
    });
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ImportPage {
        frame: staff.visit.frame(app, Some(Place::ConsoleSubscribers)),
        problem,
        columns: columns.to_vec(),
        rows_max: i64::try_from(ROWS_MAX).unwrap_or(i64::MAX),
        megabytes_max: u32::try_from(FILE_BYTES_MAX / (1024 * 1024)).unwrap_or(u32::MAX),
        imports: imports.into_iter().map(line).collect(),
        reader,
    };
    draw(status, &page)
}

fn line(import: ImportRow) -> ImportLine {
    ImportLine {
        url: format!("/console/subscribers/imports/{}", import.import_no),
        file_name: import.file_name,
        at: import.created_at,
        customers: import.customers.into(),
        lines: import.lines.into(),
        known: import.known.into(),
    }
}

/// What a file comes to.
fn show(
    app: &Arc<App>,
    staff: &StaffIn,
    check: &str,
    file: &CheckedFile,
    sheet: &Sheet,
    checked: &Checked,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let is_right = sheet.heading.is_empty() && checked.wrong.is_empty();
    let status = if is_right { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let heading = sheet.heading.iter().take(WRONG_SHOWN).map(|why| unreadable_words(&reader, why));
    let wrong = checked.wrong.iter().take(WRONG_SHOWN).map(|row| wrong_line(&reader, &sheet.rows, row));
    let page = ImportCheck {
        frame: staff.visit.frame(app, Some(Place::ConsoleSubscribers)),
        file_name: file.name.clone(),
        check: can_be_taken(sheet, checked).then(|| check.to_owned()),
        heading: heading.collect(),
        rows: i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX),
        customers: i64::from(count(checked.newcomers.len())),
        lines: count(checked.lines()),
        known: checked.known.into(),
        is_latin1: sheet.is_latin1,
        wrong_count: count(checked.wrong.len() + sheet.heading.len()),
        wrong: wrong.collect(),
        preview: if is_right { preview(app, &reader, checked) } else { Vec::new() },
        reader,
    };
    draw(status, &page)
}

fn wrong_line(reader: &Reader, rows: &[Row], wrong: &RowWrong) -> WrongLine {
    let row = rows.binary_search_by_key(&wrong.line, |row| row.line).ok().map(|index| &rows[index]);
    let value = match (row, wrong.wrong.column) {
        (Some(row), Some(column)) => row.draft[column].chars().take(VALUE_CHARS_MAX).collect(),
        _ => String::new(),
    };
    WrongLine {
        line: wrong.line,
        column: wrong.wrong.column.map(|column| column_name(reader, column)).unwrap_or_default(),
        value,
        words: why_words(reader, &wrong.wrong.why),
    }
}

fn preview(app: &App, reader: &Reader, checked: &Checked) -> Vec<PreviewLine> {
    let sold = app.sold();
    let lines = checked.newcomers.iter().flat_map(|newcomer| {
        newcomer.subscriptions.iter().map(move |subscription| (&newcomer.person, subscription))
    });
    let shown = lines.take(PREVIEW_SHOWN).map(|(person, subscription)| PreviewLine {
        name: person.name.clone(),
        document: spoken_document(&person.document),
        plan: sold.plan(subscription.plan_no).map(|plan| plan.name.clone()).unwrap_or_default(),
        access_login: subscription.access_login.clone(),
        anchor_day: subscription.anchor_day,
        used: reader.volume(subscription.used),
    });
    shown.collect()
}
