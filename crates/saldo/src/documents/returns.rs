//! The return: what the bank says became of boletos.
//!
//! A file counts whole or not at all, and once: the same bytes again change nothing, another file under a known number is
//! refused. Of a title, too, each piece of news counts once; what does not fit is a finding for a person, never a guess.

use std::collections::HashSet;
use std::sync::Arc;

use book::PaidBy;
use brazil::Centavos;
use brazil::boleto::BankCode;
use brazil::cnab::{CnabError, Entry, Occurrence, read_return};
use jiff::civil::Date;
use money::{Amount, CustomerId, SettlementId, Timestamp};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::tables::bank::{Finding, ReturnRow};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::intents::Intent;
use store::{StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::config::Bank;
use crate::findings::Found;
use crate::intents;
use crate::notices;
use crate::problem::Problem;
use crate::settlements::{self, Came, Owing, Settled, settle};

/// What a return file changed.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Its sequence number (NSA).
    pub file_number: u32,
    /// When the very same file had been loaded; nothing was changed then.
    pub loaded_before: Option<Timestamp>,
    /// Titles it tells of.
    pub entries: usize,
    /// Boletos that are payable now.
    pub registered: usize,
    /// Boletos that were paid.
    pub paid: usize,
    /// Boletos that will not be paid any more.
    pub written_off: usize,
    /// News that was known or that nothing is to be done about.
    pub unchanged: usize,
    /// What a person must look at.
    pub findings: Vec<Finding>,
    /// What the book is to be asked.
    pub intents: Vec<Intent>,
    /// Whose boletos changed or were found, each possibly several times.
    pub customers: Vec<CustomerId>,
}

/// Why a file was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    /// It is no whole return file of this account.
    #[error(transparent)]
    Cnab(#[from] CnabError),
    /// Another file had this number.
    #[error(
        "another file with the number {file_number} was loaded at {loaded_at}; nothing of this one was taken: ask the bank which of them counts"
    )]
    NumberKnown {
        /// The number.
        file_number: u32,
        /// When the other was loaded.
        loaded_at: Timestamp,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReturnError {
    /// A code for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            ReturnError::Cnab(error) => error.code(),
            ReturnError::NumberKnown { .. } => "return_number_known",
            ReturnError::Store(_) => "storage_unavailable",
        }
    }
}

/// Takes a return file, and notes in the audit log who brought it. What it says was paid is written down as intents: whoever holds the
/// book sends them, or the next start does.
pub fn load_return(
    tx: &Tx<'_>,
    bank: &Bank,
    author: &Author,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Loaded, ReturnError> {
    let file = read_return(bytes, &bank.account)?;
    let file_hash: [u8; 32] = Sha256::digest(bytes).into();
    let file_number = file.file_number;
    if let Some(known) = tx.bank_return_by_hash(&file_hash)? {
        let loaded_before = Some(known.loaded_at);
        let entries = file.entries.len();
        return Ok(Loaded { file_number, loaded_before, entries, unchanged: entries, ..Loaded::default() });
    }
    // Zero is what a bank writes that does not number its files.
    if file_number != 0
        && let Some(known) = tx.bank_return_by_number(file_number)?
    {
        return Err(ReturnError::NumberKnown { file_number, loaded_at: known.loaded_at });
    }
    let entries = u32::try_from(file.entries.len()).unwrap_or(u32::MAX);
    let row = ReturnRow { return_no: 0, file_number, file_hash, loaded_at: now, entries };
    let return_no = tx.insert_bank_return(&row)?;
    let loaded = Loaded { file_number, entries: file.entries.len(), ..Loaded::default() };
    let mut loading = Loading { named: HashSet::new(), tx, now, return_no, loaded };
    file.entries.iter().try_for_each(|entry| loading.take(entry))?;
    let loaded = loading.loaded;
    let change = Change::new("bank_return.load", return_no).after_json(&json!({
        "file_number": file_number, "sha256": hex::encode(file_hash), "entries": loaded.entries,
        "registered": loaded.registered, "paid": loaded.paid, "written_off": loaded.written_off,
        "findings": loaded.findings.len(),
    }));
    author.note(tx, &change)?;
    Ok(loaded)
}

/// As [`load_return`], in the running program: the book is asked at once and open pages show it. `Err` within says why the file was
/// refused; nothing was changed then.
pub async fn load(
    app: &Arc<App>,
    author: Author,
    bytes: Vec<u8>,
) -> Result<Result<Loaded, ReturnError>, Problem> {
    let Some(bank) = app.config.bank.clone() else {
        return Err(Problem::not_found("bank"));
    };
    let now = app.ledger.now();
    let taken = app.write_or_refuse(move |tx| match load_return(tx, &bank, &author, &bytes, now) {
        Ok(loaded) => Ok(Ok(loaded)),
        Err(ReturnError::Store(error)) => Err(error.into()),
        // Refused before anything was written: what is committed is nothing.
        Err(refused) => Ok(Err(refused)),
    });
    let loaded = match taken.await? {
        Ok(loaded) => loaded,
        refused => return Ok(refused),
    };
    intents::send(app, &loaded.intents).await?;
    loaded.customers.iter().for_each(|customer| app.live.notify(*customer));
    app.notice_news.notify_one();
    Ok(Ok(loaded))
}

/// A file being taken.
struct Loading<'t, 'c> {
    /// The settlements that this file has told of.
    named: HashSet<SettlementId>,
    tx: &'t Tx<'c>,
    now: Timestamp,
    return_no: u32,
    loaded: Loaded,
}

impl Loading<'_, '_> {
    fn take(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let boleto = match entry.sequence {
            Some(our_number) => self.tx.boleto_by_number(our_number)?,
            None => None,
        };
        let Some(boleto) = boleto else {
            let nosso_numero = entry.nosso_numero.clone();
            return self.find(&Found::UnknownTitle { nosso_numero }, None, entry);
        };
        if !entry.nominal.is_zero() && Centavos::from_amount(boleto.amount) != Ok(entry.nominal) {
            let (owed, told) = (boleto.amount.into(), entry.nominal.to_amount().into());
            return self.find(&Found::OtherValue { owed, told }, Some(&boleto), entry);
        }
        match entry.occurrence {
            Occurrence::Registered => self.registered(&boleto),
            Occurrence::Rejected => self.rejected(&boleto, entry),
            Occurrence::Settled | Occurrence::SettledAfterWriteOff => self.settled(&boleto, entry),
            Occurrence::WrittenOff => self.written_off(&boleto, entry),
            Occurrence::OrderRejected => {
                self.find(&Found::OrderRejected { motives: motives(entry) }, Some(&boleto), entry)
            }
            Occurrence::DueDateChanged | Occurrence::Fee | Occurrence::Other(_) => {
                self.loaded.unchanged += 1;
                Ok(())
            }
        }
    }

    fn registered(&mut self, boleto: &BoletoRow) -> Result<(), StoreError> {
        match boleto.state {
            BoletoState::Written | BoletoState::Sent | BoletoState::Rejected => {
                self.tx.set_boleto_state(boleto.id, BoletoState::Open, Some(self.now), None)?;
                notices::boleto_registered(self.tx, boleto, self.now)?;
                self.loaded.registered += 1;
                self.loaded.customers.push(boleto.customer);
            }
            // A file that comes late: what happened since counts.
            BoletoState::Open | BoletoState::Paid | BoletoState::ToWriteOff | BoletoState::WrittenOff => {
                self.loaded.unchanged += 1;
            }
        }
        Ok(())
    }

    fn rejected(&mut self, boleto: &BoletoRow, entry: &Entry) -> Result<(), StoreError> {
        if matches!(boleto.state, BoletoState::Written | BoletoState::Sent) {
            self.tx.set_boleto_state(boleto.id, BoletoState::Rejected, None, None)?;
            self.loaded.customers.push(boleto.customer);
        }
        self.find(&Found::Rejected { motives: motives(entry) }, Some(boleto), entry)
    }

    fn settled(&mut self, boleto: &BoletoRow, entry: &Entry) -> Result<(), StoreError> {
        let paid = entry.paid.to_amount();
        if boleto.state != BoletoState::Paid && paid.value() < boleto.amount.value() {
            let found = Found::PaidLess { paid: paid.into(), owed: boleto.amount.into() };
            return self.find(&found, Some(boleto), entry);
        }
        let owing = boleto.purchase.map(Owing::Purchase).or_else(|| boleto.invoice.map(Owing::Invoice));
        let settled = match owing {
            Some(what) => {
                let id = self.name(boleto, entry);
                let (boleto, at) = (Some(boleto.id), self.now);
                let late_fee = entry.interest.to_amount().value();
                settle(self.tx, &Came { id, what, boleto, by: PaidBy::Boleto, amount: paid, late_fee, at })?
            }
            None => Settled::NotOwed,
        };
        if boleto.state != BoletoState::Paid {
            self.tx.set_boleto_state(boleto.id, BoletoState::Paid, None, Some((self.now, paid.value())))?;
            self.loaded.paid += 1;
            self.loaded.customers.push(boleto.customer);
        }
        match settled {
            Settled::Paid(intents)
                if matches!(boleto.state, BoletoState::ToWriteOff | BoletoState::WrittenOff) =>
            {
                self.loaded.intents.extend(intents);
                self.find(&Found::PaidLate, Some(boleto), entry)
            }
            Settled::Paid(intents) => {
                self.loaded.intents.extend(intents);
                let late_fee = entry.interest.to_amount().value();
                let more = paid.value().saturating_sub(boleto.amount.value()).saturating_sub(late_fee);
                if more <= 0 {
                    return Ok(());
                }
                let more = Amount::new(more, paid.unit()).into();
                self.find(&Found::PaidMore { more }, Some(boleto), entry)
            }
            Settled::Credit(intents) => {
                self.loaded.intents.extend(intents);
                self.find(&Found::PaidAgain { paid: paid.into() }, Some(boleto), entry)
            }
            Settled::Known => self.find(&Found::ToldAgain { paid: paid.into() }, Some(boleto), entry),
            Settled::NotOwed => self.find(&Found::NotOwed { paid: paid.into() }, Some(boleto), entry),
        }
    }

    /// The name of a settlement. Two of one title in one file are two payments; the same in two files is one, told twice.
    fn name(&mut self, boleto: &BoletoRow, entry: &Entry) -> SettlementId {
        let told = told((entry.occurred_on, entry.credited_on), entry.paid, entry.paid_at);
        let mut id = settlements::name(&[b"boleto", &boleto.id.as_u128().to_be_bytes(), told.as_bytes()]);
        for again in 1_u64.. {
            if self.named.insert(id) {
                break;
            }
            id = settlements::name(&[b"again", &id.as_u128().to_be_bytes(), &again.to_be_bytes()]);
        }
        id
    }

    fn written_off(&mut self, boleto: &BoletoRow, entry: &Entry) -> Result<(), StoreError> {
        if matches!(boleto.state, BoletoState::Paid | BoletoState::WrittenOff) {
            self.loaded.unchanged += 1;
            return Ok(());
        }
        self.tx.set_boleto_state(boleto.id, BoletoState::WrittenOff, None, None)?;
        self.loaded.written_off += 1;
        self.loaded.customers.push(boleto.customer);
        if boleto.state == BoletoState::ToWriteOff {
            return Ok(());
        }
        // Nobody here has said what becomes of the credit.
        self.find(&Found::WrittenOff, Some(boleto), entry)
    }

    fn find(&mut self, found: &Found, boleto: Option<&BoletoRow>, entry: &Entry) -> Result<(), StoreError> {
        let finding = Finding {
            return_no: Some(self.return_no),
            file_line: u32::try_from(entry.line).ok(),
            boleto: boleto.map(|boleto| boleto.id),
            ..found.finding(boleto.map(|boleto| boleto.customer), self.now)
        };
        tracing::warn!(
            code = finding.code.word(),
            file = self.loaded.file_number,
            line = finding.file_line,
            boleto = boleto.map(|boleto| boleto.id.to_string()),
            detail = finding.detail,
            "a line of the bank's return needs a person"
        );
        self.tx.insert_finding(&finding)?;
        self.loaded.findings.push(finding);
        self.loaded.customers.extend(boleto.map(|boleto| boleto.customer));
        Ok(())
    }
}

fn motives(entry: &Entry) -> Vec<String> {
    entry.motives.iter().map(ToString::to_string).collect()
}

/// What tells a payment from the others of its title. Names that are kept for ever are made of these words: they are written out here and
/// never change.
fn told(days: (Option<Date>, Option<Date>), paid: Centavos, at: Option<BankCode>) -> String {
    let day = |day: Option<Date>| day.map_or_else(|| "None".to_owned(), |day| format!("Some({day})"));
    let (occurred, credited, paid) = (day(days.0), day(days.1), paid.count());
    let bank = at.map_or_else(|| "None".to_owned(), |bank| format!("Some({bank})"));
    format!("({occurred}, {credited}, Centavos({paid}), {bank})")
}

#[cfg(test)]
mod tests {
    use brazil::CentavosError;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn names_of_settlements_are_made_of_the_same_words_for_ever() -> Result<(), CentavosError> {
        let (day, paid) = (date(2026, 11, 22), Centavos::new(2_490)?);
        let told_whole = told((Some(day), Some(date(2026, 11, 23))), paid, Some(BankCode::BANCO_DO_BRASIL));
        assert_eq!(told_whole, "(Some(2026-11-22), Some(2026-11-23), Centavos(2490), Some(001))");
        assert_eq!(told((Some(day), None), paid, None), "(Some(2026-11-22), None, Centavos(2490), None)");
        Ok(())
    }
}
