//! Everything that is seen: texts, formats, charts, pages, mails and the files a browser loads.
//!
//! A page is a plain struct of values that somebody else has decided (amounts, times, names, states); this module only turns
//! them into what one reader sees, in the reader's language and the operator's time zone. It asks no question, reads no clock,
//! opens no socket, and knows neither the books nor HTTP.

pub mod assets;
pub mod chart;
pub mod format;
pub mod locale;
pub mod mail;
pub mod page;
pub mod part;
pub mod read_only;
pub mod reader;
pub mod volume;

#[cfg(test)]
mod texts_test;

pub use locale::Locale;
pub use read_only::read_only;
pub use reader::Reader;
pub use volume::DataUnit;
