//! How values stand in columns, the same for every engine.
//!
//! Ids are 16 bytes, units 8, hashes 32, times microseconds, amounts a count and a unit side by side, enumerations short words. A
//! row is a struct whose fields stand in the order of its table's columns, so that the struct is what is bound and taken.

use std::borrow::Cow;
use std::fmt;

use book::EntryRef;
use money::{
    AdjustmentId, Amount, ApiKeyId, BoletoId, CustomerId, DeliveryId, EndpointId, EntryId, GrantId, IntentId,
    InvoiceId, LineId, LoginId, MailId, MessageId, MeterId, PackId, PaymentId, PlanId, PurchaseId, Quantity,
    RefundId, RouterId, SettlementId, StaffId, Timestamp, TopupId, Unit, WalletId,
};

use crate::error::StoreError;
use crate::statement::{Binder, Columns};

/// A hash of a secret, SHA-256. The secret itself is never stored.
pub type SecretHash = Hidden<[u8; 32]>;

/// A value that `Debug` does not show, so that no log does.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden<T>(pub T);

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// What one column holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// What can be bound to the next placeholders of a statement.
pub(crate) trait Bind {
    fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError>;
}

/// What can be taken from the next columns of a row.
pub(crate) trait Stored: Bind + Sized {
    /// How many columns it takes.
    const WIDTH: usize;

    fn read_from(from: &mut Columns<'_>) -> Result<Self, StoreError>;
}

impl Bind for &str {
    fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        to.push(Value::Text(self))
    }
}

impl Bind for &[u8] {
    fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        to.push(Value::Bytes(self))
    }
}

/// A type of one column: how it becomes a [`Value`], and back.
macro_rules! column {
    ($($type:ty: $self:ident => $value:expr, $pattern:pat => $back:expr;)+) => {$(
        impl Bind for $type {
            fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
                let $self = self;
                to.push($value)
            }
        }

        impl Stored for $type {
            const WIDTH: usize = 1;

            fn read_from(from: &mut Columns<'_>) -> Result<Self, StoreError> {
                let found: Option<$type> = match from.next_value()? {
                    $pattern => $back,
                    _ => None,
                };
                found.ok_or_else(|| from.damaged(stringify!($type)))
            }
        }
    )+};
}

column! {
    i64: n => Value::Integer(*n), Value::Integer(n) => Some(n);
    // Positions stay far below 2^63, digests only have to come back: the sign does not matter.
    u64: n => Value::Integer(n.cast_signed()), Value::Integer(n) => Some(n.cast_unsigned());
    u32: n => Value::Integer(i64::from(*n)), Value::Integer(n) => u32::try_from(n).ok();
    u16: n => Value::Integer(i64::from(*n)), Value::Integer(n) => u16::try_from(n).ok();
    u8: n => Value::Integer(i64::from(*n)), Value::Integer(n) => u8::try_from(n).ok();
    String: text => Value::Text(text), Value::Text(text) => Some(text.to_owned());
    Cow<'static, str>: text => Value::Text(text), Value::Text(text) => Some(Cow::Owned(text.to_owned()));
    Vec<u8>: bytes => Value::Bytes(bytes), Value::Bytes(bytes) => Some(bytes.to_vec());
    [u8; 32]: bytes => Value::Bytes(bytes), Value::Bytes(bytes) => bytes.try_into().ok();
    SecretHash: hash => Value::Bytes(&hash.0), Value::Bytes(bytes) => bytes.try_into().ok().map(Hidden);
    Hidden<String>: text => Value::Text(&text.0), Value::Text(text) => Some(Hidden(text.to_owned()));
    // Positions stay far below 2^43: the number is never negative, and its order is that of the journal.
    EntryRef: entry => Value::Integer(entry.as_u64().cast_signed()),
        Value::Integer(n) => Some(EntryRef::from_u64(n.cast_unsigned()));
    Timestamp: at => Value::Integer(at.as_micros()), Value::Integer(n) => Some(Timestamp::from_micros(n));
    Quantity: q => Value::Integer(q.millionths()), Value::Integer(n) => Some(Quantity::from_millionths(n));
    Unit: unit => Value::Bytes(&unit.to_bytes()),
        Value::Bytes(bytes) => bytes.try_into().ok().and_then(|bytes| Unit::from_bytes(bytes).ok());
}

macro_rules! id_columns {
    ($($type:ty),+ $(,)?) => {
        column! {$(
            $type: id => Value::Bytes(&id.as_u128().to_be_bytes()),
                Value::Bytes(bytes) => bytes.try_into().ok().map(|b| <$type>::from_u128(u128::from_be_bytes(b)));
        )+}
    };
}

id_columns!(
    AdjustmentId,
    ApiKeyId,
    BoletoId,
    CustomerId,
    DeliveryId,
    EndpointId,
    EntryId,
    GrantId,
    IntentId,
    InvoiceId,
    LineId,
    LoginId,
    MailId,
    MessageId,
    MeterId,
    PackId,
    PaymentId,
    PlanId,
    PurchaseId,
    RefundId,
    RouterId,
    SettlementId,
    StaffId,
    TopupId,
    WalletId,
);

impl<T: Stored> Bind for Option<T> {
    fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        match self {
            Some(value) => value.bind(to),
            None => (0..T::WIDTH).try_for_each(|_| to.push(Value::Null)),
        }
    }
}

impl<T: Stored> Stored for Option<T> {
    const WIDTH: usize = T::WIDTH;

    fn read_from(from: &mut Columns<'_>) -> Result<Self, StoreError> {
        if from.skip_nulls(T::WIDTH)? { Ok(None) } else { T::read_from(from).map(Some) }
    }
}

impl Bind for Amount {
    fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        self.value().bind(to)?;
        self.unit().bind(to)
    }
}

impl Stored for Amount {
    const WIDTH: usize = 2;

    fn read_from(from: &mut Columns<'_>) -> Result<Self, StoreError> {
        let value = i64::read_from(from)?;
        Ok(Amount::new(value, Unit::read_from(from)?))
    }
}

macro_rules! tuples {
    ($($name:ident),+) => {
        impl<$($name: Stored),+> Bind for ($($name,)+) {
            #[allow(non_snake_case, reason = "each value is named as its type")]
            fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
                let ($($name,)+) = self;
                $($name.bind(to)?;)+
                Ok(())
            }
        }

        impl<$($name: Stored),+> Stored for ($($name,)+) {
            const WIDTH: usize = 0 $(+ $name::WIDTH)+;

            fn read_from(from: &mut Columns<'_>) -> Result<Self, StoreError> {
                Ok(($($name::read_from(from)?,)+))
            }
        }
    };
}

tuples!(A, B);

/// A struct whose fields stand in the order of the columns.
macro_rules! row {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl $crate::stored::Bind for $name {
            fn bind(&self, to: &mut $crate::statement::Binder<'_, '_>) -> Result<(), $crate::StoreError> {
                $($crate::stored::Bind::bind(&self.$field, to)?;)+
                Ok(())
            }
        }

        impl $crate::stored::Stored for $name {
            const WIDTH: usize = 0 $(+ <$type as $crate::stored::Stored>::WIDTH)+;

            fn read_from(from: &mut $crate::statement::Columns<'_>) -> Result<Self, $crate::StoreError> {
                Ok($name { $($field: $crate::stored::Stored::read_from(from)?),+ })
            }
        }
    };
}

/// An enumeration stored as short words.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word it is stored as.
            pub const fn word(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            /// The one stored as this word.
            pub fn from_word(word: &str) -> Option<$name> {
                Self::ALL.iter().find(|one| one.word() == word).copied()
            }
        }

        impl $crate::stored::Bind for $name {
            fn bind(&self, to: &mut $crate::statement::Binder<'_, '_>) -> Result<(), $crate::StoreError> {
                to.push($crate::stored::Value::Text(self.word()))
            }
        }

        impl $crate::stored::Stored for $name {
            const WIDTH: usize = 1;

            fn read_from(from: &mut $crate::statement::Columns<'_>) -> Result<Self, $crate::StoreError> {
                let found = match from.next_value()? {
                    $crate::stored::Value::Text(word) => $name::from_word(word),
                    _ => None,
                };
                found.ok_or_else(|| from.damaged(stringify!($name)))
            }
        }
    };
}

pub(crate) use {row, words};
