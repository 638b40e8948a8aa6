//! What a receiver is known by in Pix.

use core::fmt;

use crate::document::{Cnpj, Cpf, TaxId};
use crate::pix::error::PixError;

/// Characters of a key, at most.
const LEN_MAX: usize = 77;
/// Digits of a telephone number behind `+`, country first (E.164).
const PHONE_DIGITS: core::ops::RangeInclusive<usize> = 8..=15;

/// A key (chave): its form is right; whether it is anybody's, only the payment system knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PixKey {
    /// A person's CPF.
    Cpf(Cpf),
    /// A company's CNPJ.
    Cnpj(Cnpj),
    /// `+` and 8 to 15 digits: `+5511987654321`.
    Phone(String),
    /// An address in lower case.
    Email(String),
    /// A random key (EVP): a UUID in lower case.
    Random(String),
}

impl PixKey {
    /// Reads a key of any kind; documents with or without punctuation.
    pub fn parse(text: &str) -> Result<PixKey, PixError> {
        let text = text.trim();
        if text.len() > LEN_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(PixError::Key);
        }
        if let Some(digits) = text.strip_prefix('+') {
            let is_phone =
                PHONE_DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            return if is_phone { Ok(PixKey::Phone(text.to_owned())) } else { Err(PixError::Key) };
        }
        if let Some((user, host)) = text.split_once('@') {
            let is_email = !user.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(' ');
            return if is_email { Ok(PixKey::Email(text.to_ascii_lowercase())) } else { Err(PixError::Key) };
        }
        if is_uuid(text) {
            return Ok(PixKey::Random(text.to_ascii_lowercase()));
        }
        match TaxId::parse(text) {
            Ok(TaxId::Cpf(cpf)) => Ok(PixKey::Cpf(cpf)),
            Ok(TaxId::Cnpj(cnpj)) => Ok(PixKey::Cnpj(cnpj)),
            Err(_) => Err(PixError::Key),
        }
    }

    /// As the payment system writes it.
    pub fn as_str(&self) -> &str {
        match self {
            PixKey::Cpf(cpf) => cpf.bare(),
            PixKey::Cnpj(cnpj) => cnpj.bare(),
            PixKey::Phone(text) | PixKey::Email(text) | PixKey::Random(text) => text,
        }
    }
}

impl fmt::Display for PixKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_uuid(text: &str) -> bool {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == GROUPS.len()
        && groups
            .iter()
            .zip(GROUPS)
            .all(|(group, len)| group.len() == len && group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let cases = [
            ("529.982.247-25", Some("52998224725")),
            ("12.abc.345/01de-35", Some("12ABC34501DE35")),
            ("+5511987654321", Some("+5511987654321")),
            ("Arya@Stark.com", Some("arya@stark.com")),
            ("123E4567-e12b-12d1-a456-426655440000", Some("123e4567-e12b-12d1-a456-426655440000")),
            ("111.111.111-11", None),
            ("11987654321", None),
            ("+55 11 98765-4321", None),
            ("@stark.com", None),
            ("a@b@c", None),
            ("a b@c", None),
            ("joão@example.com", None),
            ("123e4567-e12b-12d1-a456-42665544000", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(PixKey::parse(text).ok().as_ref().map(PixKey::as_str), expected, "{text}");
        }
        assert_eq!(PixKey::parse(&format!("{}@b", "a".repeat(76))), Err(PixError::Key));
    }
}
