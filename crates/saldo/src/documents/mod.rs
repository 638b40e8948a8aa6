//! Documents with which purchases are charged: boletos, and the files about them that the bank and we exchange.
//!
//! Owned here: which boleto collects which purchase, its number and due day, what it is at the bank, and what of the bank's
//! news a person must look at. Leaves to others: digits and formats (crate `brazil`), whether credit moves (the book: a paid
//! boleto is an intent with the boleto's name), pages. Everything here happens in one transaction of the tables, so the command
//! line does it beside a running server.

mod boletos;
mod remittances;
mod returns;
mod sheet;

pub use boletos::{Purchased, check_charging, sheet, write_boleto};
pub use remittances::{LeftOut, RemitError, Remitted, remit, send_remittance};
pub use returns::{Loaded, ReturnError, load, load_return, payment_refused};
pub use sheet::Sheet;
