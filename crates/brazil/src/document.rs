//! CPF and CNPJ: by what a person or a company is known to Brazil's tax authority, and signs in to the portal.
//!
//! Since July 2026 a CNPJ may hold letters in its first twelve places (Receita Federal, IN RFB 2.229/2024), so neither is ever a
//! number. Text of repeated digits (`111.111.111-11`) has right check digits and belongs to nobody: it is refused.

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::check_digit::{digit, modulo_11_or_zero};

/// Characters of a text that can still be a document with its punctuation; longer ones are not looked at.
pub const DOCUMENT_TEXT_LEN_MAX: usize = 40;

const CPF_LEN: usize = 11;
const CNPJ_LEN: usize = 14;

/// A natural person's number: eleven digits, checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpf([u8; CPF_LEN]);

/// A company's number: twelve digits or letters and two check digits, checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cnpj([u8; CNPJ_LEN]);

/// Either of the two: a payer, or the company that is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxId {
    /// A natural person.
    Cpf(Cpf),
    /// A company.
    Cnpj(Cnpj),
}

/// Why a text is no CPF or CNPJ, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Nothing but punctuation.
    #[error("no CPF or CNPJ was given")]
    Empty,
    /// A character that stands in no document.
    #[error("a CPF has digits, a CNPJ digits and letters, besides . - / and blanks")]
    Character,
    /// Neither 11 nor 14 characters besides the punctuation.
    #[error("a CPF has 11 digits, a CNPJ 14 characters")]
    Length,
    /// The same character throughout.
    #[error("repeated digits are nobody's document")]
    Repeated,
    /// The last two digits do not fit the others.
    #[error("the check digits are wrong: a digit was mistyped")]
    CheckDigits,
}

impl DocumentError {
    /// A code for programs; it never changes.
    pub fn code(self) -> &'static str {
        match self {
            DocumentError::Empty => "document_empty",
            DocumentError::Character => "document_character",
            DocumentError::Length => "document_length",
            DocumentError::Repeated => "document_repeated",
            DocumentError::CheckDigits => "document_check_digits",
        }
    }
}

impl Cpf {
    /// Reads a CPF, with or without punctuation and blanks.
    pub fn parse(text: &str) -> Result<Cpf, DocumentError> {
        let bare = bare(text)?;
        let digits: [u8; CPF_LEN] = bare.as_bytes().try_into().map_err(|_| DocumentError::Length)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(DocumentError::Character);
        }
        if digits.iter().all(|digit| *digit == digits[0]) {
            return Err(DocumentError::Repeated);
        }
        // The weights go on to 10 and 11 without beginning again.
        if check_digits(&bare[..CPF_LEN - 2], 11) == bare[CPF_LEN - 2..] {
            Ok(Cpf(digits))
        } else {
            Err(DocumentError::CheckDigits)
        }
    }

    /// The eleven digits: `52998224725`.
    pub fn bare(&self) -> &str {
        ascii(&self.0)
    }
}

impl Cnpj {
    /// Reads a CNPJ, with or without punctuation and blanks, letters in either case.
    pub fn parse(text: &str) -> Result<Cnpj, DocumentError> {
        let bare = bare(text)?;
        let characters: [u8; CNPJ_LEN] = bare.as_bytes().try_into().map_err(|_| DocumentError::Length)?;
        let (_, check) = bare.split_at(CNPJ_LEN - 2);
        if !check.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DocumentError::Character);
        }
        if characters.iter().all(|character| *character == characters[0]) {
            return Err(DocumentError::Repeated);
        }
        if check_digits(&bare[..CNPJ_LEN - 2], 9) == check {
            Ok(Cnpj(characters))
        } else {
            Err(DocumentError::CheckDigits)
        }
    }

    /// The fourteen characters: `12ABC34501DE35`.
    pub fn bare(&self) -> &str {
        ascii(&self.0)
    }
}

impl TaxId {
    /// Reads either: eleven characters besides punctuation are a CPF, fourteen a CNPJ.
    pub fn parse(text: &str) -> Result<TaxId, DocumentError> {
        match bare(text)?.len() {
            CPF_LEN => Cpf::parse(text).map(TaxId::Cpf),
            CNPJ_LEN => Cnpj::parse(text).map(TaxId::Cnpj),
            _ => Err(DocumentError::Length),
        }
    }

    /// The characters without punctuation; what is stored, compared and written into bank files.
    pub fn bare(&self) -> &str {
        match self {
            TaxId::Cpf(cpf) => cpf.bare(),
            TaxId::Cnpj(cnpj) => cnpj.bare(),
        }
    }
}

impl From<Cpf> for TaxId {
    fn from(cpf: Cpf) -> TaxId {
        TaxId::Cpf(cpf)
    }
}

impl From<Cnpj> for TaxId {
    fn from(cnpj: Cnpj) -> TaxId {
        TaxId::Cnpj(cnpj)
    }
}

impl FromStr for TaxId {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<TaxId, DocumentError> {
        TaxId::parse(text)
    }
}

/// With its punctuation: `529.982.247-25`.
impl fmt::Display for Cpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = self.bare();
        write!(f, "{}.{}.{}-{}", &bare[..3], &bare[3..6], &bare[6..9], &bare[9..])
    }
}

/// With its punctuation: `12.ABC.345/01DE-35`.
impl fmt::Display for Cnpj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = self.bare();
        write!(f, "{}.{}.{}/{}-{}", &bare[..2], &bare[2..5], &bare[5..8], &bare[8..12], &bare[12..])
    }
}

impl fmt::Display for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TaxId::Cpf(cpf) => cpf.fmt(f),
            TaxId::Cnpj(cnpj) => cnpj.fmt(f),
        }
    }
}

impl fmt::Debug for Cpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Cnpj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `text` in upper case without punctuation and blanks.
fn bare(text: &str) -> Result<String, DocumentError> {
    let mut bare = String::with_capacity(CNPJ_LEN);
    for (place, character) in text.chars().enumerate() {
        if place >= DOCUMENT_TEXT_LEN_MAX {
            return Err(DocumentError::Length);
        }
        match character {
            '.' | '-' | '/' => {}
            _ if character.is_whitespace() => {}
            _ if character.is_ascii_alphanumeric() => bare.push(character.to_ascii_uppercase()),
            _ => return Err(DocumentError::Character),
        }
    }
    if bare.is_empty() { Err(DocumentError::Empty) } else { Ok(bare) }
}

/// The two check digits of `base`, the second counted over the first too.
fn check_digits(base: &str, weight_max: u32) -> String {
    let mut whole = base.to_owned();
    for _ in 0..2 {
        whole.push(digit(modulo_11_or_zero(&whole, weight_max)));
    }
    whole.split_off(base.len())
}

fn ascii(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_leniently_and_printed_exactly() {
        let cases = [
            ("390.533.447-05", "390.533.447-05", "39053344705"),
            ("529.982.247-25", "529.982.247-25", "52998224725"),
            (" 529 982 247 25 ", "529.982.247-25", "52998224725"),
            ("52998224725", "529.982.247-25", "52998224725"),
            ("12.ABC.345/01DE-35", "12.ABC.345/01DE-35", "12ABC34501DE35"),
            ("12abc34501de35", "12.ABC.345/01DE-35", "12ABC34501DE35"),
            ("00.000.000/0001-91", "00.000.000/0001-91", "00000000000191"),
            ("11222333000181", "11.222.333/0001-81", "11222333000181"),
        ];
        for (text, printed, bare) in cases {
            let id = TaxId::parse(text).expect(text);
            assert_eq!((id.to_string().as_str(), id.bare()), (printed, bare));
        }
    }

    #[test]
    fn refused() {
        use DocumentError::{Character, CheckDigits, Empty, Length, Repeated};
        let cases = [
            ("", Empty),
            (" .-/ ", Empty),
            ("529.982.247-26", CheckDigits),
            ("529.982.247-2", Length),
            ("5299822472５", Character),
            ("52998A24725", Character),
            ("529,982,247-25", Character),
            ("111.111.111-11", Repeated),
            ("00000000000", Repeated),
            ("00.000.000/0000-00", Repeated),
            ("AAAAAAAAAAAA11", CheckDigits),
            ("12.ABC.345/01DE-36", CheckDigits),
            ("12.ABC.345/01DE-3A", Character),
            ("12.ABC.345/01DE-3", Length),
            ("1", Length),
        ];
        for (text, error) in cases {
            assert_eq!(TaxId::parse(text), Err(error), "{text}");
        }
        for digit in '0'..='9' {
            assert_eq!(TaxId::parse(&digit.to_string().repeat(11)), Err(Repeated));
            assert_eq!(TaxId::parse(&digit.to_string().repeat(14)), Err(Repeated));
        }
        assert_eq!(TaxId::parse(&" ".repeat(10_000)), Err(Length));
    }

    proptest::proptest! {
        #[test]
        fn cpf_there_and_back(base in "[0-9]{9}") {
            let text = format!("{base}{}", check_digits(&base, 11));
            let id = TaxId::parse(&text);
            proptest::prop_assume!(id != Err(DocumentError::Repeated));
            let id = id.expect("made with its check digits");
            proptest::prop_assert_eq!(id.bare(), text.as_str());
            proptest::prop_assert_eq!(TaxId::parse(&id.to_string()), Ok(id));
        }

        #[test]
        fn cnpj_there_and_back(base in "[0-9A-Z]{12}") {
            let text = format!("{base}{}", check_digits(&base, 9));
            let id = TaxId::parse(&text);
            proptest::prop_assume!(id != Err(DocumentError::Repeated));
            let id = id.expect("made with its check digits");
            proptest::prop_assert_eq!(id.bare(), text.as_str());
            proptest::prop_assert_eq!(TaxId::parse(&id.to_string().to_lowercase()), Ok(id));
        }

        #[test]
        fn never_panics(text in ".{0,60}") {
            let _ = TaxId::parse(&text);
        }
    }
}
