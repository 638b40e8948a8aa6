//! Mails about automatic top-up: what was charged, and why nothing is charged any more.

use money::{Amount, Timestamp};
use store::tables::automatic_topups::AutomaticCap;

use super::Mail;
use crate::look::Reader;
use crate::look::part::{Card, Reason};

/// What happened.
#[derive(Clone, Debug)]
pub enum AutomaticNews<'a> {
    /// The card was charged.
    Charged {
        /// How much.
        amount: Amount,
        /// What the credit balance was then.
        posted: Amount,
        /// Its receipt, by number and address.
        receipt: Option<(&'a str, &'a str)>,
    },
    /// The bank declined; there is a pause.
    Paused {
        /// What was to be charged.
        amount: Amount,
        /// Why it was not.
        why: Reason,
        /// When it goes on.
        until: Timestamp,
    },
    /// The bank declined; nothing is charged until the customer says so.
    Stopped {
        /// What was to be charged.
        amount: Amount,
        /// Why it was not.
        why: Reason,
    },
    /// The card is not kept any more.
    CardRemoved,
    /// The bank wants the customer.
    Link {
        /// What is to be paid.
        amount: Amount,
        /// Where.
        url: String,
        /// Until when.
        until: Timestamp,
    },
    /// A cap is reached.
    Capped {
        /// Which.
        cap: AutomaticCap,
        /// How much money it lets be charged.
        money: Amount,
        /// Until when it holds.
        until: Option<Timestamp>,
    },
}

/// What is told.
#[derive(Clone, Debug)]
pub struct AutomaticMail<'a> {
    /// What happened.
    pub news: AutomaticNews<'a>,
    /// The card.
    pub card: Card,
    /// Who writes.
    pub brand: &'a str,
    /// To whom.
    pub name: &'a str,
    /// Where it is changed.
    pub url: &'a str,
}

/// Tells it.
pub fn told(reader: &Reader, mail: &AutomaticMail<'_>) -> Mail {
    let (subject, news) = match &mail.news {
        AutomaticNews::Charged { .. } => ("mail-automatic-charged-subject", "mail-automatic-charged-news"),
        AutomaticNews::Paused { .. } => ("mail-automatic-paused-subject", "mail-automatic-paused-news"),
        AutomaticNews::Stopped { .. } => ("mail-automatic-stopped-subject", "mail-automatic-stopped-news"),
        AutomaticNews::CardRemoved => ("mail-automatic-stopped-subject", "mail-automatic-card-removed-news"),
        AutomaticNews::Link { .. } => ("mail-automatic-link-subject", "mail-automatic-link-news"),
        AutomaticNews::Capped { cap, .. } => ("mail-automatic-capped-subject", capped(*cap)),
    };
    let values = values(reader, mail);
    let hello = reader.t1("mail-automatic-hello", "name", mail.name);
    let body = reader.with(news, values.clone());
    let see = reader.t1("mail-automatic-see", "url", mail.url);
    let receipt = match mail.news {
        AutomaticNews::Charged { receipt: Some((number, url)), .. } => {
            reader.t2("mail-receipt-line", "number", number, "url", url) + "\n"
        }
        _ => String::new(),
    };
    Mail { subject: reader.with(subject, values), body: format!("{hello}\n\n{body}\n\n{see}\n{receipt}") }
}

fn capped(cap: AutomaticCap) -> &'static str {
    match cap {
        AutomaticCap::DayMoney | AutomaticCap::OneCharge => "mail-automatic-day-money",
        AutomaticCap::DayCount => "mail-automatic-day-count",
        AutomaticCap::MonthMoney => "mail-automatic-month-money",
        AutomaticCap::MonthCount => "mail-automatic-month-count",
    }
}

fn values(reader: &Reader, mail: &AutomaticMail<'_>) -> Vec<(&'static str, String)> {
    let mut values = vec![("card", mail.card.to_string()), ("brand", mail.brand.to_owned())];
    match &mail.news {
        AutomaticNews::Charged { amount, posted, .. } => {
            values.push(("amount", reader.money(*amount)));
            values.push(("balance", reader.money(*posted)));
        }
        AutomaticNews::Paused { amount, why, until } => {
            values.push(("amount", reader.money(*amount)));
            values.push(("why", why.words(reader)));
            values.push(("until", reader.date_time(*until)));
        }
        AutomaticNews::Stopped { amount, why } => {
            values.push(("amount", reader.money(*amount)));
            values.push(("why", why.words(reader)));
        }
        AutomaticNews::CardRemoved => {}
        AutomaticNews::Link { amount, url, until } => {
            values.push(("amount", reader.money(*amount)));
            values.push(("page", url.clone()));
            values.push(("until", reader.date_time(*until)));
        }
        AutomaticNews::Capped { money, until, .. } => {
            values.push(("amount", reader.money(*money)));
            values.push(("until", until.map(|until| reader.date_time(until)).unwrap_or_default()));
        }
    }
    values
}
