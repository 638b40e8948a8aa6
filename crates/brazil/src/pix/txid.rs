//! By what a payment is found again.

use core::fmt;

use crate::pix::error::PixError;

/// Of a charge that a payment provider holds (API Pix, `cob` and `cobv`): 26 to 35 letters and digits, unique for each receiver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Txid(String);

/// In a static code: 1 to 25 letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaticTxid(String);

impl Txid {
    /// Characters, at least.
    pub const LEN_MIN: usize = 26;
    /// Characters, at most.
    pub const LEN_MAX: usize = 35;

    /// Reads a txid. Large and small letters are different.
    pub fn parse(text: &str) -> Result<Txid, PixError> {
        letters_and_digits(text, Txid::LEN_MIN, Txid::LEN_MAX).map(Txid)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl StaticTxid {
    /// Characters, at most.
    pub const LEN_MAX: usize = 25;

    /// Reads a txid. `***`, which stands for none, is none.
    pub fn parse(text: &str) -> Result<StaticTxid, PixError> {
        letters_and_digits(text, 1, StaticTxid::LEN_MAX).map(StaticTxid)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Txid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for StaticTxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn letters_and_digits(text: &str, min: usize, max: usize) -> Result<String, PixError> {
    let is_txid = (min..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_txid { Ok(text.to_owned()) } else { Err(PixError::Txid { min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_characters() {
        let a = |count: usize| "a".repeat(count);
        for (text, is_txid, is_static) in [
            (a(0), false, false),
            (a(1), false, true),
            (a(25), false, true),
            (a(26), true, false),
            (a(35), true, false),
            (a(36), false, false),
            ("***".to_owned(), false, false),
            ("fc9a4366ff3d4964b5dbc6c91a8722d3".to_owned(), true, false),
            ("with-dash".to_owned(), false, false),
            ("ção".to_owned(), false, false),
        ] {
            assert_eq!(Txid::parse(&text).is_ok(), is_txid, "{text}");
            assert_eq!(StaticTxid::parse(&text).is_ok(), is_static, "{text}");
        }
    }
}
