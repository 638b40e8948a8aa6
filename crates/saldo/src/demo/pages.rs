//! The demo's own pages: its first screen, the forms of the strip, and the mails that nobody's server has sent.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::middleware::from_fn_with_state;
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use book::{Act, Command};
use engine::Outcome;
use money::{CustomerId, MailId, Timestamp, WalletId};
use sandbox::OffSessionDecline;
use sandbox::bank::Bank;
use sandbox::router::ChangeBehaviour;
use serde::Deserialize;
use store::tables::outbox::Mail;
use store::tables::sessions::SessionOwner;
use tokio::sync::watch;

use super::folder::Secrets;
use super::opened::{self, Opened};
use super::provider::Subscriber;
use super::spending::Spending;
use super::{Addresses, Ending, example_call, live, provider, seed};
use crate::app::App;
use crate::look::page::{DemoHome, DemoLogin, DemoReset, DemoSubscriber, MailPage, Mails};
use crate::look::part::Frame;
use crate::panics;
use crate::portal::{self, Asked, Fault, Posted, Visit, draw, local_path, mail_rows, sessions};
use crate::problem::Problem;
use crate::{routes, test_clock};

/// How late webhooks are while they are late, in milliseconds.
const LATE_MS: u32 = 10_000;
/// The furthest that one press moves the clock, in seconds: 31 days.
const ADVANCE_MAX: u32 = 31 * 24 * 3_600;
/// How long a page waits to show what fell due by a move of the clock.
const SHOW_PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// Mails of one page.
const MAILS_PER_PAGE: u32 = 50;

/// What the demo's pages know beside the program.
pub(super) struct Stage {
    pub(super) addresses: Addresses,
    pub(super) secrets: Secrets,
    /// The visitor's customer.
    pub(super) customer: CustomerId,
    /// His wallet.
    pub(super) wallet: WalletId,
    pub(super) faults: sandbox::Faults,
    /// The provider's sample subscribers.
    pub(super) subscribers: Vec<Subscriber>,
    /// Their router, and what spends at it.
    pub(super) spending: Spending,
    /// The provider's bank.
    pub(super) bank: Arc<Bank>,
    pub(super) ending: Arc<watch::Sender<Ending>>,
    /// Nobody listens to it any more once nothing more is accepted.
    pub(super) close: Arc<watch::Sender<bool>>,
    /// Which pages were opened.
    pub(super) opened: Opened,
}

impl Stage {
    /// Whose data the first screen draws, and its button uses up.
    pub(super) fn spender(&self) -> Option<&Subscriber> {
        self.subscribers.iter().find(|subscriber| subscriber.has_plenty())
    }
}

/// The demo's pages in front of all that is served anyway.
pub(super) fn router(app: &Arc<App>, stage: Stage) -> Router {
    let stage = Arc::new(stage);
    let pages = own_routes().layer(Extension(Arc::clone(&stage)));
    portal::framed(app, pages)
        .layer(panics::answered_in_json())
        .fallback_service(routes::router(app))
        .layer(from_fn_with_state((Arc::clone(app), stage), opened::watch))
}

/// The pages alone.
pub(super) fn own_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home))
        .route("/demo", get(home))
        .route("/demo/live", get(live::stream))
        .route("/demo/sign-in", post(sign_in))
        .route("/demo/clock", post(move_clock))
        .route("/demo/faults", post(set_faults))
        .route("/demo/bank", post(pay_boletos))
        .route("/demo/spending", post(spend))
        .route(opened::CHECK_URL, get(opened::check_opened))
        .route("/demo/reset", get(ask_to_reset).post(reset))
        .route("/demo/mails", get(mails))
        .route("/demo/mails/{mail}", get(mail))
}

/// `GET /` and `GET /demo`
async fn home(
    State(app): State<Arc<App>>,
    Extension(stage): Extension<Arc<Stage>>,
    visit: Visit,
) -> Result<Response, Fault> {
    let seen = live::look(&app, &stage).await?;
    let (asked, subscribers) = (Arc::clone(&app), Arc::clone(&stage));
    let states = app
        .read(move |tables| {
            let all = subscribers.subscribers.iter();
            all.map(|found| found.state_now(&asked, tables)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let login =
        |email: &str, password: &str| DemoLogin { email: email.to_owned(), password: password.to_owned() };
    let page = DemoHome {
        reader: visit.reader().clone(),
        frame: Frame { live_url: Some("/demo/live".to_owned()), ..visit.frame(&app, None) },
        customer: login(seed::CUSTOMER_EMAIL, &stage.secrets.customer_password),
        subscribers: stage
            .subscribers
            .iter()
            .zip(states)
            .map(|(found, state)| DemoSubscriber {
                state,
                name: found.name,
                document: found.document.to_owned(),
            })
            .collect(),
        subscriber_password: stage.secrets.subscriber_password.clone(),
        staff: login(seed::STAFF_EMAIL, &stage.secrets.staff_password),
        line: seen.line(visit.reader()),
        data_line: seen.data_line(visit.reader()),
        curl: example_call(&stage.addresses, &stage.secrets.known),
        sandbox_url: stage.addresses.sandbox.clone(),
        router_url: stage.addresses.router.clone(),
        bank_url: stage.addresses.bank.clone(),
        done: seen.done,
    };
    draw(StatusCode::OK, &page)
}

#[derive(Deserialize)]
struct SignIn {
    r#as: Role,
    #[serde(default)]
    document: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Customer,
    Subscriber,
    Staff,
    /// The same login, at the provider's part of the console.
    ProviderStaff,
}

/// `POST /demo/sign-in`
async fn sign_in(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(SignIn { r#as: role, document }): Posted<SignIn>,
) -> Result<Response, Fault> {
    let (owner, url) = app
        .read(move |reader| {
            Ok(match role {
                Role::Customer => {
                    let login = reader.login_by_email(seed::CUSTOMER_EMAIL)?;
                    (login.map(|login| SessionOwner::Login(login.id)), "/billing")
                }
                Role::Subscriber if provider::is_sample(&document) => {
                    let login = reader.login_by_email(&document)?;
                    (login.map(|login| SessionOwner::Login(login.id)), "/buy-credit")
                }
                Role::Subscriber => (None, "/"),
                Role::Staff | Role::ProviderStaff => {
                    let staff = reader.staff_by_email(seed::STAFF_EMAIL)?;
                    let url = if matches!(role, Role::Staff) { "/console" } else { "/console/lines" };
                    (staff.map(|staff| SessionOwner::Staff(staff.id)), url)
                }
            })
        })
        .await?;
    let owner = owner.ok_or_else(|| Problem::not_found("login"))?;
    let cookie = sessions::begin(&app, &visit, owner).await?;
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to(url)).into_response())
}

#[derive(Deserialize)]
struct Clock {
    seconds: String,
    #[serde(default)]
    return_to: String,
}

/// `POST /demo/clock`: answers once everything that fell due by it shows.
async fn move_clock(
    State(app): State<Arc<App>>,
    Posted(Clock { seconds, return_to }): Posted<Clock>,
) -> Result<Redirect, Fault> {
    let seconds = seconds.parse::<u32>().ok().filter(|seconds| (1..=ADVANCE_MAX).contains(seconds));
    let Some(seconds) = seconds else {
        let detail = format!("seconds must be from 1 to {ADVANCE_MAX}.");
        return Err(Problem::invalid("seconds", "seconds_out_of_range", detail).into());
    };
    let by = i64::from(seconds) * Timestamp::SECOND;
    let command = Command { key: None, act: Act::AdvanceClock { by } };
    match app.ledger.submit_one(command).await.map_err(Problem::from)? {
        Outcome::Refused(refusal) => return Err(Problem::from(refusal).into()),
        Outcome::Decided { .. } | Outcome::Repeated { .. } => {}
    }
    test_clock::follow(&app, SHOW_PATIENCE).await?;
    Ok(back(&return_to))
}

#[derive(Deserialize)]
struct FaultsForm {
    #[serde(default)]
    late: String,
    #[serde(default)]
    twice: String,
    #[serde(default)]
    held: String,
    #[serde(default)]
    reordered: String,
    #[serde(default)]
    lost: String,
    #[serde(default)]
    failing: String,
    #[serde(default)]
    unheard: String,
    #[serde(default)]
    declined_late: String,
    #[serde(default)]
    saved_declined: String,
    #[serde(default)]
    router_twice: String,
    #[serde(default)]
    router_lost: String,
    #[serde(default)]
    router_overtaken: String,
    #[serde(default)]
    router_deaf: String,
    #[serde(default)]
    bank_waits: String,
    #[serde(default)]
    return_to: String,
}

/// `POST /demo/faults`: a box that is not ticked is not sent.
async fn set_faults(
    Extension(stage): Extension<Arc<Stage>>,
    Posted(form): Posted<FaultsForm>,
) -> Result<Redirect, Fault> {
    let FaultsForm { late, twice, held, return_to, .. } = &form;
    stage.faults.change(|settings| {
        settings.webhook_delay_ms = if late.is_empty() { 0 } else { LATE_MS };
        settings.webhook_duplicate = !twice.is_empty();
        settings.webhook_hold = !held.is_empty();
        // Neither told nor found out by asking: a payment is then seen pending.
        settings.payment_reads_fail = settings.webhook_hold;
        settings.webhook_reorder = !form.reordered.is_empty();
        for (count, ticked) in [
            (&mut settings.webhook_drop_next, &form.lost),
            (&mut settings.calls_fail_next, &form.failing),
            (&mut settings.answers_lost_next, &form.unheard),
        ] {
            // What counts down goes on from where it is.
            *count = if ticked.is_empty() { 0 } else { (*count).max(1) };
        }
        settings.late_decline = !form.declined_late.is_empty();
        settings.off_session_decline = match form.saved_declined.as_str() {
            "" => None,
            _ => settings.off_session_decline.or(Some(OffSessionDecline::Generic)),
        };
    });
    stage.spending.router().change_faults(|faults| {
        faults.duplicate = !form.router_twice.is_empty();
        faults.lose_half = !form.router_lost.is_empty();
        faults.reorder = !form.router_overtaken.is_empty();
        faults.changes =
            if form.router_deaf.is_empty() { ChangeBehaviour::Obeys } else { ChangeBehaviour::Silent };
    });
    let at_once = form.bank_waits.is_empty();
    if at_once != stage.bank.registers_at_once() {
        stage.bank.register_at_once(at_once).map_err(|error| Problem::internal(&error.into()))?;
    }
    Ok(back(return_to))
}

#[derive(Deserialize)]
struct Payments {
    times: String,
    #[serde(default)]
    return_to: String,
}

/// `POST /demo/bank`: somebody pays all boletos that are open, once or twice, and the bank writes its return.
async fn pay_boletos(
    Extension(stage): Extension<Arc<Stage>>,
    Posted(Payments { times, return_to }): Posted<Payments>,
) -> Result<Redirect, Fault> {
    let times = times.parse::<usize>().ok().filter(|times| (1..=2).contains(times));
    let Some(times) = times else {
        return Err(Problem::invalid("times", "times_out_of_range", "times must be 1 or 2.").into());
    };
    stage.bank.pay_open(times).map_err(|error| Problem::internal(&error.into()))?;
    Ok(back(&return_to))
}

/// `POST /demo/spending`: what the subscriber with plenty has left is used up.
async fn spend(
    State(app): State<Arc<App>>,
    Extension(stage): Extension<Arc<Stage>>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Redirect {
    if let Some(spender) = stage.spender() {
        stage.spending.begin(&app, spender.wallet, spender.access_login);
    }
    Redirect::to("/demo")
}

/// `GET /demo/reset`: asks, where no dialog does.
async fn ask_to_reset(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Fault> {
    draw(StatusCode::OK, &DemoReset { reader: visit.reader().clone(), frame: visit.frame(&app, None) })
}

#[derive(Deserialize)]
struct Nothing {}

/// `POST /demo/reset`: everything begins anew, and whoever was signed in is so no longer.
async fn reset(Extension(stage): Extension<Arc<Stage>>, Posted(Nothing {}): Posted<Nothing>) -> Redirect {
    stage.ending.send_replace(Ending::Reset);
    // Until nothing more is accepted: the page that is asked for next is of the new demo.
    stage.close.closed().await;
    Redirect::to("/")
}

/// To the page on which the strip's form stood.
fn back(return_to: &str) -> Redirect {
    Redirect::to(local_path(return_to).unwrap_or("/"))
}

#[derive(Deserialize)]
struct Before {
    before: Option<String>,
}

/// `GET /demo/mails`
async fn mails(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(Before { before }): Asked<Before>,
) -> Result<Response, Fault> {
    let before = before.and_then(|text| text.parse::<MailId>().ok());
    let page = app.read(move |reader| reader.mails(before, MAILS_PER_PAGE)).await?;
    let mails = Mails {
        reader: visit.reader().clone(),
        frame: visit.frame(&app, None),
        are_kept: mail_rows::are_kept(&app),
        rows: page.rows.iter().map(|mail| mail_rows::row(&app, mail, mail_url(mail))).collect(),
        newer_url: before.map(|_| "/demo/mails".to_owned()),
        older_url: page.next.map(|next| format!("/demo/mails?before={next}")),
    };
    draw(StatusCode::OK, &mails)
}

/// `GET /demo/mails/{mail}`
async fn mail(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id: MailId = id.parse().map_err(|_| Problem::not_found("mail"))?;
    let found = app.read(move |reader| reader.mail(id)).await?;
    let mail = found.ok_or_else(|| Problem::not_found("mail"))?;
    let page = MailPage {
        reader: visit.reader().clone(),
        frame: visit.frame(&app, None),
        row: mail_rows::row(&app, &mail, mail_url(&mail)),
        body: mail.body,
        list_url: "/demo/mails".to_owned(),
    };
    draw(StatusCode::OK, &page)
}

fn mail_url(mail: &Mail) -> String {
    format!("/demo/mails/{}", mail.id)
}
