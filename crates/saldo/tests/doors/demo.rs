//! The demo's own pages, called on the real program.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use super::house::PATIENCE;
use super::table::DEMO;

/// Ports that are tried; the demo takes five in a row.
const PORTS: std::ops::Range<u16> = 21_000..22_000;

/// What every form of the demo asks for, with a token that is none.
const GUESSED: &str = "csrf=guessed&as=customer&seconds=3600&times=1";

/// A demo that runs until it is dropped.
pub(crate) struct RunningDemo {
    child: Child,
    _folder: TempDir,
    /// What it says of itself.
    pub(crate) told: Value,
    /// Follows no redirect.
    pub(crate) client: reqwest::Client,
}

impl Drop for RunningDemo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl RunningDemo {
    /// The real program, in a folder of its own.
    pub(crate) async fn start() -> RunningDemo {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
        command
            .args(["demo", "--json", "--port", &five_free_ports().to_string(), "--data"])
            .arg(folder.path());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("a piped output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("one line of JSON");
        let policy = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(policy).timeout(PATIENCE).build().expect("a client");
        RunningDemo { child, _folder: folder, told, client }
    }

    /// An address of the program.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.told["portal_url"].as_str().expect("where it is"))
    }

    /// What a browser holds in which the demo's customer is signed in.
    pub(crate) async fn customers_cookies(&self) -> String {
        let first = self.client.get(self.at("/")).send().await.expect("an answer");
        let form = cookies(&first);
        let page = first.text().await.expect("a page");
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let body = format!("csrf={}&as=customer", token.expect("a form"));
        let asked = self.client.post(self.at("/demo/sign-in")).header("cookie", &form).body(body);
        let asked = asked.header("content-type", "application/x-www-form-urlencoded");
        let answer = asked.header("origin", self.at("")).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 303, "he is signed in");
        format!("{form}; {}", cookies(&answer))
    }
}

fn cookies(answer: &reqwest::Response) -> String {
    let set = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}

fn five_free_ports() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut begins = PORTS.step_by(5);
    begins.find(|port| (0..5).all(|n| is_free(port + n))).expect("five free ports")
}

#[tokio::test]
async fn the_demo_says_what_its_table_says() {
    let demo = RunningDemo::start().await;
    let mut otherwise = Vec::new();
    for (method, path, status) in DEMO {
        let address = demo.at(&path.replace("{mail}", "nothing"));
        let request = demo.client.request(method.parse::<Method>().expect("a method"), &address);
        let request = match method {
            "POST" => request.header("content-type", "application/x-www-form-urlencoded").body(GUESSED),
            _ => request,
        };
        // Of a stream that goes on the head is enough.
        let answer = request.send().await.expect("an answer").status().as_u16();
        if answer != status {
            otherwise.push(format!("{method} {path}: {answer}, not {status}"));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}
