//! What mails of notices have in common: who reads them, in which language, and how they join the outbox.

use money::{MailId, Timestamp};
use store::tables::customers::Customer;
use store::tables::outbox::{Mail, Notice};
use store::{Reader as TablesReader, StoreError, Tx};

use crate::config::Config;
use crate::look::Reader;
use crate::look::locale::Locale;
use crate::look::mail::Mail as Letter;
use crate::{clock, ids};

/// Logins of one customer that are told.
const LOGINS_MAX: u32 = 20;

/// The customer's address and those by which his logins sign in, each once. Who signs in by CPF or CNPJ has none there.
pub(super) fn recipients(tables: &TablesReader<'_>, customer: &Customer) -> Result<Vec<String>, StoreError> {
    let logins = tables.logins_of(customer.id, None, LOGINS_MAX)?.rows;
    let addresses = customer.email.iter().cloned().chain(logins.into_iter().map(|login| login.email));
    let mut recipients: Vec<String> = addresses.filter(|address| address.contains('@')).collect();
    recipients.sort_unstable();
    recipients.dedup();
    Ok(recipients)
}

/// The customer's own eyes.
pub(super) fn reader(config: &Config, customer: &Customer) -> Reader {
    let locale = Locale::from_tag(&customer.locale).unwrap_or(Locale::En);
    Reader::new(locale, config.brand.time_zone.clone()).counting_in(config.brand.data_unit)
}

/// Puts a letter to each of them into the outbox, dated as the notice is.
pub(super) fn post(
    tx: &Tx<'_>,
    notice: &Notice,
    customer: &Customer,
    recipients: &[String],
    letter: &Letter,
) -> Result<(), StoreError> {
    put(tx, (&notice.id.kind, notice.created_at), customer, recipients, letter)
}

/// Puts a letter of this kind and date to each of them into the outbox.
pub(super) fn put(
    tx: &Tx<'_>,
    (kind, at): (&str, Timestamp),
    customer: &Customer,
    recipients: &[String],
    letter: &Letter,
) -> Result<(), StoreError> {
    recipients.iter().try_for_each(|recipient| {
        tx.insert_mail(&Mail {
            id: MailId::from_u128(ids::fresh()),
            kind: kind.to_owned(),
            recipient: recipient.clone(),
            subject: letter.subject.clone(),
            body: letter.body.clone(),
            locale: customer.locale.clone(),
            created_at: at,
            sent_at: None,
            attempts: 0,
            next_attempt_at: Some(clock::now()),
            last_error: None,
            customer: Some(customer.id),
        })
    })
}

/// Puts a letter to somebody of staff into the outbox.
pub(super) fn to_staff(
    tx: &Tx<'_>,
    (kind, at): (&str, Timestamp),
    locale: Locale,
    recipient: &str,
    letter: &Letter,
) -> Result<(), StoreError> {
    tx.insert_mail(&Mail {
        id: MailId::from_u128(ids::fresh()),
        kind: kind.to_owned(),
        recipient: recipient.to_owned(),
        subject: letter.subject.clone(),
        body: letter.body.clone(),
        locale: locale.tag().to_owned(),
        created_at: at,
        sent_at: None,
        attempts: 0,
        next_attempt_at: Some(clock::now()),
        last_error: None,
        customer: None,
    })
}
