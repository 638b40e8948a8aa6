//! The return: what became of titles, each as segments T (the title) and U (the money).

use jiff::civil::Date;

use crate::boleto::{BankCode, BillingAccount};
use crate::centavos::Centavos;
use crate::cnab::account::CnabAccount;
use crate::cnab::envelope::{Batch, Direction, Envelope};
use crate::cnab::error::CnabError;
use crate::cnab::record::Line;

/// What became of a title (código de movimento, FEBRABAN note C044).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// 02: it is registered and can be paid.
    Registered,
    /// 03: it was not registered; the motives say why.
    Rejected,
    /// 06: it was paid.
    Settled,
    /// 09: it is written off and cannot be paid any more.
    WrittenOff,
    /// 14: its due date was changed.
    DueDateChanged,
    /// 17: it was paid although it was written off, or never registered.
    SettledAfterWriteOff,
    /// 26 or 30: an order about it was refused; the motives say why.
    OrderRejected,
    /// 28: the bank took a fee.
    Fee,
    /// Another of FEBRABAN's codes, two characters; nothing is to be done about it.
    Other(String),
}

/// One line of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Line of segment T in the file, from 1.
    pub line: usize,
    /// What happened.
    pub occurrence: Occurrence,
    /// Up to five codes of two characters that say why or how; their meaning depends on what happened.
    pub motives: Vec<String>,
    /// The nosso número as it stands in the file.
    pub nosso_numero: String,
    /// The title's sequence number, if the nosso número is one that this account gives.
    pub sequence: Option<u64>,
    /// Our own number; empty if the bank did not send it back.
    pub own_number: String,
    /// When it is due.
    pub due: Option<Date>,
    /// What the title was made out for; zero if the bank does not say.
    pub nominal: Centavos,
    /// What the bank takes for this.
    pub fee: Centavos,
    /// Interest and fine that the payer paid.
    pub interest: Centavos,
    /// Discount that he got.
    pub discount: Centavos,
    /// Abatement that he got.
    pub abatement: Centavos,
    /// What he paid in all, never zero when it is settled. Only then does it count: some banks write the title's amount here, and
    /// a day of credit, when they register it.
    pub paid: Centavos,
    /// What the bank credits.
    pub net: Centavos,
    /// The day it happened.
    pub occurred_on: Option<Date>,
    /// The day the money is there.
    pub credited_on: Option<Date>,
    /// The bank where it was paid; none if it was not.
    pub paid_at: Option<BankCode>,
}

/// A return file, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnFile {
    /// The bank.
    pub bank: BankCode,
    /// The file's sequence number (NSA): each number is loaded once.
    pub file_number: u32,
    /// The day it was made.
    pub created_on: Option<Date>,
    /// What it says, in its order.
    pub entries: Vec<Entry>,
}

impl Occurrence {
    /// The occurrence of FEBRABAN's code.
    pub fn from_code(code: &str) -> Occurrence {
        match code {
            "02" => Occurrence::Registered,
            "03" => Occurrence::Rejected,
            "06" => Occurrence::Settled,
            "09" => Occurrence::WrittenOff,
            "14" => Occurrence::DueDateChanged,
            "17" => Occurrence::SettledAfterWriteOff,
            "26" | "30" => Occurrence::OrderRejected,
            "28" => Occurrence::Fee,
            _ => Occurrence::Other(code.to_owned()),
        }
    }

    /// True if money was paid.
    pub fn is_settlement(&self) -> bool {
        matches!(self, Occurrence::Settled | Occurrence::SettledAfterWriteOff)
    }
}

/// Reads a return file of `account`. An error means that nothing of it counts.
pub fn read_return(bytes: &[u8], account: &BillingAccount) -> Result<ReturnFile, CnabError> {
    let account = CnabAccount::of(account)?;
    let bank = account.dialect().bank;
    let envelope = Envelope::read(bytes, bank, Direction::Return)?;
    let header = &envelope.header;
    // The branch is not compared: branches are merged, and files go on under the old number.
    let found = header.text(59, 70);
    if found.trim_start_matches('0') != account.account_digits() {
        return Err(CnabError::OtherAccount { line: header.number, column: 59, found });
    }
    let file_number = header.number(158, 163, "the file's sequence number")?;
    let mut entries = Vec::new();
    for batch in &envelope.batches {
        read_batch(batch, account, &mut entries)?;
    }
    Ok(ReturnFile {
        bank,
        file_number: u32::try_from(file_number).unwrap_or(u32::MAX),
        created_on: header.day(144, "the day of the file")?,
        entries,
    })
}

/// Adds what a batch of cobrança says; batches of other services of the bank say nothing of titles.
fn read_batch(batch: &Batch, account: CnabAccount<'_>, entries: &mut Vec<Entry>) -> Result<(), CnabError> {
    const COBRANCA: &str = "01";
    if batch.header.raw(10, 11) != COBRANCA {
        return Ok(());
    }
    let mut details = batch.details.iter();
    while let Some(line) = details.next() {
        match line.at(14) {
            'T' => {
                let money = details.next().ok_or_else(|| line.out_of_order(14, "a segment T with its U"))?;
                if money.at(14) != 'U' {
                    return Err(money.out_of_order(14, "the segment U of the T before it"));
                }
                entries.push(entry(line, money, account)?);
            }
            'U' => return Err(line.out_of_order(14, "the segment T of this U")),
            // Segments Y and others add what we have no use for.
            _ => {}
        }
    }
    Ok(())
}

fn entry(title: &Line, money: &Line, account: CnabAccount<'_>) -> Result<Entry, CnabError> {
    let code = title.raw(16, 17);
    if money.raw(16, 17) != code {
        return Err(money.out_of_order(16, "the occurrence of the segment T before it"));
    }
    let occurrence = Occurrence::from_code(&code);
    let nosso_numero = title.text(38, 57);
    let paid = money.amount(78, 92, "the amount paid")?;
    if occurrence.is_settlement() && paid.is_zero() {
        return Err(CnabError::Missing { line: money.number, column: 78, field: "the amount paid" });
    }
    let paid_at = title.raw(97, 99);
    Ok(Entry {
        line: title.number,
        motives: motives(&title.raw(214, 223)),
        sequence: account.sequence(&nosso_numero),
        nosso_numero,
        own_number: own_number(title),
        due: title.day(74, "the due date")?,
        nominal: title.amount(82, 96, "the title's amount")?,
        fee: title.amount(199, 213, "the fee")?,
        interest: money.amount(18, 32, "the interest")?,
        discount: money.amount(33, 47, "the discount")?,
        abatement: money.amount(48, 62, "the abatement")?,
        paid,
        net: money.amount(93, 107, "the amount credited")?,
        occurred_on: money.day(138, "the day of the occurrence")?,
        credited_on: money.day(146, "the day of the credit")?,
        paid_at: BankCode::parse(&paid_at).ok().filter(|_| occurrence.is_settlement() && paid_at != "000"),
        occurrence,
    })
}

/// Pairs of characters; blanks and `00` are none.
fn motives(field: &str) -> Vec<String> {
    let characters: Vec<char> = field.chars().collect();
    let pairs = characters.chunks(2).map(|pair| pair.iter().collect::<String>().trim().to_owned());
    pairs.filter(|pair| !pair.is_empty() && pair != "00").collect()
}

/// Some banks send it back in its field, some in the company's own, some not at all; zeros are none.
fn own_number(title: &Line) -> String {
    let fields = [title.text(59, 73), title.text(106, 130)];
    fields.into_iter().find(|field| field.bytes().any(|byte| byte != b'0')).unwrap_or_default()
}
