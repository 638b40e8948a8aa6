//! `/console/staff`: who signs in here, as what; who is invited; and the door by which an invitation comes in.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use money::StaffId;
use serde::Deserialize;
use store::tables::sessions::SessionOwner;
use store::tables::staff::{Staff, StaffInvitation, StaffRole};

use super::draw_form_at;
use super::offer_fields::{choice, text};
use crate::app::App;
use crate::look::page::{
    Field, FieldProblem, InvitationListed, PasswordProblem, SetPassword, StaffListed, StaffPage,
};
use crate::look::part::Place;
use crate::look::{Locale, Reader};
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, StaffIn, Visit, draw, sessions, sign_in::Nothing, unfit};
use crate::problem::Problem;
use crate::staff::{self, INVITATION_PATH, Invited};
use crate::{clock, passwords};

/// Staff that are listed, and invitations.
const SHOWN: u32 = 500;

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    told: String,
}

/// The form of an invitation as it is sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    name: String,
    email: String,
    role: String,
    language: String,
}

#[derive(Deserialize)]
pub(super) struct RoleWanted {
    role: String,
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

/// `GET /console/staff`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    show(&app, &staff, StatusCode::OK, &shown.told).await
}

/// `GET /console/staff/new`
pub(super) async fn new(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    let language = staff.visit.reader().locale.tag().to_owned();
    let blank = Sent { role: StaffRole::Support.word().to_owned(), language, ..Sent::default() };
    form(&app, &staff, &blank, Vec::new())
}

/// `POST /console/staff/invitations`
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    let invited = Invited {
        name: sent.name.trim().to_owned(),
        email: sent.email.trim().to_lowercase(),
        role: role(&sent.role)?,
        locale: Locale::from_tag(&sent.language)
            .ok_or_else(|| Problem::invalid("language", "invalid_language", "This language is not known."))?,
    };
    let reader = staff.visit.reader();
    let problem = |(field, id): (&str, &str)| FieldProblem::new(field, reader.t(id));
    let words = |field| (field, if field == "name" { "staff-name-missing" } else { "staff-email-wrong" });
    let wrong: Vec<FieldProblem> = invited.wrong().into_iter().map(|field| problem(words(field))).collect();
    if !wrong.is_empty() {
        return form(&app, &staff, &sent, wrong);
    }
    match staff::invite(&app, staff.visit.author(&staff.who.session), invited).await {
        Ok(()) => Ok(back("invited")),
        Err(refused) if refused.code == "staff_known" => {
            form(&app, &staff, &sent, vec![problem(("email", "staff-known"))])
        }
        Err(refused) if refused.code == "invited_already" => {
            form(&app, &staff, &sent, vec![problem(("email", "staff-invited-already"))])
        }
        Err(refused) => Err(refused.into()),
    }
}

/// `POST /console/staff/invitations/{id}/sending`
pub(super) async fn invite_again(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    staff::invite_again(&app, staff.visit.author(&staff.who.session), parse(&id)?).await?;
    Ok(back("invited"))
}

/// `POST /console/staff/invitations/{id}/withdrawal`
pub(super) async fn withdraw(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    staff::withdraw(&app, staff.visit.author(&staff.who.session), parse(&id)?).await?;
    Ok(back("withdrawn"))
}

/// `POST /console/staff/{id}/role`
pub(super) async fn set_role(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(wanted): Posted<RoleWanted>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    let author = staff.visit.author(&staff.who.session);
    let done = staff::set_role(&app, author, parse(&id)?, role(&wanted.role)?).await;
    after(&app, &staff, done).await
}

/// `POST /console/staff/{id}/disabling`
pub(super) async fn disable(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    let author = staff.visit.author(&staff.who.session);
    let done = staff::set_disabled(&app, author, parse(&id)?, true).await;
    after(&app, &staff, done).await
}

/// `POST /console/staff/{id}/enabling`
pub(super) async fn enable(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    let author = staff.visit.author(&staff.who.session);
    let done = staff::set_disabled(&app, author, parse(&id)?, false).await;
    after(&app, &staff, done).await
}

/// `POST /console/staff/{id}/signing-out`
pub(super) async fn end_sessions(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeStaff)?;
    let author = staff.visit.author(&staff.who.session);
    let done = staff::end_sessions(&app, author, parse(&id)?).await;
    after(&app, &staff, done).await
}

/// `GET /console/invitation`
pub(super) async fn invitation(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(Token { token }): Asked<Token>,
) -> Result<Response, Fault> {
    let known = staff::invitation(&app, &token).await?;
    show_invitation(&app, &visit, token, &known, None)
}

/// `POST /console/invitation`. Whoever has chosen a password is signed in.
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Fault> {
    let Chosen { token, password, password_again } = chosen;
    let known = staff::invitation(&app, &token).await?;
    let problem = unfit(&password, &password_again, &[known.email.clone(), known.name.clone()]);
    if problem.is_some() {
        return show_invitation(&app, &visit, token, &known, problem);
    }
    let hash = passwords::hash(&password).await?;
    staff::accept(&app, &known, hash, visit.author_named(known.id.to_string())).await?;
    let cookie = sessions::begin(&app, &visit, SessionOwner::Staff(known.id)).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(Place::ConsoleHome.url())).into_response())
}

pub(super) fn back(told: &str) -> Response {
    Redirect::to(&format!("{}?told={told}", Place::ConsoleStaff.url())).into_response()
}

/// Back to the list, or the list with what stood in the way.
async fn after(app: &Arc<App>, staff: &StaffIn, done: Result<(), Problem>) -> Result<Response, Fault> {
    match done {
        Ok(()) => Ok(back("changed")),
        Err(refused) if refused.code == "last_admin" => {
            show(app, staff, StatusCode::CONFLICT, "last_admin").await
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn show(app: &Arc<App>, staff: &StaffIn, status: StatusCode, told: &str) -> Result<Response, Fault> {
    let (rows, invited) =
        app.read(|tables| Ok((tables.all_staff(SHOWN)?, tables.staff_invitations(SHOWN)?))).await?;
    let reader = staff.visit.reader().clone();
    let saved = match told {
        "invited" => Some("staff-invited"),
        "withdrawn" => Some("staff-withdrawn"),
        "changed" => Some("staff-changed"),
        "link_sent" => Some("staff-password-link-sent"),
        _ => None,
    };
    let (me, now) = (staff.who.staff.id, clock::now());
    let page = StaffPage {
        frame: staff.visit.frame(app, Some(Place::ConsoleStaff)),
        saved: saved.map(|id| reader.t(id)),
        refused: (told == "last_admin").then(|| reader.t("staff-last-admin")),
        rows: rows.into_iter().map(|row| listed(&reader, row, me)).collect(),
        invitations: invited
            .into_iter()
            .map(|row| InvitationListed {
                url: format!("{}/invitations/{}", Place::ConsoleStaff.url(), row.id),
                role: role_words(&reader, row.role),
                name: row.name,
                email: row.email,
                works: row.expires_at > now,
                until: row.expires_at.plus(app.ledger.clock_offset()),
            })
            .collect(),
        reader,
    };
    draw(status, &page)
}

fn listed(reader: &Reader, row: Staff, me: StaffId) -> StaffListed {
    StaffListed {
        url: format!("{}/{}", Place::ConsoleStaff.url(), row.id),
        is_me: row.id == me,
        role: role_words(reader, row.role),
        roles: roles(reader, row.role.word()),
        name: row.name,
        email: row.email,
        since: row.created_at,
        disabled_at: row.disabled_at,
    }
}

fn form(app: &App, staff: &StaffIn, sent: &Sent, problems: Vec<FieldProblem>) -> Result<Response, Fault> {
    let reader = staff.visit.reader();
    let languages = [Locale::En, Locale::PtBr].map(|one| (one.tag().to_owned(), one.endonym().to_owned()));
    let roles = StaffRole::ALL.iter().map(|role| (role.word().to_owned(), role_words(reader, *role)));
    let fields: Vec<Field> = vec![
        text("name", reader.t("name"), None, sent.name.clone()),
        text("email", reader.t("staff-email"), Some(reader.t("staff-email-hint")), sent.email.clone()),
        choice("role", reader.t("staff-role"), Some(reader.t("staff-role-hint")), &sent.role, roles),
        choice("language", reader.t("language"), None, &sent.language, languages),
    ];
    let list = Place::ConsoleStaff.url();
    let urls = (Place::ConsoleStaff, format!("{list}/invitations"), list.to_owned());
    draw_form_at(app, staff, urls, "staff-invite", fields, problems)
}

fn show_invitation(
    app: &App,
    visit: &Visit,
    token: String,
    known: &StaffInvitation,
    problem: Option<PasswordProblem>,
) -> Result<Response, Fault> {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SetPassword {
        reader: visit.reader().clone(),
        frame: visit.frame(app, None),
        action: INVITATION_PATH,
        token,
        login: known.email.clone(),
        is_invitation: true,
        is_staff: true,
        length_min: passwords::LENGTH_MIN,
        problem,
    };
    draw(status, &page)
}

/// Each role: what a form sends, its words, whether it is this one.
fn roles(reader: &Reader, chosen: &str) -> Vec<(String, String, bool)> {
    let option =
        |role: &StaffRole| (role.word().to_owned(), role_words(reader, *role), role.word() == chosen);
    StaffRole::ALL.iter().map(option).collect()
}

fn role_words(reader: &Reader, role: StaffRole) -> String {
    reader.t(match role {
        StaffRole::Admin => "role-admin",
        StaffRole::Finance => "role-finance",
        StaffRole::Support => "role-support",
        StaffRole::ReadOnly => "role-read-only",
    })
}

fn role(word: &str) -> Result<StaffRole, Problem> {
    let detail = "role must be admin, finance, support or read_only.";
    StaffRole::from_word(word).ok_or_else(|| Problem::invalid("role", "invalid_role", detail))
}

pub(super) fn parse(id: &str) -> Result<StaffId, Problem> {
    id.parse().map_err(|_| Problem::not_found("staff"))
}
