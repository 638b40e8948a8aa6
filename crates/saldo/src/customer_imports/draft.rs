//! What a row says of a customer, and what must be true of it by itself.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::{Amount, Timestamp, Unit};

use crate::customers::{Opening, TEXT_BYTES_MAX, looks_like_email};
use crate::look::Locale;
use crate::portal::calendar::day_bounds;
use crate::sheets::{Draft, SheetColumn, Why, Wrong};

/// The most with which one customer may begin, in whole units of money: all rows of a file together can still be counted.
pub const OPENING_UNITS_MAX: i64 = 100_000_000;

/// One thing that a file says about a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerColumn {
    /// His name.
    Name,
    /// His e-mail.
    Email,
    /// What the operator calls him.
    ExternalId,
    /// What he had.
    Balance,
    /// Whether he had bought it.
    Kind,
    /// The last day on which it is good.
    Expires,
    /// The language of his pages and mails.
    Language,
}

use CustomerColumn as Column;

impl SheetColumn for Column {
    const ALL: &'static [Column] = &[
        Column::Name,
        Column::Email,
        Column::ExternalId,
        Column::Balance,
        Column::Kind,
        Column::Expires,
        Column::Language,
    ];

    fn names(self) -> &'static [&'static str] {
        match self {
            Column::Name => &["name", "nome"],
            Column::Email => &["email", "e_mail"],
            Column::ExternalId => &["external_id", "id_externo", "external_key"],
            Column::Balance => &["opening_balance", "saldo_inicial", "balance", "saldo"],
            Column::Kind => &["balance_kind", "tipo_do_saldo", "kind", "tipo"],
            Column::Expires => &["expires", "vence", "expires_at", "validade"],
            Column::Language => &["language", "idioma", "locale"],
        }
    }

    fn portuguese(self) -> &'static str {
        if self == Column::Email { self.name() } else { self.names()[1] }
    }

    fn is_required(self) -> bool {
        self == Column::Name
    }

    fn bytes_max(self) -> usize {
        TEXT_BYTES_MAX
    }
}

/// By what rows are read: the unit of money wallets, the operator's zone and now.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What balances count.
    pub unit: Unit,
    /// Where days end.
    pub zone: TimeZone,
    /// The language of whom nothing is said.
    pub language: Locale,
    /// By the book's clock.
    pub now: Timestamp,
}

/// A row that is right by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// His name.
    pub name: String,
    /// The language of his pages and mails.
    pub locale: Locale,
    /// What he brings, if anything.
    pub opening: Option<Opening>,
}

/// By what a row is known, each if it is right by itself, whatever is wrong beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// His e-mail, in small letters.
    pub email: Option<String>,
    /// What the operator calls him.
    pub external_id: Option<String>,
}

/// By what a row is known.
pub(super) fn marks(draft: &Draft<Column>, wrong: &mut Vec<Wrong<Column>>) -> Marks {
    let email = draft.read(Column::Email, wrong, |text| {
        let email = text.to_lowercase();
        if looks_like_email(&email) { Ok(email) } else { Err(Why::Email) }
    });
    let external_id = draft.read(Column::ExternalId, wrong, |text| Ok(text.to_owned()));
    let nothing = draft[Column::Email].trim().is_empty() && draft[Column::ExternalId].trim().is_empty();
    if nothing {
        wrong.push(Wrong { column: Some(Column::Email), why: Why::Unmarked });
    }
    Marks { email, external_id }
}

/// Whom a row describes, or what is wrong with it.
pub(super) fn person(terms: &Terms, draft: &Draft<Column>, wrong: &mut Vec<Wrong<Column>>) -> Option<Person> {
    let before = wrong.len();
    let name = draft.text(Column::Name, wrong).to_owned();
    let amount = draft.read(Column::Balance, wrong, |text| balance(terms.unit, text));
    let is_bought = draft.read(Column::Kind, wrong, kind);
    let expires_at = draft.read(Column::Expires, wrong, |text| last_day(terms, text));
    let locale = draft.read(Column::Language, wrong, |text| Locale::from_tag(text).ok_or(Why::Language));
    let amount = amount.filter(Amount::is_positive);
    let is_told = !draft[Column::Kind].trim().is_empty();
    if amount.is_some() && !is_told {
        wrong.push(Wrong { column: Some(Column::Kind), why: Why::BalanceKind });
    }
    let opening = amount.zip(is_bought).map(|(amount, is_bought)| Opening { amount, is_bought, expires_at });
    let locale = locale.unwrap_or(terms.language);
    (wrong.len() == before).then_some(Person { name, locale, opening })
}

/// Money as a file may write it, whoever wrote it: read only if it can mean one thing. A single mark before three digits may be a decimal
/// mark or one between thousands, unless nothing but a zero stands before it.
pub(super) fn balance(unit: Unit, text: &str) -> Result<Amount, Why> {
    if text.starts_with(['-', '\u{2212}', '(']) {
        return Err(Why::Negative);
    }
    let is_known = |letter: char| letter.is_ascii_digit() || letter == '.' || letter == ',';
    if !text.chars().all(is_known) || !text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Err(Why::Money);
    }
    let plain = plain(text)?;
    let fraction = plain.split_once('.').map_or("", |(_, fraction)| fraction);
    if fraction.trim_end_matches('0').len() > usize::from(unit.decimals()) {
        return Err(Why::MoneyTooFine);
    }
    let whole = plain.split_once('.').map_or(plain.as_str(), |(whole, _)| whole);
    if whole.trim_start_matches('0').len() > OPENING_UNITS_MAX.to_string().len() {
        return Err(Why::MoneyTooMuch);
    }
    let cut = plain.trim_end_matches('0').trim_end_matches('.');
    let exact = if plain.contains('.') { cut } else { &plain };
    let amount = Amount::parse(exact, unit).map_err(|_| Why::Money)?;
    let most = Amount::parse(&OPENING_UNITS_MAX.to_string(), unit).map_err(|_| Why::Money)?;
    if amount.value() > most.value() { Err(Why::MoneyTooMuch) } else { Ok(amount) }
}

/// The number with a point for decimals and nothing between thousands.
fn plain(text: &str) -> Result<String, Why> {
    let marks: Vec<char> = text.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let (first, last) = match marks.as_slice() {
        [] => return Ok(text.to_owned()),
        [only] => {
            let (whole, fraction) = text.split_once(*only).ok_or(Why::Money)?;
            if fraction.len() == 3 && !is_zero(whole) {
                return Err(Why::MoneyAmbiguous);
            }
            return decimal(whole, fraction);
        }
        [first, .., last] => (*first, *last),
    };
    if marks.iter().all(|mark| *mark == first) {
        return grouped(text, first);
    }
    let (whole, fraction) = text.rsplit_once(last).ok_or(Why::Money)?;
    decimal(&grouped(whole, first)?, fraction)
}

fn is_zero(whole: &str) -> bool {
    whole.bytes().all(|digit| digit == b'0')
}

fn decimal(whole: &str, fraction: &str) -> Result<String, Why> {
    if whole.is_empty() || fraction.is_empty() || whole.contains(['.', ',']) {
        return Err(Why::Money);
    }
    Ok(format!("{whole}.{fraction}"))
}

/// Digits in groups of three without the marks between them.
fn grouped(text: &str, mark: char) -> Result<String, Why> {
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or_default();
    let is_right = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && text.chars().all(|letter| letter.is_ascii_digit() || letter == mark)
        && groups.all(|group| group.len() == 3);
    if is_right { Ok(text.replace(mark, "")) } else { Err(Why::Money) }
}

/// Whether a balance had been bought.
fn kind(text: &str) -> Result<bool, Why> {
    match text.to_lowercase().as_str() {
        "purchased" | "bought" | "comprado" => Ok(true),
        "promotional" | "promocional" => Ok(false),
        _ => Err(Why::BalanceKind),
    }
}

/// The end of a day, written as 2026-12-31 because 01/02/2026 may be two days.
fn last_day(terms: &Terms, text: &str) -> Result<Timestamp, Why> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: Date = text.parse().ok().filter(|_| is_plain).ok_or(Why::Date)?;
    let end = day_bounds(&terms.zone, day).ok_or(Why::Date)?.until;
    if end > terms.now { Ok(end) } else { Err(Why::DateOver) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn steps(text: &str) -> Result<i64, Why> {
        balance(Unit::USD, text).map(|amount| amount.value())
    }

    #[test]
    fn money_is_read_if_it_can_mean_one_thing() {
        for (text, expected) in [
            ("0", Ok(0)),
            ("25", Ok(25_000_000)),
            ("25.5", Ok(25_500_000)),
            ("25,50", Ok(25_500_000)),
            ("0.125", Ok(125_000)),
            ("0,125", Ok(125_000)),
            ("00.125", Ok(125_000)),
            ("1.2345", Ok(1_234_500)),
            ("1.234567", Ok(1_234_567)),
            ("1.2345670", Ok(1_234_567)),
            ("1,234.50", Ok(1_234_500_000)),
            ("1.234,50", Ok(1_234_500_000)),
            ("1.234.567", Ok(1_234_567_000_000)),
            ("1,234,567.125", Ok(1_234_567_125_000)),
            ("100000000", Ok(100_000_000_000_000)),
            ("100000000.000001", Err(Why::MoneyTooMuch)),
            ("1000000000", Err(Why::MoneyTooMuch)),
            ("1.234", Err(Why::MoneyAmbiguous)),
            ("1,234", Err(Why::MoneyAmbiguous)),
            ("012,345", Err(Why::MoneyAmbiguous)),
            ("1.2345678", Err(Why::MoneyTooFine)),
            ("-1", Err(Why::Negative)),
            ("(5)", Err(Why::Negative)),
            (".5", Err(Why::Money)),
            ("5.", Err(Why::Money)),
            ("1.2.3", Err(Why::Money)),
            ("1,23.50", Err(Why::Money)),
            ("1.234,567,8", Err(Why::Money)),
            ("0,123,456", Err(Why::Money)),
            ("12 34", Err(Why::Money)),
            ("$5", Err(Why::Money)),
            ("1e3", Err(Why::Money)),
            ("\u{661}", Err(Why::Money)),
        ] {
            assert_eq!(steps(text), expected, "{text}");
        }
    }

    proptest! {
        /// However a spreadsheet of either country groups an amount, it is that amount.
        #[test]
        fn an_amount_is_the_same_in_both_countries(value in 0_i64..=100_000_000_000_000, is_comma: bool) {
            let (group, point) = if is_comma { ('.', ',') } else { (',', '.') };
            let digits = (value / 1_000_000).to_string();
            let mut whole = String::new();
            for (at, digit) in digits.char_indices() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    whole.push(group);
                }
                whole.push(digit);
            }
            let fraction = format!("{:06}", value % 1_000_000);
            prop_assert_eq!(steps(&format!("{whole}{point}{fraction}")), Ok(value));
            prop_assert_eq!(steps(&format!("{digits}{point}{fraction}")), Ok(value));
        }

        /// Nothing that is typed makes it fall, and what is read is never below zero or above the most.
        #[test]
        fn whatever_is_typed(text in ".{0,40}", marks in "[0-9.,]{0,20}") {
            for text in [text, marks] {
                if let Ok(read) = steps(&text) {
                    prop_assert!((0..=OPENING_UNITS_MAX * 1_000_000).contains(&read), "{text}");
                }
            }
        }

        /// A file of any bytes is read or refused; rows keep their lines in order, and each is told once.
        #[test]
        fn whatever_is_sent(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            cells in prop::collection::vec("[ -~\u{e3}\n\";,\t]{0,12}", 0..40),
            separator in "[;,\t]",
        ) {
            let text = format!("name{separator}email\n{}", cells.join(&separator).replace("x", "\n"));
            for bytes in [bytes, text.into_bytes()] {
                let Ok(sheet) = crate::sheets::read::<Column>(&bytes) else { continue };
                let lines: Vec<u64> = sheet.rows.iter().map(|row| row.line).collect();
                prop_assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "{lines:?}");
                let terms = Terms { unit: Unit::USD, zone: TimeZone::UTC, language: Locale::En, now: Timestamp::EPOCH };
                for row in &sheet.rows {
                    let mut wrong = Vec::new();
                    let person = person(&terms, &row.draft, &mut wrong);
                    prop_assert_eq!(person.is_none(), !wrong.is_empty());
                    marks(&row.draft, &mut wrong);
                }
            }
        }
    }
}
