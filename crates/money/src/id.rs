//! Names of things, each its own type that shows its kind.
//!
//! Inside: 128 bits, a UUIDv7 drawn by the program, so that later ids sort later. Outside: the kind, `_`, and 26 characters of
//! Crockford's base 32 in lower case (the form of the TypeID specification), so that text sorts as the number does.

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LEN: usize = 26;

/// Why a text is not an id of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    /// It does not begin with this kind and `_`.
    #[error("not an id beginning with {prefix}_")]
    OtherKind {
        /// The kind that was wanted.
        prefix: &'static str,
    },
    /// What follows is not 26 characters of lower-case base 32, or more than 128 bits.
    #[error("an id of this kind is {prefix}_ and 26 characters of 0-9 and a-z without i, l, o, u")]
    Malformed {
        /// The kind that was wanted.
        prefix: &'static str,
    },
}

fn write_base32(f: &mut fmt::Formatter<'_>, bits: u128) -> fmt::Result {
    let mut text = [0_u8; TEXT_LEN];
    for (place, slot) in text.iter_mut().rev().enumerate() {
        let digit = (bits >> (5 * place)) & 31;
        *slot = ALPHABET[usize::try_from(digit).unwrap_or(0)];
    }
    f.write_str(core::str::from_utf8(&text).unwrap_or(""))
}

fn read_base32(text: &str) -> Option<u128> {
    // 26 digits hold 130 bits: the first may not exceed 7.
    if text.len() != TEXT_LEN || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0_u128, |bits, byte| {
        let digit = ALPHABET.iter().position(|b| *b == byte)?;
        Some((bits << 5) | u128::try_from(digit).ok()?)
    })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The kind, as it stands before the `_`.
            pub const PREFIX: &'static str = $prefix;

            /// The id of these 128 bits.
            pub const fn from_u128(bits: u128) -> Self {
                Self(bits)
            }

            /// The 128 bits.
            pub const fn as_u128(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                write_base32(f, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let other = IdError::OtherKind { prefix: $prefix };
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or(other)?;
                read_base32(rest).map(Self).ok_or(IdError::Malformed { prefix: $prefix })
            }
        }
    };
}

id!(
    /// Who pays.
    CustomerId, "cus"
);
id!(
    /// A customer's spendable credit in one unit.
    WalletId, "wal"
);
id!(
    /// One dated lot of credit in a wallet.
    GrantId, "gra"
);
id!(
    /// A customer's wish to add money credit.
    TopupId, "top"
);
id!(
    /// One attempt at the provider to pay.
    PaymentId, "pay"
);
id!(
    /// What is counted.
    MeterId, "mtr"
);
id!(
    /// Who signs in to the portal.
    LoginId, "log"
);
id!(
    /// Who signs in to the console.
    StaffId, "stf"
);
id!(
    /// A key of the API, the operator's or a customer's.
    ApiKeyId, "key"
);
id!(
    /// A change of a table that a command to the book completes.
    IntentId, "int"
);
id!(
    /// Money that is to go back to whoever paid.
    RefundId, "ref"
);
id!(
    /// A mail in the outbox.
    MailId, "mai"
);
id!(
    /// A plan in service for a customer.
    LineId, "line"
);
id!(
    /// A pack bought for a line.
    PurchaseId, "pur"
);
id!(
    /// A plan sold by the month.
    PlanId, "plan"
);
id!(
    /// Extra credit sold once.
    PackId, "pack"
);
id!(
    /// A router.
    RouterId, "nas"
);
id!(
    /// A boleto.
    BoletoId, "bol"
);
id!(
    /// An invoice.
    InvoiceId, "inv"
);
id!(
    /// What is added to an invoice or taken off it.
    AdjustmentId, "adj"
);
id!(
    /// Money that came for something owed.
    SettlementId, "set"
);
id!(
    /// A receiver of webhooks.
    EndpointId, "whe"
);
id!(
    /// What receivers of webhooks are told, the same for each of them.
    MessageId, "msg"
);
id!(
    /// The telling of a message to one receiver.
    DeliveryId, "dlv"
);
id!(
    /// One atomic fact in the journal: its batch's position in the upper 64 bits, its place there in the lower.
    EntryId, "ent"
);

impl EntryId {
    /// The entry at place `ordinal` of the batch at `position`.
    pub const fn at(position: u64, ordinal: u32) -> EntryId {
        EntryId(((position as u128) << 64) | ordinal as u128)
    }

    /// Position of the batch in the journal.
    pub fn position(self) -> u64 {
        u64::try_from(self.0 >> 64).unwrap_or(u64::MAX)
    }

    /// Place in the batch; `None` for a number that no batch can have.
    pub fn ordinal(self) -> Option<u32> {
        u32::try_from(self.0 & u128::from(u64::MAX)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_there_and_back() {
        for bits in [0, 1, u128::MAX, 0x0197_0000_0000_7000_8000_0000_0000_0001] {
            let id = CustomerId::from_u128(bits);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().len(), 30);
        }
        assert_eq!(CustomerId::from_u128(0).to_string(), "cus_00000000000000000000000000");
        assert_eq!(CustomerId::from_u128(u128::MAX).to_string(), "cus_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn refuses_what_is_not_one() {
        let other = IdError::OtherKind { prefix: "cus" };
        let malformed = IdError::Malformed { prefix: "cus" };
        let cases = [
            ("wal_00000000000000000000000000", other),
            ("", other),
            ("cus_", malformed),
            ("cus_0000000000000000000000000", malformed),
            ("cus_0000000000000000000000000I", malformed),
            ("cus_0000000000000000000000000é", malformed),
            ("cus_80000000000000000000000000", malformed),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<CustomerId>(), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn an_entry_knows_its_place() {
        let entry = EntryId::at(u64::MAX, u32::MAX);
        assert_eq!((entry.position(), entry.ordinal()), (u64::MAX, Some(u32::MAX)));
        assert!(EntryId::at(1, 5) < EntryId::at(2, 0));
    }
}
