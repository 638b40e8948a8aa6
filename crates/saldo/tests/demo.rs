//! `saldo demo` as a newcomer has it: what it prints, that it goes on where it was, that *Reset* begins anew.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::Value;

/// How long something may take to become true.
const PATIENCE: Duration = Duration::from_secs(60);

struct Demo {
    child: Child,
    line: Value,
}

impl Demo {
    fn start(data: &Path, port: u16) -> Demo {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
        command.args(["demo", "--json", "--port", &port.to_string(), "--data"]).arg(data);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("a piped output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        Demo { child, line: serde_json::from_str(&line).expect("one line of JSON") }
    }

    fn text(&self, pointer: &str) -> String {
        self.line.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned()
    }

    /// SIGTERM, as a person's Ctrl-C would.
    fn end(mut self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(told.is_ok_and(|status| status.success()), "kill");
        assert!(self.child.wait().expect("it ends").success());
    }

    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it has ended");
    }

    /// One call of the example API by the sample customer: the status and what it says.
    async fn call(&self) -> (StatusCode, Value) {
        let call = client().get(self.text("/example_api_url")).bearer_auth(self.text("/customer/api_key"));
        let answer = call.send().await.expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }

    /// What is available to the sample customer.
    async fn available(&self) -> String {
        let url = format!("{}/v1/customers/{}/wallets", self.text("/api_url"), self.text("/customer/id"));
        let answer = client().get(url).bearer_auth(self.text("/api_key")).send().await.expect("an answer");
        let wallets: Value = answer.json().await.expect("JSON");
        let available = wallets.pointer("/data/0/balance/available/amount").and_then(Value::as_str);
        available.expect("a balance").to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> reqwest::Client {
    let policy = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(policy).timeout(PATIENCE).no_proxy().build().expect("a client")
}

/// Five free ports in a row, below those that the system hands out; no two tests get the same.
fn ports() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let begin = 9_000 + u16::try_from(std::process::id() % 1_000).expect("small") * 5;
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    std::iter::repeat_with(|| begin + TAKEN.fetch_add(5, Ordering::Relaxed))
        .take_while(|port| *port < 20_000)
        .find(|port| (0..5).all(|n| is_free(port + n)))
        .expect("five free ports")
}

/// The first screen: its cookie, the token of its forms, its text.
async fn first_screen(url: &str) -> (String, String, String) {
    let answer = client().get(format!("{url}/")).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()[SET_COOKIE].to_str().expect("text");
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let text = answer.text().await.expect("text");
    let (_, behind) = text.split_once("name=\"csrf\" value=\"").expect("a form");
    let token = behind.split('"').next().expect("a token").to_owned();
    (cookie, token, text)
}

/// Sends a form of the first screen; status and where it leads.
async fn submit(url: &str, path: &str, fields: &str) -> (StatusCode, String) {
    let (cookie, token, _) = first_screen(url).await;
    let form = client().post(format!("{url}{path}")).header(COOKIE, cookie);
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let answer = form.body(format!("csrf={token}&{fields}")).send().await.expect("an answer");
    let to = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    (answer.status(), to.to_owned())
}

#[tokio::test]
async fn it_goes_on_where_it_was_and_begins_anew_when_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = ports();
    let demo = Demo::start(folder.path(), port);
    let first_line = demo.line.clone();
    let url = demo.text("/portal_url");
    assert_eq!(url, format!("http://127.0.0.1:{port}"));
    assert_eq!(demo.text("/sandbox_url"), format!("http://127.0.0.1:{}", port + 1));
    assert_eq!(demo.text("/router_url"), format!("http://127.0.0.1:{}", port + 3));
    assert!(demo.text("/example_call").contains(&demo.text("/customer/api_key")));
    assert_eq!(demo.available().await, "25.00");
    for file in std::fs::read_dir(folder.path()).expect("the folder") {
        let file = file.expect("a file");
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&file.metadata().expect("it is there").permissions());
        assert_eq!(mode & 0o777, 0o600, "{} is for its owner alone", file.path().display());
    }
    let (status, greeting) = demo.call().await;
    assert_eq!((status, &greeting["available"]), (StatusCode::OK, &Value::from("24.75")));
    demo.end();

    let demo = Demo::start(folder.path(), port);
    assert_eq!(demo.line, first_line, "the same logins and keys");
    assert_eq!(demo.available().await, "24.75");
    assert_eq!(submit(&url, "/demo/clock", "seconds=3600&return_to=/demo").await.1, "/demo");
    assert_eq!(demo.call().await.1["available"], "24.50");
    demo.kill();

    let demo = Demo::start(folder.path(), port);
    assert_eq!(demo.line, first_line);
    assert_eq!(demo.available().await, "24.50");
    assert_eq!(submit(&url, "/demo/sign-in", "as=customer").await.1, "/billing");
    assert_eq!(submit(&url, "/demo/sign-in", "as=staff").await.1, "/console");
    assert_eq!(submit(&url, "/demo/sign-in", "as=provider_staff").await.1, "/console/lines");
    let (_, _, screen) = first_screen(&url).await;
    assert!(screen.contains(&demo.text("/customer/password")));

    assert_eq!(submit(&url, "/demo/reset", "").await, (StatusCode::SEE_OTHER, "/".to_owned()));
    let (_, _, anew) = first_screen(&url).await;
    assert!(anew.contains(&demo.text("/customer/password")), "the same logins");
    assert!(anew.contains("$25.00"), "a new customer");
    assert_eq!(demo.call().await.1["available"], "24.75", "a line that was copied before works");
    demo.end();

    let saldo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
        command.arg("--data").arg(folder.path()).args(arguments).output().expect("it runs")
    };
    // Commands work on the folder with the demo's own settings, its bank among them.
    let remitted = saldo(&["bank", "remittance", "--to", &folder.path().display().to_string()]);
    assert!(remitted.status.success(), "{}", String::from_utf8_lossy(&remitted.stderr));
    let verified = saldo(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// A page of the console, as the demo's staff see it.
async fn console(url: &str, path: &str) -> String {
    let (cookie, token, _) = first_screen(url).await;
    let form = client().post(format!("{url}/demo/sign-in")).header(COOKIE, &cookie);
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let answer = form.body(format!("csrf={token}&as=staff")).send().await.expect("an answer");
    let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookies: Vec<&str> = set.filter_map(|value| value.split(';').next()).chain([&*cookie]).collect();
    let page = client().get(format!("{url}{path}")).header(COOKIE, cookies.join("; ")).send();
    let page = page.await.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK, "{path}");
    page.text().await.expect("text")
}

#[tokio::test]
async fn its_past_is_at_stripe_as_in_the_books_however_often_they_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(folder.path(), ports() + 300);
    let url = demo.text("/portal_url");
    // All of it is looked at again: what was booked in the past is not booked once more.
    for since in [&[][..], &["--since", "2020-01-01"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
        let reconciled = command.arg("--data").arg(folder.path()).arg("reconcile").args(since).output();
        let reconciled = reconciled.expect("it runs");
        let told = String::from_utf8_lossy(&reconciled.stdout).into_owned();
        assert_eq!(reconciled.status.code(), Some(0), "{told}");
        let rows: Vec<Vec<&str>> = told.lines().map(|line| line.split_whitespace().collect()).collect();
        for expected in [
            ["payment", "265.00", "265.00", "0.00"],
            ["refund", "-10.00", "-10.00", "0.00"],
            ["dispute", "-40.00", "-40.00", "0.00"],
            ["fee", "-24.50", "-24.50", "0.00"],
            ["payout", "-103.70", "-103.70", "0.00"],
        ] {
            assert!(rows.iter().any(|row| row[..] == expected), "{expected:?}: {told}");
        }
    }
    let payments = console(&url, "/console/payments").await;
    for words in ["Partly refunded", "Disputed", "Heron Archive (sample)", "insufficient funds"] {
        assert!(payments.contains(words), "{words}: {payments}");
    }
    let invoices = console(&url, "/console/billing").await;
    for words in ["Rosa Exemplo", "R$99.90", "Overdue"] {
        assert!(invoices.contains(words), "{words}: {invoices}");
    }
    demo.end();
}

#[tokio::test]
async fn it_ends_when_told_in_the_middle_of_a_reset() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(folder.path(), ports() + 600);
    let url = demo.text("/portal_url");
    assert_eq!(submit(&url, "/demo/reset", "").await.0, StatusCode::SEE_OTHER);
    demo.end();
}

#[tokio::test]
async fn forms_that_no_page_drew_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(folder.path(), ports());
    let url = demo.text("/portal_url");
    for (path, fields) in [
        ("/demo/clock", "seconds=3600"),
        ("/demo/reset", ""),
        ("/demo/faults", "held=on"),
        ("/demo/bank", "times=1"),
        ("/demo/spending", ""),
        ("/demo/sign-in", "as=customer"),
    ] {
        let form = client().post(format!("{url}{path}"));
        let form = form.header("content-type", "application/x-www-form-urlencoded").body(fields);
        assert_eq!(form.send().await.expect("an answer").status(), StatusCode::FORBIDDEN, "{path}");
    }
    for seconds in ["0", "-1", "99999999", "soon"] {
        let (status, _) = submit(&url, "/demo/clock", &format!("seconds={seconds}")).await;
        assert!(status.is_client_error(), "{seconds}: {status}");
    }
    for times in ["0", "3", "often"] {
        let (status, _) = submit(&url, "/demo/bank", &format!("times={times}")).await;
        assert!(status.is_client_error(), "{times}: {status}");
    }
    let faults = "twice=on&router_lost=on&bank_waits=on&return_to=//evil.example";
    assert_eq!(submit(&url, "/demo/faults", faults).await.1, "/");
    let (_, _, screen) = first_screen(&url).await;
    for (name, is_on) in [("twice", true), ("held", false), ("router_lost", true), ("router_twice", false)] {
        assert_eq!(screen.contains(&format!("name=\"{name}\" checked")), is_on, "{name}");
    }
    assert!(screen.contains("name=\"bank_waits\" checked"), "the bank lets boletos wait");
    let faults = "reordered=on&lost=on&unheard=on&declined_late=on&saved_declined=on&return_to=/";
    assert_eq!(submit(&url, "/demo/faults", faults).await.1, "/");
    let answer = reqwest::get(format!("{}/faults", demo.text("/sandbox_url"))).await;
    let told: serde_json::Value =
        answer.expect("the sandbox answers").json().await.expect("its faults as JSON");
    for (name, expected) in [
        ("webhook_reorder", serde_json::json!(true)),
        ("webhook_duplicate", serde_json::json!(false)),
        ("webhook_drop_next", serde_json::json!(1)),
        ("answers_lost_next", serde_json::json!(1)),
        ("calls_fail_next", serde_json::json!(0)),
        ("late_decline", serde_json::json!(true)),
        ("off_session_decline", serde_json::json!("generic")),
    ] {
        assert_eq!(told[name], expected, "{name}");
    }
    let (_, _, screen) = first_screen(&url).await;
    for (name, is_on) in [("reordered", true), ("lost", true), ("failing", false), ("saved_declined", true)] {
        assert_eq!(screen.contains(&format!("name=\"{name}\" checked")), is_on, "{name}");
    }
    assert_eq!(demo.available().await, "25.00");
}
