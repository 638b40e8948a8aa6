//! `/forgotten-password` and `/set-password`: a new password by a link in a mail.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::SecretHash;
use store::tables::logins::{LinkPurpose, Login};
use store::tables::sessions::SessionOwner;

use super::form::{Asked, Posted};
use super::links::NO_EMAIL;
use super::shell::{Fault, draw};
use super::visit::{Visit, first_page_of};
use super::{links, sessions};
use crate::app::App;
use crate::look::page::{ForgottenPassword, PasswordProblem, SetPassword};
use crate::problem::Problem;
use crate::{access_codes, clock, logins, passwords};

#[derive(Deserialize)]
pub(super) struct Who {
    #[serde(default)]
    login: String,
}

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_again: String,
}

/// `GET /forgotten-password`
pub(super) async fn forgotten_page(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Fault> {
    show_forgotten(&app, &visit, false)
}

/// `POST /forgotten-password`. The answer is the same, and takes as long, whether the login is known or not.
pub(super) async fn forgotten_submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(who): Posted<Who>,
) -> Result<Response, Fault> {
    // Counted as at the door: a document is the same however it is written.
    if let Err(wait) = app.doors.ask_for_link(visit.ip(), &logins::counted_as(who.login.trim())) {
        let seconds = u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX);
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many tries.");
        return Err(problem.retry_after(seconds).into());
    }
    tokio::spawn(send_link(Arc::clone(&app), who.login.trim().to_owned()));
    show_forgotten(&app, &visit, true)
}

async fn send_link(app: Arc<App>, login: String) {
    let sent = match app.read(move |reader| logins::by_what_is_typed(reader, &login)).await {
        Ok(Some(login)) => links::send_reset(&app, &login).await.map(|_| ()),
        Ok(None) => Ok(()),
        Err(problem) => Err(problem),
    };
    // That nobody can be written to is no failure: the page tells everybody whom to ask instead.
    if let Err(problem) = sent.or_else(|problem| if problem.code == NO_EMAIL { Ok(()) } else { Err(problem) })
    {
        tracing::warn!(
            code = problem.code,
            detail = problem.detail,
            "a link for a new password was not written"
        );
    }
}

/// `GET /set-password`
pub(super) async fn set_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(Token { token }): Asked<Token>,
) -> Result<Response, Fault> {
    let Link { login, purpose, .. } = open_link(&app, &token).await?;
    show_set(&app, &visit, token, &login, purpose, None)
}

/// `POST /set-password`
pub(super) async fn set_submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Fault> {
    let Chosen { token, password, password_again } = chosen;
    let Link { login, purpose, names } = open_link(&app, &token).await?;
    let problem = unfit(&password, &password_again, &names);
    if problem.is_some() {
        return show_set(&app, &visit, token, &login, purpose, problem);
    }
    let password_hash = passwords::hash(&password).await?;
    let (link, now, author) = (sessions::hash(&token), clock::now(), visit.author_at_door(login.id));
    app.write_or_refuse(move |tx| {
        let link = tx.use_link(&link, now)?.ok_or_else(link_expired)?;
        Ok::<_, Problem>(access_codes::set_password(tx, link.login, &password_hash, &author)?)
    })
    .await?;
    let_in(&app, &visit, &login).await
}

/// Why this cannot be the password of somebody known by these names, if it cannot.
pub(crate) fn unfit(password: &str, again: &str, names: &[String]) -> Option<PasswordProblem> {
    let least = usize::try_from(passwords::LENGTH_MIN).unwrap_or(usize::MAX);
    match (password.chars().count() < least, password == again) {
        (true, _) => Some(PasswordProblem::TooShort),
        (false, false) => Some(PasswordProblem::Different),
        (false, true) if passwords::is_name(password, names) => Some(PasswordProblem::IsName),
        (false, true) => passwords::is_pattern(password).then_some(PasswordProblem::IsPattern),
    }
}

/// Signs in who has just chosen a password, and sends him to his first page.
pub(super) async fn let_in(app: &Arc<App>, visit: &Visit, login: &Login) -> Result<Response, Fault> {
    let (customer, unit) = (login.customer, app.config.credit.unit);
    // Open pages of the sessions that ended look again, and learn it.
    app.live.notify(customer);
    let cookie = sessions::begin(app, visit, SessionOwner::Login(login.id)).await?;
    let first_page = app.read(move |reader| first_page_of(reader, customer, unit)).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(first_page)).into_response())
}

/// A link that still works.
struct Link {
    login: Login,
    purpose: LinkPurpose,
    /// What may not be the password.
    names: Vec<String>,
}

async fn open_link(app: &Arc<App>, token: &str) -> Result<Link, Problem> {
    let hash: SecretHash = sessions::hash(token);
    let now = clock::now();
    let found = app
        .read(move |reader| {
            let link = reader.link(&hash)?.filter(|link| link.used_at.is_none() && link.expires_at > now);
            let Some(link) = link else { return Ok(None) };
            let Some(login) = reader.login(link.login)? else { return Ok(None) };
            let names = logins::names_of(reader, &login)?;
            Ok(Some(Link { login, purpose: link.purpose, names }))
        })
        .await?;
    found.ok_or_else(link_expired)
}

fn link_expired() -> Problem {
    Problem::new(StatusCode::GONE, "link_expired", "The link was used or is too old.")
}

fn show_forgotten(app: &App, visit: &Visit, is_sent: bool) -> Result<Response, Fault> {
    let page = ForgottenPassword {
        reader: visit.reader().clone(),
        frame: visit.frame(app, None),
        is_sent,
        is_staff: false,
    };
    draw(StatusCode::OK, &page)
}

fn show_set(
    app: &App,
    visit: &Visit,
    token: String,
    login: &Login,
    purpose: LinkPurpose,
    problem: Option<PasswordProblem>,
) -> Result<Response, Fault> {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SetPassword {
        reader: visit.reader().clone(),
        frame: visit.frame(app, None),
        action: "/set-password",
        token,
        login: login.email.clone(),
        is_invitation: purpose == LinkPurpose::Invitation,
        is_staff: false,
        length_min: passwords::LENGTH_MIN,
        problem,
    };
    draw(status, &page)
}
