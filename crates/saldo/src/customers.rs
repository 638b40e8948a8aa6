//! Customers: made with their wallet and the credit with which they begin, by whatever way they come.

use std::sync::Arc;

use book::Reason;
use money::{Amount, CustomerId, GrantId, IntentId, LoginId, Timestamp, WalletId};
use serde_json::json;
use store::tables::customers::{Customer, Subject, Wallet};
use store::tables::intents::Intent;
use store::tables::logins::Login;
use store::tables::origins::{Origin, OriginRow};
use store::{Hidden, Reader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::intents::{self, Wish};
use crate::look::Locale;
use crate::problem::Problem;
use crate::{clock, ids};

/// Longest name, e-mail and key of a customer, in bytes.
pub const TEXT_BYTES_MAX: usize = 200;
/// Most subjects that a customer is made with.
pub const SUBJECTS_MAX: usize = 100;

/// Who is to become a customer.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// His name.
    pub name: String,
    /// His e-mail, for mails and to sign in.
    pub email: Option<String>,
    /// What the operator calls him.
    pub external_key: Option<String>,
    /// The language of his mails, as `en` or `pt-BR`.
    pub locale: String,
    /// What usage events call him, beside his id.
    pub subjects: Vec<String>,
    /// How he comes, and with what he begins.
    pub beginning: Beginning,
}

impl Default for NewCustomer {
    fn default() -> NewCustomer {
        NewCustomer {
            name: String::new(),
            email: None,
            external_key: None,
            locale: Locale::En.tag().to_owned(),
            subjects: Vec::new(),
            beginning: Beginning::default(),
        }
    }
}

/// How a customer comes, and with what he begins.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// How he comes.
    pub origin: Origin,
    /// Where the terms stood that he agreed to.
    pub terms_url: Option<String>,
    /// Whether he gets the welcome credit that is configured.
    pub is_welcomed: bool,
    /// What he brings from another system.
    pub opening: Option<Opening>,
    /// Whether he gets a login under his e-mail.
    pub login: FirstLogin,
}

impl Default for Beginning {
    fn default() -> Beginning {
        Beginning {
            origin: Origin::Api,
            terms_url: None,
            is_welcomed: true,
            opening: None,
            login: FirstLogin::None,
        }
    }
}

/// The login with which a customer begins.
#[derive(Clone, Debug)]
pub enum FirstLogin {
    /// None.
    None,
    /// One without a password: a link by mail sets the first.
    Invited,
    /// One with this password's hash.
    Password(Hidden<String>),
}

/// Credit that a customer had in another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// How much, above zero.
    pub amount: Amount,
    /// Whether he had bought it. What had been given to him is promotional here, too.
    pub is_bought: bool,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
}

/// A customer with his wallet.
#[derive(Clone, Debug)]
pub struct CreatedCustomer {
    /// The customer.
    pub customer: Customer,
    /// His money wallet.
    pub wallet: WalletId,
}

/// A customer that is ready to be written down.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What he will be.
    pub created: CreatedCustomer,
    /// The login with which he begins.
    pub login: Option<Login>,
    wallet: Wallet,
    subjects: Vec<String>,
    origin: OriginRow,
    intents: Vec<Intent>,
    welcome: Option<Welcome>,
}

/// The welcome credit, and the mark by which it is known who has had it.
#[derive(Clone, Debug)]
struct Welcome {
    intent: Intent,
    mark: Option<u128>,
}

/// Makes a customer, his wallet and his welcome credit, by the operator himself; all or nothing as far as anybody can see: what a
/// crash interrupts is finished at the next start.
pub async fn create(app: &Arc<App>, new: NewCustomer) -> Result<CreatedCustomer, Problem> {
    create_as(app, CustomerId::from_u128(ids::fresh()), new).await
}

/// The same with an id that was drawn before.
pub async fn create_as(app: &Arc<App>, id: CustomerId, new: NewCustomer) -> Result<CreatedCustomer, Problem> {
    let prepared = prepare_as(app, id, new)?;
    let (row, author) = (prepared.clone(), Author::operator());
    let Customer { id, name, email, external_key, locale, .. } = &row.created.customer;
    let change = Change::new("customer.create", id).after(&json!({
        "name": name, "email": email, "external_key": external_key, "locale": locale,
        "wallet": row.created.wallet.to_string(),
    }))?;
    app.write(move |tx| {
        row.insert(tx)?;
        author.note(tx, &change)
    })
    .await?;
    prepared.send(app).await?;
    Ok(prepared.created)
}

/// Checks who is to become a customer and draws his ids. Nothing is written yet.
pub fn prepare(app: &App, new: NewCustomer) -> Result<Prepared, Problem> {
    prepare_as(app, CustomerId::from_u128(ids::fresh()), new)
}

/// The same under an id that was drawn before.
pub fn prepare_as(app: &App, id: CustomerId, new: NewCustomer) -> Result<Prepared, Problem> {
    check(&new)?;
    // What people are shown is dated by the book's clock; how old an intent is, by the machine's.
    let (now, since) = (clock::now(), app.ledger.now());
    let Beginning { origin, terms_url, is_welcomed, opening, login } = new.beginning;
    let customer = Customer {
        id,
        name: new.name.trim().to_owned(),
        email: new.email.map(|email| email.trim().to_lowercase()),
        external_key: new.external_key,
        locale: new.locale,
        stripe_customer_id: None,
        created_at: since,
    };
    let unit = app.config.credit.unit;
    let wallet = Wallet { id: WalletId::from_u128(ids::fresh()), customer: id, unit, created_at: since };
    let open = Wish::OpenWallet { wallet: wallet.id, customer: id, unit };
    let mut intents = vec![open.intent(IntentId::from_u128(ids::fresh()), now)];
    intents.extend(opening.map(|opening| opening.intent(&wallet, now)));
    let mut subjects = new.subjects;
    subjects.push(id.to_string());
    Ok(Prepared {
        login: first_login(login, &customer, now),
        welcome: is_welcomed.then(|| welcome(app, &customer, &wallet, now)).flatten(),
        created: CreatedCustomer { customer, wallet: wallet.id },
        origin: OriginRow { customer: id, origin, import_no: None, terms_url, at: since },
        wallet,
        subjects,
        intents,
    })
}

/// The welcome credit, if any is configured.
fn welcome(app: &App, customer: &Customer, wallet: &Wallet, now: Timestamp) -> Option<Welcome> {
    let credit = &app.config.credit;
    let wish = Wish::Grant {
        wallet: wallet.id,
        customer: customer.id,
        grant: GrantId::from_u128(ids::fresh()),
        amount: credit.welcome,
        reason: None,
        expires_at: credit.welcome_lasts.map(|lasts| wallet.created_at.plus(lasts)),
    };
    let intent = wish.intent(IntentId::from_u128(ids::fresh()), now);
    let mark = customer.email.as_ref().map(|email| mark(app, email));
    credit.welcome.is_positive().then_some(Welcome { intent, mark })
}

/// By what it is known whose e-mail has had the welcome credit: a keyed hash of its mailbox.
pub fn mark(app: &App, email: &str) -> u128 {
    app.hashes.hash128("welcome", &[mailbox(email).as_bytes()])
}

/// The mailbox behind an address: in small letters and without what stands behind a plus sign, which most providers deliver to the same
/// person. Dots are left alone: only some providers pass over them.
pub fn mailbox(email: &str) -> String {
    let email = email.trim().to_lowercase();
    let Some((local, domain)) = email.rsplit_once('@') else { return email };
    let local = local.split_once('+').map_or(local, |(local, _)| local);
    format!("{local}@{domain}")
}

fn first_login(login: FirstLogin, customer: &Customer, now: Timestamp) -> Option<Login> {
    let password_hash = match login {
        FirstLogin::None => return None,
        FirstLogin::Invited => None,
        FirstLogin::Password(hash) => Some(hash),
    };
    Some(Login {
        id: LoginId::from_u128(ids::fresh()),
        customer: customer.id,
        email: customer.email.clone()?,
        password_hash,
        created_at: now,
        last_sign_in_at: None,
    })
}

impl Opening {
    /// What was bought is an adjustment that says so; what was given is promotional.
    fn intent(self, wallet: &Wallet, now: Timestamp) -> Intent {
        let wish = Wish::Grant {
            wallet: wallet.id,
            customer: wallet.customer,
            grant: GrantId::from_u128(ids::fresh()),
            amount: self.amount,
            reason: self.is_bought.then_some(Reason::OpeningBalance),
            expires_at: self.expires_at,
        };
        wish.intent(IntentId::from_u128(ids::fresh()), now)
    }
}

impl Prepared {
    /// Writes customer, wallet, login, subjects and intents down.
    pub fn insert(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        self.insert_with(tx, &self.origin)
    }

    /// The same of one who came in this file.
    pub fn insert_from(&self, tx: &Tx<'_>, import_no: u32) -> Result<(), StoreError> {
        self.insert_with(tx, &OriginRow { import_no: Some(import_no), ..self.origin.clone() })
    }

    fn insert_with(&self, tx: &Tx<'_>, origin: &OriginRow) -> Result<(), StoreError> {
        tx.insert_customer(&self.created.customer)?;
        tx.insert_wallet(&self.wallet)?;
        tx.insert_customer_origin(origin)?;
        if let Some(login) = &self.login {
            tx.insert_login(login)?;
        }
        for subject in &self.subjects {
            tx.insert_subject(&subject_row(subject, self.wallet.id, self.wallet.created_at))?;
        }
        if let Some(mark) = self.welcome.as_ref().and_then(|welcome| welcome.mark) {
            tx.welcome(mark, self.origin.at)?;
        }
        self.intents().try_for_each(|intent| tx.insert_intent(intent))
    }

    /// The same without the welcome credit if his mailbox has had one, here or with a customer of before that was kept.
    pub fn welcomed_once(mut self, tx: &Tx<'_>) -> Result<Prepared, StoreError> {
        let Some(mark) = self.welcome.as_ref().and_then(|welcome| welcome.mark) else { return Ok(self) };
        let email = self.created.customer.email.as_deref().unwrap_or_default();
        let is_first = tx.welcome(mark, self.origin.at)? && tx.customer_by_email(&mailbox(email))?.is_none();
        self.welcome = self.welcome.filter(|_| is_first);
        Ok(self)
    }

    /// What the book is asked for him, in order.
    pub fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.intents.iter().chain(self.welcome.iter().map(|welcome| &welcome.intent))
    }

    /// Has the book open the wallet and add the credit with which he begins, once it is written down.
    pub async fn send(&self, app: &Arc<App>) -> Result<(), Problem> {
        let intents: Vec<Intent> = self.intents().cloned().collect();
        intents::send(app, &intents).await?;
        Ok(())
    }
}

fn subject_row(subject: &str, wallet: WalletId, now: Timestamp) -> Subject {
    Subject { subject: subject.to_owned(), wallet, created_at: now }
}

/// Refuses names, addresses and keys that are empty, too long or of another form, with all that is wrong.
pub fn check(new: &NewCustomer) -> Result<(), Problem> {
    Problem::refuse_all(wrong_with(new))
}

/// All that is wrong with who is to become a customer, each with its field.
pub fn wrong_with(new: &NewCustomer) -> Vec<Problem> {
    let too_long = |text: &str| text.len() > TEXT_BYTES_MAX;
    let mut wrong = Vec::new();
    if new.name.trim().is_empty() || too_long(&new.name) || new.name.contains(is_unprintable) {
        let detail = format!("name must have 1 to {TEXT_BYTES_MAX} bytes and no control characters.");
        wrong.push(Problem::invalid("name", "invalid_name", detail));
    }
    if let Some(email) = &new.email
        && (too_long(email) || !looks_like_email(email.trim()))
    {
        let detail = "email must be an address like ana@example.com.";
        wrong.push(Problem::invalid("email", "invalid_email", detail));
    }
    if let Some(key) = &new.external_key
        && (key.is_empty() || too_long(key) || key.contains(is_unprintable))
    {
        let detail = format!("external_key must have 1 to {TEXT_BYTES_MAX} bytes and no control characters.");
        wrong.push(Problem::invalid("external_key", "invalid_external_key", detail));
    }
    if new.subjects.len() > SUBJECTS_MAX {
        let detail = format!("subjects may have at most {SUBJECTS_MAX} entries.");
        wrong.push(Problem::invalid("subjects", "too_many_subjects", detail));
    }
    if Locale::from_tag(&new.locale).is_none_or(|locale| locale.tag() != new.locale) {
        wrong.push(Problem::invalid("locale", "invalid_locale", "locale must be en or pt-BR."));
    }
    if new.subjects.iter().any(|subject| subject.is_empty() || too_long(subject)) {
        let detail = format!("each of subjects must have 1 to {TEXT_BYTES_MAX} bytes.");
        wrong.push(Problem::invalid("subjects", "invalid_subject", detail));
    }
    wrong
}

/// Whose mail goes to this address, or who signs in with it.
pub fn owner_of_email(reader: &Reader<'_>, email: &str) -> Result<Option<CustomerId>, StoreError> {
    if let Some(customer) = reader.customer_by_email(email)? {
        return Ok(Some(customer.id));
    }
    Ok(reader.login_by_email(email)?.map(|login| login.customer))
}

/// Control characters, and those that turn the direction of what stands beside them.
pub fn is_unprintable(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One `@` with something before it and a dotted name behind it, without blanks: whether it exists only a mail can tell. Nothing in it by
/// which a mail would go elsewhere than it says: `ana<eve@example.com>` is a name and the address of somebody else.
pub fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_of_headers = |letter| "<>()[]\\,;:\"".contains(letter);
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(|letter: char| {
            letter.is_whitespace() || is_unprintable(letter) || is_of_headers(letter)
        })
        && !local.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_one_address_and_nothing_else() {
        for email in [
            "ana@example.com",
            "ana.silva+saldo@mail.example.com.br",
            "o'neil@example.com",
            "ação@exemplo.com.br",
        ] {
            assert!(looks_like_email(email), "{email}");
        }
        for other in [
            "ana",
            "@example.com",
            "ana@example",
            "ana@.example.com",
            "ana@example.com.",
            "ana@b@example.com",
            "ana silva@example.com",
            "ana<eve@example.com>",
            "ana@example.com,eve",
            "\"ana\"@example.com",
            "ana(eve)@example.com",
            "ana@[127.0.0.1]",
            "ana@example.com\u{0}",
            "ana\u{202e}@example.com",
        ] {
            assert!(!looks_like_email(other), "{other:?}");
        }
    }
}
