//! The whole program in a test: its parts, its listener on a free port, a sandbox that stands for Stripe, and a client.

#![allow(
    dead_code,
    clippy::expect_used,
    reason = "a house for several tests, each of which uses some of its rooms"
)]

pub(crate) mod provider;
pub(crate) mod served;
#[path = "../../../store/tests/server/mod.rs"]
pub(crate) mod server_for_tests;

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use book::{Record, read_batch};
use money::PaymentId;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use saldo::app::Running;
use saldo::config::Config;
use saldo::customers::{self, CreatedCustomer, NewCustomer};
use saldo::{api, clock, jobs, keys, routes, server};
use sandbox::{Sandbox, SandboxConfig, WebhookEndpoint, real_time};
use serde_json::{Value, json};
use store::tables::inbox::InboxState;
use store::tables::outbox::Mail;
use store::{JournalReader, PostgresServer};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The sandbox's secret key.
pub(crate) const STRIPE_KEY: &str = "sk_test_house";
/// What the sandbox signs webhooks with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_house";

/// The longest that anything is waited for.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
/// The longest that ten thousand of something are waited for.
pub(crate) const BULK_PATIENCE: std::time::Duration = std::time::Duration::from_secs(600);
/// Between two looks at what is awaited. Looking without a pause takes the time of what is looked for.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(5);

/// The pause between two looks.
pub(crate) async fn look_again() {
    tokio::time::sleep(LOOK_AGAIN).await;
}

/// Says which store houses are built on: `sqlite` (or nothing) or `postgres`.
const STORE_VARIABLE: &str = "SALDO_TEST_STORE";

/// The database that belongs to this folder, if houses are built on PostgreSQL.
fn database_of(data: &Path) -> Option<PostgresServer> {
    let url = database_url_of(data)?;
    Some(PostgresServer::parse(&url).expect("a URL that is understood"))
}

/// A database of its own, whose URL the folder keeps.
fn database_url_of(data: &Path) -> Option<String> {
    match std::env::var(STORE_VARIABLE).as_deref() {
        Err(_) | Ok("sqlite") => return None,
        Ok("postgres") => {}
        Ok(other) => panic!("{STORE_VARIABLE} is sqlite or postgres, not {other}"),
    }
    let kept = data.join("database-url");
    let known = std::fs::read_to_string(&kept);
    Some(known.unwrap_or_else(|_| {
        // On a thread of its own: it waits.
        let url = std::thread::spawn(server_for_tests::laid_out_url).join().expect("a database");
        std::fs::write(&kept, &url).expect("the folder takes a file");
        url
    }))
}

/// How a program at `url` is set up that keeps its books in `data` and is paid through `sandbox`; its clock is a test clock.
pub(crate) fn settings(data: &Path, url: &str, sandbox: &Sandbox) -> Config {
    let mut config = Config::embedded().expect("settings");
    config.server.data = data.to_owned();
    url.clone_into(&mut config.server.public_url);
    config.stripe.api_url = sandbox.url().to_owned();
    config.stripe.secret_key = STRIPE_KEY.to_owned();
    config.stripe.webhook_secrets = vec![WEBHOOK_SECRET.to_owned()];
    config.test_clock = true;
    config.database = database_of(data);
    config
}

/// What tells the program itself where a house has kept its books: a variable of the environment.
pub(crate) fn place_of(data: &Path) -> (&'static str, OsString) {
    match database_url_of(data) {
        Some(url) => ("SALDO_DATABASE__URL", url.into()),
        None => ("SALDO_SERVER__DATA", data.into()),
    }
}

/// A running program with everything around it.
pub(crate) struct House {
    /// The program's parts.
    pub(crate) running: Running,
    /// `http://127.0.0.1:port`, without a slash at its end.
    pub(crate) url: String,
    /// What stands for Stripe.
    pub(crate) sandbox: Sandbox,
    /// A key of the operator with all scopes.
    pub(crate) operator: String,
    /// Follows no redirect.
    pub(crate) client: reqwest::Client,
    /// Reads what has landed; opened when it is first asked for.
    journal: Mutex<Option<Box<dyn JournalReader>>>,
    data: TempDir,
    end: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

/// What the program answered.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The problem's code.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body as JSON, if the status is this one.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

/// Nothing that anybody could see has changed if two of these are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Decisions in the journal but those that an owner makes for itself, at its start and when an hour begins.
    decisions: usize,
    digest: u64,
}

impl House {
    /// A new program in a new folder, with a test clock.
    pub(crate) async fn open() -> House {
        House::open_with(|_| {}).await
    }

    /// As [`House::open`], with other settings.
    pub(crate) async fn open_with(change: impl FnOnce(&mut Config)) -> House {
        let data = tempfile::tempdir().expect("a folder");
        House::open_in(data, change).await
    }

    /// A program on what another one left in `data`.
    pub(crate) async fn open_in(data: TempDir, change: impl FnOnce(&mut Config)) -> House {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let sandbox = open_sandbox(&url).await;
        let mut config = settings(data.path(), &url, &sandbox);
        change(&mut config);
        let running = Running::start(config).await.expect("a start");
        // The row with which a program takes the journal over has landed: what changes from now on, a test has caused.
        running.app.ledger.settle_all().await.expect("the ledger takes writes");
        jobs::start(&running.app);
        let (end, ending) = watch::channel(false);
        let (app, router) = (Arc::clone(&running.app), routes::router(&running.app));
        let serving =
            tokio::spawn(async move { server::serve(listener, router, &app.config.server, ending).await });
        let operator =
            keys::create(&running.app, None, "house", api::ALL_SCOPES).await.expect("a key").secret;
        let policy = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(policy).timeout(PATIENCE).build().expect("a client");
        House { running, url, sandbox, operator, client, journal: Mutex::default(), data, end, serving }
    }

    /// Ends the program in order and starts it again on the same folder. Keys that were made go on working.
    pub(crate) async fn restart(self) -> House {
        let operator = self.operator.clone();
        let data = self.close().await;
        let mut house = House::open_in(data, |_| {}).await;
        house.operator = operator;
        house
    }

    /// Ends the program in order; the folder is what remains.
    pub(crate) async fn close(self) -> TempDir {
        let House { running, data, end, serving, client, .. } = self;
        // Connections that are kept open would be waited for.
        drop(client);
        end.send_replace(true);
        serving.await.expect("the listener ends");
        tokio::task::spawn_blocking(move || running.end()).await.expect("the program ends");
        data
    }

    /// The folder with the databases.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// A customer with $25.00.
    pub(crate) async fn customer(&self, name: &str) -> CreatedCustomer {
        let email = Some(format!("{name}@example.com"));
        let new = NewCustomer { name: name.to_owned(), email, ..NewCustomer::default() };
        customers::create(&self.running.app, new).await.expect("a customer")
    }

    /// A new key of this customer's own.
    pub(crate) async fn key_of(&self, customer: &CreatedCustomer) -> String {
        let id = Some(customer.customer.id);
        keys::create(&self.running.app, id, "own", "guard").await.expect("a key").secret
    }

    /// Sends a request as it is given.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        send(request).await
    }

    /// A request to the program, without a key.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// Reads with the operator's key.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).bearer_auth(&self.operator)).await
    }

    /// Writes JSON with the operator's key, under a new idempotency key.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_under(&fresh_key(), path, body).await
    }

    /// Writes JSON with the operator's key, under this idempotency key.
    pub(crate) async fn post_under(&self, key: &str, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(&self.operator);
        self.send(request.header("idempotency-key", key).json(body)).await
    }

    /// Asks the guard with a customer's key.
    pub(crate) async fn guard(&self, secret: &str) -> Answer {
        self.send(self.request(Method::GET, "/guard").bearer_auth(secret)).await
    }

    /// The figures of a wallet: posted, pending, available.
    pub(crate) async fn figures(&self, wallet: money::WalletId) -> [String; 3] {
        let wallet = self.get(&format!("/v1/wallets/{wallet}")).await.expect(200);
        ["posted", "pending", "available"]
            .map(|part| wallet["balance"][part]["amount"].as_str().unwrap_or_default().to_owned())
    }

    /// Moves the test clock.
    pub(crate) async fn advance(&self, seconds: u32) {
        self.post("/v1/test-clock/advance", &json!({ "seconds": seconds })).await.expect(200);
    }

    /// A meter `api_call` of active time: $0.25 an hour from the first call.
    pub(crate) async fn meter_of_hours(&self) {
        let price = json!({"kind": "per_active_window", "amount": {"amount": "0.25", "unit": "USD"},
            "window_seconds": 3_600, "anchor": "first_event"});
        let meter = json!({"slug": "api_call", "aggregation": "active_time", "price": price});
        self.post("/v1/meters", &meter).await.expect(201);
    }

    /// Looks at the tables until what is there is `wanted`.
    pub(crate) async fn until<T: Send + 'static>(
        &self,
        look: impl Fn(&store::Reader<'_>) -> Result<T, store::StoreError> + Clone + Send + 'static,
        wanted: impl Fn(&T) -> bool,
    ) -> T {
        self.until_within(PATIENCE, look, wanted).await
    }

    /// As [`House::until`], for what is so much work that a busy machine takes longer than the usual patience.
    pub(crate) async fn until_within<T: Send + 'static>(
        &self,
        patience: std::time::Duration,
        look: impl Fn(&store::Reader<'_>) -> Result<T, store::StoreError> + Clone + Send + 'static,
        wanted: impl Fn(&T) -> bool,
    ) -> T {
        let looking = async {
            loop {
                let found = self.running.app.read(look.clone()).await.expect("a look");
                if wanted(&found) {
                    return found;
                }
                look_again().await;
            }
        };
        tokio::time::timeout(patience, looking).await.expect("what is wanted within time")
    }

    /// Has every webhook that ever came worked on once more, and waits until all are.
    pub(crate) async fn hear_again(&self) {
        let again = |tx: &store::Tx<'_>| {
            for event in tx.inbox_events(None, 100)?.rows {
                tx.replay_inbox(&event.provider, &event.event_id, clock::now())?;
            }
            Ok(())
        };
        self.running.app.write(again).await.expect("events");
        self.running.app.inbox_news.notify_one();
        let is_heard = |reader: &store::Reader<'_>| reader.inbox(InboxState::Received, None, 1);
        self.until(is_heard, |waiting| waiting.rows.is_empty()).await;
    }

    /// The mails that name the receipt of this payment, once no notice waits to be told.
    pub(crate) async fn receipts_mailed(&self, payment: PaymentId) -> Vec<Mail> {
        let is_told = |reader: &store::Reader<'_>| {
            Ok(reader.notices(None, 200)?.rows.iter().all(|notice| notice.delivered_at.is_some()))
        };
        self.until(is_told, |is_told| *is_told).await;
        let mails = self.running.app.read(|reader| Ok(reader.mails(None, 200)?.rows)).await.expect("mails");
        let link = format!("/receipts/{payment}");
        mails.into_iter().filter(|mail| mail.body.contains(&link)).collect()
    }

    /// Pays a top-up on the sandbox's page with a new card of this number.
    pub(crate) async fn pay(&self, topup: &Value, number: &str) -> Answer {
        pay(&self.client, topup, number).await
    }

    /// Asks the sandbox as anybody with the secret key may: Stripe's own API.
    pub(crate) async fn stripe(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Value {
        let form =
            form.iter().fold(stripe::form::Form::new(), |form, (name, value)| form.with(*name, *value));
        let request = self.client.request(method, format!("{}{path}", self.sandbox.url()));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.encode());
        self.send(request.bearer_auth(STRIPE_KEY)).await.expect(200)
    }

    /// A payment of so many cents at Stripe that these books did not ask for, with a card that pays.
    pub(crate) async fn pay_elsewhere(&self, customer: &str, cents: &str, metadata: &[(&str, &str)]) {
        let mut fields = vec![
            ("mode", "payment"),
            ("customer", customer),
            ("line_items[0][price_data][currency]", "usd"),
            ("line_items[0][price_data][unit_amount]", cents),
            ("line_items[0][price_data][product_data][name]", "A chair"),
            ("line_items[0][quantity]", "1"),
            ("success_url", "https://shop.example.com/thanks"),
        ];
        let named: Vec<_> = metadata
            .iter()
            .map(|(name, value)| (format!("payment_intent_data[metadata][{name}]"), *value))
            .collect();
        fields.extend(named.iter().map(|(name, value)| (name.as_str(), *value)));
        let session = self.stripe(Method::POST, "/v1/checkout/sessions", &fields).await;
        self.pay(&json!({"checkout_url": session["url"]}), "4242424242424242").await;
    }

    /// As [`House::stripe`], again until no fault is in the way.
    pub(crate) async fn stripe_until_told(&self, method: Method, path: &str) -> Value {
        let ask = async {
            loop {
                let request = self.client.request(method.clone(), format!("{}{path}", self.sandbox.url()));
                let Ok(answer) = request.bearer_auth(STRIPE_KEY).send().await else { continue };
                if answer.status().is_success() {
                    return answer.json().await.expect("JSON");
                }
            }
        };
        tokio::time::timeout(PATIENCE, ask).await.expect("an answer within time")
    }

    /// How the book stands.
    pub(crate) fn seen(&self) -> Seen {
        let digest = self.running.app.ledger.landed().borrow().digest;
        let mut kept = self.journal.lock().expect("nobody panics");
        let journal =
            kept.get_or_insert_with(|| self.running.app.journal_reader().expect("a reader of the journal"));
        let rows = journal.read(1, usize::MAX, usize::MAX).expect("rows");
        let decisions = rows.iter().flat_map(read_batch).filter(|decision| {
            let (_, decision) = decision.as_ref().expect("a decision");
            !matches!(decision.record, Record::Opened { .. } | Record::Forgot { .. })
        });
        Seen { decisions: decisions.count(), digest }
    }

    /// A webhook signed as the sandbox would, `seconds_ago`.
    pub(crate) fn signature(&self, body: &str, secret: &str, seconds_ago: i64) -> String {
        stripe::signature::sign(secret, clock::now().as_seconds() - seconds_ago, body.as_bytes())
    }
}

/// Sends a request as it is given.
async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.expect("a body") }
}

/// Pays a top-up on the sandbox's page with a new card of this number.
pub(crate) async fn pay(client: &reqwest::Client, topup: &Value, number: &str) -> Answer {
    let url = topup["checkout_url"].as_str().expect("a page to pay");
    let page = send(client.get(url)).await;
    let attempt = page.text.split("name=\"attempt\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let form = stripe::form::Form::new()
        .with("attempt", attempt.expect("a form"))
        .with("payment_method", "new")
        .with("number", number)
        .with("expiry", "12 / 34")
        .with("cvc", "123")
        .with("name", "Ana Lima");
    send(client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form.encode()))
        .await
}

/// What stands for Stripe, for a program that serves at `url`.
pub(crate) async fn open_sandbox(url: &str) -> Sandbox {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let public_url = format!("http://{}", listener.local_addr().expect("an address"));
    let webhook = Some(WebhookEndpoint {
        url: format!("{url}{}", saldo::webhooks::WEBHOOK_PATH),
        secret: WEBHOOK_SECRET.to_owned(),
    });
    let secret_key = STRIPE_KEY.to_owned();
    let clock = real_time();
    let config = SandboxConfig { listener, public_url, secret_key, webhook, state: None, clock };
    Sandbox::start(config).await.expect("a sandbox")
}

/// An idempotency key that nothing has had.
pub(crate) fn fresh_key() -> String {
    static KEYS: AtomicU32 = AtomicU32::new(1);
    format!("test-{}-{}", std::process::id(), KEYS.fetch_add(1, Ordering::Relaxed))
}

/// Runs all of them at the same time.
pub(crate) async fn together<T>(tasks: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = tasks.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (task, done) in waiting.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(value) = task.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
