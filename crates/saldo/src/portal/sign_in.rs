//! `/sign-in` and `/sign-out`, for customers and, under `/console`, for staff.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use money::Unit;
use serde::Deserialize;
use store::tables::sessions::SessionOwner;
use store::{Hidden, Reader as TablesReader, StoreError};

use super::cookies::Jar;
use super::form::{Asked, Posted};
use super::sessions;
use super::shell::{Fault, draw};
use super::signed_in::{SignedIn, StaffIn, local_path};
use super::visit::{Visit, first_page_of};
use crate::app::App;
use crate::customers::TEXT_BYTES_MAX;
use crate::look::page::{SignIn, SignInProblem};
use crate::look::part::Place;
use crate::problem::Problem;
use crate::{logins, passwords};

/// Who may come in at this door.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Portal,
    Console,
}

/// Who was found under a login.
struct Found {
    owner: SessionOwner,
    hash: Option<Hidden<String>>,
    first_page: &'static str,
}

#[derive(Deserialize)]
pub(crate) struct Way {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(way): Asked<Way>,
) -> Result<Response, Fault> {
    if let Some(who) = visit.customer() {
        return Ok(Redirect::to(local_path(&way.next).unwrap_or(who.first_page())).into_response());
    }
    let ended = visit.has_ended().then_some(SignInProblem::SessionEnded);
    let mut response = show(&app, &visit, Door::Portal, StatusCode::OK, (String::new(), way.next, ended))?;
    if ended.is_some() {
        response.headers_mut().append(SET_COOKIE, Jar::Customer.clear(&app.config));
    }
    Ok(response)
}

/// `GET /console/sign-in`
pub(crate) async fn staff_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(way): Asked<Way>,
) -> Result<Response, Fault> {
    if visit.staff().is_some() {
        return Ok(Redirect::to(local_path(&way.next).unwrap_or(Place::ConsoleHome.url())).into_response());
    }
    show(&app, &visit, Door::Console, StatusCode::OK, (String::new(), way.next, None))
}

/// `POST /sign-in`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Fault> {
    try_door(&app, &visit, Door::Portal, typed).await
}

/// `POST /console/sign-in`
pub(crate) async fn staff_submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Fault> {
    try_door(&app, &visit, Door::Console, typed).await
}

/// `POST /sign-out`
pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let cookie = sessions::end(&app, &signed.visit, &signed.who.session).await?;
    // Open pages look again, and learn that they are signed out.
    app.live.notify(signed.customer());
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

/// `POST /console/sign-out`
pub(crate) async fn staff_sign_out(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let cookie = sessions::end(&app, &staff.visit, &staff.who.session).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/console/sign-in")).into_response())
}

/// A form that carries its token only.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

async fn try_door(app: &Arc<App>, visit: &Visit, door: Door, typed: Typed) -> Result<Response, Fault> {
    let Typed { login, password, next } = typed;
    let login = login.trim().to_owned();
    if login.is_empty() || password.is_empty() {
        let state = (login, next, Some(SignInProblem::Empty));
        return show(app, visit, door, StatusCode::UNPROCESSABLE_ENTITY, state);
    }
    // It says nothing of who has a login: its digits alone do not fit together.
    if door == Door::Portal && logins::is_mistyped_document(&login) {
        let state = (login, next, Some(SignInProblem::Mistyped));
        return show(app, visit, door, StatusCode::UNPROCESSABLE_ENTITY, state);
    }
    let counted = logins::counted_as(&login);
    if let Err(wait) = app.doors.knock(visit.ip(), &counted) {
        return too_many(app, visit, door, (login, next), wait);
    }
    let found = if login.len() > TEXT_BYTES_MAX { None } else { find(app, door, &login).await? };
    let hash = found.as_ref().and_then(|found| found.hash.clone());
    let is_right = passwords::is_right(&password, hash).await?;
    let Some(Found { owner, first_page, .. }) = found.filter(|_| is_right) else {
        let state = (login, next, Some(SignInProblem::WrongPair));
        return show(app, visit, door, StatusCode::UNPROCESSABLE_ENTITY, state);
    };
    app.doors.let_in(visit.ip(), &counted);
    let cookie = sessions::begin(app, visit, owner).await?;
    let next = local_path(&next).unwrap_or(first_page);
    Ok(([(SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}

async fn find(app: &Arc<App>, door: Door, login: &str) -> Result<Option<Found>, Problem> {
    let (login, unit) = (login.to_owned(), app.config.credit.unit);
    app.read(move |reader| match door {
        Door::Portal => find_customer(reader, &login, unit),
        Door::Console => {
            Ok(reader.staff_by_email(&login)?.filter(|staff| staff.disabled_at.is_none()).map(|staff| {
                Found {
                    owner: SessionOwner::Staff(staff.id),
                    hash: Some(staff.password_hash),
                    first_page: Place::ConsoleHome.url(),
                }
            }))
        }
    })
    .await
}

fn find_customer(reader: &TablesReader<'_>, login: &str, unit: Unit) -> Result<Option<Found>, StoreError> {
    let Some(login) = logins::by_what_is_typed(reader, login)? else { return Ok(None) };
    let first_page = first_page_of(reader, login.customer, unit)?;
    Ok(Some(Found { owner: SessionOwner::Login(login.id), hash: login.password_hash, first_page }))
}

fn too_many(
    app: &App,
    visit: &Visit,
    door: Door,
    (login, next): (String, String),
    wait: Duration,
) -> Result<Response, Fault> {
    let seconds = wait.as_secs() + 1;
    let minutes = u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX);
    let state = (login, next, Some(SignInProblem::TooMany { minutes }));
    let mut response = show(app, visit, door, StatusCode::TOO_MANY_REQUESTS, state)?;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

fn show(
    app: &App,
    visit: &Visit,
    door: Door,
    status: StatusCode,
    (login, next, problem): (String, String, Option<SignInProblem>),
) -> Result<Response, Fault> {
    let page = SignIn {
        reader: visit.reader().clone(),
        frame: visit.frame(app, None),
        is_staff: door == Door::Console,
        may_sign_up: app.config.sign_up.enabled,
        login,
        problem,
        next: local_path(&next).unwrap_or_default().to_owned(),
    };
    draw(status, &page)
}
