//! `saldo bank`: files for the bank and from it. Works beside a running server, which books what was paid within half a minute; if
//! none runs, the next start does.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use brazil::cnab::FILE_BYTES_MAX;
use clap::Subcommand;
use money::BoletoId;
use store::Tx;
use store::tables::bank::{Finding, RemittanceRow};
use store::tables::lines::OnWriteOff;

use super::Outcome;
use super::folder;
use super::screen::Screen;
use crate::audit::Author;
use crate::config::{Bank, Config};
use crate::problem::Problem;
use crate::{clock, documents, private};

/// Findings listed, newest first.
const FINDINGS_MAX: u32 = 200;

pub(super) const HELP: &str = "\
Examples:
  saldo bank remittance --to outgoing       a CNAB 240 file of all that the bank was not told yet
  saldo bank remittance --again 7           the file of that number once more, as it was
  saldo bank return CBR6431122.RET          take what the bank says; the same file again changes nothing
  saldo bank findings                       what a person must look at: paid twice, another value, refused titles
  saldo bank write-off 12                   nobody is to pay boleto 12 any more; its credit as the pack says

All of them work while the server runs. Exit code 4 means that it was done and something waits for a person.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Write a file of all boletos that the bank is to register or to write off, and say that it was told.
    Remittance {
        /// The folder in which to write it, as remittance-000007.rem.
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        to: PathBuf,
        /// The number of a file that was made before, to have it once more.
        #[arg(long, value_name = "NUMBER")]
        again: Option<u32>,
    },
    /// Take a return file of the bank: boletos registered, paid, refused.
    Return {
        /// The file, as the bank gave it.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List what the bank's files brought that a person must look at, newest first.
    Findings,
    /// Write a boleto off that nobody is to pay any more. The bank is told with the next remittance, if it holds the title.
    WriteOff {
        /// The boleto: its number here, or its id, bol_….
        #[arg(value_name = "BOLETO")]
        boleto: String,
        /// What becomes of credit that was released: take_back, keep_debt or leave. As the pack says, if it is not given.
        #[arg(long, value_name = "WHAT", value_parser = on_write_off)]
        on_write_off: Option<OnWriteOff>,
    },
}

/// Does what was asked.
pub(super) fn run(command: Command, config: &Config, screen: &Screen) -> anyhow::Result<Outcome> {
    match command {
        Command::Remittance { to, again: None } => remittance(config, &to, screen),
        Command::Remittance { to, again: Some(number) } => again(config, &to, number, screen),
        Command::Return { file } => take(config, &file, screen),
        Command::Findings => findings(config, screen),
        Command::WriteOff { boleto, on_write_off } => write_off(config, &boleto, on_write_off, screen),
    }
}

fn remittance(config: &Config, to: &Path, screen: &Screen) -> anyhow::Result<Outcome> {
    let bank = bank(config)?;
    if !to.is_dir() {
        bail!("{} is no folder", to.display());
    }
    let tables = folder::open_tables(config)?;
    let (zone, now) = (&config.brand.time_zone, clock::now());
    let remitted = tables.write(|tx| documents::remit(tx, bank, zone, &Author::operator(), now))?;
    match &remitted.file {
        Some(file) => write(file, to, screen)?,
        None => screen.good("There is nothing to send."),
    }
    for left_out in &remitted.left_out {
        screen.bad(&format!("left out: boleto {}: {}", left_out.boleto.our_number, left_out.why));
    }
    Ok(if remitted.left_out.is_empty() { Outcome::Done } else { Outcome::Waiting })
}

fn again(config: &Config, to: &Path, number: u32, screen: &Screen) -> anyhow::Result<Outcome> {
    let tables = folder::open_tables(config)?;
    let file = tables.read(|reader| reader.remittance(number))?;
    write(&file.with_context(|| format!("there is no remittance {number}"))?, to, screen)?;
    Ok(Outcome::Done)
}

/// Writes the file, unless it is there already as it is.
fn write(remittance: &RemittanceRow, to: &Path, screen: &Screen) -> anyhow::Result<()> {
    let RemittanceRow { file_number, titles, body, .. } = remittance;
    let path = to.join(format!("remittance-{file_number:06}.rem"));
    let again = || format!("it can be had again with `saldo bank remittance --again {file_number}`");
    match private::file().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            let written = file.write_all(body.as_bytes()).and_then(|()| file.sync_all());
            written.with_context(|| format!("writing {}; {}", path.display(), again()))?;
        }
        Err(error)
            if error.kind() == ErrorKind::AlreadyExists && std::fs::read(&path)? == body.as_bytes() => {}
        Err(error) => {
            return Err(error).with_context(|| format!("writing {}; {}", path.display(), again()));
        }
    }
    screen.pair("file", path.display());
    screen.pair("number", file_number);
    screen.pair("titles", titles);
    Ok(())
}

fn take(config: &Config, path: &Path, screen: &Screen) -> anyhow::Result<Outcome> {
    let bank = bank(config)?;
    let bytes = read(path)?;
    let tables = folder::open_tables(config)?;
    let loaded = tables
        .write(|tx| documents::load_return(tx, bank, &Author::operator(), &bytes, clock::now()))
        .with_context(|| format!("{} was refused; nothing of it was taken", path.display()))?;
    if let Some(at) = loaded.loaded_before {
        screen.good(&format!("This file was loaded at {at}; nothing was changed."));
        return Ok(Outcome::Done);
    }
    screen.pair("number", loaded.file_number);
    screen.pair("titles", loaded.entries);
    screen.pair("registered", loaded.registered);
    screen.pair("paid", loaded.paid);
    screen.pair("written off", loaded.written_off);
    screen.pair("unchanged", loaded.unchanged);
    for finding in &loaded.findings {
        screen.bad(&in_words(finding));
    }
    if !loaded.intents.is_empty() {
        screen.line("Payments are booked by the running server within half a minute, or at its next start.");
    }
    Ok(if loaded.findings.is_empty() { Outcome::Done } else { Outcome::Waiting })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let length = std::fs::metadata(path).with_context(|| format!("reading {}", path.display()))?.len();
    if usize::try_from(length).unwrap_or(usize::MAX) > FILE_BYTES_MAX {
        bail!("{} is longer than {FILE_BYTES_MAX} bytes: no return file is", path.display());
    }
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

fn findings(config: &Config, screen: &Screen) -> anyhow::Result<Outcome> {
    let tables = folder::open_tables(config)?;
    let found = tables.read(|reader| reader.findings(FINDINGS_MAX))?;
    if found.is_empty() {
        screen.good("There is nothing that a person must look at.");
    }
    for finding in &found {
        screen.line(format_args!("{}  {}", finding.found_at, in_words(finding)));
    }
    Ok(Outcome::Done)
}

fn on_write_off(word: &str) -> Result<OnWriteOff, String> {
    OnWriteOff::from_word(word).ok_or_else(|| "it is one of take_back, keep_debt, leave".to_owned())
}

fn write_off(
    config: &Config,
    boleto: &str,
    chosen: Option<OnWriteOff>,
    screen: &Screen,
) -> anyhow::Result<Outcome> {
    let tables = folder::open_tables(config)?;
    let found = match boleto.parse::<u64>() {
        Ok(number) => tables.read(|reader| reader.boleto_by_number(number))?.map(|found| found.id),
        Err(_) => boleto.parse().ok(),
    };
    let id: BoletoId = found.with_context(|| format!("there is no boleto {boleto}"))?;
    let write = |tx: &Tx<'_>| documents::write_off_in(tx, &Author::operator(), id, chosen, clock::now());
    let written = tables.write(write).map_err(|problem: Problem| anyhow::anyhow!(problem.detail))?;
    screen.pair("boleto", written.boleto.our_number);
    screen.pair("state", written.boleto.state.word());
    screen.pair("on write-off", written.rule.map_or("nothing to decide", OnWriteOff::word));
    if written.asks_book() {
        screen.line("The running server books it within half a minute, or its next start does.");
    }
    Ok(Outcome::Done)
}

fn in_words(finding: &Finding) -> String {
    let line = finding.file_line.map(|line| format!(", line {line}")).unwrap_or_default();
    let boleto = finding.boleto.map(|boleto| format!(", {boleto}")).unwrap_or_default();
    format!("{}{line}{boleto}: {}", finding.code.word(), finding.detail)
}

fn bank(config: &Config) -> anyhow::Result<&Bank> {
    config.bank.as_ref().context("the configuration names no bank: fill in [bank], see `saldo config`")
}
