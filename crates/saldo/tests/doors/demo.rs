//! The demo's own pages, called on the real program.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use reqwest::Method;
use serde_json::Value;

use super::house::PATIENCE;
use super::table::DEMO;

/// Ports that are tried; the demo takes five in a row.
const PORTS: std::ops::Range<u16> = 21_000..22_000;

/// What every form of the demo asks for, with a token that is none.
const GUESSED: &str = "csrf=guessed&as=customer&seconds=3600&times=1";

struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn five_free_ports() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut begins = PORTS.step_by(5);
    begins.find(|port| (0..5).all(|n| is_free(port + n))).expect("five free ports")
}

#[tokio::test]
async fn the_demo_says_what_its_table_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
    command.args(["demo", "--json", "--port", &five_free_ports().to_string(), "--data"]).arg(folder.path());
    let mut demo = Demo(command.stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut line = String::new();
    let out = demo.0.stdout.take().expect("a piped output");
    BufReader::new(out).read_line(&mut line).expect("a line");
    let told: Value = serde_json::from_str(&line).expect("one line of JSON");
    let url = told["portal_url"].as_str().expect("where it is");
    let policy = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().redirect(policy).timeout(PATIENCE).build().expect("a client");
    let mut otherwise = Vec::new();
    for (method, path, status) in DEMO {
        let address = format!("{url}{}", path.replace("{mail}", "nothing"));
        let request = client.request(method.parse::<Method>().expect("a method"), &address);
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
