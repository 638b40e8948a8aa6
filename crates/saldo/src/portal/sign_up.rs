//! `/sign-up` and below: somebody wants to be a customer, confirms that his e-mail is his, and is let in. Closed unless the operator opens it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::tables::sessions::SessionOwner;

use super::form::{Asked, Posted};
use super::sessions;
use super::shell::{Fault, draw};
use super::visit::{Visit, first_page_of};
use crate::app::App;
use crate::look::page::{
    SignUpConfirmation, SignUpField, SignUpPage, SignUpProblem, SignUpStep, SignUpWaiting,
};
use crate::passwords;
use crate::problem::Problem;
use crate::sign_ups::{self, Confirmed, Wanted};

/// How long a page waits for the credit of whoever has just become a customer to show.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    email: String,
    password: String,
    terms: Option<String>,
}

/// Which page asks for its mail again.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    page: String,
    sent: u8,
}

/// A link, and the password that belongs to it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Followed {
    token: String,
    password: String,
}

/// `GET /sign-up`
pub(super) async fn page(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Fault> {
    must_be_open(&app)?;
    if let Some(who) = visit.customer() {
        return Ok(Redirect::to(who.first_page()).into_response());
    }
    show(&app, &visit, StatusCode::OK, &Typed::default(), Vec::new())
}

/// `POST /sign-up`. The answer is the same, and takes as long, whether the e-mail is known or not.
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Fault> {
    must_be_open(&app)?;
    let wanted = Wanted {
        name: typed.name.clone(),
        email: typed.email.trim().to_lowercase(),
        password: typed.password.clone(),
        locale: visit.reader().locale,
    };
    let wrong = wrong_with(&app, &wanted, typed.terms.is_some());
    if !wrong.is_empty() {
        return show(&app, &visit, StatusCode::UNPROCESSABLE_ENTITY, &typed, wrong);
    }
    if let Err(wait) = app.doors.sign_up(visit.ip(), &wanted.email) {
        let problem = vec![SignUpProblem::TooMany { minutes: minutes(wait) }];
        let mut response = show(&app, &visit, StatusCode::TOO_MANY_REQUESTS, &typed, problem)?;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        return Ok(response);
    }
    let page = sign_ups::begin(&app, wanted).await?;
    Ok(Redirect::to(&format!("/sign-up/waiting?page={page}")).into_response())
}

/// `GET /sign-up/waiting`
pub(super) async fn waiting(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(Waiting { page, sent }): Asked<Waiting>,
) -> Result<Response, Fault> {
    must_be_open(&app)?;
    let page = SignUpWaiting {
        reader: visit.reader().clone(),
        frame: visit.frame(&app, None),
        page,
        is_sent_again: sent == 1,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /sign-up/mails`: the mail once more. The answer is the same whether anybody waits there or not. What is counted is the e-mail:
/// whoever signs up again has another page, and it is the same person who gets the mails.
pub(super) async fn send_again(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(Waiting { page, .. }): Posted<Waiting>,
) -> Result<Response, Fault> {
    must_be_open(&app)?;
    let email = sign_ups::email_of_page(&app, &page).await?;
    if let Err(wait) = app.doors.ask_for_sign_up_mail(visit.ip(), email.as_deref()) {
        let seconds = u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX);
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many mails.");
        return Err(problem.retry_after(seconds).into());
    }
    sign_ups::send_again(&app, &page).await?;
    let page = crate::look::format::percent_encoded(&page);
    Ok(Redirect::to(&format!("/sign-up/waiting?page={page}&sent=1")).into_response())
}

/// `GET /sign-up/confirmation`. Following a link changes nothing: programs that look at mails follow links, too.
pub(super) async fn confirmation(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(Followed { token, .. }): Asked<Followed>,
) -> Result<Response, Fault> {
    must_be_open(&app)?;
    match sign_ups::find(&app, &token).await? {
        Some(sign_up) => {
            let waits = SignUpStep::ForPassword { token, email: sign_up.email, problem: None };
            show_confirmation(&app, &visit, StatusCode::OK, waits)
        }
        None => show_confirmation(&app, &visit, StatusCode::GONE, SignUpStep::Gone),
    }
}

/// `POST /sign-up/confirmation`
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(Followed { token, password }): Posted<Followed>,
) -> Result<Response, Fault> {
    must_be_open(&app)?;
    let Some(email) = sign_ups::find(&app, &token).await?.map(|sign_up| sign_up.email) else {
        return show_confirmation(&app, &visit, StatusCode::GONE, SignUpStep::Gone);
    };
    let again = |problem| SignUpStep::ForPassword {
        token: token.clone(),
        email: email.clone(),
        problem: Some(problem),
    };
    if let Err(wait) = app.doors.knock(visit.ip(), &email) {
        let waits = again(SignUpProblem::TooMany { minutes: minutes(wait) });
        let mut response = show_confirmation(&app, &visit, StatusCode::TOO_MANY_REQUESTS, waits)?;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        return Ok(response);
    }
    let asking = visit.clone();
    let author = move |login: &store::tables::logins::Login| asking.author_at_door(login.id);
    let login = match sign_ups::confirm(&app, &token, &password, author).await? {
        Confirmed::Made(login) => login,
        Confirmed::Known => return show_confirmation(&app, &visit, StatusCode::CONFLICT, SignUpStep::Known),
        Confirmed::Gone => return show_confirmation(&app, &visit, StatusCode::GONE, SignUpStep::Gone),
        Confirmed::WrongPassword => {
            let waits = again(SignUpProblem::WrongPassword);
            return show_confirmation(&app, &visit, StatusCode::UNPROCESSABLE_ENTITY, waits);
        }
    };
    app.doors.let_in(visit.ip(), &email);
    let landed = app.ledger.landed().borrow().position;
    app.wait_projected(landed, PATIENCE).await;
    let (customer, unit) = (login.customer, app.config.credit.unit);
    let cookie = sessions::begin(&app, &visit, SessionOwner::Login(login.id)).await?;
    let first_page = app.read(move |reader| first_page_of(reader, customer, unit)).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(first_page)).into_response())
}

/// Where sign-up is closed there is no such page.
fn must_be_open(app: &App) -> Result<(), Problem> {
    if app.config.sign_up.enabled { Ok(()) } else { Err(Problem::not_found("page")) }
}

/// All that is wrong with what was typed.
fn wrong_with(app: &App, wanted: &Wanted, has_agreed: bool) -> Vec<SignUpProblem> {
    let mut wrong = Vec::new();
    for problem in sign_ups::wrong_with(wanted) {
        wrong.push(match problem.field.as_deref() {
            Some("email") => SignUpProblem::BadEmail,
            _ => SignUpProblem::BadName,
        });
    }
    let least = usize::try_from(passwords::LENGTH_MIN).unwrap_or(usize::MAX);
    if wanted.password.chars().count() < least {
        wrong.push(SignUpProblem::PasswordTooShort);
    } else if passwords::is_name(&wanted.password, &[wanted.email.clone(), wanted.name.clone()]) {
        wrong.push(SignUpProblem::PasswordIsName);
    } else if passwords::is_pattern(&wanted.password) {
        wrong.push(SignUpProblem::PasswordIsPattern);
    }
    if sign_ups::terms_url(app).is_some() && !has_agreed {
        wrong.push(SignUpProblem::TermsNotAgreed);
    }
    wrong
}

fn minutes(wait: Duration) -> u32 {
    u32::try_from((wait.as_secs() + 1).div_ceil(60)).unwrap_or(u32::MAX)
}

fn show(
    app: &App,
    visit: &Visit,
    status: StatusCode,
    typed: &Typed,
    problems: Vec<SignUpProblem>,
) -> Result<Response, Fault> {
    let reader = visit.reader().clone();
    let welcome = app.config.credit.welcome;
    let page = SignUpPage {
        frame: visit.frame(app, None),
        name: typed.name.clone(),
        email: typed.email.clone(),
        has_agreed: typed.terms.is_some(),
        terms_url: sign_ups::terms_url(app),
        welcome: welcome.is_positive().then(|| reader.money(welcome)),
        length_min: passwords::LENGTH_MIN,
        first_wrong: problems.iter().find_map(SignUpProblem::field).unwrap_or(SignUpField::Name),
        problems,
        reader,
    };
    draw(status, &page)
}

fn show_confirmation(
    app: &App,
    visit: &Visit,
    status: StatusCode,
    waits: SignUpStep,
) -> Result<Response, Fault> {
    let page = SignUpConfirmation { reader: visit.reader().clone(), frame: visit.frame(app, None), waits };
    draw(status, &page)
}
