//! `/console/subscribers/import`: subscribers by file. First it is checked, and nothing is written; then it is taken, all of it or nothing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::tables::imports::ImportRow;

use super::kept_files::CheckedFile;
use super::must_change;
use super::subscribers::spoken_document;
use crate::app::App;
use crate::clock;
use crate::look::page::{
    ColumnLine, ImportCheck, ImportLine, ImportPage, ImportProgress, PreviewLine, WrongLine,
};
use crate::look::part::Place;
use crate::look::part::enrolment::{column_hint, column_name, unreadable_words, why_words};
use crate::look::{Locale, Reader};
use crate::portal::{Fault, Posted, PostedFile, StaffIn, draw};
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

/// The example, in both languages. Its documents are valid and nobody's.
const EXAMPLE_EN: &str = include_str!("../../assets/subscribers-en.csv");
const EXAMPLE_PT_BR: &str = include_str!("../../assets/subscribers-pt-BR.csv");

/// Which checked file is taken.
#[derive(Deserialize)]
pub(super) struct Taken {
    #[serde(default)]
    check: String,
}

/// `GET /console/subscribers/import`
pub(super) async fn page(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    must_change(&staff)?;
    choose(&app, &staff, None).await
}

/// `GET /console/subscribers/checks` and `/console/subscribers/imports`, where answers to forms stood: to the page of the forms.
pub(super) async fn again(_: StaffIn) -> Redirect {
    Redirect::to("/console/subscribers/import")
}

/// `GET /console/subscribers/import/example.csv`
pub(super) async fn example(staff: StaffIn) -> Response {
    let text = match staff.visit.reader().locale {
        Locale::En => EXAMPLE_EN,
        Locale::PtBr => EXAMPLE_PT_BR,
    };
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"subscribers.csv\"");
    // Spreadsheets take a file for UTF-8 if it begins with this mark.
    ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], format!("\u{feff}{text}")).into_response()
}

/// `POST /console/subscribers/checks`. Writes nothing.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    sent: Result<PostedFile, Fault>,
) -> Result<Response, Fault> {
    must_change(&staff)?;
    let too_long = |reader: &Reader| unreadable_words(reader, &Unreadable::TooLong);
    let file = match sent {
        Ok(PostedFile { name, bytes }) => {
            let name = name.chars().filter(|letter| !crate::customers::is_unprintable(*letter));
            CheckedFile { name: name.take(FILE_NAME_CHARS_MAX).collect(), bytes: bytes.into() }
        }
        Err(Fault(problem)) if problem.code == "too_large" => {
            return choose(&app, &staff, Some(too_long(staff.visit.reader()))).await;
        }
        Err(fault) => return Err(fault),
    };
    let (sheet, checked) = match look_through(&app, &file).await? {
        Ok(found) => found,
        Err(why) => return choose(&app, &staff, Some(unreadable_words(staff.visit.reader(), &why))).await,
    };
    show(&app, &staff, &file, &sheet, &checked)
}

/// `POST /console/subscribers/imports`
pub(super) async fn take(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(Taken { check }): Posted<Taken>,
) -> Result<Response, Fault> {
    must_change(&staff)?;
    let Some(file) = app.kept_files.find(staff.who.staff.id, &check) else {
        return choose(&app, &staff, Some(staff.visit.reader().t("import-gone"))).await;
    };
    let (sheet, checked) = match look_through(&app, &file).await? {
        Ok(found) => found,
        Err(why) => return choose(&app, &staff, Some(unreadable_words(staff.visit.reader(), &why))).await,
    };
    if !can_be_taken(&checked) {
        return show(&app, &staff, &file, &sheet, &checked);
    }
    let (author, now, name) = (staff.visit.author(&staff.who.session), clock::now(), file.name.clone());
    let rows = sheet.rows.clone();
    let written = app.write_or_refuse(move |tx| subscribers::import(tx, &checked, &name, &author, now)).await;
    let (no, intents) = match written {
        Ok(written) => written,
        // Somebody took one of the names since it was checked: the next check says which.
        Err(problem) if problem.code == "already_exists" => {
            let checked = app.read(move |tables| subscribers::check(tables, &rows)).await?;
            return show(&app, &staff, &file, &sheet, &checked);
        }
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

/// `GET /console/subscribers/imports/{no}`
pub(super) async fn progress(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
) -> Result<Response, Fault> {
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
        let checked = subscribers::check(tables, &sheet.rows)?;
        Ok(Ok((sheet, checked)))
    })
    .await
}

fn can_be_taken(checked: &Checked) -> bool {
    checked.wrong.is_empty() && !checked.newcomers.is_empty()
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

/// What a file comes to. One that can be taken is kept until somebody says so.
fn show(
    app: &Arc<App>,
    staff: &StaffIn,
    file: &CheckedFile,
    sheet: &Sheet,
    checked: &Checked,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let check = can_be_taken(checked).then(|| app.kept_files.keep(staff.who.staff.id, file.clone()));
    let status = if checked.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let wrong = checked.wrong.iter().take(WRONG_SHOWN).map(|row| wrong_line(&reader, &sheet.rows, row));
    let page = ImportCheck {
        frame: staff.visit.frame(app, Some(Place::ConsoleSubscribers)),
        file_name: file.name.clone(),
        check,
        rows: i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX),
        customers: i64::from(count(checked.newcomers.len())),
        lines: count(checked.lines()),
        known: checked.known.into(),
        is_latin1: sheet.is_latin1,
        wrong_count: count(checked.wrong.len()),
        wrong: wrong.collect(),
        preview: if checked.wrong.is_empty() { preview(app, &reader, checked) } else { Vec::new() },
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
