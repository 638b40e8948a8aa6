//! Bytes of the core: variable-length integers, fixed ids, nothing self-describing.
//!
//! Integers are LEB128; signed ones are zigzag-coded first. A reader checks everything: bytes from a disk are input.

use money::{Amount, Timestamp, Unit};
use thiserror::Error;

/// Why bytes are not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// The bytes end inside a value.
    #[error("the bytes end inside a value")]
    Truncated,
    /// A value is outside of its range.
    #[error("a value is outside of its range: {0}")]
    Range(&'static str),
    /// A tag that this version does not know: written by a newer one, or damaged.
    #[error("unknown tag {0}")]
    Tag(u8),
    /// Bytes are left over.
    #[error("bytes are left over")]
    Trailing,
}

/// Appends values to a buffer.
pub(crate) trait Write {
    fn byte(&mut self, value: u8);
    fn slice(&mut self, bytes: &[u8]);

    fn unsigned(&mut self, mut value: u64) {
        #[allow(clippy::cast_possible_truncation, reason = "masked to seven bits")]
        while value >= 0x80 {
            self.byte((value as u8 & 0x7f) | 0x80);
            value >>= 7;
        }
        #[allow(clippy::cast_possible_truncation, reason = "below 128 here")]
        self.byte(value as u8);
    }

    #[allow(clippy::cast_sign_loss, reason = "zigzag maps signed to unsigned")]
    fn signed(&mut self, value: i64) {
        self.unsigned(((value << 1) ^ (value >> 63)) as u64);
    }

    fn u128(&mut self, value: u128) {
        self.slice(&value.to_be_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.slice(&value.to_be_bytes());
    }

    fn unit(&mut self, unit: Unit) {
        self.slice(&unit.to_bytes());
    }

    fn time(&mut self, time: Timestamp) {
        self.signed(time.as_micros());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn amount(&mut self, amount: Amount) {
        self.unit(amount.unit());
        self.signed(amount.value());
    }

    fn count(&mut self, len: usize) {
        self.unsigned(len as u64);
    }
}

impl Write for Vec<u8> {
    fn byte(&mut self, value: u8) {
        self.push(value);
    }

    fn slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Takes values off the front of a slice.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, CodecError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, CodecError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::Range("flag")),
        }
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, CodecError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                break;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CodecError::Range("integer"))
    }

    #[allow(clippy::cast_possible_wrap, reason = "zigzag maps unsigned to signed")]
    pub(crate) fn signed(&mut self) -> Result<i64, CodecError> {
        let value = self.unsigned()?;
        Ok(((value >> 1) as i64) ^ -((value & 1) as i64))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, CodecError> {
        u32::try_from(self.unsigned()?).map_err(|_| CodecError::Range("number"))
    }

    pub(crate) fn u128(&mut self) -> Result<u128, CodecError> {
        self.array().map(u128::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, CodecError> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn unit(&mut self) -> Result<Unit, CodecError> {
        Unit::from_bytes(self.array()?).map_err(|_| CodecError::Range("unit"))
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, CodecError> {
        self.signed().map(Timestamp::from_micros)
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    pub(crate) fn amount(&mut self) -> Result<Amount, CodecError> {
        let unit = self.unit()?;
        Ok(Amount::new(self.signed()?, unit))
    }

    /// A count of things that take at least one byte each: never more than the bytes left, so that a damaged count allocates
    /// nothing.
    pub(crate) fn count(&mut self) -> Result<usize, CodecError> {
        let len = usize::try_from(self.unsigned()?).map_err(|_| CodecError::Range("count"))?;
        if len > self.rest.len() { Err(CodecError::Truncated) } else { Ok(len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn integers_there_and_back(signed: i64, unsigned: u64) {
            let mut bytes = Vec::new();
            bytes.signed(signed);
            bytes.unsigned(unsigned);
            let mut reader = Reader::new(&bytes);
            proptest::prop_assert_eq!(reader.signed(), Ok(signed));
            proptest::prop_assert_eq!(reader.unsigned(), Ok(unsigned));
            proptest::prop_assert!(reader.is_empty());
        }
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        assert_eq!(Reader::new(&[0x80]).unsigned(), Err(CodecError::Truncated));
        assert_eq!(Reader::new(&[0xff; 10]).unsigned(), Err(CodecError::Range("integer")));
        assert_eq!(Reader::new(&[0xff; 12]).unsigned(), Err(CodecError::Range("integer")));
        assert_eq!(Reader::new(&[0x05]).count(), Err(CodecError::Truncated));
        assert_eq!(Reader::new(&[2]).option(Reader::byte), Err(CodecError::Range("flag")));
    }
}
