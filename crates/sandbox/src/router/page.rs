//! The router's page: its sessions with speed and bytes, and buttons for what subscribers and mischief do. Works without JavaScript,
//! which only keeps the figures moving. `GET /state` says the same in JSON.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use radius::TerminateCause;
use radius::mikrotik::Both;
use serde_json::{Value, json};
use stripe::form::Tree;

use super::{ChangeBehaviour, Restart, RouterRefusal, RunningSession, Shared};
use crate::stand_in::{self, Choice, Language, STYLE, asset, refusal, shown};

const SCRIPT: &str = include_str!("../../assets/router.js");
/// Largest form that is read, in bytes.
const FORM_BYTES_MAX: usize = 4 * 1_024;
/// Most that one press of a button spends, in megabytes: a terabyte.
const SPEND_MEGABYTES_MAX: u64 = 1_000_000;
/// Most that one report tells of what a press of a button spends, in bytes.
const STEP_BYTES: u64 = 2_000_000_000;
/// Most that is told in steps, in bytes.
const STEPPED_BYTES_MAX: u64 = 40_000_000_000;
/// Most datagrams or reports that are lost on demand.
const COUNT_MAX: u64 = 65_535;
/// Most that a subscriber wants, in megabits per second.
const DEMAND_MEGABITS_MAX: u64 = 10_000;

#[derive(Template)]
#[template(path = "router.html")]
struct RouterPage {
    lang: Language,
    name: String,
    sessions: Vec<Row>,
    logins: Vec<String>,
    services: Vec<String>,
    unanswered: usize,
    changes_heard: u64,
    duplicate: bool,
    lose_half: bool,
    reorder: bool,
    omit_gigawords: bool,
    lose_next: u32,
    drop_next: u32,
    changes: &'static str,
}

struct Row {
    id: String,
    login: String,
    ip: String,
    speed: String,
    list: String,
    demand: u64,
    upload: String,
    download: String,
    lasted: String,
}

pub(super) fn routes(shared: Arc<Shared>) -> axum::Router {
    registered().layer(DefaultBodyLimit::max(FORM_BYTES_MAX)).with_state(shared)
}

pub(super) fn registered() -> axum::Router<Arc<Shared>> {
    axum::Router::new()
        .route("/", get(show))
        .route("/state", get(state))
        .route("/sessions", post(dial))
        .route("/sessions/{session}/end", post(hang_up))
        .route("/sessions/{session}/use", post(spend))
        .route("/sessions/{session}/demand", post(demand))
        .route("/faults", post(faults))
        .route("/restart", post(restart))
        .route("/assets/stand_in.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
        .route("/assets/router.js", get(|| async { asset("text/javascript; charset=utf-8", SCRIPT) }))
}

async fn show(State(shared): State<Arc<Shared>>, lang: Language, Query(choice): Query<Choice>) -> Response {
    if let Some(kept) = choice.keep() {
        return kept;
    }
    let page = {
        let now = (shared.clock)();
        let mut plant = shared.plant();
        let faults = plant.faults;
        RouterPage {
            lang,
            name: plant.identifier.clone(),
            sessions: plant.running(now).iter().map(|session| Row::of(lang, session)).collect(),
            services: plant.services.clone(),
            logins: plant.subscribers.iter().map(|subscriber| subscriber.login.clone()).collect(),
            unanswered: plant.reports.len(),
            changes_heard: plant.changes_heard,
            duplicate: faults.duplicate,
            lose_half: faults.lose_half,
            reorder: faults.reorder,
            omit_gigawords: faults.omit_gigawords,
            lose_next: faults.lose_next,
            drop_next: faults.drop_next,
            changes: match faults.changes {
                ChangeBehaviour::Obeys => "obeys",
                ChangeBehaviour::OnlyAcknowledges => "only_acknowledges",
                ChangeBehaviour::Silent => "silent",
            },
        }
    };
    shown(&page)
}

async fn state(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let now = (shared.clock)();
    let mut plant = shared.plant();
    let sessions: Vec<Value> = plant.running(now).iter().map(session_json).collect();
    Json(json!({ "router": plant.identifier, "unanswered": plant.reports.len(), "sessions": sessions }))
}

async fn dial(State(shared): State<Arc<Shared>>, lang: Language, body: Bytes) -> Response {
    let form = read_form(&body);
    let login = form.text(&["login"]).unwrap_or_default();
    done(lang, shared.act(|plant, now| plant.dial(login, now)))
}

async fn hang_up(State(shared): State<Arc<Shared>>, lang: Language, Path(session): Path<String>) -> Response {
    done(lang, shared.act(|plant, now| plant.hang_up(&session, now, TerminateCause::UserRequest)))
}

async fn spend(
    State(shared): State<Arc<Shared>>,
    lang: Language,
    Path(session): Path<String>,
    body: Bytes,
) -> Response {
    let Some(megabytes) = number(&read_form(&body), "megabytes", SPEND_MEGABYTES_MAX) else {
        return unreadable(lang, "megabytes");
    };
    let service = read_form(&body).text(&["service"]).map(str::to_owned);
    let spent = shared.act(|plant, now| {
        let parts = steps(megabytes * 1_000_000).map(|download| Both { upload: 0, download }).collect();
        plant.spend_in_parts(&session, service.as_deref(), parts, now)
    });
    done(lang, spent)
}

/// What is used at once, as a router would have told of it on the way: whoever hears of more than a line can carry between two reports does
/// not count it. A jump by very much stays one.
fn steps(bytes: u64) -> impl Iterator<Item = u64> {
    let step = if bytes > STEPPED_BYTES_MAX { bytes } else { STEP_BYTES };
    (0..bytes.div_ceil(step.max(1)).max(1)).map(move |done| (bytes - done * step).min(step))
}

async fn demand(
    State(shared): State<Arc<Shared>>,
    lang: Language,
    Path(session): Path<String>,
    body: Bytes,
) -> Response {
    let Some(megabits) = number(&read_form(&body), "megabits", DEMAND_MEGABITS_MAX) else {
        return unreadable(lang, "megabits");
    };
    let set = shared.act(|plant, now| {
        plant.session(&session, now)?.demand = Both { upload: 0, download: megabits * 1_000_000 };
        Ok::<_, RouterRefusal>(())
    });
    done(lang, set)
}

/// The whole form is the whole state: a box that is not ticked is not sent.
async fn faults(State(shared): State<Arc<Shared>>, lang: Language, body: Bytes) -> Response {
    let form = read_form(&body);
    let ticked = |name| form.text(&[name]).is_some();
    let count = |name| number(&form, name, COUNT_MAX).and_then(|count| u32::try_from(count).ok());
    let Some(lose_next) = count("lose_next") else { return unreadable(lang, "lose_next") };
    let Some(drop_next) = count("drop_next") else { return unreadable(lang, "drop_next") };
    let changes = match form.text(&["changes"]) {
        Some("obeys") => ChangeBehaviour::Obeys,
        Some("only_acknowledges") => ChangeBehaviour::OnlyAcknowledges,
        Some("silent") => ChangeBehaviour::Silent,
        _ => return unreadable(lang, "changes"),
    };
    shared.act(|plant, _| {
        plant.faults.duplicate = ticked("duplicate");
        plant.faults.lose_half = ticked("lose_half");
        plant.faults.reorder = ticked("reorder");
        plant.faults.omit_gigawords = ticked("omit_gigawords");
        plant.faults.lose_next = lose_next;
        plant.faults.drop_next = drop_next;
        plant.faults.changes = changes;
    });
    Redirect::to("/").into_response()
}

async fn restart(State(shared): State<Arc<Shared>>, lang: Language, body: Bytes) -> Response {
    let how = match read_form(&body).text(&["how"]) {
        Some("announced") => Restart::Announced,
        Some("silent") => Restart::Silent,
        _ => return unreadable(lang, "how"),
    };
    shared.act(|plant, now| plant.restart(how, now));
    Redirect::to("/").into_response()
}

impl Row {
    fn of(lang: Language, session: &RunningSession) -> Self {
        let minutes = session.seconds / 60;
        Self {
            id: session.session_id.clone(),
            login: session.login.clone(),
            ip: session.ip.to_string(),
            speed: session.rate_limit.to_string(),
            list: session.address_list.clone().unwrap_or_default(),
            demand: session.demand.download / 1_000_000,
            upload: lang.decimal(&bytes(session.used.upload)),
            download: lang.decimal(&bytes(session.used.download)),
            lasted: format!("{}:{:02}:{:02}", minutes / 60, minutes % 60, session.seconds % 60),
        }
    }
}

fn session_json(session: &RunningSession) -> Value {
    json!({
        "session_id": session.session_id, "login": session.login, "ip": session.ip.to_string(),
        "rate_limit": session.rate_limit.to_string(), "address_list": session.address_list,
        // Numbers above 2^53 are not safe in JSON.
        "upload_bytes": session.used.upload.to_string(), "download_bytes": session.used.download.to_string(),
        "demand": { "upload": session.demand.upload, "download": session.demand.download },
        "seconds": session.seconds,
    })
}

fn done<T>(lang: Language, outcome: Result<T, RouterRefusal>) -> Response {
    stand_in::done(outcome, |error| {
        let (status, portuguese) = match error {
            RouterRefusal::UnknownLogin => (StatusCode::NOT_FOUND, "este assinante não existe"),
            RouterRefusal::UnknownService => (StatusCode::NOT_FOUND, "este serviço não existe"),
            RouterRefusal::UnknownSession => (StatusCode::NOT_FOUND, "esta sessão não existe"),
            RouterRefusal::Full => (StatusCode::CONFLICT, "o roteador já tem todas as sessões que pode ter"),
        };
        refusal(lang, status, lang.say(&error.to_string(), portuguese))
    })
}

/// What was typed into a field is none of what it takes.
fn unreadable(lang: Language, field: &str) -> Response {
    let (name, takes) = match field {
        "megabits" => (lang.say("Spends (Mbit/s)", "Gasta (Mbit/s)"), DEMAND_MEGABITS_MAX),
        "megabytes" => (lang.say("Spend (MB)", "Gastar (MB)"), SPEND_MEGABYTES_MAX),
        "lose_next" => (lang.say("Datagrams to lose", "Datagramas a perder"), COUNT_MAX),
        "drop_next" => (lang.say("Reports never to send", "Relatórios a nunca enviar"), COUNT_MAX),
        other => {
            let sentence =
                lang.say("The form's field cannot be read", "O campo do formulário não pôde ser lido");
            return refusal(lang, StatusCode::UNPROCESSABLE_ENTITY, &format!("{sentence}: {other}"));
        }
    };
    let takes = match lang {
        Language::English => format!("“{name}” takes a whole number from 0 to {takes}"),
        Language::Portuguese => format!("“{name}” aceita um número inteiro de 0 a {takes}"),
    };
    refusal(lang, StatusCode::UNPROCESSABLE_ENTITY, &takes)
}

/// A form that cannot be read is as good as an empty one: its fields are then named as missing.
fn read_form(body: &[u8]) -> Tree {
    let text = std::str::from_utf8(body).unwrap_or_default();
    stripe::form::decode(text).unwrap_or_else(|_| Tree::Branch(Vec::new()))
}

fn number(form: &Tree, field: &str, max: u64) -> Option<u64> {
    form.text(&[field])?.trim().parse().ok().filter(|number| *number <= max)
}

/// Bytes as people read them: 12.3 MB. Cut, not rounded, so that nothing reads as more than it is.
fn bytes(bytes: u64) -> String {
    for (unit, name) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")] {
        if bytes >= unit {
            return format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit);
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_as_the_page_names_it() {
        for lang in [Language::English, Language::Portuguese] {
            for field in ["megabits", "megabytes", "lose_next", "drop_next", "how"] {
                assert_eq!(unreadable(lang, field).status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            }
        }
    }

    #[test]
    fn what_is_spent_at_once_is_told_in_steps_unless_it_is_a_jump() {
        let told = |bytes| steps(bytes).collect::<Vec<_>>();
        assert_eq!(told(0), [0]);
        assert_eq!(told(1_000_000_000), [1_000_000_000]);
        assert_eq!(told(5_000_000_000), [2_000_000_000, 2_000_000_000, 1_000_000_000]);
        assert_eq!(told(40_000_000_000).len(), 20);
        assert_eq!(told(1_000_000_000_000), [1_000_000_000_000]);
    }
}
