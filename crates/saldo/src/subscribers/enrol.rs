//! Writing down who was found right: all of them in one transaction, with what the book is asked for them.

use std::sync::Arc;

use money::{CustomerId, LineId, LoginId, Timestamp};
use serde_json::{Value, json};
use store::tables::customers::Customer;
use store::tables::imports::{ImportKind, ImportRow};
use store::tables::intents::Intent;
use store::tables::logins::Login;
use store::tables::origins::{Origin, OriginRow};
use store::{StoreError, Tx};

use super::check::{Checked, Newcomer};
use super::draft::{Person, Subscription};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::ids;
use crate::intents;
use crate::lines::{self, Address, NewLine, NewSubscriber, PreparedLine};
use crate::problem::Problem;

/// Logins of one customer that are looked through.
const LOGINS_MAX: u32 = 50;

/// Somebody who was written down.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The customer.
    pub customer: CustomerId,
    /// His lines.
    pub lines: Vec<LineId>,
    /// What the book is asked for them.
    pub intents: Vec<Intent>,
}

/// Writes one newcomer down, with a line in the audit log. The answer's intents are to be sent.
pub fn enrol(tx: &Tx<'_>, newcomer: &Newcomer, author: &Author, now: Timestamp) -> Result<Enrolled, Problem> {
    let enrolled = write(tx, newcomer, Origin::Console, now)?;
    let lines: Vec<Value> = newcomer.subscriptions.iter().map(subscription_json).collect();
    let change = Change::new("subscriber.create", enrolled.customer)
        .after(&json!({"customer": person_json(&newcomer.person), "lines": lines}))?;
    author.note(tx, &change)?;
    Ok(enrolled)
}

/// Writes all newcomers of a file down, with one line in the audit log. The answer's intents are to be sent.
pub fn import(
    tx: &Tx<'_>,
    checked: &Checked,
    file_name: &str,
    author: &Author,
    now: Timestamp,
) -> Result<(u32, Vec<Intent>), Problem> {
    let mut intents = Vec::new();
    for newcomer in &checked.newcomers {
        intents.extend(write(tx, newcomer, Origin::Import, now)?.intents);
    }
    let (Some(first), Some(last)) = (intents.first(), intents.last()) else {
        let detail = "The file has no line that is not here already.";
        return Err(Problem::invalid("file", "nothing_new", detail));
    };
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let row = ImportRow {
        import_no: 0,
        file_name: file_name.to_owned(),
        actor: author.actor().to_owned(),
        created_at: now,
        customers: count(checked.newcomers.len()),
        lines: count(checked.lines()),
        known: checked.known,
        intents: count(intents.len()),
        first_intent: first.id,
        last_intent: last.id,
        kind: ImportKind::Subscribers,
        bought: 0,
        promotional: 0,
    };
    let import_no = tx.insert_import(&row)?;
    let change = Change::new("subscribers.import", import_no).after(&json!({
        "file": file_name, "customers": row.customers, "lines": row.lines, "known": row.known,
    }))?;
    author.note(tx, &change)?;
    Ok((import_no, intents))
}

/// Has the book open the lines, a portion at a time. What a crash or a failure leaves behind is sent again by itself.
pub async fn send(app: &Arc<App>, intents: &[Intent]) -> Result<(), Problem> {
    app.nas.lines_added();
    intents::send_in_portions(app, intents).await
}

/// Changes what is known of a customer. Logins that bore the old e-mail or document bear the new one.
pub fn change_person(
    tx: &Tx<'_>,
    customer: CustomerId,
    person: &Person,
    author: &Author,
) -> Result<(), Problem> {
    let missing = || Problem::not_found("customer");
    let known = tx.customer(customer)?.ok_or_else(missing)?;
    let payer = tx.payer(customer)?.ok_or_else(missing)?;
    let before = json!({
        "name": known.name, "document": payer.document, "email": known.email, "locale": known.locale,
        "street": payer.street, "district": payer.district, "city": payer.city, "state": payer.state,
        "postcode": payer.postcode,
    });
    let name_now = login_name(person);
    for login in tx.logins_of(customer, None, LOGINS_MAX)?.rows {
        if person.email != known.email {
            // Links went to the old one, which may be a stranger's.
            tx.delete_links_of(login.id)?;
        }
        let is_old =
            Some(&login.email) == known.email.as_ref() || login.email.eq_ignore_ascii_case(&payer.document);
        if is_old && login.email != name_now {
            tx.rename_login(login.id, name_now)?;
        }
    }
    let (row, payer) = lines::rows(customer, new_subscriber(person), known.created_at);
    tx.update_customer(&Customer { external_key: known.external_key, ..row })?;
    tx.put_payer(&payer)?;
    let change = Change::new("subscriber.change", customer).before(&before)?.after(&person_json(person))?;
    Ok(author.note(tx, &change)?)
}

/// Writes one more line of a customer down, with a line in the audit log. The answer is to be sent.
pub fn add_line(
    tx: &Tx<'_>,
    customer: CustomerId,
    subscription: &Subscription,
    author: &Author,
    now: Timestamp,
) -> Result<(LineId, Vec<Intent>), Problem> {
    let line =
        PreparedLine::new(new_line(customer, subscription), (subscription.used, subscription.outside), now);
    line.insert(tx)?;
    author.note(tx, &Change::new("line.open", line.entry.id).after(&subscription_json(subscription))?)?;
    Ok((line.entry.id, line.intents))
}

fn write(tx: &Tx<'_>, newcomer: &Newcomer, origin: Origin, now: Timestamp) -> Result<Enrolled, StoreError> {
    let Newcomer { person, subscriptions } = newcomer;
    let id = CustomerId::from_u128(ids::fresh());
    let (customer, payer) = lines::rows(id, new_subscriber(person), now);
    tx.insert_customer(&customer)?;
    tx.insert_customer_origin(&OriginRow {
        customer: id,
        origin,
        import_no: None,
        terms_url: None,
        at: now,
    })?;
    tx.put_payer(&payer)?;
    tx.insert_login(&Login {
        id: LoginId::from_u128(ids::fresh()),
        customer: id,
        email: login_name(person).to_owned(),
        password_hash: None,
        created_at: now,
        last_sign_in_at: None,
    })?;
    let mut enrolled = Enrolled { customer: id, lines: Vec::new(), intents: Vec::new() };
    for subscription in subscriptions {
        let line =
            PreparedLine::new(new_line(id, subscription), (subscription.used, subscription.outside), now);
        line.insert(tx)?;
        enrolled.lines.push(line.entry.id);
        enrolled.intents.extend(line.intents);
    }
    Ok(enrolled)
}

/// What is typed to sign in: who has no e-mail has his document. The document opens the door in either case.
fn login_name(person: &Person) -> &str {
    person.email.as_deref().unwrap_or(&person.document)
}

fn new_subscriber(person: &Person) -> NewSubscriber {
    NewSubscriber {
        name: person.name.clone(),
        email: person.email.clone(),
        external_key: None,
        locale: person.locale.tag().to_owned(),
        document: person.document.clone(),
        address: person.address.clone(),
    }
}

fn new_line(customer: CustomerId, subscription: &Subscription) -> NewLine {
    let Subscription { plan_no, anchor_day, .. } = *subscription;
    NewLine { customer, plan_no, anchor_day, access_login: Some(subscription.access_login.clone()) }
}

fn person_json(person: &Person) -> Value {
    let Address { street, district, city, state, postcode } = &person.address;
    json!({
        "name": person.name, "document": person.document, "email": person.email, "locale": person.locale.tag(),
        "street": street, "district": district, "city": city, "state": state, "postcode": postcode,
    })
}

fn subscription_json(subscription: &Subscription) -> Value {
    json!({
        "plan": subscription.plan_no, "anchor_day": subscription.anchor_day, "access_login": subscription.access_login,
        "used": subscription.used, "outside": subscription.outside,
    })
}
