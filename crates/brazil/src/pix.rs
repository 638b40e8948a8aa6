//! Pix: the BR Code, which is the text of the QR code and of "copia e cola", and the names that go with it.
//!
//! Owns: the Banco Central's profile of EMV's QR code (Manual de Padrões para Iniciação do Pix), written and read with its check
//! sum; keys and txids. Leaves to others: drawing the QR, and the API of a payment provider.
//!
//! A code that is written here for a key credits the key; it does not settle a boleto. What settles a boleto by Pix is the code
//! that its bank answers when the title is registered: that one is read and shown as it came.

mod br_code;
mod error;
mod field;
mod key;
mod txid;

pub use br_code::{BR_CODE_LEN_MAX, BrCode, DynamicCode, Receiver, StaticCode};
pub use error::PixError;
pub use key::PixKey;
pub use txid::{StaticTxid, Txid};
