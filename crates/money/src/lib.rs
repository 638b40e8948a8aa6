//! Money, time and names of things, as values.
//!
//! Owns: [`Unit`], [`Amount`] (a checked integer that knows its unit), [`Timestamp`] (microseconds), and the typed ids. Every
//! division names its [`Rounding`]; a conversion that fails is an error and never a zero. Leaves to others: what credit *is*
//! (crate `book`), how money is written for a reader in his language (the program), and where ids and the time come from: this
//! crate reads no clock and draws no randomness.

mod amount;
mod decimal;
mod id;
mod price;
mod time;
mod unit;

pub use amount::{Amount, AmountError};
pub use decimal::{DecimalError, parse_decimal, print_decimal};
pub use id::{
    AdjustmentId, ApiKeyId, BoletoId, CustomerId, DeliveryId, EndpointId, EntryId, GrantId, IdError,
    IntentId, InvoiceId, LineId, LoginId, MailId, MessageId, MeterId, PackId, PaymentId, PlanId, PurchaseId,
    RefundId, RouterId, SettlementId, StaffId, TopupId, WalletId,
};
pub use price::{Quantity, Rounding, UnitPrice};
pub use time::{Timestamp, TimestampError};
pub use unit::{Unit, UnitError};
