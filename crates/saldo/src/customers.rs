//! Customers: made with their wallet and their welcome credit.

use std::sync::Arc;

use money::{CustomerId, GrantId, IntentId, Timestamp, WalletId};
use serde_json::json;
use store::tables::customers::{Customer, Subject, Wallet};
use store::tables::intents::Intent;
use store::{StoreError, Tx};

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
}

impl Default for NewCustomer {
    fn default() -> NewCustomer {
        let locale = Locale::En.tag().to_owned();
        NewCustomer { name: String::new(), email: None, external_key: None, locale, subjects: Vec::new() }
    }
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
    wallet: Wallet,
    subjects: Vec<String>,
    intents: Vec<Intent>,
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

fn prepare_as(app: &App, id: CustomerId, new: NewCustomer) -> Result<Prepared, Problem> {
    check(&new)?;
    // What people are shown is dated by the book's clock; how old an intent is, by the machine's.
    let (now, since) = (clock::now(), app.ledger.now());
    let credit = &app.config.credit;
    let customer = Customer {
        id,
        name: new.name.trim().to_owned(),
        email: new.email.map(|email| email.trim().to_lowercase()),
        external_key: new.external_key,
        locale: new.locale,
        stripe_customer_id: None,
        created_at: since,
    };
    let wallet = Wallet {
        id: WalletId::from_u128(ids::fresh()),
        customer: customer.id,
        unit: credit.unit,
        created_at: since,
    };
    let open = Wish::OpenWallet { wallet: wallet.id, customer: customer.id, unit: wallet.unit };
    let mut intents = vec![open.intent(IntentId::from_u128(ids::fresh()), now)];
    if credit.welcome.is_positive() {
        let welcome = Wish::Grant {
            wallet: wallet.id,
            customer: customer.id,
            grant: GrantId::from_u128(ids::fresh()),
            amount: credit.welcome,
            reason: None,
            expires_at: credit.welcome_lasts.map(|lasts| since.plus(lasts)),
        };
        intents.push(welcome.intent(IntentId::from_u128(ids::fresh()), now));
    }
    let mut subjects = new.subjects;
    subjects.push(customer.id.to_string());
    let created = CreatedCustomer { customer, wallet: wallet.id };
    Ok(Prepared { created, wallet, subjects, intents })
}

impl Prepared {
    /// Writes customer, wallet, subjects and intents down.
    pub fn insert(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        tx.insert_customer(&self.created.customer)?;
        tx.insert_wallet(&self.wallet)?;
        for subject in &self.subjects {
            tx.insert_subject(&subject_row(subject, self.wallet.id, self.wallet.created_at))?;
        }
        self.intents.iter().try_for_each(|intent| tx.insert_intent(intent))
    }

    /// Has the book open the wallet and add the welcome credit, once it is written down.
    pub async fn send(&self, app: &Arc<App>) -> Result<(), Problem> {
        intents::send(app, &self.intents).await?;
        Ok(())
    }
}

fn subject_row(subject: &str, wallet: WalletId, now: Timestamp) -> Subject {
    Subject { subject: subject.to_owned(), wallet, created_at: now }
}

/// Refuses names, addresses and keys that are empty, too long or of another form.
pub fn check(new: &NewCustomer) -> Result<(), Problem> {
    let too_long = |text: &str| text.len() > TEXT_BYTES_MAX;
    if new.name.trim().is_empty() || too_long(&new.name) || new.name.contains(is_unprintable) {
        let detail = format!("name must have 1 to {TEXT_BYTES_MAX} bytes and no control characters.");
        return Err(Problem::invalid("name", "invalid_name", detail));
    }
    if let Some(email) = &new.email
        && (too_long(email) || !looks_like_email(email.trim()))
    {
        return Err(Problem::invalid(
            "email",
            "invalid_email",
            "email must be an address like ana@example.com.",
        ));
    }
    if let Some(key) = &new.external_key
        && (key.is_empty() || too_long(key))
    {
        let detail = format!("external_key must have 1 to {TEXT_BYTES_MAX} bytes.");
        return Err(Problem::invalid("external_key", "invalid_external_key", detail));
    }
    if new.subjects.len() > SUBJECTS_MAX {
        let detail = format!("subjects may have at most {SUBJECTS_MAX} entries.");
        return Err(Problem::invalid("subjects", "too_many_subjects", detail));
    }
    if Locale::from_tag(&new.locale).is_none_or(|locale| locale.tag() != new.locale) {
        return Err(Problem::invalid("locale", "invalid_locale", "locale must be en or pt-BR."));
    }
    if new.subjects.iter().any(|subject| subject.is_empty() || too_long(subject)) {
        let detail = format!("each of subjects must have 1 to {TEXT_BYTES_MAX} bytes.");
        return Err(Problem::invalid("subjects", "invalid_subject", detail));
    }
    Ok(())
}

/// Control characters, and those that turn the direction of what stands beside them.
pub fn is_unprintable(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One `@` with something before it and a dotted name behind it, without blanks: whether it exists only a mail can tell.
pub fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(char::is_whitespace)
        && !local.contains('@')
}
