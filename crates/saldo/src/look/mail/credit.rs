//! Mails about credit in money that is low, or expires soon.

use money::{Amount, Timestamp};

use super::Mail;
use crate::look::Reader;

/// What is told of credit that is low.
#[derive(Clone, Copy, Debug)]
pub struct LowMail<'a> {
    /// Who writes.
    pub brand: &'a str,
    /// To whom.
    pub name: &'a str,
    /// What is available.
    pub available: Amount,
    /// Below what it is low.
    pub threshold: Amount,
    /// Where credit is added.
    pub recharge_url: &'a str,
    /// Where one chooses what to be told.
    pub wishes_url: &'a str,
}

/// Tells that credit is low.
pub fn low(reader: &Reader, mail: &LowMail<'_>) -> Mail {
    let values = [
        ("name", mail.name.to_owned()),
        ("brand", mail.brand.to_owned()),
        ("available", reader.money(mail.available)),
        ("threshold", reader.money(mail.threshold)),
        ("url", mail.recharge_url.to_owned()),
    ];
    let subject =
        reader.t2("mail-low-subject", "brand", mail.brand, "available", reader.money(mail.available));
    Mail { subject, body: with_way_out(reader, reader.with("mail-low-body", values), mail.wishes_url) }
}

/// Tells that `amount` expires at `expires_at`. Addresses: where credit is seen, where one chooses what to be told.
pub fn expiring(
    reader: &Reader,
    (brand, name): (&str, &str),
    amount: Amount,
    expires_at: Timestamp,
    [url, wishes_url]: [&str; 2],
) -> Mail {
    let (amount, at) = (reader.money(amount), reader.date_time(expires_at));
    let subject = reader.t2("mail-expiring-subject", "amount", &amount, "date", reader.date(expires_at));
    let values = [
        ("name", name.to_owned()),
        ("brand", brand.to_owned()),
        ("amount", amount),
        ("time", at),
        ("url", url.to_owned()),
    ];
    Mail { subject, body: with_way_out(reader, reader.with("mail-expiring-body", values), wishes_url) }
}

/// Nobody is mailed so against his will.
fn with_way_out(reader: &Reader, body: String, wishes_url: &str) -> String {
    format!("{body}\n\n{}\n", reader.t1("mail-way-out", "url", wishes_url))
}
