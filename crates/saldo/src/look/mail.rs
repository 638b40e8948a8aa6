//! Mails: plain text in the receiver's language. Who sends them, and when, is not known here.

use money::{Amount, Timestamp};

use crate::look::Reader;

/// A mail without its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub body: String,
}

/// Invites somebody to set the first password by `url`, good until `expires_at`.
pub fn invitation(reader: &Reader, brand: &str, name: &str, url: &str, expires_at: Timestamp) -> Mail {
    write(reader, "mail-invitation-subject", "mail-invitation-body", brand, name, url, expires_at)
}

/// Sends a link to choose a new password by `url`, good until `expires_at`.
pub fn password_reset(reader: &Reader, brand: &str, name: &str, url: &str, expires_at: Timestamp) -> Mail {
    write(reader, "mail-reset-subject", "mail-reset-body", brand, name, url, expires_at)
}

/// Confirms a payment of `amount`, after which the balance is `posted`.
pub fn credit_added(
    reader: &Reader,
    brand: &str,
    name: &str,
    amount: Amount,
    posted: Amount,
    url: &str,
) -> Mail {
    let values = [
        ("name", name.to_owned()),
        ("brand", brand.to_owned()),
        ("amount", reader.money(amount)),
        ("balance", reader.money(posted)),
        ("url", url.to_owned()),
    ];
    let body = reader.with("mail-credit-added-body", values) + "\n";
    Mail {
        subject: reader.t2("mail-credit-added-subject", "brand", brand, "amount", reader.money(amount)),
        body,
    }
}

fn write(
    reader: &Reader,
    subject: &str,
    body: &str,
    brand: &str,
    name: &str,
    url: &str,
    expires_at: Timestamp,
) -> Mail {
    let values = [
        ("name", name.to_owned()),
        ("brand", brand.to_owned()),
        ("url", url.to_owned()),
        ("until", reader.date_time(expires_at)),
    ];
    Mail { subject: reader.t1(subject, "brand", brand), body: reader.with(body, values) + "\n" }
}
