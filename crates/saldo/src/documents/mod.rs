//! Documents with which purchases are charged: boletos, and the files about them that the bank and we exchange.
//!
//! Owned here: which boleto collects which purchase, its number and due day, what it is at the bank, its write-off, and what of the
//! bank's news a person must look at. Leaves to others: digits and formats (crate `brazil`), what money that came leads to
//! (`settlements`), pages. Everything here happens in one transaction of the tables, so the command line does it beside a running
//! server.

mod boletos;
mod invoice_paper;
mod paper;
mod remittances;
mod returns;
mod sheet;
mod write_offs;

pub use boletos::{Collected, check_charging, purchase_due, sheet, write_boleto};
pub use invoice_paper::{InvoicePaper, invoice_paper};
pub use paper::{Column, Paper, Side};
pub use remittances::{LeftOut, RemitError, Remitted, remit, send_remittance, waiting};
pub use returns::{Loaded, ReturnError, load, load_return};
pub use sheet::Sheet;
pub use write_offs::{Closable, Debt, WRITE_OFF, closable, is_still_owed, write_off, written_off_to};
pub(crate) use write_offs::{finish_write_off, write_off_in};
