//! The program itself on a PostgreSQL server, as an operator runs it: made ready from the command line, called, paid, killed, started
//! again, proven; and what it does while the database is away.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use house::server_for_tests as server;
use house::{PATIENCE, STRIPE_KEY, WEBHOOK_SECRET, fresh_key, open_sandbox, pay};
use reqwest::{Method, StatusCode};
use sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What the program logs when it serves.
const SERVES: &str = "Saldo serves";
/// Longer than a lease, which a start after a kill waits out.
const START_MAX: Duration = Duration::from_secs(60);

/// The program and what it needs around it.
struct Operator {
    database: String,
    folder: TempDir,
    port: u16,
    sandbox: Sandbox,
    http: reqwest::Client,
    key: String,
    child: Option<Child>,
}

impl Operator {
    async fn prepare(database: fn() -> String) -> Operator {
        let database = tokio::task::spawn_blocking(database).await.expect("an empty database");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("database-url"), format!("{database}\n")).expect("a file");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        let sandbox = open_sandbox(&format!("http://127.0.0.1:{port}")).await;
        let http = reqwest::Client::builder().timeout(PATIENCE).build().expect("a client");
        let mut operator =
            Operator { database, folder, port, sandbox, http, key: String::new(), child: None };
        let made = operator.succeed(&["key", "create", "--name", "it", "--scope", "*"]);
        let secret = made.lines().find_map(|line| line.strip_prefix("secret")).expect("a secret");
        secret.trim().clone_into(&mut operator.key);
        operator
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
        command
            .args(arguments)
            .env("SALDO_DATABASE__URL_FILE", self.folder.path().join("database-url"))
            .env("SALDO_SERVER__DATA", self.folder.path().join("data"))
            .env("SALDO_SERVER__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("SALDO_SERVER__PUBLIC_URL", format!("http://127.0.0.1:{}", self.port))
            .env("SALDO_SERVER__SNAPSHOT_ROWS", "10")
            .env("SALDO_SERVER__API_REQUESTS_PER_SECOND", "1000000")
            .env("SALDO_SERVER__API_REQUESTS_BURST", "1000000")
            .env("SALDO_STRIPE__API_URL", self.sandbox.url())
            .env("SALDO_STRIPE__SECRET_KEY", STRIPE_KEY)
            .env("SALDO_STRIPE__WEBHOOK_SECRETS", WEBHOOK_SECRET)
            .env("RUST_LOG", "warn,saldo::cli=info");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// What a command prints that does what it should.
    fn succeed(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        let printed = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{arguments:?}: {printed}{}", String::from_utf8_lossy(&done.stderr));
        printed
    }

    fn start(&mut self) {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().expect("the program starts");
        let log = BufReader::new(child.stderr.take().expect("a piped log"));
        let (told, tells) = mpsc::channel();
        std::thread::spawn(move || {
            // Read to its end, so that the program never waits for somebody to read.
            for line in log.lines().map_while(Result::ok) {
                let _ = told.send(line); // whoever waited for the first lines has gone
            }
        });
        self.child = Some(child);
        let mut said = Vec::new();
        loop {
            let line =
                tells.recv_timeout(START_MAX).unwrap_or_else(|_| panic!("it does not serve: {said:#?}"));
            if line.contains(SERVES) {
                return;
            }
            said.push(line);
        }
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it has ended");
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("http://127.0.0.1:{}{path}", self.port)).bearer_auth(&self.key)
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("JSON")
    }

    async fn try_post(&self, key: &str, path: &str, body: &Value) -> reqwest::Response {
        let request = self.request(Method::POST, path).header("idempotency-key", key).json(body);
        request.send().await.expect("an answer")
    }

    async fn post(&self, key: &str, path: &str, body: &Value) -> Value {
        let answer = self.try_post(key, path, body).await;
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Asks until what is answered is wanted: every answer is work of the program, so this waits without sleeping.
    async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let found = self.get(path).await;
                if wanted(&found) {
                    return found;
                }
                house::look_again().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("what is wanted within time")
    }

    async fn posted(&self, wallet: &str) -> Value {
        self.get(&format!("/v1/wallets/{wallet}")).await["balance"]["posted"]["amount"].clone()
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn customer_with_use(operator: &Operator) -> (String, String) {
    let price = json!({"kind": "per_unit", "price": {"amount": "0.25", "unit": "USD"}});
    let meter = json!({"slug": "calls", "aggregation": "count", "price": price});
    operator.post("meter", "/v1/meters", &meter).await;
    let ana = json!({"name": "Ana", "subjects": ["ana"]});
    let ana = operator.post("ana", "/v1/customers", &ana).await;
    let wallet = ana["wallets"][0]["id"].as_str().expect("a wallet").to_owned();
    let event = |id: u32| json!({"specversion": "1.0", "source": "test", "id": id.to_string(), "type": "calls", "subject": "ana", "data": {}});
    let events: Vec<Value> = (0..20).chain(0..20).map(event).collect();
    operator.post(&fresh_key(), "/v1/events", &json!(events)).await;
    (ana["id"].as_str().expect("a customer").to_owned(), wallet)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_spends_pays_and_finds_it_all_after_a_kill() {
    let mut operator = Operator::prepare(server::empty_url).await;
    operator.start();
    let (customer, wallet) = customer_with_use(&operator).await;
    let charge = json!({"wallet": wallet, "amount": {"amount": "1.00", "unit": "USD"}, "kind": "call"});
    let charged = operator.post("one", "/v1/charges", &charge).await;

    let wanted = json!({"customer": customer, "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = operator.post("topup", "/v1/topups", &wanted).await;
    pay(&operator.http, &topup, "4242424242424242").await;
    let path = format!("/v1/topups/{}", topup["id"].as_str().expect("an id"));
    operator.until(&path, |topup| topup["state"] == "credited").await;
    let before = operator.posted(&wallet).await;
    let entries = operator.get(&format!("/v1/wallets/{wallet}/entries")).await;

    // Beside the server: looking is allowed, writing is not.
    operator.succeed(&["verify"]);
    operator.succeed(&["customer", "list"]);
    let refused = operator.run(&["rebuild-views"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("a running Saldo holds the PostgreSQL database"), "{told}");

    operator.kill();
    operator.start();
    assert_eq!(operator.posted(&wallet).await, before);
    assert_eq!(operator.get(&format!("/v1/wallets/{wallet}/entries")).await, entries);
    assert_eq!(
        operator.post("one", "/v1/charges", &charge).await,
        charged,
        "the first answer, and no second charge"
    );
    assert_eq!(operator.posted(&wallet).await, before);

    operator.kill();
    let verified = operator.succeed(&["verify"]);
    assert!(verified.contains("Everything adds up."), "{verified}");
    operator.succeed(&["rebuild-views"]);
    assert_eq!(operator.succeed(&["verify"]), verified);
    assert!(operator.succeed(&["migrate"]).contains("There was nothing to apply."));
    assert!(!operator.folder.path().join("data/journal.db").exists(), "nothing of it is in the folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_reads_go_on_and_writes_come_again_later() {
    let mut operator = Operator::prepare(server::empty_database_url).await;
    operator.start();
    let (_, wallet) = customer_with_use(&operator).await;
    let balance = operator.posted(&wallet).await;
    let database = operator.database.clone();
    tokio::task::spawn_blocking(move || server::shut(&database)).await.expect("the database is away");

    let charge = json!({"wallet": wallet, "amount": {"amount": "1.00", "unit": "USD"}, "kind": "call"});
    for _ in 0..20 {
        let refused = operator.try_post("while-away", "/v1/charges", &charge).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));
        let problem: Value = refused.json().await.expect("a problem");
        let code = problem["code"].as_str().unwrap_or_default();
        assert!(["not_attempted", "outcome_unknown", "storage_unavailable"].contains(&code), "{problem}");
        assert_eq!(operator.posted(&wallet).await, balance, "balances are read from memory");
    }
    // A load balancer learns it within the time that a lease takes.
    let noticed = async {
        while operator.request(Method::GET, "/readyz").send().await.expect("an answer").status()
            == StatusCode::OK
        {
            house::look_again().await;
        }
    };
    tokio::time::timeout(PATIENCE, noticed).await.expect("it says that it is not ready");
    assert_eq!(operator.posted(&wallet).await, balance, "for as long as it takes");

    let database = operator.database.clone();
    tokio::task::spawn_blocking(move || server::open_again(&database)).await.expect("it is back");
    let again = async {
        loop {
            let answer = operator.try_post("while-away", "/v1/charges", &charge).await;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                assert!(answer.status().is_success(), "{}", answer.status());
                return;
            }
            house::look_again().await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("it recovers by itself");
    let after = operator.posted(&wallet).await;
    operator.post("while-away", "/v1/charges", &charge).await;
    assert_eq!(operator.posted(&wallet).await, after, "once, however often it was asked for");
    operator.kill();
    operator.succeed(&["verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_journal_another_writes_ends_and_says_so() {
    let mut operator = Operator::prepare(server::empty_url).await;
    operator.start();
    customer_with_use(&operator).await;
    let database = operator.database.clone();
    // As if this one had been cut off for longer than its lease.
    let taken = "UPDATE leases SET term = term + 1, until = now()";
    tokio::task::spawn_blocking(move || server::run(&database, taken)).await.expect("another takes it");
    let mut child = operator.child.take().expect("it runs");
    let ended = tokio::task::spawn_blocking(move || child.wait()).await.expect("a thread").expect("it ends");
    assert_eq!(ended.code(), Some(1));
    operator.start();
    operator.kill();
    operator.succeed(&["verify"]);
}
