//! Open sign-up: who wants to be a customer, and becomes one when he has shown that the e-mail is his.
//!
//! Until then there is a row and a mail, and nothing else: no customer, no wallet, no credit. What is answered is the same whether the e-mail
//! is a customer's already or not; only the mail to it differs. The link alone opens nothing: whoever follows it types the password that
//! was chosen with it, so that nobody gets into an account whose password a stranger has set.

use std::sync::Arc;

use axum::http::StatusCode;
use money::{CustomerId, MailId, Timestamp};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::tables::logins::Login;
use store::tables::origins::Origin;
use store::tables::outbox;
use store::tables::sign_ups::SignUp;
use store::{Hidden, SecretHash, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::customers::{self, Beginning, FirstLogin, NewCustomer};
use crate::look::{Locale, Reader, mail};
use crate::problem::Problem;
use crate::{clock, ids, passwords};

/// How long the link in a mail works, in microseconds.
pub const LASTS: i64 = Timestamp::DAY;
/// Mails that are written for one sign-up.
pub const MAILS_MAX: u32 = 5;
/// Sign-ups that wait at the same time; further ones are turned away until some have ended.
pub const WAITING_MAX: u32 = 20_000;
/// Bytes of randomness in a link and in the page that may ask for its mail again.
const SECRET_BYTES: usize = 32;

/// Who wants to be a customer. Name and e-mail were checked.
#[derive(Clone)]
pub struct Wanted {
    /// His name.
    pub name: String,
    /// His e-mail.
    pub email: String,
    /// The password that he has chosen.
    pub password: String,
    /// The language of his pages.
    pub locale: Locale,
}

/// What came of a link that was followed with a password.
pub enum Confirmed {
    /// He is a customer now, and may sign in.
    Made(Box<Login>),
    /// His e-mail is a customer's already: by another sign-up of his, or because the operator was faster.
    Known,
    /// The password is not the one that was chosen.
    WrongPassword,
    /// The link was used or is too old.
    Gone,
}

/// Where the terms stand that whoever signs up agrees to, if the operator has any.
pub fn terms_url(app: &App) -> Option<String> {
    Some(app.config.brand().terms_url.clone()).filter(|url| !url.is_empty())
}

/// All that is wrong with who wants to be a customer, each with its field.
pub fn wrong_with(wanted: &Wanted) -> Vec<Problem> {
    let new = NewCustomer {
        name: wanted.name.clone(),
        email: Some(wanted.email.clone()),
        ..NewCustomer::default()
    };
    customers::wrong_with(&new)
}

/// Writes somebody down together with the mail to him; the secret of the page that may ask for that mail again.
pub async fn begin(app: &Arc<App>, wanted: Wanted) -> Result<String, Problem> {
    // As slow for an e-mail that is known as for one that is not.
    let password_hash = passwords::hash(&wanted.password).await?;
    let (page, token) = (ids::secret_text(SECRET_BYTES), ids::secret_text(SECRET_BYTES));
    let now = clock::now();
    let sign_up = SignUp {
        page_hash: hash(&page),
        token_hash: hash(&token),
        email: wanted.email.trim().to_lowercase(),
        name: wanted.name.trim().to_owned(),
        password_hash,
        locale: wanted.locale.tag().to_owned(),
        terms_url: terms_url(app),
        created_at: now,
        expires_at: now.plus(LASTS),
        mails: 1,
    };
    let writing = Arc::clone(app);
    app.write_or_refuse(move |tx| {
        tx.delete_ended_sign_ups(now)?;
        if tx.sign_up_count()? >= WAITING_MAX {
            let detail =
                "Too many people wait for their confirmation. Nothing was written; please try later.";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail).retry_after(600));
        }
        tx.insert_sign_up(&sign_up)?;
        Ok(write_mail(&writing, tx, &sign_up, &token, now)?)
    })
    .await?;
    app.mail_news.notify_one();
    Ok(page)
}

/// The e-mail with which somebody signed up whose page has this secret, as long as he may confirm it.
pub async fn email_of_page(app: &Arc<App>, page: &str) -> Result<Option<String>, Problem> {
    let (page_hash, now) = (hash(page), clock::now());
    app.read(move |reader| Ok(reader.sign_up_of_page(&page_hash, now)?.map(|sign_up| sign_up.email))).await
}

/// Writes the mail once more, with a new link in the place of the old one, for whoever's page has this secret. Nothing is done if nobody
/// waits there, or enough mails were written for him.
pub async fn send_again(app: &Arc<App>, page: &str) -> Result<(), Problem> {
    let (page_hash, token, now) = (hash(page), ids::secret_text(SECRET_BYTES), clock::now());
    let writing = Arc::clone(app);
    app.write(move |tx| match tx.renew_sign_up(&page_hash, &hash(&token), now, MAILS_MAX)? {
        Some(sign_up) => write_mail(&writing, tx, &sign_up, &token, now),
        None => Ok(()),
    })
    .await?;
    app.mail_news.notify_one();
    Ok(())
}

/// Whoever has this link, as long as it works.
pub async fn find(app: &Arc<App>, token: &str) -> Result<Option<SignUp>, Problem> {
    let (token_hash, now) = (hash(token), clock::now());
    app.read(move |reader| reader.sign_up(&token_hash, now)).await
}

/// Makes a customer of whoever has this link and this password. Of several at the same moment one makes him.
pub async fn confirm(
    app: &Arc<App>,
    token: &str,
    password: &str,
    author: impl Fn(&Login) -> Author + Send + 'static,
) -> Result<Confirmed, Problem> {
    let Some(sign_up) = find(app, token).await? else { return Ok(Confirmed::Gone) };
    if !passwords::is_right(password, Some(sign_up.password_hash.clone())).await? {
        return Ok(Confirmed::WrongPassword);
    }
    let id = CustomerId::from_u128(ids::fresh());
    let prepared = customers::prepare_as(app, id, newcomer(&sign_up))?;
    let login = prepared.login.clone().ok_or_else(|| Problem::not_found("login"))?;
    let (token_hash, now, by) = (hash(token), clock::now(), author(&login));
    let email = sign_up.email.clone();
    let change = Change::new("customer.sign_up", id).after(&json!({
        "name": sign_up.name, "email": sign_up.email, "locale": sign_up.locale, "terms": sign_up.terms_url,
    }))?;
    let made = app.write(move |tx| {
        if tx.take_sign_up(&token_hash, now)?.is_none() {
            return Ok(None);
        }
        tx.delete_sign_ups_of(&email)?;
        if customers::owner_of_email(tx, &email)?.is_some() {
            return Ok(Some(None));
        }
        let prepared = prepared.clone().welcomed_once(tx)?;
        prepared.insert(tx)?;
        by.note(tx, &change)?;
        Ok(Some(Some(prepared)))
    });
    match made.await? {
        None => Ok(Confirmed::Gone),
        Some(None) => Ok(Confirmed::Known),
        Some(Some(prepared)) => {
            prepared.send(app).await?;
            Ok(Confirmed::Made(Box::new(login)))
        }
    }
}

/// Forgets those who did not confirm in time; how many.
pub async fn forget_ended(app: &Arc<App>) -> Result<usize, Problem> {
    let now = clock::now();
    app.write(move |tx| tx.delete_ended_sign_ups(now)).await
}

fn newcomer(sign_up: &SignUp) -> NewCustomer {
    let beginning = Beginning {
        origin: Origin::SignUp,
        terms_url: sign_up.terms_url.clone(),
        login: FirstLogin::Password(Hidden(sign_up.password_hash.0.clone())),
        ..Beginning::default()
    };
    NewCustomer {
        name: sign_up.name.clone(),
        email: Some(sign_up.email.clone()),
        locale: sign_up.locale.clone(),
        beginning,
        ..NewCustomer::default()
    }
}

/// The mail by which an e-mail is confirmed; to somebody who is a customer already, the one that says so. Neither holds anything that a
/// stranger has typed: mails of ours carry nobody's advertising.
fn write_mail(
    app: &App,
    tx: &Tx<'_>,
    sign_up: &SignUp,
    token: &str,
    now: Timestamp,
) -> Result<(), store::StoreError> {
    let brand = app.config.brand();
    let locale = Locale::from_tag(&sign_up.locale).unwrap_or(Locale::En);
    let reader = Reader::new(locale, app.config.brand.time_zone.clone());
    let url = &app.config.server.public_url;
    let owner = customers::owner_of_email(tx, &sign_up.email)?;
    let (kind, letter) = if owner.is_some() {
        ("sign_up_known", mail::sign_up_known(&reader, &brand.name, url))
    } else {
        let link = format!("{url}/sign-up/confirmation?token={token}");
        // Links end by the machine's clock; a trial's reader is told by the clock he is shown.
        let until = sign_up.expires_at.plus(app.ledger.clock_offset());
        ("sign_up", mail::sign_up(&reader, &brand.name, &link, until))
    };
    tx.insert_mail(&outbox::Mail {
        id: MailId::from_u128(ids::fresh()),
        kind: kind.to_owned(),
        recipient: sign_up.email.clone(),
        subject: letter.subject,
        body: letter.body,
        locale: locale.tag().to_owned(),
        created_at: app.ledger.now(),
        sent_at: None,
        attempts: 0,
        next_attempt_at: Some(now),
        last_error: None,
        customer: owner,
    })
}

fn hash(secret: &str) -> SecretHash {
    Hidden(Sha256::digest(secret.as_bytes()).into())
}
