//! `/first-access`: a password by CPF or CNPJ and a code that the provider reads out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use brazil::document::TaxId;
use serde::Deserialize;

use super::form::Posted;
use super::password::{let_in, unfit};
use super::shell::{Fault, draw};
use super::visit::Visit;
use crate::access_codes::{self, Redeemed};
use crate::app::App;
use crate::look::page::{FirstAccess, FirstAccessProblem, PasswordProblem};
use crate::passwords;

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    document: String,
    code: String,
    password: String,
    password_again: String,
}

/// `GET /first-access`
pub(super) async fn page(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Fault> {
    show(&app, &visit, StatusCode::OK, String::new(), None)
}

/// `POST /first-access`. Unknown document, wrong code, old code: one answer for all of them.
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Fault> {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let Typed { document: written, code, password, password_again } = typed;
    if written.trim().is_empty() || code.trim().is_empty() {
        return show(&app, &visit, refused, written, Some(FirstAccessProblem::Empty));
    }
    let Ok(document) = TaxId::parse(&written) else {
        return show(&app, &visit, refused, written, Some(FirstAccessProblem::BadDocument));
    };
    // Looked at before the code is: a password that is too short costs no try.
    if let Some(problem) = unfit(&password, &password_again, &[document.bare().to_owned()]) {
        let problem = match problem {
            PasswordProblem::TooShort => FirstAccessProblem::TooShort,
            PasswordProblem::Different => FirstAccessProblem::Different,
            PasswordProblem::IsName => FirstAccessProblem::PasswordIsName,
            PasswordProblem::IsPattern => FirstAccessProblem::PasswordIsPattern,
        };
        return show(&app, &visit, refused, written, Some(problem));
    }
    if let Err(wait) = app.doors.knock(visit.ip(), document.bare()) {
        return too_many(&app, &visit, written, wait);
    }
    let asking = visit.clone();
    let author = move |login| asking.author_at_door(login);
    match access_codes::redeem(&app, document.bare(), &code, &password, author).await? {
        Redeemed::Set(login) => {
            app.doors.let_in(visit.ip(), document.bare());
            let_in(&app, &visit, &login).await
        }
        Redeemed::Refused => show(&app, &visit, refused, written, Some(FirstAccessProblem::Refused)),
        Redeemed::PasswordIsName => {
            show(&app, &visit, refused, written, Some(FirstAccessProblem::PasswordIsName))
        }
    }
}

fn too_many(app: &App, visit: &Visit, document: String, wait: Duration) -> Result<Response, Fault> {
    let seconds = wait.as_secs() + 1;
    let minutes = u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX);
    let problem = Some(FirstAccessProblem::TooMany { minutes });
    let mut response = show(app, visit, StatusCode::TOO_MANY_REQUESTS, document, problem)?;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

fn show(
    app: &App,
    visit: &Visit,
    status: StatusCode,
    document: String,
    problem: Option<FirstAccessProblem>,
) -> Result<Response, Fault> {
    let page = FirstAccess {
        reader: visit.reader().clone(),
        frame: visit.frame(app, None),
        document,
        length_min: passwords::LENGTH_MIN,
        problem,
    };
    draw(status, &page)
}
