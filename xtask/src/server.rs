//! Programs that serve: started, known by the one line of JSON they print when they are ready, and ended with the value.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Program, root, saldo};

const READY_SECONDS_MAX: u64 = 60;
/// Portal, sandbox and example API listen on neighbouring ports.
const PORTS: u16 = 3;
/// Below the range from which the kernel hands out ports by itself.
const PORT_CANDIDATES: std::ops::Range<u16> = 12_000..20_000;

/// A program that serves.
pub(crate) struct Server {
    child: Child,
    line: Value,
}

impl Server {
    /// Starts it and waits until it has printed its line.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let shown = format!("{}", command.get_program().display());
        let mut child = command
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {shown}"))?;
        let output = child.stdout.take().context("a piped output is there")?;
        let mut server = Self { child, line: Value::Null };
        server.line = first_json_line(output).with_context(|| shown)?; // what never gets ready is ended by `drop`
        Ok(server)
    }

    /// A text of its line, by JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> Result<&str> {
        self.line
            .pointer(pointer)
            .and_then(Value::as_str)
            .with_context(|| format!("its line has no {pointer}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The release build's `saldo demo --json`, in a folder of its own, on free ports.
pub(crate) struct Demo {
    server: Server,
    /// The portal's port; the sandbox and the example API have the next two.
    pub(crate) port: u16,
    _folder: TempDir,
}

impl Demo {
    /// Starts it and waits until it has printed its line.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_ports()?;
        let mut command = Command::new(saldo());
        command.args(["demo", "--json", "--port", &port.to_string(), "--data"]).arg(folder.path());
        Ok(Self { server: Server::start(&mut command)?, port, _folder: folder })
    }

    /// A text of its line, by JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> Result<&str> {
        self.server.text(pointer)
    }
}

/// A PostgreSQL for the tests of the store, in a folder of its own, ended with the value.
pub(crate) struct Postgres {
    script: Child,
    url: String,
}

impl Postgres {
    /// Starts it and waits until it takes connections.
    pub(crate) fn start() -> Result<Self> {
        let path = root().join("crates/store/tests/server/serve.sh");
        let mut script = Command::new(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", path.display()))?;
        let output = script.stdout.take().context("a piped output is there")?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url)?;
        let started = Self { script, url: url.trim().to_owned() };
        if started.url.is_empty() {
            bail!("PostgreSQL did not start; what it said stands above");
        }
        Ok(started)
    }

    /// Where tests find it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What it calls itself.
    pub(crate) fn version(&self) -> Result<String> {
        Program::new("psql", ["--no-psqlrc", "--tuples-only", "--no-align", "--command=SHOW server_version"])
            .and(format!("--dbname={}", self.url))
            .ask()
            .map(|version| format!("PostgreSQL {version}"))
            .context("psql cannot ask the server")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Its input ends, and the script takes server and folder with it.
        drop(self.script.stdin.take());
        let _ = self.script.wait(); // it may have ended by itself
    }
}

fn first_json_line(output: impl std::io::Read + Send + 'static) -> Result<Value> {
    let (found, finds) = mpsc::channel();
    // Reads on after the first line, so that it never waits for a full pipe.
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if line.starts_with('{') {
                let _ = found.send(line); // only the first one is waited for
            }
        }
    });
    match finds.recv_timeout(Duration::from_secs(READY_SECONDS_MAX)) {
        Ok(line) => serde_json::from_str(&line).with_context(|| format!("its line is no JSON: {line}")),
        Err(mpsc::RecvTimeoutError::Disconnected) => bail!("it ended before it was ready"),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            bail!("it printed no JSON line within {READY_SECONDS_MAX} s")
        }
    }
}

fn free_ports() -> Result<u16> {
    let offset = u16::try_from(std::process::id() % 1_000)? * PORTS;
    PORT_CANDIDATES
        .skip(usize::from(offset))
        .step_by(usize::from(PORTS))
        .find(|&first| (first..first + PORTS).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()))
        .ok_or_else(|| anyhow!("no {PORTS} neighbouring free ports found"))
}
