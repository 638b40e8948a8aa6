//! `/console/boletos/files`: the remittance out, the return in, and all that went before.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use brazil::cnab::{CnabError, FILE_BYTES_MAX};
use serde::Deserialize;

use super::findings;
use crate::app::App;
use crate::documents::{self, Loaded, ReturnError};
use crate::look::Reader;
use crate::look::page::boletos::{BankFiles, BoletoView, RemittanceFile, ReturnLoaded, ReturnTaken};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, PostedFile, StaffIn, draw};
use crate::problem::Problem;

/// Files of each kind that are listed.
const FILES: u32 = 50;
/// Characters of a file's name that are shown.
const NAME_CHARS_MAX: usize = 80;
/// Most bytes of a return with what a form puts around it.
pub(super) const BODY_BYTES_MAX: usize = FILE_BYTES_MAX + 64 * 1024;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// The number of the remittance that was just made; 0 if there was nothing to tell.
    made: Option<u32>,
}

/// The button alone.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `GET /console/boletos/files`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeFinance)?;
    let files = files(&app, &staff, shown.made, None).await?;
    draw(StatusCode::OK, &files)
}

/// `POST /console/boletos/remittances`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::KeepBankFiles)?;
    let remitted = documents::send_remittance(&app, staff.visit.author(&staff.who.session)).await?;
    if remitted.left_out.is_empty() {
        let number = remitted.file.map_or(0, |file| file.file_number);
        return Ok(Redirect::to(&format!("{}?made={number}", BoletoView::Files.url())).into_response());
    }
    // What could not be told is known now only: it is said at once.
    let number = remitted.file.map(|file| file.file_number);
    let mut files = files(&app, &staff, number, None).await?;
    files.left_out = remitted.left_out.into_iter().map(|left| (left.boleto.our_number, left.why)).collect();
    draw(StatusCode::OK, &files)
}

/// `GET /console/boletos/remittances/{number}`
pub(super) async fn remittance(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(number): Path<u32>,
) -> Result<Response, Fault> {
    // It holds names and addresses of all who are to pay.
    staff.must(Permission::KeepBankFiles)?;
    let file = app.read(move |tables| tables.remittance(number)).await?;
    let file = file.ok_or_else(|| Problem::not_found("remittance"))?;
    let name = format!("attachment; filename=\"remittance-{number:06}.rem\"");
    let headers = [(CONTENT_TYPE, "text/plain; charset=us-ascii".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, file.body).into_response())
}

/// `POST /console/boletos/returns`
pub(super) async fn take(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    file: PostedFile,
) -> Result<Response, Fault> {
    staff.must(Permission::KeepBankFiles)?;
    let reader = staff.visit.reader().clone();
    let author = staff.visit.author(&staff.who.session);
    let PostedFile { name, bytes } = file;
    let loaded = match documents::load(&app, author, bytes).await? {
        Ok(loaded) => loaded,
        Err(refused) => {
            let words = in_words(&reader, &refused);
            let files = files(&app, &staff, None, Some(words)).await?;
            return draw(StatusCode::UNPROCESSABLE_ENTITY, &files);
        }
    };
    super::show_what_was_done(&app).await;
    let Loaded { file_number, loaded_before, findings: found, .. } = &loaded;
    let (number, loaded_before, found) = (*file_number, *loaded_before, found.clone());
    let eyes = reader.clone();
    let found = app
        .read(move |tables| {
            found
                .iter()
                .map(|finding| findings::listed(tables, &eyes, finding.clone()))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let page = ReturnTaken {
        frame: staff.visit.frame(&app, Some(Place::ConsoleBoletos)),
        view: BoletoView::Files,
        file_name: name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect(),
        number,
        loaded_before,
        figures: vec![
            ("return-registered", count(loaded.registered)),
            ("return-paid", count(loaded.paid)),
            ("return-written-off", count(loaded.written_off)),
            ("return-unchanged", count(loaded.unchanged)),
            ("findings", count(loaded.findings.len())),
        ],
        findings: found,
        reader,
    };
    draw(StatusCode::OK, &page)
}

async fn files(
    app: &Arc<App>,
    staff: &StaffIn,
    made: Option<u32>,
    problem: Option<String>,
) -> Result<BankFiles, Problem> {
    let (waiting, remittances, returns) = app
        .read(|tables| {
            Ok((documents::waiting(tables)?, tables.remittances(FILES)?, tables.bank_returns(FILES)?))
        })
        .await?;
    let remittances: Vec<RemittanceFile> = remittances
        .into_iter()
        .map(|row| RemittanceFile {
            number: row.file_number,
            created_at: row.created_at,
            titles: row.titles,
            url: format!("{}/remittances/{}", Place::ConsoleBoletos.url(), row.file_number),
        })
        .collect();
    let made = made.and_then(|number| remittances.iter().find(|file| file.number == number));
    let reader = staff.visit.reader().clone();
    let said = |file: &RemittanceFile| {
        let number = ("number", file.number.to_string());
        (reader.tn_with("remittance-made", file.titles, [number]), file.url.clone())
    };
    Ok(BankFiles {
        made: made.map(said),
        frame: staff.visit.frame(app, Some(Place::ConsoleBoletos)),
        view: BoletoView::Files,
        has_bank: app.config.bank.is_some(),
        may_change: staff.may(Permission::KeepBankFiles),
        waiting,
        left_out: Vec::new(),
        remittances,
        returns: returns
            .into_iter()
            .map(|row| ReturnLoaded {
                number: row.file_number,
                loaded_at: row.loaded_at,
                titles: row.entries,
            })
            .collect(),
        problem,
        reader,
    })
}

/// Why a return was refused.
fn in_words(reader: &Reader, refused: &ReturnError) -> String {
    match refused {
        ReturnError::NumberKnown { file_number, loaded_at } => {
            let (number, time) = (file_number.to_string(), reader.date_time(*loaded_at));
            reader.t2("return-number-known", "number", number, "time", time)
        }
        ReturnError::Cnab(error) => cnab_words(reader, error),
        ReturnError::Store(_) => reader.t("return-unreadable"),
    }
}

fn cnab_words(reader: &Reader, error: &CnabError) -> String {
    match error {
        CnabError::Empty => reader.t("return-empty"),
        CnabError::TooLong { .. } => reader.t("return-too-long"),
        CnabError::Truncated { line } => reader.t1("return-truncated", "line", line),
        CnabError::OtherBank { found, wanted, .. } => {
            reader.t2("return-other-bank", "found", found, "wanted", wanted.digits())
        }
        CnabError::OtherAccount { found, .. } => reader.t1("return-other-account", "found", found),
        CnabError::Direction { .. } => reader.t("return-is-remittance"),
        CnabError::BankWithoutLayout { bank } => reader.t1("return-no-layout", "bank", bank.digits()),
        error => match error.place() {
            Some((line, column)) => reader.t2("return-bad-line", "line", line, "column", column),
            None => reader.t("return-unreadable"),
        },
    }
}
