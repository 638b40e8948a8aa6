//! The bank's side: reads a remittance and writes the return. The demo's bank and the tests of the reader are made of it.
//!
//! It says what it is told to say; whether a title is registered, paid once or paid twice is for its caller to play.

use jiff::civil::{Date, DateTime};

use crate::boleto::BankCode;
use crate::centavos::Centavos;
use crate::cnab::envelope::{Batch, Direction, Envelope};
use crate::cnab::error::CnabError;
use crate::cnab::record::{Line, Record};
use crate::cnab::remittance::{FILE_NUMBER_MAX, Order};
use crate::document::TaxId;

/// Entries of one return file: its details are numbered with five digits, two for each entry.
pub const RETURN_ENTRIES_MAX: usize = 49_999;

/// Whose files these are: what the bank puts into its own header as it stood in the company's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    bank: BankCode,
    /// Positions 18 to 132: document, contract, branch, account, names.
    identity: String,
}

/// A remittance as the bank received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Whose it is.
    pub holder: Holder,
    /// The file's sequence number.
    pub file_number: u32,
    /// Its titles, in its order.
    pub titles: Vec<ReceivedTitle>,
}

/// A title as the bank received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedTitle {
    /// What the bank is to do.
    pub order: Order,
    /// The 20 characters of the nosso número, without blanks at the end.
    pub nosso_numero: String,
    /// The company's own number.
    pub own_number: String,
    /// How much is due.
    pub amount: Centavos,
    /// When it is due.
    pub due: Date,
    /// Who pays.
    pub payer: TaxId,
    /// His name, without accents.
    pub payer_name: String,
    /// Positions 18 to 36: branch and account.
    account: String,
    /// Position 58: kind of carteira.
    carteira_kind: String,
}

/// What the bank says of a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Of which.
    pub title: ReceivedTitle,
    /// FEBRABAN's code of the occurrence: `02` registered, `06` settled…
    pub code: [char; 2],
    /// Up to five codes of two characters.
    pub motives: Vec<[char; 2]>,
    /// What the bank takes for it.
    pub fee: Centavos,
    /// Interest and fine, of what was paid.
    pub interest: Centavos,
    /// What was paid in all.
    pub paid: Centavos,
    /// When it happened.
    pub occurred_on: Date,
    /// When the money is there.
    pub credited_on: Option<Date>,
}

/// Reads a remittance of any account at `bank`. An error means that nothing of it counts.
pub fn read_remittance(bytes: &[u8], bank: BankCode) -> Result<Received, CnabError> {
    let envelope = Envelope::read(bytes, bank, Direction::Remittance)?;
    let header = &envelope.header;
    let file_number = header.number(158, 163, "the file's sequence number")?;
    let holder = Holder { bank, identity: header.raw(18, 132) };
    let mut titles = Vec::new();
    for batch in &envelope.batches {
        read_batch(batch, &mut titles)?;
    }
    Ok(Received { holder, file_number: u32::try_from(file_number).unwrap_or(u32::MAX), titles })
}

/// The return file of one holder: ASCII, lines of 240 characters ended by CRLF. `file_number` is 1 to 999999.
pub fn write_return(
    holder: &Holder,
    file_number: u32,
    created: DateTime,
    news: &[News],
) -> Result<String, CnabError> {
    if !(1..=FILE_NUMBER_MAX).contains(&file_number) {
        return Err(CnabError::FileNumberOutOfRange);
    }
    if news.len() > RETURN_ENTRIES_MAX {
        return Err(CnabError::TooManyTitles { max: RETURN_ENTRIES_MAX });
    }
    for news in news {
        let is_plain = |pair: &[char; 2]| pair.iter().all(char::is_ascii_alphanumeric);
        if !is_plain(&news.code) || news.motives.len() > 5 || !news.motives.iter().all(is_plain) {
            return Err(CnabError::Setting {
                field: "codes",
                wanted: "one and up to five, of letters and digits",
            });
        }
    }
    // All is in order: from here on the file is only written.
    let mut file = String::new();
    file_header(holder, file_number, created).end(&mut file);
    batch_header(holder, file_number, created).end(&mut file);
    let mut sequence = 1;
    for news in news {
        segment_t(holder.bank, news, sequence).end(&mut file);
        segment_u(holder.bank, news, sequence + 1).end(&mut file);
        sequence += 2;
    }
    Record::new(holder.bank, 1, 5).number(18, 23, sequence + 1).end(&mut file);
    Record::new(holder.bank, 9999, 9).number(18, 23, 1).number(24, 29, sequence + 3).end(&mut file);
    Ok(file)
}

fn read_batch(batch: &Batch, titles: &mut Vec<ReceivedTitle>) -> Result<(), CnabError> {
    let mut details = batch.details.iter().peekable();
    while let Some(line) = details.next() {
        match line.at(14) {
            'P' => {
                let payer = details.next_if(|next| next.at(14) == 'Q');
                let payer = payer.ok_or_else(|| line.out_of_order(14, "a segment P with its Q"))?;
                titles.push(title(line, payer)?);
            }
            'Q' => return Err(line.out_of_order(14, "the segment P of this Q")),
            _ => {}
        }
    }
    Ok(())
}

fn title(title: &Line, payer: &Line) -> Result<ReceivedTitle, CnabError> {
    let order = Order::from_code(&title.raw(16, 17)).ok_or_else(|| title.wrong(16, 17, "the order"))?;
    let due = title.day(78, "the due date")?;
    let due = due.ok_or(CnabError::Missing { line: title.number, column: 78, field: "the due date" })?;
    let document = payer.raw(19, 33);
    // Fifteen characters, the document at the right of them.
    let document = match payer.at(18) {
        '1' => document.get(4..),
        _ => document.get(1..),
    };
    let document = document.and_then(|document| TaxId::parse(document).ok());
    Ok(ReceivedTitle {
        order,
        nosso_numero: title.text(38, 57),
        own_number: title.text(63, 77),
        amount: title.amount(86, 100, "the title's amount")?,
        due,
        payer: document.ok_or_else(|| payer.wrong(19, 33, "the payer's CPF or CNPJ"))?,
        payer_name: payer.text(34, 73),
        account: title.raw(18, 36),
        carteira_kind: title.raw(58, 58),
    })
}

fn file_header(holder: &Holder, file_number: u32, created: DateTime) -> Record {
    Record::new(holder.bank, 0, 0)
        .text_as_it_was(18, &holder.identity)
        .exact(143, 143, "2")
        .day(144, Some(created.date()))
        .time(152, created.time())
        .number(158, 163, file_number.into())
        .exact(164, 166, "083")
        .zeros(167, 171)
}

fn batch_header(holder: &Holder, file_number: u32, created: DateTime) -> Record {
    Record::new(holder.bank, 1, 1)
        .exact(9, 11, "T01")
        .exact(14, 16, "042")
        .number(184, 191, file_number.into())
        .day(192, Some(created.date()))
        .zeros(200, 207)
}

fn segment(bank: BankCode, news: &News, letter: &str, sequence: u64) -> Record {
    let code: String = news.code.iter().collect();
    Record::new(bank, 1, 3).number(9, 13, sequence).exact(14, 14, letter).exact(16, 17, &code)
}

fn segment_t(bank: BankCode, news: &News, sequence: u64) -> Record {
    let title = &news.title;
    let motives: String = news.motives.iter().flatten().collect();
    segment(bank, news, "T", sequence)
        .text_as_it_was(18, &title.account)
        .text_as_it_was(38, &title.nosso_numero)
        .text_as_it_was(58, &title.carteira_kind)
        .text_as_it_was(59, &title.own_number)
        .day(74, Some(title.due))
        .amount(82, 96, title.amount)
        .exact(97, 99, if news.paid.is_zero() { "000" } else { bank.digits() })
        .zeros(100, 105)
        .text_as_it_was(106, &title.own_number)
        .exact(131, 132, "09")
        .exact(133, 133, crate::cnab::remittance::document_kind(&title.payer))
        .zero_filled(134, 148, title.payer.bare())
        .text(149, 188, &title.payer_name)
        .zeros(189, 198)
        .amount(199, 213, news.fee)
        .exact(214, 223, &motives)
}

fn segment_u(bank: BankCode, news: &News, sequence: u64) -> Record {
    let net = Centavos::new(news.paid.count().saturating_sub(news.fee.count())).unwrap_or_default();
    segment(bank, news, "U", sequence)
        .amount(18, 32, news.interest)
        .zeros(33, 77)
        .amount(78, 92, news.paid)
        .amount(93, 107, net)
        .zeros(108, 137)
        .day(138, Some(news.occurred_on))
        .day(146, news.credited_on)
}
