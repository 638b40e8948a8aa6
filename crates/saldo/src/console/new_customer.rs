//! `/console/customers/new`: one customer more, written down by hand.
//!
//! The form carries the id that the customer will have, so that a form that is sent twice makes one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use money::CustomerId;
use serde::Deserialize;
use serde_json::json;
use store::tables::customers::Customer;
use store::tables::origins::Origin;
use store::{Reader as TablesReader, StoreError};

use super::draw_form_at;
use super::offer_fields::{choice, hidden, text};
use super::subscriber_fields::Sent;
use crate::app::App;
use crate::audit::Change;
use crate::customers::{self, Beginning, FirstLogin, NewCustomer};
use crate::look::page::{Field, FieldKind, FieldProblem};
use crate::look::part::Place;
use crate::look::{Locale, Reader};
use crate::permissions::Permission;
use crate::portal::{self, Fault, Posted, StaffIn};
use crate::problem::Problem;
use crate::{ids, portal::MailedLink};

/// What is typed on the form.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typing {
    customer: String,
    name: String,
    email: String,
    external_key: String,
    language: String,
    welcome: Option<String>,
    invitation: Option<String>,
}

impl Typing {
    /// What is known of a customer, as it would be typed.
    pub(super) fn of(customer: &Customer) -> Typing {
        let Customer { name, email, external_key, locale, .. } = customer.clone();
        Typing {
            customer: customer.id.to_string(),
            name,
            email: email.unwrap_or_default(),
            external_key: external_key.unwrap_or_default(),
            language: locale,
            ..Typing::default()
        }
    }

    /// What was sent of a customer who is known.
    pub(super) fn sent(sent: &Sent) -> Typing {
        let field = |name: &str| sent.get(name).cloned().unwrap_or_default();
        Typing {
            name: field("name"),
            email: field("email"),
            external_key: field("external_key"),
            language: field("language"),
            ..Typing::default()
        }
    }

    pub(super) fn new_customer(&self) -> NewCustomer {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let beginning = Beginning {
            origin: Origin::Console,
            is_welcomed: self.welcome.is_some(),
            login: FirstLogin::Invited,
            ..Beginning::default()
        };
        NewCustomer {
            name: self.name.clone(),
            email: said(&self.email),
            external_key: said(&self.external_key),
            locale: self.language.clone(),
            beginning,
            ..NewCustomer::default()
        }
    }
}

/// `GET /console/customers/new`
pub(super) async fn page(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let typing = Typing {
        customer: CustomerId::from_u128(ids::fresh()).to_string(),
        language: staff.visit.reader().locale.tag().to_owned(),
        welcome: Some(String::new()),
        invitation: Some(String::new()),
        ..Typing::default()
    };
    form(&app, &staff, &typing, Vec::new())
}

/// `POST /console/customers`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(typing): Posted<Typing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let new = typing.new_customer();
    let id = typing.customer.parse().unwrap_or_else(|_| CustomerId::from_u128(ids::fresh()));
    let (asked, typed) = (new.clone(), typing.clone());
    let reader = staff.visit.reader().clone();
    let (known, wrong) = app
        .read(move |tables| Ok((tables.customer(id)?, wrong_with(tables, &reader, &asked, &typed, id)?)))
        .await?;
    let id = match known {
        Some(known) if is_same(&known, &new) => return Ok(made(id, false)),
        // The same form with another person on it: he is somebody else.
        Some(_) => CustomerId::from_u128(ids::fresh()),
        None => id,
    };
    if !wrong.is_empty() {
        return form(&app, &staff, &typing, wrong);
    }
    match write(&app, &staff, id, new, typing.invitation.is_some()).await {
        Ok(invited) => {
            super::show_what_was_done(&app).await;
            Ok(made(id, invited.is_some()))
        }
        // Somebody else took the e-mail or the key meanwhile, or the same form was faster: looking again tells which.
        Err(problem) if problem.code == "already_exists" => {
            let (asked, reader) = (typing.new_customer(), staff.visit.reader().clone());
            let typed = typing.clone();
            let look = move |tables: &TablesReader<'_>| {
                Ok((tables.customer(id)?, wrong_with(tables, &reader, &asked, &typed, id)?))
            };
            match app.read(look).await? {
                (Some(_), _) => Ok(made(id, false)),
                (None, wrong) => form(&app, &staff, &typing, wrong),
            }
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Makes the customer, and writes the mail that invites him if he is to be invited.
async fn write(
    app: &Arc<App>,
    staff: &StaffIn,
    id: CustomerId,
    new: NewCustomer,
    is_invited: bool,
) -> Result<Option<MailedLink>, Problem> {
    let is_welcomed = new.beginning.is_welcomed;
    let prepared = customers::prepare_as(app, id, new)?;
    let (row, author) = (prepared.clone(), staff.visit.author(&staff.who.session));
    let by = author.clone();
    let Customer { name, email, external_key, locale, .. } = &prepared.created.customer;
    let change = Change::new("customer.create", id).after(&json!({
        "name": name, "email": email, "external_key": external_key, "locale": locale,
        "wallet": prepared.created.wallet.to_string(), "welcome": is_welcomed,
    }))?;
    app.write(move |tx| {
        row.insert(tx)?;
        author.note(tx, &change)
    })
    .await?;
    prepared.send(app).await?;
    let Some(login) = prepared.login.filter(|_| is_invited) else { return Ok(None) };
    let link = portal::invite(app, &login).await?;
    app.write(move |tx| by.note(tx, &Change::new("login.invite", login.id))).await?;
    Ok(Some(link))
}

fn made(id: CustomerId, is_invited: bool) -> Response {
    let said = if is_invited { "saved=1&invited=1" } else { "saved=1" };
    Redirect::to(&format!("{}/{id}?{said}", Place::ConsoleCustomers.url())).into_response()
}

fn is_same(known: &Customer, new: &NewCustomer) -> bool {
    let email = new.email.as_ref().map(|email| email.to_lowercase());
    known.name == new.name.trim() && known.email == email && known.external_key == new.external_key
}

/// All that is wrong with what was typed, each with its field: also who has the e-mail or the key already.
pub(super) fn wrong_with(
    tables: &TablesReader<'_>,
    reader: &Reader,
    new: &NewCustomer,
    typing: &Typing,
    own: CustomerId,
) -> Result<Vec<FieldProblem>, StoreError> {
    let mut wrong: Vec<FieldProblem> = customers::wrong_with(new)
        .iter()
        .map(|problem| FieldProblem::new(field_of(problem), words_of(reader, problem)))
        .collect();
    if new.email.is_none() && typing.invitation.is_some() {
        wrong.push(FieldProblem::new("email", reader.t("customer-invite-needs-email")));
    }
    let email_owner = match &new.email {
        Some(email) => customers::owner_of_email(tables, email)?,
        None => None,
    };
    let key_owner = match &new.external_key {
        Some(key) => tables.customer_by_external_key(key)?.map(|customer| customer.id),
        None => None,
    };
    let owned = [("email", email_owner, "wrong-email-taken"), ("external_key", key_owner, "wrong-key-taken")];
    for (field, owner, words) in owned {
        let Some(owner) = owner.filter(|owner| *owner != own) else { continue };
        let name = tables.customer(owner)?.map(|customer| customer.name).unwrap_or_default();
        let link = Some((format!("{}/{owner}", Place::ConsoleCustomers.url()), name));
        wrong.push(FieldProblem { link, ..FieldProblem::new(field, reader.t(words)) });
    }
    Ok(wrong)
}

/// The field of the form that a problem is about.
fn field_of(problem: &Problem) -> String {
    match problem.field.as_deref() {
        Some("locale") => "language".to_owned(),
        field => field.unwrap_or_default().to_owned(),
    }
}

fn words_of(reader: &Reader, problem: &Problem) -> String {
    let text = match problem.code {
        "invalid_name" => "customer-bad-name",
        "invalid_email" => "wrong-email",
        "invalid_external_key" => "customer-bad-key",
        "invalid_locale" => "wrong-language",
        _ => return problem.detail.clone(),
    };
    let bytes = i64::try_from(customers::TEXT_BYTES_MAX).unwrap_or(i64::MAX);
    reader.t1(text, "n", reader.number(bytes))
}

fn form(app: &App, staff: &StaffIn, typing: &Typing, problems: Vec<FieldProblem>) -> Result<Response, Fault> {
    let (place, reader) = (Place::ConsoleCustomers, staff.visit.reader());
    let (action, back_url) = (place.url().to_owned(), place.url().to_owned());
    draw_form_at(app, staff, (place, action, back_url), "new-customer", fields(app, reader, typing), problems)
}

fn fields(app: &App, reader: &Reader, typing: &Typing) -> Vec<Field> {
    let unit = app.config.credit.unit;
    let mut fields = vec![hidden("customer", typing.customer.clone())];
    fields.extend(person_fields(reader, typing));
    fields.push(Field {
        name: "begins_with",
        label: reader.t("customer-begins-with"),
        hint: Some(reader.t1("customer-currency", "unit", unit.code())),
        kind: FieldKind::Checks(checks(app, reader, typing)),
    });
    fields
}

/// Who it is.
pub(super) fn person_fields(reader: &Reader, typing: &Typing) -> Vec<Field> {
    let t = |id: &str| reader.t(id);
    let spoken = [Locale::En, Locale::PtBr].map(|it| (it.tag().to_owned(), it.endonym().to_owned()));
    vec![
        text("name", t("name"), None, typing.name.clone()),
        text("email", t("subscriber-email"), Some(t("column-email-hint")), typing.email.clone()),
        text(
            "external_key",
            t("customer-external-key"),
            Some(t("customer-external-key-hint")),
            typing.external_key.clone(),
        ),
        choice("language", t("language"), Some(t("customer-language-hint")), &typing.language, spoken),
    ]
}

/// The welcome credit, where there is one, and the invitation.
fn checks(app: &App, reader: &Reader, typing: &Typing) -> Vec<(&'static str, String, bool)> {
    let credit = &app.config.credit;
    let welcome = credit.welcome.is_positive().then(|| {
        let words = reader.t1("customer-welcome", "amount", reader.money(credit.welcome));
        ("welcome", words, typing.welcome.is_some())
    });
    let invitation = ("invitation", reader.t("customer-invite"), typing.invitation.is_some());
    welcome.into_iter().chain([invitation]).collect()
}
