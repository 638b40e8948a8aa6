//! How a customer came, in words.

use store::tables::origins::{Origin, OriginRow};

use crate::look::Reader;
use crate::look::page::Came;

/// As it stands on the customer's page.
pub(super) fn seen(reader: &Reader, row: &OriginRow) -> Came {
    let words = match row.origin {
        Origin::Api => "origin-api",
        Origin::CommandLine => "origin-command-line",
        Origin::Console => "origin-console",
        Origin::Import => "origin-import",
        Origin::SignUp => "origin-sign-up",
    };
    Came {
        words: reader.t1(words, "day", reader.date(row.at)),
        file: row.import_no.map(|no| (format!("/console/customers/imports/{no}"), reader.t("origin-file"))),
        terms_url: row.terms_url.clone(),
    }
}
