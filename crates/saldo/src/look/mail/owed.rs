//! Mails about what is owed: invoices and boletos, and lines that are blocked because something is overdue.

use money::{Amount, Timestamp};

use super::Mail;
use crate::look::Reader;

/// What happened to what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwedNews {
    /// It is new.
    Made {
        /// Whether its boleto is on its way to the bank.
        awaits_bank: bool,
    },
    /// Its boleto can be paid from now on.
    Payable,
    /// Its due day is over.
    Overdue,
}

/// What is owed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwedWhat {
    /// An invoice, by its number.
    Invoice(u64),
    /// A purchase of so many bytes.
    Purchase(i64),
}

/// What is told of something that is owed.
#[derive(Clone, Debug)]
pub struct OwedMail<'a> {
    /// What happened to it.
    pub news: OwedNews,
    /// What it is for.
    pub what: OwedWhat,
    /// How much it is.
    pub amount: Amount,
    /// When it is due, as the reader writes days.
    pub due: String,
    /// What is typed to pay it; `None` if it cannot be paid so yet.
    pub linha_digitavel: Option<&'a str>,
    /// Who writes.
    pub brand: &'a str,
    /// To whom.
    pub name: &'a str,
    /// Where it is paid.
    pub url: &'a str,
}

/// Tells of something that is owed.
pub fn owed(reader: &Reader, mail: &OwedMail<'_>) -> Mail {
    let (subject, news) = match (mail.what, mail.news) {
        (OwedWhat::Invoice(_), OwedNews::Made { .. }) => ("mail-invoice-subject", "mail-invoice-news"),
        (OwedWhat::Invoice(_), OwedNews::Payable) => {
            ("mail-invoice-payable-subject", "mail-invoice-payable-news")
        }
        (OwedWhat::Invoice(_), OwedNews::Overdue) => {
            ("mail-invoice-overdue-subject", "mail-invoice-overdue-news")
        }
        (OwedWhat::Purchase(_), OwedNews::Made { .. } | OwedNews::Payable) => {
            ("mail-boleto-payable-subject", "mail-boleto-payable-news")
        }
        (OwedWhat::Purchase(_), OwedNews::Overdue) => {
            ("mail-boleto-overdue-subject", "mail-boleto-overdue-news")
        }
    };
    let (number, quantity) = match mail.what {
        OwedWhat::Invoice(number) => (number.to_string(), String::new()),
        OwedWhat::Purchase(bytes) => (String::new(), reader.volume(bytes)),
    };
    let values = [
        ("brand", mail.brand.to_owned()),
        ("number", number),
        ("quantity", quantity),
        ("amount", reader.money(mail.amount)),
        ("due", mail.due.clone()),
    ];
    let mut parts = vec![reader.with(news, values.clone())];
    if mail.news == (OwedNews::Made { awaits_bank: true }) {
        parts.push(reader.t("mail-awaits-bank"));
    }
    if let Some(linha) = mail.linha_digitavel {
        parts.push(format!("{}\n{linha}", reader.t("mail-linha-digitavel")));
    }
    parts.push(reader.t1("mail-invoices-see", "url", mail.url));
    if mail.news == OwedNews::Overdue {
        parts.push(reader.t("mail-paid-already"));
    }
    letter(reader, mail.name, reader.with(subject, values), &parts)
}

/// What is told of a line that is blocked because something is overdue.
#[derive(Clone, Debug)]
pub struct BlockedMail<'a> {
    /// The line, as its subscriber knows it.
    pub line: &'a str,
    /// Who writes.
    pub brand: &'a str,
    /// To whom.
    pub name: &'a str,
    /// Whether Pix is a way to pay.
    pub has_pix: bool,
    /// For how many days it may be unblocked on trust; `None` if it may not.
    pub trust_days: Option<u16>,
    /// Where it is paid.
    pub url: &'a str,
}

/// Tells that a line is blocked, and what to do.
pub fn blocked(reader: &Reader, mail: &BlockedMail<'_>) -> Mail {
    let values = [("line", mail.line.to_owned()), ("brand", mail.brand.to_owned())];
    let pay = if mail.has_pix { "mail-blocked-pay-pix" } else { "mail-blocked-pay" };
    let mut parts = vec![reader.with("mail-blocked-news", values.clone()), reader.t1(pay, "url", mail.url)];
    parts.extend(mail.trust_days.map(|days| reader.tn("mail-blocked-trust", u32::from(days))));
    parts.push(reader.t("mail-paid-already"));
    letter(reader, mail.name, reader.with("mail-blocked-subject", values), &parts)
}

/// What is told of a line that works again.
#[derive(Clone, Debug)]
pub struct EnabledMail<'a> {
    /// The line, as its subscriber knows it.
    pub line: &'a str,
    /// Who writes.
    pub brand: &'a str,
    /// To whom.
    pub name: &'a str,
    /// Until when it works whatever is overdue; `None` if nothing stands against it.
    pub until: Option<Timestamp>,
    /// Where one pays.
    pub url: &'a str,
}

/// Tells that a line works again.
pub fn enabled(reader: &Reader, mail: &EnabledMail<'_>) -> Mail {
    let values = [("line", mail.line.to_owned()), ("brand", mail.brand.to_owned())];
    let mut parts = vec![reader.with("mail-enabled-news", values.clone())];
    parts.extend(mail.until.map(|until| reader.t1("mail-enabled-until", "until", reader.date_time(until))));
    parts.push(reader.t1("mail-invoices-see", "url", mail.url));
    letter(reader, mail.name, reader.with("mail-enabled-subject", values), &parts)
}

fn letter(reader: &Reader, name: &str, subject: String, parts: &[String]) -> Mail {
    let hello = reader.t1("mail-owed-hello", "name", name);
    Mail { subject, body: format!("{hello}\n\n{}\n", parts.join("\n\n")) }
}
