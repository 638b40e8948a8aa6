//! `/console/forgotten-password`, `/console/new-password`, `/console/password`: the ways of staff to another password; and the button by
//! which an admin sends a colleague a link.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::tables::sessions::SessionOwner;
use store::tables::staff::Staff;

use super::draw_form_at;
use super::offer_fields::secret;
use super::staff::{back, parse};
use crate::app::App;
use crate::look::Reader;
use crate::look::page::{FieldProblem, ForgottenPassword, PasswordProblem, SetPassword};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, StaffIn, Visit, draw, sessions, sign_in::Nothing, unfit};
use crate::problem::Problem;
use crate::staff_passwords::{self, NEW_PASSWORD_PATH};
use crate::{logins, passwords};

/// Where whoever is signed in changes his own.
const OWN_PATH: &str = "/console/password";

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

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Own {
    current: String,
    password: String,
    password_again: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    saved: Option<u8>,
}

/// `GET /console/forgotten-password`
pub(super) async fn forgotten_page(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Fault> {
    show_forgotten(&app, &visit, false)
}

/// `POST /console/forgotten-password`. The answer is the same, and takes as long, whether somebody signs in with the address or not.
pub(super) async fn forgotten_submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(who): Posted<Who>,
) -> Result<Response, Fault> {
    let email = who.login.trim().to_owned();
    if let Err(wait) = app.doors.ask_for_link(visit.ip(), &email) {
        return Err(too_many(wait).into());
    }
    let (asked, locale) = (Arc::clone(&app), visit.reader().locale);
    tokio::spawn(async move {
        if let Err(problem) = staff_passwords::forgotten(&asked, email, locale).await {
            let (code, detail) = (problem.code, problem.detail);
            tracing::warn!(code, detail, "a link for a new password of staff was not written");
        }
    });
    show_forgotten(&app, &visit, true)
}

fn too_many(wait: std::time::Duration) -> Problem {
    let seconds = u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many tries.").retry_after(seconds)
}

fn show_forgotten(app: &App, visit: &Visit, is_sent: bool) -> Result<Response, Fault> {
    let (reader, frame) = (visit.reader().clone(), visit.frame(app, None));
    draw(StatusCode::OK, &ForgottenPassword { reader, frame, is_sent, is_staff: true })
}

/// `GET /console/new-password`
pub(super) async fn new_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(Token { token }): Asked<Token>,
) -> Result<Response, Fault> {
    let owner = staff_passwords::of_link(&app, &token).await?;
    show_new(&app, &visit, token, owner, None)
}

/// `POST /console/new-password`. Whoever has chosen a password is signed in.
pub(super) async fn new_submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Fault> {
    let Chosen { token, password, password_again } = chosen;
    let owner = staff_passwords::of_link(&app, &token).await?;
    let problem = unfit(&password, &password_again, &[owner.email.clone(), owner.name.clone()]);
    if problem.is_some() {
        return show_new(&app, &visit, token, owner, problem);
    }
    let hash = passwords::hash(&password).await?;
    let author = visit.author_named(owner.id.to_string());
    staff_passwords::choose(&app, author, &token, hash).await?;
    let cookie = sessions::begin(&app, &visit, SessionOwner::Staff(owner.id)).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(Place::ConsoleHome.url())).into_response())
}

fn show_new(
    app: &App,
    visit: &Visit,
    token: String,
    owner: Staff,
    problem: Option<PasswordProblem>,
) -> Result<Response, Fault> {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SetPassword {
        reader: visit.reader().clone(),
        frame: visit.frame(app, None),
        action: NEW_PASSWORD_PATH,
        token,
        login: owner.email,
        is_invitation: false,
        is_staff: true,
        length_min: passwords::LENGTH_MIN,
        problem,
    };
    draw(status, &page)
}

/// `GET /console/password`
pub(super) async fn own_page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    let saved = shown.saved.map(|_| "staff-password-saved");
    show_own(&app, &staff, saved, Vec::new())
}

/// `POST /console/password`. Whoever else is signed in with the old one is signed out.
pub(super) async fn own_submit(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(own): Posted<Own>,
) -> Result<Response, Fault> {
    let (known, reader) = (&staff.who.staff, staff.visit.reader());
    // Somebody who finds an open browser must not try passwords here either.
    if let Err(wait) = app.doors.knock(staff.visit.ip(), &logins::counted_as(&known.email)) {
        return Err(too_many(wait).into());
    }
    let mut wrong = Vec::new();
    if !passwords::is_right(&own.current, Some(known.password_hash.clone())).await? {
        wrong.push(FieldProblem::new("current", reader.t("staff-password-wrong")));
    }
    if let Some(problem) =
        unfit(&own.password, &own.password_again, &[known.email.clone(), known.name.clone()])
    {
        let field = if problem == PasswordProblem::Different { "password_again" } else { "password" };
        wrong.push(FieldProblem::new(field, problem.words(reader, passwords::LENGTH_MIN)));
    }
    if !wrong.is_empty() {
        return show_own(&app, &staff, None, wrong);
    }
    let hash = passwords::hash(&own.password).await?;
    let author = staff.visit.author(&staff.who.session);
    staff_passwords::change(&app, author, known.id, hash).await?;
    let cookie = sessions::begin(&app, &staff.visit, SessionOwner::Staff(known.id)).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(&format!("{OWN_PATH}?saved=1"))).into_response())
}

fn show_own(
    app: &App,
    staff: &StaffIn,
    saved: Option<&str>,
    problems: Vec<FieldProblem>,
) -> Result<Response, Fault> {
    let reader: &Reader = staff.visit.reader();
    let hint = reader.tn("password-hint", passwords::LENGTH_MIN);
    let fields = vec![
        secret("current", reader.t("staff-password-current"), saved.map(|id| reader.t(id))),
        secret("password", reader.t("new-password"), Some(hint)),
        secret("password_again", reader.t("password-again"), None),
    ];
    let urls = (Place::ConsoleHome, OWN_PATH.to_owned(), Place::ConsoleHome.url().to_owned());
    draw_form_at(app, staff, urls, "staff-password-own", fields, problems)
}

/// `POST /console/staff/{id}/password-link`
pub(super) async fn send_link(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    let (author, locale) = (staff.visit.author(&staff.who.session), staff.visit.reader().locale);
    staff_passwords::send_to(&app, author, parse(&id)?, locale).await?;
    Ok(back("link_sent"))
}
