//! What every CNAB 240 file is wrapped in: a header, batches with header and trailer, a trailer; each trailer counts.

use crate::boleto::BankCode;
use crate::cnab::error::CnabError;
use crate::cnab::record::Line;

/// Bytes of the longest file that is read: some 130 000 lines.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The batch number of the file's own trailer.
const FILE_TRAILER_BATCH: &str = "9999";
/// DOS ends files with it.
const CONTROL_Z: char = '\u{1a}';

/// Which way a file goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the company to the bank.
    Remittance,
    /// From the bank to the company.
    Return,
}

/// A file whose wrapping is in order.
pub(super) struct Envelope {
    pub(super) header: Line,
    pub(super) batches: Vec<Batch>,
}

/// One batch, its trailer already verified.
pub(super) struct Batch {
    pub(super) header: Line,
    pub(super) details: Vec<Line>,
}

impl Envelope {
    /// Takes `bytes` apart. All of it is verified: bank on each line, order of lines, all counts.
    pub(super) fn read(bytes: &[u8], wanted: BankCode, direction: Direction) -> Result<Envelope, CnabError> {
        let lines = lines(bytes)?;
        let total = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let Some(last) = lines.last() else { return Err(CnabError::Empty) };
        if last.at(8) != '9' || last.raw(4, 7) != FILE_TRAILER_BATCH {
            return Err(CnabError::Truncated { line: last.number });
        }
        if let Some(line) = lines.iter().find(|line| line.raw(1, 3) != wanted.digits()) {
            return Err(CnabError::OtherBank { line: line.number, found: line.raw(1, 3), wanted });
        }
        let mut lines = lines.into_iter();
        let Some(header) = lines.next().filter(|line| line.at(8) == '0') else {
            return Err(CnabError::Order { line: 1, column: 8, found: ' ', wanted: "the file's header (0)" });
        };
        let (code, name) = match direction {
            Direction::Remittance => ('1', "remittance"),
            Direction::Return => ('2', "return"),
        };
        if header.at(143) != code {
            return Err(CnabError::Direction { line: header.number, column: 143, wanted: name });
        }
        let mut batches = Vec::new();
        while let Some(line) = lines.next() {
            match line.at(8) {
                '1' => batches.push(batch(line, &mut lines)?),
                '9' => {
                    if let Some(line) = lines.next() {
                        return Err(line.out_of_order(8, "nothing after the file's trailer"));
                    }
                    count(&line, 18, "batches", u64::try_from(batches.len()).unwrap_or(u64::MAX))?;
                    count(&line, 24, "records", total)?;
                }
                _ => return Err(line.out_of_order(8, "a batch's header (1) or the file's trailer (9)")),
            }
        }
        Ok(Envelope { header, batches })
    }
}

/// The rest of the batch that begins with `header`.
fn batch(header: Line, lines: &mut impl Iterator<Item = Line>) -> Result<Batch, CnabError> {
    const WANTED: &str = "a detail (3) or the trailer (5) of this batch";
    let mut details = Vec::new();
    let mut line = header.number;
    for next in lines {
        line = next.number;
        if next.raw(4, 7) != header.raw(4, 7) {
            return Err(next.out_of_order(4, WANTED));
        }
        match next.at(8) {
            '3' => details.push(next),
            '5' => {
                // Header and trailer are counted with the details.
                count(
                    &next,
                    18,
                    "records of the batch",
                    u64::try_from(details.len() + 2).unwrap_or(u64::MAX),
                )?;
                return Ok(Batch { header, details });
            }
            _ => return Err(next.out_of_order(8, WANTED)),
        }
    }
    Err(CnabError::Truncated { line })
}

/// Compares the six digits at `column` with what was found.
fn count(line: &Line, column: usize, what: &'static str, found: u64) -> Result<(), CnabError> {
    let stated = line.number(column, column + 5, what)?;
    if stated == found {
        Ok(())
    } else {
        Err(CnabError::Count { line: line.number, column, what, stated, found })
    }
}

/// The lines that are not blank. Bytes that are no UTF-8 are Latin-1, one character each.
fn lines(bytes: &[u8]) -> Result<Vec<Line>, CnabError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(CnabError::TooLong { max: FILE_BYTES_MAX });
    }
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.trim_end_matches(|character: char| character == CONTROL_Z || character.is_whitespace());
    text.split('\n')
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| Line::new(index + 1, line))
        .collect()
}
