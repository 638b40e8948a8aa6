//! `saldo subscriber`: an internet provider's subscribers by file, as the console takes them. Works beside a running server, which opens
//! the lines within half a minute; if none runs, the next start does.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use jiff::tz::TimeZone;

use super::customer::failure;
use super::folder;
use super::screen::Screen;
use crate::audit::Author;
use crate::clock;
use crate::config::Config;
use crate::look::part::enrolment::{row_words, unreadable_words};
use crate::look::{Locale, Reader};
use crate::problem::Problem;
use crate::sheets::{self, FILE_BYTES_MAX};
use crate::subscribers::{self, Checked, Sheet};

/// Things that are listed of all that is wrong with a file.
const WRONG_LISTED: usize = 1_000;

pub(super) const HELP: &str = "\
Examples:
  saldo subscriber import clientes.csv --check   say what is wrong, row by row, and write nothing
  saldo subscriber import clientes.csv           import all of it, or nothing if a row is wrong

Both work while the server runs; the same file again changes nothing. docs/operate/subscribers.md has the columns.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Import subscribers with their lines from a CSV file: all of it, or nothing.
    Import {
        /// The file, in UTF-8 or Latin-1.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only check it.
        #[arg(long)]
        check: bool,
    },
}

/// Does what was asked.
pub(super) fn run(command: Command, config: &Config, screen: &Screen) -> anyhow::Result<()> {
    let Command::Import { file, check } = command;
    let reader = Reader::new(Locale::En, TimeZone::UTC);
    let bytes = read(&file)?;
    let sheet = sheets::read(&bytes).map_err(|why| anyhow::anyhow!(unreadable_words(&reader, &why)))?;
    let tables = folder::open_tables(config)?;
    let checked = tables.read(|tables| subscribers::check_sheet(tables, &sheet))?;
    tell(&sheet, &checked, &reader, screen)?;
    if check || checked.newcomers.is_empty() {
        screen.good("Nothing was written.");
        return Ok(());
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let now = clock::now();
    let import = tables
        .write(|tx| subscribers::import(tx, &checked, &name, &Author::operator(), now).map(|(no, _)| no));
    let no = import.map_err(|problem: Problem| failure(problem))?;
    screen.pair("import", no);
    screen.line("The lines are opened by the running server within half a minute, or at its next start.");
    Ok(())
}

/// What the file comes to; a failure if anything is wrong with it.
fn tell(sheet: &Sheet, checked: &Checked, reader: &Reader, screen: &Screen) -> anyhow::Result<()> {
    if sheet.is_latin1 {
        screen.line("The file is not UTF-8 and was read as Latin-1.");
    }
    screen.pair("rows", sheet.rows.len());
    screen.pair("known", checked.known);
    if checked.wrong.is_empty() && sheet.heading.is_empty() {
        screen.pair("customers", checked.newcomers.len());
        screen.pair("lines", checked.lines());
        return Ok(());
    }
    for why in sheet.heading.iter().take(WRONG_LISTED) {
        screen.bad(&unreadable_words(reader, why));
    }
    for row in checked.wrong.iter().take(WRONG_LISTED) {
        screen.bad(&row_words(reader, row));
    }
    bail!("nothing was written: {} to correct", checked.wrong.len() + sheet.heading.len());
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let length = std::fs::metadata(path).with_context(|| format!("reading {}", path.display()))?.len();
    if usize::try_from(length).unwrap_or(usize::MAX) > FILE_BYTES_MAX {
        bail!("{} is longer than {FILE_BYTES_MAX} bytes; split it", path.display());
    }
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}
