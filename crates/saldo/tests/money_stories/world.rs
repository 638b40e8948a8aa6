//! One program on books of its own, with a Stripe of its own that outlives it: it is ended or cut off and started again at the same
//! address, while requests and webhooks wait at its door.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use money::{Amount, Timestamp, Unit};
use reqwest::Method;
use saldo::app::{App, Running};
use saldo::config::Config;
use saldo::{api, clock, jobs, keys, routes, server};
use sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::house::{self, PATIENCE, STRIPE_KEY, fresh_key, open_sandbox};

/// Tries of a call that faults and ends of the program get in the way of.
const TRIES_MAX: usize = 200;
/// How long tasks that are cut off may take to notice.
const CUT_PATIENCE: Duration = Duration::from_secs(10);

/// A program, a provider, and what is known of their clocks.
pub(crate) struct World {
    /// What stands for Stripe.
    pub(crate) sandbox: Sandbox,
    /// The currency of its wallets.
    pub(crate) unit: Unit,
    url: String,
    operator: String,
    client: reqwest::Client,
    listener: std::net::TcpListener,
    data: TempDir,
    program: tokio::sync::Mutex<Option<Program>>,
    advances: Mutex<Vec<Advance>>,
}

/// One life of the program.
struct Program {
    running: Running,
    /// What its tasks run on, and end with.
    runtime: Runtime,
    end: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

/// How a life of the program ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    /// As after SIGTERM.
    InOrder,
    /// All that was under way is dropped where it stands.
    CutOff,
}

/// A move of the book's clock: between which instants of the machine's it happened.
struct Advance {
    from_ms: i64,
    until_ms: i64,
    micros: i64,
}

impl World {
    /// A program that has just begun, in this currency.
    pub(crate) async fn open(unit: Unit) -> World {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let sandbox = open_sandbox(&url).await;
        let policy = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(policy).timeout(PATIENCE).build().expect("a client");
        let data = tempfile::tempdir().expect("a folder");
        let program = tokio::sync::Mutex::new(None);
        let (operator, advances) = (String::new(), Mutex::default());
        let mut world = World { sandbox, unit, url, operator, client, listener, data, program, advances };
        let begun = world.start().await;
        let made = keys::create(&begun.running.app, None, "stories", api::ALL_SCOPES).await;
        world.operator = made.expect("a key").secret;
        world.program = tokio::sync::Mutex::new(Some(begun));
        world
    }

    fn config(&self) -> Config {
        let mut config = house::settings(self.data.path(), &self.url, &self.sandbox);
        config.server.api_requests_per_second = 1_000_000;
        config.server.api_requests_burst = 1_000_000;
        // The books are verified at the end, whole.
        config.server.verify_hours = 0;
        let of = |amount: &mut Amount| *amount = Amount::new(amount.value(), self.unit);
        config.credit.unit = self.unit;
        config.credit.suggested.iter_mut().for_each(of);
        let (credit, automatic) = (&mut config.credit, &mut config.automatic_topups);
        [&mut credit.welcome, &mut credit.topup_min, &mut credit.topup_max].into_iter().for_each(of);
        [&mut automatic.charge_max, &mut automatic.day_money_max, &mut automatic.month_money_max]
            .into_iter()
            .for_each(of);
        of(&mut config.console.approval_above);
        config
    }

    async fn start(&self) -> Program {
        let running = Running::start(self.config()).await.expect("a start");
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = self.listener.try_clone().expect("the same door");
        let (end, ending) = watch::channel(false);
        let app = Arc::clone(&running.app);
        let serving = runtime.spawn(async move {
            jobs::start(&app);
            let listener = TcpListener::from_std(listener).expect("a listener");
            server::serve(listener, routes::router(&app), &app.config.server, ending).await;
        });
        Program { running, runtime, end, serving }
    }

    /// Ends the program so and starts it again.
    pub(crate) async fn restart(&self, ending: Ending) {
        let mut program = self.program.lock().await;
        if let Some(ended) = program.take() {
            ended.end(ending).await;
        }
        *program = Some(self.start().await);
    }

    /// Ends the program in order, and the provider.
    pub(crate) async fn close(self) {
        if let Some(program) = self.program.into_inner() {
            program.end(Ending::InOrder).await;
        }
        self.sandbox.stop().await;
    }

    /// The parts of the program that runs now.
    pub(crate) async fn app(&self) -> Arc<App> {
        let program = self.program.lock().await;
        Arc::clone(&program.as_ref().expect("a program").running.app)
    }

    /// Asks the program with the operator's key until it answers: the same key makes it the same wish.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let key = fresh_key();
        for _ in 0..TRIES_MAX {
            let request = self.client.request(method.clone(), format!("{}{path}", self.url));
            let mut request = request.bearer_auth(&self.operator).header("idempotency-key", &key);
            if let Some(body) = body {
                request = request.json(body);
            }
            let Ok(answer) = request.send().await else { continue };
            let status = answer.status().as_u16();
            let Ok(text) = answer.text().await else { continue };
            if status < 500 && status != 429 {
                return (status, serde_json::from_str(&text).unwrap_or(Value::Null));
            }
        }
        panic!("{path} is not answered");
    }

    /// Posts to the program.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Posts to Stripe as another program would, until it answers.
    pub(crate) async fn post_to_stripe(&self, path: &str, fields: &[(String, String)]) -> Option<Value> {
        let form =
            fields.iter().fold(stripe::form::Form::new(), |form, (name, value)| form.with(name, value));
        let (key, form) = (fresh_key(), form.encode());
        for _ in 0..TRIES_MAX {
            let request = self.client.post(format!("{}{path}", self.sandbox.url())).bearer_auth(STRIPE_KEY);
            let request = request.header("idempotency-key", &key).body(form.clone());
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let Ok(answer) = request.send().await else { continue };
            if answer.status().is_server_error() {
                continue;
            }
            let is_done = answer.status().is_success();
            let Ok(body) = answer.json().await else { continue };
            return is_done.then_some(body);
        }
        panic!("{path} is not answered by Stripe");
    }

    /// Presses a button of one of Stripe's pages.
    pub(crate) async fn press(&self, url: &str, fields: &[(&str, &str)]) {
        let form =
            fields.iter().fold(stripe::form::Form::new(), |form, (name, value)| form.with(*name, *value));
        let request = self.client.post(url).header("content-type", "application/x-www-form-urlencoded");
        // What came of it is looked for at Stripe.
        let _ = request.body(form.encode()).send().await;
    }

    /// Moves the book's clock.
    pub(crate) async fn advance(&self, seconds: u32) {
        let from_ms = now_ms();
        let (status, answer) = self.post("/v1/test-clock/advance", &json!({ "seconds": seconds })).await;
        assert_eq!(status, 200, "{answer}");
        let moved = Advance { from_ms, until_ms: now_ms(), micros: i64::from(seconds) * Timestamp::SECOND };
        self.advances.lock().unwrap_or_else(PoisonError::into_inner).push(moved);
    }

    /// The book's time now.
    pub(crate) fn book_now(&self) -> Timestamp {
        let advances = self.advances.lock().unwrap_or_else(PoisonError::into_inner);
        clock::now().plus(advances.iter().map(|one| one.micros).sum())
    }

    /// The book's time at an instant of the machine's; none if the clock was being moved.
    pub(crate) fn book_time(&self, ms: i64) -> Option<Timestamp> {
        let advances = self.advances.lock().unwrap_or_else(PoisonError::into_inner);
        if advances.iter().any(|one| (one.from_ms..=one.until_ms).contains(&ms)) {
            return None;
        }
        let ahead: i64 = advances.iter().filter(|one| one.until_ms < ms).map(|one| one.micros).sum();
        Some(Timestamp::from_micros(ms * 1_000 + ahead))
    }
}

impl Program {
    async fn end(self, ending: Ending) {
        let Program { running, runtime, end, serving } = self;
        if matches!(ending, Ending::InOrder) {
            end.send_replace(true);
            serving.await.expect("the listener ends");
            tokio::task::spawn_blocking(move || running.end()).await.expect("the program ends");
            runtime.shutdown_background();
            return;
        }
        let cut = move || {
            runtime.shutdown_timeout(CUT_PATIENCE);
            running.end();
        };
        tokio::task::spawn_blocking(cut).await.expect("the program is cut off");
    }
}

fn now_ms() -> i64 {
    clock::now().as_micros() / 1_000
}
