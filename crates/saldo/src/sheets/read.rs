//! A file as spreadsheets write it: a heading and rows. UTF-8 or Windows-1252 (and so Latin-1); `;`, `,` or tabs.

use super::{Draft, SheetColumn};

/// The longest file, in bytes.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most rows of one file, the heading not counted.
pub const ROWS_MAX: usize = 20_000;
/// What may stand between two columns. The one that the heading has most often is the file's.
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];
/// Longest name of a column that is repeated to whoever sent it, in characters.
const HEADING_CHARS_MAX: usize = 60;

/// A file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet<C> {
    /// The rows that say something.
    pub rows: Vec<Row<C>>,
    /// What is wrong with the heading. The rows are read all the same, by the columns that are known.
    pub heading: Vec<Unreadable<C>>,
    /// Whether it was no UTF-8 and was read as Windows-1252, of which Latin-1 is the printable part.
    pub is_latin1: bool,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<C> {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// What it says.
    pub draft: Draft<C>,
    /// How many columns it has and how many the heading has, if those differ.
    pub columns: Option<(usize, usize)>,
}

/// Why a file cannot be read at all, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable<C> {
    /// There is nothing in it.
    Empty,
    /// There is a heading and no row.
    NoRows,
    /// It is longer than [`FILE_BYTES_MAX`].
    TooLong,
    /// It has more rows than [`ROWS_MAX`].
    TooManyRows,
    /// It is no text: a spreadsheet's own format, or UTF-16.
    NotText,
    /// The heading names a column that nobody knows.
    ColumnUnknown(String),
    /// The heading lacks a column that is needed.
    ColumnMissing(C),
    /// The heading names a column twice.
    ColumnTwice(C),
}

/// Reads a file.
pub fn read<C: SheetColumn>(bytes: &[u8]) -> Result<Sheet<C>, Unreadable<C>> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Unreadable::TooLong);
    }
    if bytes.contains(&0) || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Unreadable::NotText);
    }
    let (text, is_latin1) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), true),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = behind_separator_line(text);
    let first = text.lines().find(|line| !line.trim().is_empty()).ok_or(Unreadable::Empty)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(first))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut next =
        |record: &mut csv::StringRecord| reader.read_record(record).map_err(|_| Unreadable::NotText);
    if !next(&mut record)? {
        return Err(Unreadable::Empty);
    }
    let (headings, heading) = heading(&record)?;
    let mut rows = Vec::new();
    while next(&mut record)? {
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if rows.len() == ROWS_MAX {
            return Err(Unreadable::TooManyRows);
        }
        rows.push(row(&record, &headings, text));
    }
    if rows.is_empty() {
        return Err(heading.into_iter().next().unwrap_or(Unreadable::NoRows));
    }
    Ok(Sheet { rows, heading, is_latin1 })
}

/// Excel may begin a file with `sep=;`, which is no heading.
fn behind_separator_line(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim().to_ascii_lowercase().starts_with("sep=") => rest,
        _ => text,
    }
}

fn separator(heading: &str) -> u8 {
    let count = |separator: u8| heading.bytes().filter(|byte| *byte == separator).count();
    SEPARATORS.into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// The columns of a file, where they are known, and what is wrong with them.
type Headings<C> = (Vec<Option<Heading<C>>>, Vec<Unreadable<C>>);

/// A column as the file heads it.
struct Heading<C> {
    column: C,
    name: String,
}

/// The columns, where they are known, and what is wrong with them. A heading without one known column is none.
fn heading<C: SheetColumn>(record: &csv::StringRecord) -> Result<Headings<C>, Unreadable<C>> {
    let (mut headings, mut wrong): (Vec<Option<Heading<C>>>, _) = (Vec::new(), Vec::new());
    let is_there = |headings: &[Option<Heading<C>>], column: C| {
        headings.iter().flatten().any(|heading| heading.column == column)
    };
    for written in record {
        let name = folded(written);
        let known = C::ALL.iter().copied().find(|column| column.names().contains(&name.as_str()));
        let heading = match known {
            Some(twice) if is_there(&headings, twice) => {
                wrong.push(Unreadable::ColumnTwice(twice));
                None
            }
            Some(column) => Some(Heading { column, name }),
            None => {
                let shown = written.trim().chars().take(HEADING_CHARS_MAX).collect();
                wrong.push(Unreadable::ColumnUnknown(shown));
                None
            }
        };
        headings.push(heading);
    }
    if headings.iter().all(Option::is_none) {
        return Err(wrong.into_iter().next().unwrap_or(Unreadable::Empty));
    }
    let missing = C::ALL.iter().copied().filter(|column| column.is_required());
    let missing = missing.filter(|column| !is_there(&headings, *column));
    wrong.extend(missing.map(Unreadable::ColumnMissing));
    Ok((headings, wrong))
}

/// The name of a column however it is written: small letters without accents, `_` for blanks and dashes.
fn folded(written: &str) -> String {
    let plain = |letter: char| match letter {
        ' ' | '-' => '_',
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' => 'u',
        'ç' => 'c',
        other => other,
    };
    written.trim().to_lowercase().chars().map(plain).collect()
}

fn row<C: SheetColumn>(record: &csv::StringRecord, headings: &[Option<Heading<C>>], text: &str) -> Row<C> {
    let mut draft = Draft::default();
    for (heading, field) in headings.iter().zip(record) {
        let Some(Heading { column, name }) = heading else { continue };
        draft[*column] = column.cell(name, field.trim());
    }
    let columns = (record.len() != headings.len()).then_some((record.len(), headings.len()));
    Row { line: line_of(record, text), draft, columns }
}

/// The line in which a row begins. Where lines without anything stand before it, the reader's position is that of the first of them.
fn line_of(record: &csv::StringRecord, text: &str) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let begins = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let skipped = text.as_bytes().get(begins..).unwrap_or_default();
    let blank = skipped.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscribers::Column;

    type Unreadable = super::Unreadable<Column>;

    fn read(bytes: &[u8]) -> Result<Sheet<Column>, Unreadable> {
        super::read(bytes)
    }

    const HEADING: &str =
        "name;document;street;district;city;state;postcode;plan;access_login;anchor_day;used;email";

    fn lines(text: &str) -> Vec<(u64, String)> {
        let sheet = read(text.as_bytes()).expect("a sheet");
        sheet.rows.into_iter().map(|row| (row.line, row.draft[Column::Name].clone())).collect()
    }

    #[test]
    fn rows_are_found_in_their_lines() {
        let named = |names: &[(u64, &str)]| -> Vec<(u64, String)> {
            names.iter().map(|(line, name)| (*line, (*name).to_owned())).collect()
        };
        for (rows, expected) in [
            ("\nAna;1\nBia;2\n", &[(2, "Ana"), (3, "Bia")][..]),
            ("\r\nAna;1\r\nBia;2", &[(2, "Ana"), (3, "Bia")]),
            ("\n\n\nAna;1\n\nBia;2\n\n", &[(4, "Ana"), (6, "Bia")]),
            ("\r\n\r\nAna;1\r\n;;;\r\nBia;2\r\n", &[(3, "Ana"), (5, "Bia")]),
            ("\n\"Ana \"\"Nina\"\"; Lima\";1\nBia;2", &[(2, "Ana \"Nina\"; Lima"), (3, "Bia")]),
            ("\n\"Ana\nLima\";1\nBia;2", &[(2, "Ana\nLima"), (4, "Bia")]),
            ("\n\"Ana;1\nBia;2\n", &[(2, "Ana;1\nBia;2")]),
        ] {
            assert_eq!(lines(&format!("{HEADING}{rows}")), named(expected), "{rows:?}");
        }
    }

    #[test]
    fn however_a_spreadsheet_writes_it() {
        let portuguese =
            "Nome,CPF/CNPJ,Endereço,Bairro,Cidade,UF,CEP,Plano,Login,Dia do ciclo\nJoão,1,,,,,,,,";
        let latin1: Vec<u8> =
            portuguese.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
        let with_mark = format!("\u{feff}{portuguese}");
        let tabs = portuguese.replace(',', "\t");
        for (bytes, is_latin1) in [
            (portuguese.as_bytes(), false),
            (&latin1, true),
            (with_mark.as_bytes(), false),
            (tabs.as_bytes(), false),
        ] {
            let sheet = read(bytes).expect("a sheet");
            assert_eq!(sheet.is_latin1, is_latin1);
            assert_eq!(sheet.rows[0].draft[Column::Name], "João");
            assert_eq!((sheet.rows[0].line, sheet.rows[0].columns), (2, None));
        }
    }

    #[test]
    fn a_heading_may_say_the_unit() {
        for (heading, used, expected) in [
            ("used", "60", "60"),
            ("used_bytes", "60", "60 bytes"),
            ("used_bytes", "60 GB", "60 GB"),
            ("Used bytes", "", ""),
        ] {
            let file = format!("{}\nAna;1;;;;;;;;;{used};\n", HEADING.replace("used", heading));
            let sheet = read(file.as_bytes()).expect("a sheet");
            assert_eq!(sheet.rows[0].draft[Column::Used], expected, "{heading} {used}");
        }
    }

    #[test]
    fn what_is_no_file_of_such_rows_is_named() {
        let many = format!("{HEADING}\n{}", "Ana;1\n".repeat(ROWS_MAX + 1));
        let unknown = Unreadable::ColumnUnknown("phone".to_owned());
        for (bytes, why) in [
            (&b""[..], Unreadable::Empty),
            (b"\xef\xbb\xbf \r\n\r\n", Unreadable::Empty),
            (HEADING.as_bytes(), Unreadable::NoRows),
            (format!("{HEADING}\n;;;;\n").as_bytes(), Unreadable::NoRows),
            (b"PK\x03\x04\x14\x00\x06\x00", Unreadable::NotText),
            (b"\xff\xfen\x00a\x00", Unreadable::NotText),
            (b"phone;fax\n1;2", unknown),
            (b"name;document\n", Unreadable::ColumnMissing(Column::Street)),
            (many.as_bytes(), Unreadable::TooManyRows),
            (&vec![b'a'; FILE_BYTES_MAX + 1], Unreadable::TooLong),
        ] {
            assert_eq!(read(bytes), Err(why.clone()), "{why:?}");
        }
        let wrong = |text: &str| read(text.as_bytes()).expect("a sheet").heading;
        let unknown = Unreadable::ColumnUnknown("phone".to_owned());
        assert_eq!(wrong(&format!("{HEADING}\nAna;1")), []);
        let twice = [unknown, Unreadable::ColumnTwice(Column::Name)];
        assert_eq!(wrong(&format!("{HEADING};phone;Nome\nAna;1")), twice);
        let without_city = HEADING.replace(";city", "").replace(";plan", "");
        let missing = [Column::City, Column::Plan].map(Unreadable::ColumnMissing);
        assert_eq!(wrong(&format!("{without_city}\nAna;1")), missing);
        let most = format!("{HEADING}\n{}", "Ana;1\n".repeat(ROWS_MAX));
        assert_eq!(read(most.as_bytes()).map(|sheet| sheet.rows.len()), Ok(ROWS_MAX));
        let wide = read(format!("{HEADING}\n{}", "a;".repeat(13)).as_bytes()).expect("a sheet");
        assert_eq!(wide.rows[0].columns, Some((14, 12)));
    }
}
