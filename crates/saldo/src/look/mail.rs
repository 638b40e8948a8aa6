//! Mails: plain text in the receiver's language. Who sends them, and when, is not known here.

pub mod automatic;
pub mod credit;
pub mod owed;
pub mod samples;

use money::{Amount, Timestamp};

use store::tables::endpoints::EndpointState;

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

/// Invites somebody of the operator's staff to set his password by `url`, good until `expires_at`.
pub fn staff_invitation(reader: &Reader, brand: &str, name: &str, url: &str, expires_at: Timestamp) -> Mail {
    write(reader, "mail-staff-invitation-subject", "mail-staff-invitation-body", brand, name, url, expires_at)
}

/// Asks somebody who signed up to confirm by `url`, good until `expires_at`, that the e-mail is his.
pub fn sign_up(reader: &Reader, brand: &str, url: &str, expires_at: Timestamp) -> Mail {
    write(reader, "mail-sign-up-subject", "mail-sign-up-body", brand, "", url, expires_at)
}

/// Tells a customer that somebody signed up with his e-mail; `url` is where the portal is.
pub fn sign_up_known(reader: &Reader, brand: &str, url: &str) -> Mail {
    Mail {
        subject: reader.t1("mail-sign-up-known-subject", "brand", brand),
        body: reader.t2("mail-sign-up-known-body", "brand", brand, "url", url) + "\n",
    }
}

/// Tells an admin that the endpoint at `endpoint_url` is told nothing more, and why; `url` is where it is turned on again.
pub fn endpoint_off(
    reader: &Reader,
    brand: &str,
    endpoint_url: &str,
    state: EndpointState,
    url: &str,
) -> Mail {
    let why = match state {
        EndpointState::Gone => reader.t("mail-endpoint-gone"),
        _ => reader.t("mail-endpoint-failing"),
    };
    let values = [
        ("brand", brand.to_owned()),
        ("endpoint", endpoint_url.to_owned()),
        ("why", why),
        ("url", url.to_owned()),
    ];
    Mail {
        subject: reader.t1("mail-endpoint-off-subject", "brand", brand),
        body: reader.with("mail-endpoint-off-body", values) + "\n",
    }
}

/// Confirms a payment of `amount`, after which the balance is `posted`; its receipt is named by number and address.
pub fn credit_added(
    reader: &Reader,
    brand: &str,
    name: &str,
    amount: Amount,
    posted: Amount,
    url: &str,
    receipt: Option<(&str, &str)>,
) -> Mail {
    let values = [
        ("name", name.to_owned()),
        ("brand", brand.to_owned()),
        ("amount", reader.money(amount)),
        ("balance", reader.money(posted)),
        ("url", url.to_owned()),
    ];
    let mut body = reader.with("mail-credit-added-body", values) + "\n";
    if let Some((number, url)) = receipt {
        body.push_str(&(reader.t2("mail-receipt-line", "number", number, "url", url) + "\n"));
    }
    Mail {
        subject: reader.t2("mail-credit-added-subject", "brand", brand, "amount", reader.money(amount)),
        body,
    }
}

/// Sends the receipt of a payment of `amount`, by number and address.
pub fn receipt_sent(
    reader: &Reader,
    brand: &str,
    name: &str,
    amount: Amount,
    (number, url): (&str, &str),
) -> Mail {
    let values = [
        ("name", name.to_owned()),
        ("brand", brand.to_owned()),
        ("amount", reader.money(amount)),
        ("number", number.to_owned()),
        ("url", url.to_owned()),
    ];
    Mail {
        subject: reader.t2("mail-receipt-subject", "number", number, "brand", brand),
        body: reader.with("mail-receipt-body", values) + "\n",
    }
}

/// What a payment bought whose money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bought {
    /// Credit in money, which goes with it.
    Credit,
    /// Data, which goes with it as far as it is left.
    Data,
    /// Data, which stays.
    DataLeft,
}

/// What a checkout was for that a coupon made free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeCheckout {
    /// Credit in money.
    Credit,
    /// Data for a line.
    Purchase,
}

/// Tells a customer that a coupon took the whole `amount`, so that nothing was paid, added or bought; `url` is where he may begin again.
pub fn checkout_was_free(
    reader: &Reader,
    (brand, name): (&str, &str),
    amount: Amount,
    what: FreeCheckout,
    url: &str,
) -> Mail {
    let values = [
        ("name", name.to_owned()),
        ("brand", brand.to_owned()),
        ("amount", reader.money(amount)),
        ("url", url.to_owned()),
    ];
    let body = match what {
        FreeCheckout::Credit => "mail-checkout-free-body",
        FreeCheckout::Purchase => "mail-checkout-free-purchase-body",
    };
    Mail {
        subject: reader.t2("mail-checkout-free-subject", "brand", brand, "amount", reader.money(amount)),
        body: reader.with(body, values) + "\n",
    }
}

/// Tells a customer that `amount` goes back to him, by the card that he paid with if it is known; `url` is where his payments are.
pub fn refund_made(
    reader: &Reader,
    brand: &str,
    name: &str,
    (amount, card): (Amount, &str),
    (bought, url): (Bought, &str),
) -> Mail {
    let body = match bought {
        Bought::Credit => "mail-refund-body",
        Bought::Data => "mail-refund-data-body",
        Bought::DataLeft => "mail-refund-data-left-body",
    };
    told_of_refund(reader, ("mail-refund-subject", body), (brand, name), amount, (url, card))
}

/// Tells a customer that what was refunded could not be paid out to him, and that his credit is back; `url` is where his payments are.
pub fn refund_failed(
    reader: &Reader,
    brand: &str,
    name: &str,
    amount: Amount,
    (bought, url): (Bought, &str),
) -> Mail {
    let body = match bought {
        Bought::Credit => "mail-refund-failed-body",
        Bought::Data => "mail-refund-failed-data-body",
        Bought::DataLeft => "mail-refund-failed-data-left-body",
    };
    told_of_refund(reader, ("mail-refund-failed-subject", body), (brand, name), amount, (url, ""))
}

/// Tells staff that the refund of this customer's payment came back; `url` is where it is dealt with.
pub fn refund_failed_to_staff(
    reader: &Reader,
    brand: &str,
    customer: &str,
    amount: Amount,
    url: &str,
) -> Mail {
    told_of_refund(
        reader,
        ("mail-refund-failed-staff-subject", "mail-refund-failed-staff-body"),
        (brand, customer),
        amount,
        (url, ""),
    )
}

fn told_of_refund(
    reader: &Reader,
    (subject, body): (&str, &str),
    (brand, name): (&str, &str),
    amount: Amount,
    (url, card): (&str, &str),
) -> Mail {
    let amount = reader.money(amount);
    let values = [
        ("name", name.to_owned()),
        ("brand", brand.to_owned()),
        ("amount", amount.clone()),
        ("card", card.to_owned()),
        ("url", url.to_owned()),
    ];
    Mail {
        subject: reader.t2(subject, "amount", amount, "brand", brand),
        body: reader.with(body, values) + "\n",
    }
}

/// Tells staff that a colleague said no to `amount` that he had asked for, and why; `url` is where it stands.
pub fn request_rejected(
    reader: &Reader,
    brand: &str,
    (name, amount): (&str, Amount),
    why: &str,
    url: &str,
) -> Mail {
    let amount = reader.money(amount);
    let values = [
        ("name", name.to_owned()),
        ("amount", amount.clone()),
        ("why", why.to_owned()),
        ("url", url.to_owned()),
    ];
    Mail {
        subject: reader.t2("mail-request-rejected-subject", "amount", amount, "brand", brand),
        body: reader.with("mail-request-rejected-body", values) + "\n",
    }
}

/// What is told of a line's use.
#[derive(Clone, Copy, Debug)]
pub struct UsageMail<'a> {
    /// Who writes.
    pub brand: &'a str,
    /// To whom.
    pub name: &'a str,
    /// The line, as its subscriber knows it.
    pub line: &'a str,
    /// The share that was used, in percent.
    pub percent: u8,
    /// Whether it is a pack's, and not the allowance's.
    pub of_pack: bool,
    /// What is left, in bytes.
    pub left: i64,
    /// When the cycle ends.
    pub cycle_ends_at: Timestamp,
    /// Whether more can be bought.
    pub can_buy: bool,
    /// Where the line is seen.
    pub url: &'a str,
}

/// Tells how much of a line's allowance, or of the pack bought for it, was used.
pub fn usage_told(reader: &Reader, mail: &UsageMail<'_>) -> Mail {
    let is_over = mail.percent >= 100;
    let (subject, news) = match (mail.of_pack, is_over) {
        (false, false) => ("mail-usage-subject", "mail-usage-news"),
        (false, true) => ("mail-usage-over-subject", "mail-usage-over-news"),
        (true, false) => ("mail-usage-pack-subject", "mail-usage-pack-news"),
        (true, true) => ("mail-usage-pack-over-subject", "mail-usage-pack-over-news"),
    };
    let advice = match (mail.can_buy, is_over) {
        (true, true) => "mail-usage-buy",
        (true, false) => "mail-usage-buy-later",
        (false, _) => "mail-usage-see",
    };
    let values = [
        ("line", mail.line.to_owned()),
        ("percent", mail.percent.to_string()),
        ("left", reader.volume(mail.left.max(0))),
        ("until", reader.numeric_date(mail.cycle_ends_at.plus(-1))),
        ("brand", mail.brand.to_owned()),
        ("url", mail.url.to_owned()),
    ];
    let hello = reader.t1("mail-usage-hello", "name", mail.name);
    let (news, advice) = (reader.with(news, values.clone()), reader.with(advice, values.clone()));
    Mail { subject: reader.with(subject, values), body: format!("{hello}\n\n{news}\n\n{advice}\n") }
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
