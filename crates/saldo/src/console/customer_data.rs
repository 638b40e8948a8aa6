//! `/console/customers/{id}/change`: what is known of a customer who is nobody's subscriber: name, e-mail, the operator's own ID, language.
//! Of a subscriber, to whom documents are written, more is known; his form is next door.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use money::CustomerId;
use serde_json::json;
use store::Tx;
use store::tables::customers::Customer;

use super::draw_form_at;
use super::new_customer::{Typing, person_fields, wrong_with};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::logins;
use crate::look::page::FieldProblem;
use crate::look::part::Place;
use crate::portal::{Fault, StaffIn};
use crate::problem::Problem;

/// The form with what is known.
pub(super) fn form(app: &App, staff: &StaffIn, customer: &Customer) -> Result<Response, Fault> {
    draw(app, staff, customer.id, &Typing::of(customer), Vec::new())
}

/// Writes down what was typed, or draws the form again with all that is wrong.
pub(super) async fn submit(
    app: &Arc<App>,
    staff: &StaffIn,
    id: CustomerId,
    typing: Typing,
) -> Result<Response, Fault> {
    let new = typing.new_customer();
    let (reader, asked, typed) = (staff.visit.reader().clone(), new.clone(), typing.clone());
    let wrong = app.read(move |tables| wrong_with(tables, &reader, &asked, &typed, id)).await?;
    if !wrong.is_empty() {
        return draw(app, staff, id, &typing, wrong);
    }
    let author = staff.visit.author(&staff.who.session);
    let named = Customer {
        name: new.name.trim().to_owned(),
        email: new.email.map(|email| email.to_lowercase()),
        external_key: new.external_key,
        locale: new.locale,
        ..app.read(move |tables| tables.customer(id)).await?.ok_or_else(|| Problem::not_found("customer"))?
    };
    match app.write_or_refuse(move |tx| change(tx, &named, &author)).await {
        Ok(()) => Ok(Redirect::to(&format!("/console/customers/{id}?saved=1")).into_response()),
        // Somebody took the e-mail or the ID meanwhile: looking again tells which.
        Err(problem) if problem.code == "already_exists" => {
            let (reader, asked, typed) =
                (staff.visit.reader().clone(), typing.new_customer(), typing.clone());
            let wrong = app.read(move |tables| wrong_with(tables, &reader, &asked, &typed, id)).await?;
            draw(app, staff, id, &typing, wrong)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Who signs in with the e-mail that changes, signs in with the new one.
fn change(tx: &Tx<'_>, named: &Customer, author: &Author) -> Result<(), Problem> {
    let known = tx.customer(named.id)?.ok_or_else(|| Problem::not_found("customer"))?;
    let row = Customer {
        name: named.name.clone(),
        email: named.email.clone(),
        external_key: named.external_key.clone(),
        locale: named.locale.clone(),
        ..known.clone()
    };
    let told = |it: &Customer| json!({"name": it.name, "email": it.email, "external_key": it.external_key, "locale": it.locale});
    if told(&row) == told(&known) {
        return Ok(());
    }
    tx.update_customer(&row)?;
    logins::follow_email(tx, row.id, (known.email.as_deref(), row.email.as_deref()))?;
    let change = Change::new("customer.change", row.id).before(&told(&known))?.after(&told(&row))?;
    author.note(tx, &change)?;
    Ok(())
}

fn draw(
    app: &App,
    staff: &StaffIn,
    id: CustomerId,
    typing: &Typing,
    wrong: Vec<FieldProblem>,
) -> Result<Response, Fault> {
    let url = format!("/console/customers/{id}");
    let fields = person_fields(staff.visit.reader(), typing);
    draw_form_at(app, staff, (Place::ConsoleCustomers, url.clone(), url), "change-subscriber", fields, wrong)
}
