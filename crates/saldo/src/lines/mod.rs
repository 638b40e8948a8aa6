//! Lines: subscribers and the plans in service for them.
//!
//! What is asked of a line goes to the book as one command and is decided there; what stands here are the names around it: who pays,
//! how the line authenticates, which command is the same as which.

mod access_login;
pub(crate) mod offer_check;
pub mod offers;
mod purchased;

pub use access_login::set_access_login;
pub(crate) use access_login::{change_access_login, follow};
pub use purchased::Purchased;

use std::sync::Arc;
use std::time::Duration;

use book::{Act, Buying, Charging, Command, KeySpace, LineAct, LineWish, Refusal};
use engine::Outcome;
use money::{CustomerId, GrantId, IntentId, LineId, PurchaseId, Timestamp, Unit, WalletId};
use serde_json::json;
use store::tables::customers::{Customer, Wallet};
use store::tables::intents::Intent;
use store::tables::lines::{LineEntry, Payer};
use store::{StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::intents::{self, Wish};
use crate::problem::Problem;
use crate::{clock, customers, documents, ids, pix, topups};

/// Longest login of a line at a router, in bytes: what RADIUS can carry.
pub const ACCESS_LOGIN_BYTES_MAX: usize = 253;

/// How long to wait for pages to show what the book has decided.
pub(crate) const SHOW_PATIENCE: Duration = Duration::from_secs(10);

/// Who is to become a subscriber.
#[derive(Clone, Debug)]
pub struct NewSubscriber {
    /// His name.
    pub name: String,
    /// His e-mail, if he has one.
    pub email: Option<String>,
    /// What the operator calls him.
    pub external_key: Option<String>,
    /// The language of his pages and mails.
    pub locale: String,
    /// CPF or CNPJ, checked, digits and letters only.
    pub document: String,
    /// Where he lives.
    pub address: Address,
}

/// A Brazilian address as documents need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// *Bairro*.
    pub district: String,
    /// City.
    pub city: String,
    /// *UF*.
    pub state: String,
    /// *CEP*, eight digits.
    pub postcode: String,
}

/// Makes a subscriber without a money wallet.
pub async fn subscribe(app: &Arc<App>, author: Author, new: NewSubscriber) -> Result<Customer, Problem> {
    let NewSubscriber { name, email, external_key, locale, document, address } = new;
    customers::check(&customers::NewCustomer {
        name: name.clone(),
        email: email.clone(),
        external_key: external_key.clone(),
        locale: locale.clone(),
        ..customers::NewCustomer::default()
    })?;
    let new = NewSubscriber { name, email, external_key, locale, document, address };
    let (customer, payer) = rows(CustomerId::from_u128(ids::fresh()), new, clock::now());
    let change = Change::new("subscriber.create", customer.id).after(&json!({"name": customer.name}))?;
    let row = customer.clone();
    app.write(move |tx| {
        tx.insert_customer(&row)?;
        tx.put_payer(&payer)?;
        author.note(tx, &change)
    })
    .await?;
    Ok(customer)
}

/// What is written down of a subscriber who was checked.
pub(crate) fn rows(id: CustomerId, new: NewSubscriber, now: Timestamp) -> (Customer, Payer) {
    let NewSubscriber { name, email, external_key, locale, document, address } = new;
    let customer = Customer {
        id,
        name: name.trim().to_owned(),
        email: email.map(|email| email.trim().to_lowercase()),
        external_key,
        locale,
        stripe_customer_id: None,
        created_at: now,
    };
    let Address { street, district, city, state, postcode } = address;
    (customer, Payer { customer: id, document, street, district, city, state, postcode })
}

/// A plan that is to be put in service.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// For whom.
    pub customer: CustomerId,
    /// Which.
    pub plan_no: u32,
    /// The day of the month on which its cycles begin.
    pub anchor_day: u8,
    /// How it authenticates at a router.
    pub access_login: Option<String>,
}

/// Puts a plan in service: what a crash interrupts is finished at the next start.
pub async fn open(app: &Arc<App>, author: Author, new: NewLine) -> Result<LineEntry, Problem> {
    check_new(app, &new)?;
    let line = PreparedLine::new(new.clone(), (0, 0), clock::now());
    let change = opening(&line.entry, &new)?;
    let row = line.clone();
    app.write(move |tx: &Tx<'_>| {
        row.insert(tx)?;
        author.note(tx, &change)
    })
    .await?;
    follow(app, std::slice::from_ref(&line.entry.access_login));
    intents::send(app, &line.intents).await?;
    Ok(line.entry)
}

/// Refuses what cannot be put in service.
pub(crate) fn check_new(app: &App, new: &NewLine) -> Result<(), Problem> {
    if app.sold().plan(new.plan_no).is_none() {
        return Err(Refusal::PlanUnknown.into());
    }
    if !(1..=31).contains(&new.anchor_day) {
        return Err(Refusal::AnchorDay.into());
    }
    if new.access_login.as_ref().is_some_and(|login| !is_access_login(login)) {
        return Err(invalid_access_login());
    }
    Ok(())
}

/// Whether a line can authenticate so.
fn is_access_login(login: &str) -> bool {
    !login.is_empty() && login.len() <= ACCESS_LOGIN_BYTES_MAX && !login.contains(is_no_login_letter)
}

/// What no access login has: blanks, control characters, and marks that nobody sees. People type it into routers, and two that look the
/// same must be the same.
pub(crate) fn is_no_login_letter(letter: char) -> bool {
    let is_unseen = matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    letter.is_whitespace() || is_unseen || customers::is_unprintable(letter)
}

fn invalid_access_login() -> Problem {
    let detail = format!(
        "access_login must have 1 to {ACCESS_LOGIN_BYTES_MAX} bytes, without blanks, control characters or invisible marks."
    );
    Problem::invalid("access_login", "invalid_access_login", detail)
}

/// How the audit log tells of a line that is put in service.
pub(crate) fn opening(entry: &LineEntry, new: &NewLine) -> Result<Change, Problem> {
    let NewLine { plan_no, anchor_day, access_login, .. } = new;
    Change::new("line.open", entry.id)
        .after(&json!({"plan": plan_no, "anchor_day": anchor_day, "access_login": access_login}))
}

/// A line that is ready to be written down, and what the book is asked for it then.
#[derive(Clone, Debug)]
pub(crate) struct PreparedLine {
    /// What routers know it by.
    pub(crate) entry: LineEntry,
    /// What the book is asked, in this order.
    pub(crate) intents: Vec<Intent>,
    wallet: Wallet,
}

impl PreparedLine {
    /// Draws its ids. `used` is what it used in this cycle before it was ours: all bytes, and those of them that lower no balance.
    pub(crate) fn new(new: NewLine, used: (i64, i64), now: Timestamp) -> PreparedLine {
        let NewLine { customer, plan_no, anchor_day, access_login } = new;
        let wallet =
            Wallet { id: WalletId::from_u128(ids::fresh()), customer, unit: Unit::BYTE, created_at: now };
        let id = LineId::from_u128(ids::fresh());
        let entry = LineEntry { id, customer, wallet: wallet.id, access_login, created_at: now };
        let mut wishes = vec![
            Wish::OpenWallet { wallet: wallet.id, customer, unit: Unit::BYTE },
            Wish::OpenLine { wallet: wallet.id, customer, line: id, plan_no, anchor_day },
        ];
        let (total, outside) = used;
        if total > 0 {
            wishes.push(Wish::AddUse { wallet: wallet.id, customer, total, outside });
        }
        let intents = wishes.iter().map(|wish| wish.intent(IntentId::from_u128(ids::fresh()), now)).collect();
        PreparedLine { entry, intents, wallet }
    }

    /// Writes it down.
    pub(crate) fn insert(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        tx.insert_wallet(&self.wallet)?;
        tx.insert_line(&self.entry)?;
        self.intents.iter().try_for_each(|intent| tx.insert_intent(intent))
    }
}

/// Asks something of a line. Without a name each call counts; with one, the same name and act count once.
pub async fn ask(
    app: &Arc<App>,
    wallet: WalletId,
    act: LineAct,
    name: Option<(KeySpace, &[u8])>,
) -> Result<Outcome, Problem> {
    let key = name.map(|(space, name)| {
        let body = format!("{act:?}");
        app.hashes.command_key(space, "line", &[&wallet.as_u128().to_be_bytes(), name], body.as_bytes())
    });
    let act = Act::Line(Box::new(LineWish { wallet, act }));
    Ok(app.ledger.submit_one(Command { key, act }).await?)
}

/// What a purchase for a line and the grant that it releases are called: the names follow from the line and its purchase number, so that
/// two clicks, two tabs and two programs ask for the same purchase.
pub fn purchase_names(app: &App, line: LineId, sequence: u32) -> (PurchaseId, GrantId) {
    let parts = [&line.as_u128().to_be_bytes()[..], &sequence.to_be_bytes()[..]];
    let named = |domain| app.hashes.hash128(domain, &parts);
    (PurchaseId::from_u128(named("purchase")), GrantId::from_u128(named("purchase_grant")))
}

/// Buys a pack: checked and released, or left waiting for its payment, in one decision.
pub async fn buy(app: &Arc<App>, wallet: WalletId, buying: Buying) -> Result<book::EntryRef, Problem> {
    match buying.charging {
        Charging::Boleto => documents::check_charging(app.config.bank.as_ref(), buying.price)?,
        Charging::Pix => pix::check_charging(app.config.pix.as_ref(), buying.price)?,
        Charging::Card => topups::check_charging(app, buying.price)?,
        Charging::NextInvoice => {}
    }
    let name = buying.purchase.as_u128().to_be_bytes();
    match ask(app, wallet, LineAct::Buy(buying), Some((KeySpace::Request, &name))).await? {
        Outcome::Decided { entry, .. } | Outcome::Repeated { entry } => Ok(entry),
        // The purchase of this number was of another pack, or charged in another way.
        Outcome::Refused(Refusal::KeyReused) => Err(Refusal::AlreadyBought.into()),
        Outcome::Refused(refusal) => Err(refusal.into()),
    }
}
