//! `/console/subscribers/import` and `/console/customers/import`: people by file. First a file is checked, and nothing is written; then it
//! is taken, all of it or nothing. What stands in a file and what becomes of it is said by an [`Imported`] kind.

mod customers;
mod draw;
mod subscribers;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::tables::imports::{ImportKind, ImportRow};
use store::tables::intents::Intent;
use store::{Reader as TablesReader, StoreError, Tx};

use super::kept_files::CheckedFile;
use crate::app::App;
use crate::audit::Author;
use crate::look::page::{ImportAsk, ImportTable, ImportWords};
use crate::look::part::Place;
use crate::look::part::enrolment::{unreadable_words, wrong_csv};
use crate::look::{Locale, Reader};
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, PostedFile, StaffIn};
use crate::problem::Problem;
use crate::sheets::{self, FILE_BYTES_MAX, RowWrong, Sheet, SheetColumn, Unreadable};
pub(super) use customers::Customers;
pub(super) use subscribers::Subscribers;

/// The most that is read of what a browser sends with a file. A file that is too long is told so on the page, up to here.
pub(super) const BODY_BYTES_MAX: usize = 4 * FILE_BYTES_MAX;
/// Longest name of a file that is kept, in characters.
const FILE_NAME_CHARS_MAX: usize = 120;
/// The checked file is not kept any more.
const GONE: &str = "gone";
/// The file was too long to be kept.
const TOO_LONG: &str = "length";

/// A kind of people that come by file.
pub(super) trait Imported: Send + Sync + 'static {
    /// What stands in a row.
    type Column: SheetColumn;
    /// What rows come to.
    type Checked: Send + 'static;

    /// As the tables call it.
    const KIND: ImportKind;
    /// The list in which these people stand.
    const PLACE: Place;
    /// The words of its pages.
    const WORDS: ImportWords;
    /// The example in English and in Portuguese, each with its name. What stands in them is nobody's.
    const EXAMPLES: [(&'static str, &'static str); 2];

    /// What a column is for and how it is written.
    fn hint(app: &App, reader: &Reader, column: Self::Column) -> String;

    /// What the rows come to.
    fn check(
        app: &App,
        tables: &TablesReader<'_>,
        sheet: &Sheet<Self::Column>,
    ) -> Result<Self::Checked, StoreError>;

    /// What is wrong with the rows.
    fn wrong(checked: &Self::Checked) -> &[RowWrong<Self::Column>];

    /// How many are new, and how many rows are here already.
    fn counts(checked: &Self::Checked) -> Counts;

    /// Which rows are left out though nobody of their e-mail or id is here, in words; nothing where there are none.
    fn remembered(_reader: &Reader, _checked: &Self::Checked) -> Option<String> {
        None
    }

    /// What whoever takes it must be allowed to do beside writing people down.
    fn needs(checked: &Self::Checked) -> Option<Permission>;

    /// What is asked before it is taken.
    fn ask(app: &App, reader: &Reader, checked: &Self::Checked) -> ImportAsk;

    /// The first of those who are new.
    fn preview(app: &App, reader: &Reader, checked: &Self::Checked) -> ImportTable;

    /// Makes ready what is to be written: its intents, and the writing itself, which answers with the import's number.
    fn prepare(
        app: &App,
        checked: Self::Checked,
        file_name: &str,
        taken: &Taken,
        author: Author,
    ) -> Result<Writing, Problem>;

    /// Tells others of the program that these people are coming.
    fn announce(app: &App);

    /// What a file brought beside its customers, column by column.
    fn brought(app: &App, reader: &Reader, import: &ImportRow) -> Vec<String>;

    /// How far the book is with it, and what it came to at the end.
    fn told(app: &App, reader: &Reader, import: &ImportRow, done: i64) -> String;
}

/// Writes a file's people down; the import's number and what the book is asked.
pub(super) type Writing = Box<dyn Fn(&Tx<'_>) -> Result<(u32, Vec<Intent>), Problem> + Send + 'static>;

/// What a file comes to in numbers.
#[derive(Clone, Copy)]
pub(super) struct Counts {
    /// Customers who are new.
    pub(super) newcomers: usize,
    /// Rows that are here already.
    pub(super) known: u32,
}

/// A file that was read, and what its rows come to.
struct Looked<K: Imported> {
    sheet: Sheet<K::Column>,
    checked: K::Checked,
}

impl<K: Imported> Looked<K> {
    fn is_right(&self) -> bool {
        self.sheet.heading.is_empty() && K::wrong(&self.checked).is_empty()
    }

    fn can_be_taken(&self) -> bool {
        self.is_right() && K::counts(&self.checked).newcomers > 0
    }
}

/// Which checked file is taken, and how.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Taken {
    check: String,
    pub(super) welcome: Option<String>,
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

/// `GET …/import`
pub(super) async fn page<K: Imported>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Chosen { problem }): Asked<Chosen>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let reader = staff.visit.reader();
    let words = match problem.as_str() {
        GONE => Some(reader.t("import-gone")),
        TOO_LONG => Some(unreadable_words::<K::Column>(reader, &Unreadable::TooLong)),
        _ => None,
    };
    draw::choose::<K>(&app, &staff, words).await
}

/// `GET …/checks` and `…/imports`, to which forms are sent: to the page of the forms.
pub(super) async fn again<K: Imported>(staff: StaffIn) -> Result<Redirect, Fault> {
    staff.must(Permission::SeeCustomers)?;
    Ok(Redirect::to(&page_url::<K>()))
}

/// `GET …/import/example.csv`
pub(super) async fn example<K: Imported>(
    staff: StaffIn,
    Asked(Example { language }): Asked<Example>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let asked = language.as_deref().and_then(Locale::from_tag);
    let [english, portuguese] = K::EXAMPLES;
    let (text, name) = match asked.unwrap_or(staff.visit.reader().locale) {
        Locale::En => english,
        Locale::PtBr => portuguese,
    };
    Ok(csv_file(name, text).into_response())
}

/// `POST …/checks`. Keeps the file for its check, which has an address of its own, and writes nothing.
pub(super) async fn check<K: Imported>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    sent: Result<PostedFile, Fault>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let PostedFile { name, bytes } = match sent {
        Ok(sent) if sent.bytes.len() <= FILE_BYTES_MAX => sent,
        Ok(_) => return Ok(choose_again::<K>(TOO_LONG)),
        Err(Fault(problem)) if problem.code == "too_large" => return Ok(choose_again::<K>(TOO_LONG)),
        Err(fault) => return Err(fault),
    };
    let name = name.chars().filter(|letter| !crate::customers::is_unprintable(*letter));
    let file = CheckedFile { name: name.take(FILE_NAME_CHARS_MAX).collect(), bytes: bytes.into() };
    Ok(to_check::<K>(&app.kept_files.keep(staff.who.staff.id, file)))
}

/// `GET …/checks/{check}`
pub(super) async fn checked<K: Imported>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(check): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let Some(file) = app.kept_files.find(staff.who.staff.id, &check) else {
        return Ok(choose_again::<K>(GONE));
    };
    match look_through::<K>(&app, &file).await? {
        Ok(looked) => draw::check(&app, &staff, &check, &file, &looked),
        Err(why) => draw::choose::<K>(&app, &staff, Some(unreadable_words(staff.visit.reader(), &why))).await,
    }
}

/// `GET …/checks/{check}/errors.csv`: all that is wrong with the rows, to be put right beside them.
pub(super) async fn errors<K: Imported>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(check): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let Some(file) = app.kept_files.find(staff.who.staff.id, &check) else {
        return Ok(choose_again::<K>(GONE));
    };
    let Ok(looked) = look_through::<K>(&app, &file).await? else { return Ok(to_check::<K>(&check)) };
    let text = wrong_csv(staff.visit.reader(), &looked.sheet, K::wrong(&looked.checked));
    Ok(csv_file("errors.csv", &text).into_response())
}

/// `POST …/imports`. What cannot be taken goes back to its check, which says why.
pub(super) async fn take<K: Imported>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(taken): Posted<Taken>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let check = &taken.check;
    let Some(file) = app.kept_files.find(staff.who.staff.id, check) else {
        return Ok(choose_again::<K>(GONE));
    };
    let looked = match look_through::<K>(&app, &file).await? {
        Ok(looked) if looked.can_be_taken() => looked,
        Ok(_) | Err(_) => return Ok(to_check::<K>(check)),
    };
    K::needs(&looked.checked).map_or(Ok(()), |needed| staff.must(needed))?;
    let author = staff.visit.author(&staff.who.session);
    let writing = K::prepare(&app, looked.checked, &file.name, &taken, author)?;
    let (no, intents) = match app.write_or_refuse(move |tx| writing(tx)).await {
        Ok(written) => written,
        // Somebody took one of the names since it was checked: the next check says which.
        Err(problem) if problem.code == "already_exists" => return Ok(to_check::<K>(check)),
        Err(problem) => return Err(problem.into()),
    };
    app.kept_files.forget(check);
    K::announce(&app);
    let sending = Arc::clone(&app);
    tokio::spawn(async move {
        if let Err(problem) = crate::intents::send_in_portions(&sending, &intents).await {
            tracing::warn!(import = no, code = problem.code, "the book takes the rest of an import later");
        }
    });
    Ok(Redirect::to(&format!("{}/imports/{no}", K::PLACE.url())).into_response())
}

/// `GET …/imports/{no}`
pub(super) async fn progress<K: Imported>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let found = app
        .read(move |tables| {
            let Some(import) = tables.import(K::KIND, no)? else { return Ok(None) };
            let open = tables.open_intents_of(&import)?;
            Ok(Some((import, open)))
        })
        .await?;
    let (import, open) = found.ok_or_else(|| Problem::not_found("import"))?;
    draw::progress::<K>(&app, &staff, &import, open)
}

/// Reads and checks a file, away from the async threads.
async fn look_through<K: Imported>(
    app: &Arc<App>,
    file: &CheckedFile,
) -> Result<Result<Looked<K>, Unreadable<K::Column>>, Problem> {
    let (bytes, looking) = (Arc::clone(&file.bytes), Arc::clone(app));
    app.read(move |tables| {
        let sheet = match sheets::read(&bytes) {
            Ok(sheet) => sheet,
            Err(why) => return Ok(Err(why)),
        };
        let checked = K::check(&looking, tables, &sheet)?;
        Ok(Ok(Looked { sheet, checked }))
    })
    .await
}

fn page_url<K: Imported>() -> String {
    format!("{}/import", K::PLACE.url())
}

fn to_check<K: Imported>(check: &str) -> Response {
    Redirect::to(&format!("{}/checks/{check}", K::PLACE.url())).into_response()
}

fn choose_again<K: Imported>(problem: &str) -> Response {
    Redirect::to(&format!("{}?problem={problem}", page_url::<K>())).into_response()
}

/// A file of this name. Spreadsheets take it for UTF-8 because it begins with a mark.
fn csv_file(name: &str, text: &str) -> ([(HeaderName, HeaderValue); 2], String) {
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let name = name.unwrap_or(HeaderValue::from_static("attachment"));
    ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], format!("\u{feff}{text}"))
}
