//! Why there is no BR Code.

use thiserror::Error;

/// Why a text is no BR Code of Pix, or one cannot be made. Fields are named by their EMV number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PixError {
    /// Longer than EMV's 512 characters.
    #[error("a BR Code has at most 512 characters")]
    TooLong,
    /// The text does not begin with `000201` and end with `6304` and four characters.
    #[error("not a BR Code: it begins with 000201 and ends with 6304 and a check sum")]
    NotABrCode,
    /// The check sum does not fit: characters were lost or changed.
    #[error("the check sum is wrong: characters were lost or changed")]
    CheckSum,
    /// A field's number or length is no number, or the field is longer than what is left.
    #[error("the fields do not fit together")]
    Malformed,
    /// A field that stands twice.
    #[error("field {id:02} stands there twice")]
    Repeated {
        /// Which one.
        id: u8,
    },
    /// A field that must be there is not, or empty.
    #[error("field {id:02} is missing")]
    Missing {
        /// Which one.
        id: u8,
    },
    /// A field that Pix fills with one value has another: currency 986, country BR.
    #[error("field {id:02} is not what Pix has there")]
    NotPix {
        /// Which one.
        id: u8,
    },
    /// The amount is not 0.01 to 9999999999.99.
    #[error("the amount is not 0.01 to 9999999999.99")]
    Amount,
    /// Neither CPF, CNPJ, telephone, e-mail nor random key.
    #[error("a key is a CPF, a CNPJ, +55 and a telephone number, an e-mail address or a random key")]
    Key,
    /// Not a host and a path without `https://`, or more than 77 characters.
    #[error("an address is host and path without https://, at most 77 characters")]
    Url,
    /// Not letters and digits, or too many or too few.
    #[error("a txid is {min} to {max} letters and digits")]
    Txid {
        /// How many at least.
        min: usize,
        /// How many at most.
        max: usize,
    },
    /// The name or city has nothing that a BR Code can hold.
    #[error("the receiver's name and city may not be empty")]
    Receiver,
    /// Key and message together are longer than their field.
    #[error("the message may have {max} characters beside this key")]
    MessageTooLong {
        /// How many at most.
        max: usize,
    },
}

impl PixError {
    /// A code for programs; it never changes.
    pub fn code(self) -> &'static str {
        match self {
            PixError::TooLong => "br_code_too_long",
            PixError::NotABrCode => "br_code_unknown",
            PixError::CheckSum => "br_code_check_sum",
            PixError::Malformed => "br_code_malformed",
            PixError::Repeated { .. } => "br_code_field_repeated",
            PixError::Missing { .. } => "br_code_field_missing",
            PixError::NotPix { .. } => "br_code_not_pix",
            PixError::Amount => "br_code_amount",
            PixError::Key => "pix_key",
            PixError::Url => "pix_url",
            PixError::Txid { .. } => "pix_txid",
            PixError::Receiver => "pix_receiver",
            PixError::MessageTooLong { .. } => "pix_message_too_long",
        }
    }
}
