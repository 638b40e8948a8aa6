//! EMV's fields: two digits of number, two of length, the value; values may be made of fields again. And the check sum.

use crate::pix::error::PixError;

/// Characters that a field's two digits of length can count.
pub(super) const FIELD_LEN_MAX: usize = 99;

/// What a length counts. The standard counts characters; programs that leave accents in often count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Characters,
    Bytes,
}

/// Fields in their order, each number once.
pub(super) struct Fields<'a>(Vec<(u8, &'a str)>);

impl<'a> Fields<'a> {
    /// Takes `text` apart to its end.
    pub(super) fn read(text: &'a str, counted: Counted) -> Result<Fields<'a>, PixError> {
        let mut fields: Vec<(u8, &str)> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let id = two_digits(rest)?;
            let len = usize::from(two_digits(rest.get(2..).unwrap_or_default())?);
            // Four digits were read, so this is a boundary.
            let behind = &rest[4..];
            let end = match counted {
                Counted::Bytes => len,
                Counted::Characters => {
                    let mut ends = behind.char_indices().map(|(index, _)| index).chain([behind.len()]);
                    ends.nth(len).ok_or(PixError::Malformed)?
                }
            };
            let value = behind.get(..end).ok_or(PixError::Malformed)?;
            if fields.iter().any(|(known, _)| *known == id) {
                return Err(PixError::Repeated { id });
            }
            fields.push((id, value));
            rest = &behind[end..];
        }
        Ok(Fields(fields))
    }

    /// The value of field `id`.
    pub(super) fn get(&self, id: u8) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| *value)
    }

    /// The value of field `id`, which must be there and not empty.
    pub(super) fn need(&self, id: u8) -> Result<&'a str, PixError> {
        self.get(id).filter(|value| !value.is_empty()).ok_or(PixError::Missing { id })
    }

    /// The values of the fields from `first` to `last`, in their order.
    pub(super) fn between(&self, first: u8, last: u8) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(id, _)| (first..=last).contains(id)).map(|(_, value)| *value)
    }
}

/// Appends a field of ASCII that is known to fit.
pub(super) fn push(code: &mut String, id: u8, value: &str) {
    assert!(value.is_ascii() && value.len() <= FIELD_LEN_MAX, "{value:?} does not fit a field");
    code.push_str(&format!("{id:02}{:02}{value}", value.len()));
}

/// CRC-16 (CCITT, polynomial 1021, beginning with FFFF) of everything up to and with `6304`.
pub(super) fn check_sum(code: &str) -> u16 {
    code.bytes().fold(0xFFFF, |sum: u16, byte| {
        (0..8).fold(sum ^ (u16::from(byte) << 8), |sum, _| {
            if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
        })
    })
}

fn two_digits(text: &str) -> Result<u8, PixError> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or(PixError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_check_sums() {
        assert_eq!(check_sum("123456789"), 0x29B1);
        assert_eq!(check_sum(""), 0xFFFF);
    }
}
