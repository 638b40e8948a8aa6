//! The demo's router: every line that can authenticate dials at it, it reports what they use, and it obeys. Its page has buttons to spend.

use std::net::Ipv4Addr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use anyhow::Context as _;
use book::LineStatus;
use money::RouterId;
use radius::Secret;
use radius::mikrotik::RateLimit;
use sandbox::router::{Restart, Router, RouterConfig, Subscriber};
use store::Hidden;
use store::tables::lines::RouterRow;
use tokio::net::{TcpListener, UdpSocket};

use super::provider::ZERO_RATED;
use crate::app::App;
use crate::problem::Problem;
use crate::{clock, ids, nas};

/// Its name, in the console and in what it reports.
const NAME: &str = "demo-router";
/// The address that its packets come from.
const ADDRESS: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// How often it reports a session, in seconds.
const INTERIM_SECONDS: u32 = 10;
/// Most lines that dial.
const LINES_MAX: u32 = 100;
/// Pause between two looks for new lines.
const LOOK_PAUSE: Duration = Duration::from_secs(3);
/// Bytes of randomness in its secret.
const SECRET_BYTES: usize = 24;

/// Begins to take reports, and starts the router with all lines that there are; its page is at `listener`.
pub(super) async fn start(app: &Arc<App>, listener: TcpListener) -> anyhow::Result<Router> {
    nas::listen(app).await?;
    let accounting_server = app.nas.accounting_address().context("the demo takes reports")?;
    let changes = UdpSocket::bind((ADDRESS, 0)).await?;
    let coa_port = changes.local_addr()?.port();
    let secret = introduce(app, coa_port).await.map_err(|problem| failure(&problem))?;
    let subscribers = subscribers(app).await.map_err(|problem| failure(&problem))?;
    let logins: Vec<String> = subscribers.iter().map(|subscriber| subscriber.login.clone()).collect();
    let time = book_clock(Arc::downgrade(app));
    let router = Router::start(RouterConfig {
        listener,
        changes,
        accounting_server,
        secret: Secret::new(secret)?,
        identifier: NAME.to_owned(),
        ip: ADDRESS,
        interim_seconds: INTERIM_SECONDS,
        services: vec![ZERO_RATED.to_owned()],
        subscribers,
        clock: time,
    })
    .await?;
    // What it held when the demo was ended is over.
    router.restart(Restart::Announced);
    for login in logins {
        router.dial(&login)?;
    }
    Ok(router)
}

/// Lets lines that are added while the demo runs dial, too, until the router is no more.
pub(super) fn follow(app: &Arc<App>, router: Weak<Router>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK_PAUSE).await;
            let (Some(app), Some(router)) = (app.upgrade(), router.upgrade()) else { return };
            match subscribers(&app).await {
                Ok(all) => all.iter().for_each(|line| {
                    router.let_dial(&line.login, line.rate_limit);
                }),
                Err(problem) => tracing::warn!(code = problem.code, "the router does not hear of new lines"),
            }
        }
    });
}

/// The book's time, in milliseconds: moved by the demo's clock, so that an hour that is skipped is an hour for subscribers, too.
fn book_clock(app: Weak<App>) -> sandbox::Clock {
    Arc::new(move || app.upgrade().map_or_else(clock::now, |app| app.ledger.now()).as_micros() / 1_000)
}

/// Writes the router down under its present port; returns the secret that it shares with us.
async fn introduce(app: &Arc<App>, coa_port: u16) -> Result<String, Problem> {
    let fresh = RouterRow {
        nas_no: 0,
        id: RouterId::from_u128(ids::fresh()),
        name: NAME.to_owned(),
        address: ADDRESS.to_string(),
        secret: Hidden(hex::encode(ids::secret_bytes(SECRET_BYTES))),
        coa_port,
        last_seen_at: None,
        created_at: app.ledger.now(),
        counts_all: 1,
    };
    let secret = app
        .write(move |tx| {
            let known = tx.routers()?.into_iter().find(|router| router.name == NAME);
            match known {
                Some(known) => {
                    tx.update_router(&RouterRow { coa_port, ..known.clone() })?;
                    Ok(known.secret.0)
                }
                None => {
                    tx.insert_router(&fresh)?;
                    Ok(fresh.secret.0.clone())
                }
            }
        })
        .await?;
    app.nas.routers_changed();
    Ok(secret)
}

/// Every line that has a login and is not cancelled, at the speed of its plan.
async fn subscribers(app: &Arc<App>) -> Result<Vec<Subscriber>, Problem> {
    let rows = app
        .read(|reader| {
            let mut rows = Vec::new();
            for entry in reader.lines(None, LINES_MAX)?.rows {
                if let Some(view) = reader.line_view(entry.id)?
                    && view.status != LineStatus::Cancelled.code()
                    && let Some(login) = entry.access_login
                {
                    rows.push((login, view.plan_no));
                }
            }
            Ok(rows)
        })
        .await?;
    let sold = app.sold();
    let speed = |plan_no| sold.plan(plan_no)?.speed.parse::<RateLimit>().ok();
    let subscribers = rows.into_iter().rev().zip(2_u8..).filter_map(|((login, plan_no), place)| {
        Some(Subscriber { login, ip: Ipv4Addr::new(100, 64, 0, place), rate_limit: speed(plan_no)? })
    });
    Ok(subscribers.collect())
}

fn failure(problem: &Problem) -> anyhow::Error {
    anyhow::anyhow!("the demo's router: {}", problem.detail)
}
