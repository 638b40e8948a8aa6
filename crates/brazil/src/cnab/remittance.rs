//! The remittance: titles told to the bank, each as segments P (the title), Q (who pays) and R (fine).

use jiff::civil::{Date, DateTime};

use crate::ascii::bank_text;
use crate::boleto::{BARCODE_AMOUNT_MAX, BillingAccount, DueFactor, TitleNumber};
use crate::centavos::Centavos;
use crate::cnab::account::{CnabAccount, Dialect};
use crate::cnab::error::CnabError;
use crate::cnab::record::Record;
use crate::document::TaxId;

/// Titles of one file: its details are numbered with five digits, three for each title.
pub const REMITTANCE_TITLES_MAX: usize = 33_333;

/// The last sequence number of a file (NSA).
pub(super) const FILE_NUMBER_MAX: u32 = 999_999;

const SEGMENTS_PER_TITLE: u64 = 3;
const ONLY_BATCH: u64 = 1;
const FILE_TRAILER_BATCH: u64 = 9999;
const REAL: &str = "09";

/// Brazil's states, as addresses write them.
const STATES: [&str; 27] = [
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI",
    "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];

/// Who is paid: the company that the account belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    name: String,
    document: TaxId,
}

/// Who pays, as the bank demands to know him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    document: TaxId,
    name: String,
    address: String,
    district: String,
    postal_code: String,
    city: String,
    state: &'static str,
}

/// Our own number of a title (seu número), 1 to 15 letters, digits and `-/.`; the bank sends it back with the title.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OwnNumber(String);

/// What the bank is to do with a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Register it (01).
    Register,
    /// Write it off: it is not to be paid any more (02).
    WriteOff,
    /// Change its due date to the one given (06).
    ChangeDueDate,
}

/// What kind of debt a title is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Species {
    /// For goods: duplicata mercantil (02).
    DuplicataMercantil,
    /// For services: duplicata de serviço (04).
    DuplicataDeServico,
}

/// What is added for each day or month after the due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interest {
    /// Nothing.
    None,
    /// So much each day.
    PerDay(Centavos),
    /// So much of the title each month, in hundredths of a percent: 100 is 1 %.
    PerMonth(u16),
}

/// What is added once after the due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fine {
    /// Nothing.
    None,
    /// So much of the title, in hundredths of a percent: 200 is 2 %.
    Percent(u16),
}

/// One title and what is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// What the bank is to do.
    pub order: Order,
    /// Its number in the account.
    pub number: TitleNumber,
    /// Our own number.
    pub own_number: OwnNumber,
    /// How much is due: 1 centavo to [`BARCODE_AMOUNT_MAX`].
    pub amount: Centavos,
    /// When it is due.
    pub due: Date,
    /// When it was issued.
    pub issued: Date,
    /// Kind of debt.
    pub species: Species,
    /// Interest after the due date, which begins on the day after it.
    pub interest: Interest,
    /// Fine after the due date.
    pub fine: Fine,
    /// Who pays.
    pub payer: Payer,
}

/// A file for the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remittance {
    /// The account whose titles these are: at the Banco do Brasil or Sicoob.
    pub account: BillingAccount,
    /// Who is paid.
    pub company: Company,
    /// The file's sequence number (NSA), 1 to 999999, one more with each file of the account.
    pub file_number: u32,
    /// When it was made, in the bank's time.
    pub created: DateTime,
    /// 1 to [`REMITTANCE_TITLES_MAX`] titles.
    pub titles: Vec<Title>,
}

impl Company {
    /// A company of this name, cut to 30 characters in files.
    pub fn new(name: &str, document: TaxId) -> Result<Company, CnabError> {
        Ok(Company { name: filled("name of the company", name)?, document })
    }
}

impl Payer {
    /// A payer: postal code (CEP) of eight digits with or without dash, state of two letters. Name and address are cut to 40
    /// characters in files, district and city to 15; the district may be empty.
    pub fn new(
        document: TaxId,
        name: &str,
        address: &str,
        district: &str,
        postal_code: &str,
        city: &str,
        state: &str,
    ) -> Result<Payer, CnabError> {
        let postal_code: String = postal_code.chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
        if postal_code.len() != 8 || !postal_code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CnabError::Setting { field: "postal code", wanted: "8 digits" });
        }
        let state = STATES.into_iter().find(|known| known.eq_ignore_ascii_case(state.trim()));
        let state = state.ok_or(CnabError::Setting { field: "state", wanted: "two letters, such as SP" })?;
        Ok(Payer {
            document,
            name: filled("name of the payer", name)?,
            address: filled("address of the payer", address)?,
            district: district.to_owned(),
            postal_code,
            city: filled("city of the payer", city)?,
            state,
        })
    }

    /// Who he is to the tax authority.
    pub fn document(&self) -> TaxId {
        self.document
    }
}

impl OwnNumber {
    /// Characters of an own number, at most.
    pub const LEN_MAX: usize = 15;

    /// Reads an own number; letters become capitals, as the bank would make them.
    pub fn parse(text: &str) -> Result<OwnNumber, CnabError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-/.".contains(&byte);
        if !(1..=OwnNumber::LEN_MAX).contains(&text.len()) || !text.bytes().all(allowed) {
            return Err(CnabError::Setting { field: "own number", wanted: "1 to 15 letters, digits, - / ." });
        }
        Ok(OwnNumber(text.to_ascii_uppercase()))
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Order {
    /// FEBRABAN's code of the movement.
    pub(super) fn code(self) -> &'static str {
        match self {
            Order::Register => "01",
            Order::WriteOff => "02",
            Order::ChangeDueDate => "06",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Order> {
        [Order::Register, Order::WriteOff, Order::ChangeDueDate]
            .into_iter()
            .find(|order| order.code() == code)
    }
}

impl Species {
    fn code(self) -> &'static str {
        match self {
            Species::DuplicataMercantil => "02",
            Species::DuplicataDeServico => "04",
        }
    }
}

impl Remittance {
    /// The file: ASCII, lines of 240 characters ended by CRLF. Everything is checked first; then nothing can fail.
    pub fn write(&self) -> Result<String, CnabError> {
        let account = CnabAccount::of(&self.account)?;
        self.check()?;
        let mut nossos_numeros = Vec::with_capacity(self.titles.len());
        for title in &self.titles {
            check_title(title)?;
            nossos_numeros.push(account.nosso_numero_field(&self.account.nosso_numero(title.number)?));
        }
        // All is in order: from here on the file is only written.
        let dialect = account.dialect();
        let mut file = String::new();
        self.file_header(account, &dialect).end(&mut file);
        self.batch_header(account, &dialect).end(&mut file);
        let mut sequence = 1;
        for (title, nosso_numero) in self.titles.iter().zip(&nossos_numeros) {
            segment_p(account, &dialect, title, nosso_numero, sequence).end(&mut file);
            segment_q(&dialect, title, sequence + 1).end(&mut file);
            segment_r(&dialect, title, sequence + 2).end(&mut file);
            sequence += SEGMENTS_PER_TITLE;
        }
        // `sequence` is one more than the details, and the batch's header and trailer are counted with them.
        self.batch_trailer(account, &dialect, sequence + 1).end(&mut file);
        file_trailer(account, &dialect, sequence + 3).end(&mut file);
        Ok(file)
    }

    fn check(&self) -> Result<(), CnabError> {
        if self.titles.is_empty() {
            return Err(CnabError::NoTitles);
        }
        if self.titles.len() > REMITTANCE_TITLES_MAX {
            return Err(CnabError::TooManyTitles { max: REMITTANCE_TITLES_MAX });
        }
        if !(1..=FILE_NUMBER_MAX).contains(&self.file_number) {
            return Err(CnabError::FileNumberOutOfRange);
        }
        check_year("day of the file", self.created.date())
    }

    fn file_header(&self, account: CnabAccount<'_>, dialect: &Dialect) -> Record {
        let record = Record::new(dialect.bank, 0, 0)
            .exact(18, 18, document_kind(&self.company.document))
            .zero_filled(19, 32, self.company.document.bare())
            .exact(33, 52, &account.contract())
            .exact(53, 71, &account.branch_and_account())
            .text(73, 102, &self.company.name)
            .text(103, 132, dialect.bank_name)
            .exact(143, 143, "1")
            .day(144, Some(self.created.date()))
            .time(152, self.created.time())
            .number(158, 163, self.file_number.into())
            .exact(164, 166, dialect.file_version)
            .zeros(167, 171);
        if dialect.reserved_zeros { record.zeros(172, 211) } else { record }
    }

    fn batch_header(&self, account: CnabAccount<'_>, dialect: &Dialect) -> Record {
        Record::new(dialect.bank, ONLY_BATCH, 1)
            .exact(9, 11, "R01")
            .exact(14, 16, dialect.batch_version)
            .exact(18, 18, document_kind(&self.company.document))
            .zero_filled(19, 33, self.company.document.bare())
            .exact(34, 53, &account.contract())
            .exact(54, 72, &account.branch_and_account())
            .text(74, 103, &self.company.name)
            .number(184, 191, self.file_number.into())
            .day(192, Some(self.created.date()))
            .zeros(200, 207)
    }

    fn batch_trailer(&self, account: CnabAccount<'_>, dialect: &Dialect, records: u64) -> Record {
        let record = Record::new(dialect.bank, ONLY_BATCH, 5).number(18, 23, records);
        match account {
            CnabAccount::BancoDoBrasil(_) => record.zeros(24, 240),
            CnabAccount::Sicoob(_) => {
                let titles = u64::try_from(self.titles.len()).unwrap_or(u64::MAX);
                let total = self.titles.iter().map(|title| title.amount.count()).sum();
                record.number(24, 29, titles).number(30, 46, total).zeros(47, 115)
            }
        }
    }
}

fn file_trailer(account: CnabAccount<'_>, dialect: &Dialect, records: u64) -> Record {
    let record =
        Record::new(dialect.bank, FILE_TRAILER_BATCH, 9).number(18, 23, ONLY_BATCH).number(24, 29, records);
    match account {
        CnabAccount::BancoDoBrasil(_) => record,
        CnabAccount::Sicoob(_) => record.zeros(30, 35),
    }
}

/// What segments P, Q and R begin with.
fn segment(dialect: &Dialect, title: &Title, letter: &str, sequence: u64) -> Record {
    Record::new(dialect.bank, ONLY_BATCH, 3).number(9, 13, sequence).exact(14, 14, letter).exact(
        16,
        17,
        title.order.code(),
    )
}

fn segment_p(
    account: CnabAccount<'_>,
    dialect: &Dialect,
    title: &Title,
    nosso_numero: &str,
    sequence: u64,
) -> Record {
    const NOT_ACCEPTED: &str = "N";
    const NO_PROTEST: &str = "300";
    let record = segment(dialect, title, "P", sequence)
        .exact(18, 36, &account.branch_and_account())
        .exact(38, 57, nosso_numero)
        .exact(58, 58, dialect.carteira_kind)
        .exact(59, 62, dialect.handling)
        .exact(63, 77, title.own_number.as_str())
        .day(78, Some(title.due))
        .amount(86, 100, title.amount)
        .zeros(101, 105)
        .exact(107, 108, title.species.code())
        .exact(109, 109, NOT_ACCEPTED)
        .day(110, Some(title.issued));
    interest(record, title)
        // No discount (142-165), tax (166-180) or abatement (181-195).
        .zeros(142, 195)
        .exact(196, 220, title.own_number.as_str())
        .exact(221, 223, NO_PROTEST)
        .zeros(224, 224)
        .exact(225, 227, dialect.write_off_days)
        .exact(228, 229, REAL)
        .zeros(230, 239)
}

fn interest(record: Record, title: &Title) -> Record {
    match title.interest {
        Interest::None => record.exact(118, 118, "3").zeros(119, 141),
        Interest::PerDay(amount) => {
            record.exact(118, 118, "1").day(119, day_after(title.due)).amount(127, 141, amount)
        }
        Interest::PerMonth(hundredths) => {
            record.exact(118, 118, "2").day(119, day_after(title.due)).number(127, 141, hundredths.into())
        }
    }
}

fn segment_q(dialect: &Dialect, title: &Title, sequence: u64) -> Record {
    let payer = &title.payer;
    segment(dialect, title, "Q", sequence)
        .exact(18, 18, document_kind(&payer.document))
        .zero_filled(19, 33, payer.document.bare())
        .text(34, 73, &payer.name)
        .text(74, 113, &payer.address)
        .text(114, 128, &payer.district)
        .exact(129, 136, &payer.postal_code)
        .text(137, 151, &payer.city)
        .exact(152, 153, payer.state)
        // No guarantor (154-209), no corresponding bank (210-232).
        .zeros(154, 169)
        .zeros(210, 212)
}

fn segment_r(dialect: &Dialect, title: &Title, sequence: u64) -> Record {
    let record = segment(dialect, title, "R", sequence).zeros(18, 65);
    let record = match title.fine {
        Fine::None => record.zeros(66, 89),
        Fine::Percent(hundredths) => {
            record.exact(66, 66, "2").day(67, day_after(title.due)).number(75, 89, hundredths.into())
        }
    };
    record.zeros(200, 215).zeros(217, 228).zeros(231, 231)
}

fn check_title(title: &Title) -> Result<(), CnabError> {
    if title.amount.is_zero() || title.amount > BARCODE_AMOUNT_MAX {
        return Err(CnabError::Boleto(crate::boleto::BoletoError::AmountOutOfRange));
    }
    if title.interest == Interest::PerDay(Centavos::ZERO) || title.interest == Interest::PerMonth(0) {
        return Err(CnabError::Setting { field: "interest", wanted: "more than nothing, or none" });
    }
    if title.fine == Fine::Percent(0) {
        return Err(CnabError::Setting { field: "fine", wanted: "more than nothing, or none" });
    }
    DueFactor::of(title.due)?;
    check_year("day of issue", title.issued)
}

/// Files have four digits for a year.
fn check_year(field: &'static str, day: Date) -> Result<(), CnabError> {
    if day.year() >= 1900 { Ok(()) } else { Err(CnabError::Setting { field, wanted: "a day of this era" }) }
}

fn day_after(due: Date) -> Option<Date> {
    Some(due.tomorrow().unwrap_or(due))
}

/// 1 a person, 2 a company.
pub(super) fn document_kind(document: &TaxId) -> &'static str {
    match document {
        TaxId::Cpf(_) => "1",
        TaxId::Cnpj(_) => "2",
    }
}

/// `text`, if something of it is left in a bank's characters.
fn filled(field: &'static str, text: &str) -> Result<String, CnabError> {
    let is_empty = bank_text(text, usize::MAX).is_empty();
    if is_empty { Err(CnabError::Setting { field, wanted: "not empty" }) } else { Ok(text.to_owned()) }
}
