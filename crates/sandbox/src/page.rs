//! The hosted page: `/pay/{session}` and its forms. Works without JavaScript; reloading or pressing twice pays once.

mod form;
mod view;
pub(crate) mod voucher;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;
use stripe::form::Tree;

use self::form::{Entered, FieldErrors};
pub(crate) use self::view::money;
use crate::payment;
use crate::payment::authentication::{self, Answer};
use crate::provider::Provider;
use crate::state::{Origin, Work, text};
use crate::test_cards::{AUTHENTICATION_FAILED, Decline};

const STYLE: &str = include_str!("../assets/checkout.css");
/// Nothing but our own style and forms. There is no `form-action`: Chromium applies it to the redirect after a form too,
/// and that leads to the shop.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a visit to the page comes to.
enum Shown {
    /// The form, perhaps with what went wrong.
    Form { status: StatusCode, html: String },
    /// Another page.
    Elsewhere(String),
    /// Nothing can be paid here.
    Notice { status: StatusCode, html: String },
}

/// What a session that is already paid answers.
#[derive(Clone, Copy)]
enum WhenPaid {
    /// A page that says so.
    Say,
    /// The way back to the shop, as after paying.
    Return,
}

/// What has just been tried on the page.
#[derive(Default)]
struct Tried {
    entered: Entered,
    errors: FieldErrors,
    decline: Option<Decline>,
}

pub(crate) async fn show(State(provider): State<Arc<Provider>>, Path(id): Path<String>) -> Response {
    visit(provider, id, WhenPaid::Say, |work, session| form_page(work, session, Tried::default())).await
}

pub(crate) async fn pay(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let tree = read_form(&body);
    visit(provider, id, WhenPaid::Return, move |work, session| try_to_pay(work, session, &tree)).await
}

/// *Back*: the customer does not want to pay now; the session stays open.
pub(crate) async fn leave(State(provider): State<Arc<Provider>>, Path(id): Path<String>) -> Response {
    visit(provider, id, WhenPaid::Return, |work, session| match session["cancel_url"].as_str() {
        Some(url) => Ok(Shown::Elsewhere(url.to_owned())),
        None => form_page(work, session, Tried::default()),
    })
    .await
}

/// *Remove* beside a saved card, where the session allows it.
pub(crate) async fn remove_card(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let tree = read_form(&body);
    visit(provider, id, WhenPaid::Return, move |work, session| {
        let wished = tree.text(&["payment_method"]).unwrap_or_default();
        let shown = payment::shown_cards(work, &session)?;
        let card = shown.into_iter().find(|card| text(card, "id") == wished);
        if let (true, Some(card)) = (view::may_remove(&session), card) {
            // The same number saved twice is one card to its owner.
            let same = |other: &Value| other["card"]["fingerprint"] == card["card"]["fingerprint"];
            for method in work.cards_by_use(text(&session, "customer"))?.into_iter().filter(same) {
                payment::detach(work, method)?;
            }
        }
        Ok(Shown::Elsewhere(format!("/pay/{}", text(&session, "id"))))
    })
    .await
}

pub(crate) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE)
        .into_response()
}

/// Runs `act` on an open session; any other session has a page of its own.
async fn visit(
    provider: Arc<Provider>,
    id: String,
    when_paid: WhenPaid,
    act: impl FnOnce(&Work<'_>, Value) -> rusqlite::Result<Shown> + Send + 'static,
) -> Response {
    look(provider, id, move |work, session| match text(&session, "status") {
        "open" => act(work, session),
        "complete" => Ok(paid_session(&session, when_paid)),
        _ => Ok(expired_session(&session)),
    })
    .await
}

/// Runs `act` on a session, whatever has become of it.
async fn look(
    provider: Arc<Provider>,
    id: String,
    act: impl FnOnce(&Work<'_>, Value) -> rusqlite::Result<Shown> + Send + 'static,
) -> Response {
    let paying = move || {
        provider.run(Origin::default(), |work| match work.get("checkout.session", &id)? {
            Some(session) => act(work, session),
            None => Ok::<_, rusqlite::Error>(unknown_session()),
        })
    };
    let shown = tokio::task::spawn_blocking(paying).await;
    let mut response = match shown {
        Ok(Ok(Shown::Elsewhere(url))) => Redirect::to(&url).into_response(),
        Ok(Ok(Shown::Form { status, html } | Shown::Notice { status, html })) => {
            (status, axum::response::Html(html)).into_response()
        }
        Ok(Err(error)) => broken(&error),
        Err(error) => broken(&error),
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn try_to_pay(work: &Work<'_>, session: Value, tree: &Tree) -> rusqlite::Result<Shown> {
    let entered = Entered::read(tree);
    if let Some(made) = entered.token().map(|token| work.attempted(token)).transpose()?.flatten() {
        // The same form again: it has had its one attempt, and since the session is open nothing came of it, or not yet.
        if authentication::asked_about(work, &session)?.is_some() {
            return Ok(Shown::Elsewhere(authentication_url(&session)));
        }
        let decline =
            if text(&made, "object") == "charge" { decline_of(&made) } else { Some(AUTHENTICATION_FAILED) };
        return form_page(work, session, Tried { entered, decline, ..Tried::default() });
    }
    let cards = payment::shown_cards(work, &session)?;
    let means = match form::means(&entered, cards, &view::delayed_methods(&session), work.now()) {
        Ok(means) => means,
        Err(errors) => return form_page(work, session, Tried { entered, errors, decline: None }),
    };
    let tried = payment::attempt(work, session.clone(), means, entered.token())?;
    after_attempt(work, session, entered, tried)
}

/// Where an attempt leads.
fn after_attempt(
    work: &Work<'_>,
    session: Value,
    entered: Entered,
    tried: payment::Tried,
) -> rusqlite::Result<Shown> {
    match tried {
        payment::Tried::Declined(decline) => {
            // The attempt has changed the session.
            let session = work.get("checkout.session", text(&session, "id"))?.unwrap_or(session);
            form_page(work, session, Tried { entered, decline: Some(decline), ..Tried::default() })
        }
        payment::Tried::Asked => Ok(Shown::Elsewhere(authentication_url(&session))),
        payment::Tried::Awaited => Ok(Shown::Elsewhere(format!("/pay/{}/voucher", text(&session, "id")))),
        payment::Tried::Paid => Ok(Shown::Elsewhere(success_url(&session))),
    }
}

/// The bank's question to the owner of the card (3-D Secure).
pub(crate) async fn show_authentication(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
) -> Response {
    visit(provider, id, WhenPaid::Return, |work, session| {
        Ok(match authentication::asked_about(work, &session)? {
            Some(method) => {
                Shown::Form { status: StatusCode::OK, html: view::authentication(&session, &method) }
            }
            None => Shown::Elsewhere(format!("/pay/{}", text(&session, "id"))),
        })
    })
    .await
}

/// His answer, by one of two buttons.
pub(crate) async fn authenticate(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let answer = match read_form(&body).text(&["outcome"]) {
        Some("complete") => Answer::Complete,
        Some("fail") => Answer::Fail,
        _ => return (StatusCode::UNPROCESSABLE_ENTITY, "outcome: complete or fail").into_response(),
    };
    visit(provider, id, WhenPaid::Return, move |work, session| {
        let was_asked = authentication::asked_about(work, &session)?.is_some();
        match authentication::answer(work, session.clone(), answer)? {
            Some(tried) => after_attempt(work, session, Entered::default(), tried),
            None if was_asked => {
                let decline = Some(AUTHENTICATION_FAILED);
                form_page(work, session, Tried { decline, ..Tried::default() })
            }
            None => Ok(Shown::Elsewhere(format!("/pay/{}", text(&session, "id")))),
        }
    })
    .await
}

fn authentication_url(session: &Value) -> String {
    format!("/pay/{}/authentication", text(session, "id"))
}

fn form_page(work: &Work<'_>, session: Value, tried: Tried) -> rusqlite::Result<Shown> {
    let cards = payment::shown_cards(work, &session)?;
    let terms = work.session_terms(text(&session, "id"))?;
    let status = match (&tried.decline, tried.errors.is_empty()) {
        (Some(_), _) => StatusCode::PAYMENT_REQUIRED,
        (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, true) => StatusCode::OK,
    };
    Ok(Shown::Form { status, html: view::checkout(&session, &terms, &cards, &tried, work.now()) })
}

fn paid_session(session: &Value, when_paid: WhenPaid) -> Shown {
    let url = success_url(session);
    match when_paid {
        WhenPaid::Say if text(session, "payment_status") == "unpaid" => {
            let html = view::notice(
                "This checkout is complete.",
                "Its money has not come yet. It cannot be paid twice.",
                Some(&url),
            );
            Shown::Notice { status: StatusCode::OK, html }
        }
        WhenPaid::Return => Shown::Elsewhere(url),
        WhenPaid::Say => {
            let html = view::notice("This checkout is paid.", "It cannot be paid twice.", Some(&url));
            Shown::Notice { status: StatusCode::OK, html }
        }
    }
}

fn expired_session(session: &Value) -> Shown {
    let html = view::notice(
        "This checkout has expired.",
        "Nothing was charged. Go back to the shop and begin again.",
        session["cancel_url"].as_str(),
    );
    Shown::Notice { status: StatusCode::GONE, html }
}

fn unknown_session() -> Shown {
    let text =
        "The address is wrong, or the sandbox has been reset since. Go back to the shop and begin again.";
    Shown::Notice {
        status: StatusCode::NOT_FOUND,
        html: view::notice("There is no such checkout.", text, None),
    }
}

fn success_url(session: &Value) -> String {
    text(session, "success_url").replace("{CHECKOUT_SESSION_ID}", text(session, "id"))
}

/// The words for a decline that has been charged before.
fn decline_of(charge: &Value) -> Option<Decline> {
    Decline::of_code(text(&charge["outcome"], "reason"))
}

/// A form that cannot be read is as good as an empty one: its fields are then named as missing.
fn read_form(body: &[u8]) -> Tree {
    let text = std::str::from_utf8(body).unwrap_or_default();
    stripe::form::decode(text).unwrap_or_else(|_| Tree::Branch(Vec::new()))
}

fn broken(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "the sandbox's page failed");
    (StatusCode::INTERNAL_SERVER_ERROR, "The sandbox could not keep or read its state.").into_response()
}
