//! What is typed about one subscriber and his line, and what must be true of it by itself.

use std::collections::HashMap;

use brazil::document::TaxId;
use store::tables::lines::PlanRow;

use crate::customers::{TEXT_BYTES_MAX, is_unprintable, looks_like_email};
use crate::lines::offer_check::BYTES_MAX;
use crate::lines::{ACCESS_LOGIN_BYTES_MAX, Address, is_no_login_letter};
use crate::look::Locale;
use crate::sheets::{self, SheetColumn, Why};

/// Brazil's states and the federal district.
const STATES: [&str; 27] = [
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI",
    "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];
/// Digits of a *CEP*.
const POSTCODE_LEN: usize = 8;
/// Most digits behind the point of an amount of data.
const FRACTION_LEN_MAX: usize = 12;
/// The units in which data may be written, in small letters, with their bytes.
const SIZES: [(&str, i64); 9] = [
    ("bytes", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

/// One thing that is said about a subscriber: a column of a file, a field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// His name.
    Name,
    /// CPF or CNPJ.
    Document,
    /// His e-mail, if he has one.
    Email,
    /// Street and number.
    Street,
    /// *Bairro*.
    District,
    /// City.
    City,
    /// *UF*.
    State,
    /// *CEP*.
    Postcode,
    /// The plan's name.
    Plan,
    /// How the line authenticates at a router.
    AccessLogin,
    /// The day of the month on which its cycles begin.
    AnchorDay,
    /// What it has used in this cycle, all of it.
    Used,
    /// What of that lowers no balance.
    Outside,
    /// The language of his pages and mails.
    Language,
}

impl SheetColumn for Column {
    const ALL: &'static [Column] = &[
        Column::Name,
        Column::Document,
        Column::Email,
        Column::Street,
        Column::District,
        Column::City,
        Column::State,
        Column::Postcode,
        Column::Plan,
        Column::AccessLogin,
        Column::AnchorDay,
        Column::Used,
        Column::Outside,
        Column::Language,
    ];

    fn names(self) -> &'static [&'static str] {
        match self {
            Column::Name => &["name", "nome"],
            Column::Document => &["document", "documento", "cpf_cnpj", "cpf/cnpj", "cpf", "cnpj"],
            Column::Email => &["email", "e_mail"],
            Column::Street => &["street", "endereco", "logradouro", "rua"],
            Column::District => &["district", "bairro"],
            Column::City => &["city", "cidade"],
            Column::State => &["state", "uf", "estado"],
            Column::Postcode => &["postcode", "cep"],
            Column::Plan => &["plan", "plano"],
            Column::AccessLogin => &["access_login", "login", "login_de_acesso"],
            Column::AnchorDay => &["anchor_day", "dia_do_ciclo", "dia"],
            Column::Used => &["used", "usado", "used_bytes", "consumo"],
            Column::Outside => &["outside", "fora_da_franquia", "outside_bytes"],
            Column::Language => &["language", "idioma"],
        }
    }

    fn portuguese(self) -> &'static str {
        if self == Column::Email { self.name() } else { self.names()[1] }
    }

    fn is_required(self) -> bool {
        !matches!(self, Column::Email | Column::Used | Column::Outside | Column::Language)
    }

    fn bytes_max(self) -> usize {
        if self == Column::AccessLogin { ACCESS_LOGIN_BYTES_MAX } else { TEXT_BYTES_MAX }
    }

    /// The heading may say the unit, as `used_bytes` does: a number under it needs none.
    fn cell(self, heading: &str, written: &str) -> String {
        let is_number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
        if heading.ends_with("_bytes") && is_number { format!("{written} bytes") } else { written.to_owned() }
    }
}

/// What was typed about a subscriber.
pub type Draft = sheets::Draft<Column>;
/// What is wrong with it.
pub type Wrong = sheets::Wrong<Column>;

/// Who is to become a customer, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// His name.
    pub name: String,
    /// CPF or CNPJ, digits and letters only.
    pub document: String,
    /// His e-mail, in small letters.
    pub email: Option<String>,
    /// Where he lives.
    pub address: Address,
    /// The language of his pages and mails.
    pub locale: Locale,
}

/// A plan that is to be put in service, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The plan.
    pub plan_no: u32,
    /// How the line authenticates.
    pub access_login: String,
    /// The day of the month on which its cycles begin.
    pub anchor_day: u8,
    /// Bytes used in this cycle, all of them.
    pub used: i64,
    /// Bytes of those that lower no balance.
    pub outside: i64,
}

/// Plans by what people call them.
#[derive(Debug)]
pub(super) struct Plans {
    exact: HashMap<String, u32>,
    folded: HashMap<String, u32>,
}

impl Plans {
    pub(super) fn new(plans: Vec<PlanRow>) -> Plans {
        let folded = plans.iter().map(|plan| (plan.name.to_lowercase(), plan.plan_no)).collect();
        Plans { exact: plans.into_iter().map(|plan| (plan.name, plan.plan_no)).collect(), folded }
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.exact.get(name).or_else(|| self.folded.get(&name.to_lowercase())).copied()
    }
}

/// What of a draft is somebody's alone, each if it is right by itself, whatever is wrong beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) document: Option<String>,
    pub(super) email: Option<String>,
    pub(super) access_login: Option<String>,
}

impl Draft {
    /// What of it is somebody's alone.
    pub(super) fn marks(&self) -> Marks {
        let right = |column| {
            let mut wrong = Vec::new();
            let text = self.text(column, &mut wrong);
            (wrong.is_empty() && !text.is_empty()).then(|| text.to_owned())
        };
        let document = right(Column::Document).and_then(|text| TaxId::parse(&text).ok());
        Marks {
            document: document.map(|document| document.bare().to_owned()),
            email: right(Column::Email).map(|email| email.to_lowercase()).filter(|it| looks_like_email(it)),
            access_login: right(Column::AccessLogin),
        }
    }

    /// The person, or what is wrong with him.
    pub(super) fn person(&self, wrong: &mut Vec<Wrong>) -> Option<Person> {
        let before = wrong.len();
        let mut text = |column| self.text(column, wrong).to_owned();
        let (name, email) = (text(Column::Name), text(Column::Email));
        let (street, district, city) = (text(Column::Street), text(Column::District), text(Column::City));
        let document = self.read(Column::Document, wrong, |text| {
            TaxId::parse(text).map(|document| document.bare().to_owned()).map_err(Why::Document)
        });
        let email = Some(email.to_lowercase()).filter(|email| !email.is_empty());
        if email.as_ref().is_some_and(|email| !looks_like_email(email)) {
            wrong.push(Wrong { column: Some(Column::Email), why: Why::Email });
        }
        let state = self.read(Column::State, wrong, |text| {
            let state = text.to_uppercase();
            if STATES.contains(&state.as_str()) { Ok(state) } else { Err(Why::State) }
        });
        let postcode = self.read(Column::Postcode, wrong, postcode);
        let locale = match self[Column::Language].trim() {
            "" => Some(Locale::PtBr),
            tag => Locale::from_tag(tag),
        };
        if locale.is_none() {
            wrong.push(Wrong { column: Some(Column::Language), why: Why::Language });
        }
        let (Some(document), Some(state), Some(postcode), Some(locale)) = (document, state, postcode, locale)
        else {
            return None;
        };
        let address = Address { street, district, city, state, postcode };
        (wrong.len() == before).then_some(Person { name, document, email, address, locale })
    }

    /// The line, or what is wrong with it.
    pub(super) fn subscription(&self, plans: &Plans, wrong: &mut Vec<Wrong>) -> Option<Subscription> {
        let before = wrong.len();
        let plan_no = self.read(Column::Plan, wrong, |name| plans.number(name).ok_or(Why::PlanUnknown));
        let access_login = self.text(Column::AccessLogin, wrong).to_owned();
        // What cannot be printed is told of any column.
        let is_blank = |letter| is_no_login_letter(letter) && !is_unprintable(letter);
        if access_login.contains(is_blank) {
            wrong.push(Wrong { column: Some(Column::AccessLogin), why: Why::AccessLogin });
        }
        let anchor_day = self.read(Column::AnchorDay, wrong, |text| {
            text.parse().ok().filter(|day| (1..=31).contains(day)).ok_or(Why::Day)
        });
        let used = self.read(Column::Used, wrong, size).unwrap_or(0);
        let outside = self.read(Column::Outside, wrong, size).unwrap_or(0);
        if wrong.len() == before && outside > used {
            wrong.push(Wrong { column: Some(Column::Outside), why: Why::OutsideMore });
        }
        let (Some(plan_no), Some(anchor_day)) = (plan_no, anchor_day) else { return None };
        (wrong.len() == before).then_some(Subscription { plan_no, access_login, anchor_day, used, outside })
    }
}

fn postcode(text: &str) -> Result<String, Why> {
    let digits: String = text.chars().filter(|letter| !"-. ".contains(*letter)).collect();
    let is_one = digits.len() == POSTCODE_LEN
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && digits.bytes().any(|digit| digit != b'0');
    if is_one { Ok(digits) } else { Err(Why::Postcode) }
}

/// Bytes: a number with one decimal mark and its unit, as `12,5 GB`. What lies between bytes is cut. Nothing needs no unit.
fn size(text: &str) -> Result<i64, Why> {
    if text.starts_with(['-', '\u{2212}']) {
        return Err(Why::Negative);
    }
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !",.".contains(letter));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim().to_lowercase();
    if unit.is_empty() && !number.is_empty() {
        return if number.bytes().all(|digit| digit == b'0') { Ok(0) } else { Err(Why::NoUnit) };
    }
    let bytes = SIZES.iter().find(|(name, _)| *name == unit).map(|(_, bytes)| *bytes).ok_or(Why::Size)?;
    let (whole, fraction) = number.split_once([',', '.']).unwrap_or((number, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_broken = whole.is_empty()
        || !are_digits(whole)
        || !are_digits(fraction)
        || fraction.len() > FRACTION_LEN_MAX
        || (bytes == 1 && number.len() > whole.len());
    if is_broken {
        return Err(Why::Size);
    }
    let scale = 10_i128.pow(u32::try_from(fraction.len()).map_err(|_| Why::Size)?);
    let number: i128 = format!("{whole}{fraction}").parse().map_err(|_| Why::Size)?;
    let all = number.checked_mul(i128::from(bytes)).ok_or(Why::Size)? / scale;
    i64::try_from(all).ok().filter(|all| *all <= BYTES_MAX).ok_or(Why::Size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_written_in_bytes_or_with_its_unit() {
        for (text, bytes) in [
            ("0", Ok(0)),
            ("12500000000 bytes", Ok(12_500_000_000)),
            ("12500000000", Err(Why::NoUnit)),
            ("60", Err(Why::NoUnit)),
            ("12,5 GB", Ok(12_500_000_000)),
            ("12.5GB", Ok(12_500_000_000)),
            ("800 mb", Ok(800_000_000)),
            ("1 GiB", Ok(1 << 30)),
            ("0,001 KB", Ok(1)),
            ("3 bytes", Ok(3)),
            ("-1", Err(Why::Negative)),
            ("\u{2212}2 GB", Err(Why::Negative)),
            ("12,5", Err(Why::NoUnit)),
            ("1.234,5 GB", Err(Why::Size)),
            ("GB", Err(Why::Size)),
            (",5 GB", Err(Why::Size)),
            ("1e9", Err(Why::Size)),
            ("5 gigas", Err(Why::Size)),
            ("1000001 GB", Err(Why::Size)),
            ("99999999999999999999999999999999999999999999 bytes", Err(Why::Size)),
        ] {
            assert_eq!(size(text), bytes, "{text}");
        }
    }

    #[test]
    fn each_column_has_names_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for column in Column::ALL.iter().copied() {
            assert!(column.names().len() >= 2, "{column:?}");
            for name in column.names() {
                assert!(seen.insert(*name), "{name} stands twice");
            }
        }
    }
}
