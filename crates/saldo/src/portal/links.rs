//! One-time links by mail: the invitation to a first password, and the way back for who forgot his.
//!
//! A link's secret is 256 random bits, of which the tables hold a hash. A newer link of a login takes the place of older ones.

use std::sync::Arc;

use money::{MailId, Timestamp};
use store::tables::customers::Customer;
use store::tables::logins::{Link, LinkPurpose, Login};
use store::tables::outbox;

use super::sessions;
use crate::app::App;
use crate::look::{Locale, Reader, mail};
use crate::problem::Problem;
use crate::{clock, ids, logins};

/// How long an invitation works, in microseconds.
pub const INVITATION_LASTS: i64 = 7 * Timestamp::DAY;
/// How long the link for a forgotten password works, in microseconds.
pub const RESET_LASTS: i64 = Timestamp::HOUR;
/// The code of the problem that a login has no address.
pub(super) const NO_EMAIL: &str = "no_email";
/// Bytes of randomness in a link.
const SECRET_BYTES: usize = 32;

/// A link as it was mailed: whoever invites may hand it over himself, too.
#[derive(Clone)]
pub struct MailedLink {
    /// Where it leads.
    pub url: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Writes the mail that invites this login to choose its first password.
pub async fn invite(app: &Arc<App>, login: &Login) -> Result<MailedLink, Problem> {
    send(app, login, LinkPurpose::Invitation).await
}

/// Writes the mail by which this login chooses a new password.
pub(super) async fn send_reset(app: &Arc<App>, login: &Login) -> Result<MailedLink, Problem> {
    send(app, login, LinkPurpose::Reset).await
}

/// `no_email` if mail reaches neither the login nor its customer: a code that staff read out is his way in.
async fn send(app: &Arc<App>, login: &Login, purpose: LinkPurpose) -> Result<MailedLink, Problem> {
    let now = clock::now();
    let lasts = match purpose {
        LinkPurpose::Invitation => INVITATION_LASTS,
        LinkPurpose::Reset => RESET_LASTS,
    };
    let secret = ids::secret_text(SECRET_BYTES);
    let mailed = MailedLink {
        url: format!("{}/set-password?token={secret}", app.config.server.public_url),
        expires_at: now.plus(lasts),
    };
    let link = Link {
        token_hash: sessions::hash(&secret),
        login: login.id,
        purpose,
        created_at: now,
        expires_at: mailed.expires_at,
        used_at: None,
    };
    let customer = login.customer;
    let customer = app.read(move |reader| reader.customer(customer)).await?;
    let customer = customer.ok_or_else(|| Problem::not_found("customer"))?;
    let recipient = logins::address(login, &customer).ok_or_else(no_email)?.to_owned();
    let mail = write(app, recipient, &customer, purpose, &mailed);
    app.write(move |tx| {
        tx.delete_links_before(now)?;
        tx.delete_links_of(link.login)?;
        tx.insert_link(&link)?;
        tx.insert_mail(&mail)
    })
    .await?;
    app.mail_news.notify_one();
    Ok(mailed)
}

fn no_email() -> Problem {
    let detail = "This login has no e-mail. Give its owner a code on his page in the console.";
    Problem::invalid("email", NO_EMAIL, detail)
}

fn write(
    app: &App,
    recipient: String,
    customer: &Customer,
    purpose: LinkPurpose,
    link: &MailedLink,
) -> outbox::Mail {
    let brand = app.config.brand();
    let locale = Locale::from_tag(&customer.locale).unwrap_or(Locale::En);
    let reader = Reader::new(locale, app.config.brand.time_zone.clone());
    // Links end by the machine's clock; a trial's customer is told by the clock he is shown.
    let until = link.expires_at.plus(app.ledger.clock_offset());
    let (kind, letter) = match purpose {
        LinkPurpose::Invitation => {
            ("invitation", mail::invitation(&reader, &brand.name, &customer.name, &link.url, until))
        }
        LinkPurpose::Reset => {
            ("password_reset", mail::password_reset(&reader, &brand.name, &customer.name, &link.url, until))
        }
    };
    outbox::Mail {
        id: MailId::from_u128(ids::fresh()),
        kind: kind.to_owned(),
        recipient,
        subject: letter.subject,
        body: letter.body,
        locale: locale.tag().to_owned(),
        created_at: app.ledger.now(),
        sent_at: None,
        attempts: 0,
        next_attempt_at: Some(clock::now()),
        last_error: None,
        customer: Some(customer.id),
    }
}
