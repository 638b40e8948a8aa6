//! `/console/lines/{id}/access-login`: how a line authenticates, changed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::draw_form_at;
use super::lines::{find, parse};
use super::offer_fields::text;
use crate::app::App;
use crate::lines::{self, ACCESS_LOGIN_BYTES_MAX};
use crate::look::page::FieldProblem;
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Fault, Posted, StaffIn};
use crate::problem::Problem;

/// The form.
#[derive(Deserialize)]
pub(super) struct Sent {
    /// Empty: the line does not authenticate any more.
    #[serde(default)]
    access_login: String,
}

/// `GET /console/lines/{id}/access-login`
pub(super) async fn form(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let entry = find(&app, parse(&id)?).await?;
    draw(&app, &staff, &id, entry.access_login.unwrap_or_default(), None)
}

/// `POST /console/lines/{id}/access-login`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(Sent { access_login }): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let line = parse(&id)?;
    let login = Some(access_login.trim().to_owned()).filter(|login| !login.is_empty());
    let author = staff.visit.author(&staff.who.session);
    match lines::set_access_login(&app, author, line, login).await {
        Ok(()) => {
            let url = format!("{}/{line}?saved=1", Place::ConsoleLines.url());
            Ok(Redirect::to(&url).into_response())
        }
        Err(problem) => match words(&staff, &problem) {
            Some(words) => draw(&app, &staff, &id, access_login, Some(words)),
            None => Err(problem.into()),
        },
    }
}

fn words(staff: &StaffIn, problem: &Problem) -> Option<String> {
    let reader = staff.visit.reader();
    match problem.code {
        "already_exists" => Some(reader.t("wrong-login-taken")),
        "invalid_access_login" => {
            let bytes_max = u32::try_from(ACCESS_LOGIN_BYTES_MAX).unwrap_or(u32::MAX);
            Some(reader.tn("wrong-access-login", bytes_max))
        }
        _ => None,
    }
}

fn draw(
    app: &App,
    staff: &StaffIn,
    id: &str,
    login: String,
    wrong: Option<String>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader();
    let hint = Some(reader.t("access-login-change-hint"));
    let fields = vec![text("access_login", reader.t("access-login"), hint, login)];
    let problems = wrong.map(|words| FieldProblem::new("access_login", words));
    let back_url = format!("{}/{id}", Place::ConsoleLines.url());
    let action = format!("{back_url}/access-login");
    let place = (Place::ConsoleLines, action, back_url);
    draw_form_at(app, staff, place, "change-access-login", fields, problems.into_iter().collect())
}
