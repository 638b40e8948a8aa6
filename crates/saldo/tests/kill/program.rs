//! The program under test: the binary itself, on a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use store::{Place, PostgresServer, Tables};
use tempfile::TempDir;

/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(60);
/// What the program logs when it serves.
const SERVES: &str = "Saldo serves";

/// The program, running or not.
pub(crate) struct Program {
    folder: TempDir,
    port: u16,
    /// The database, where it is not the folder.
    database: String,
    /// Variables of the environment beside those that every program here has.
    settings: &'static [(&'static str, &'static str)],
    /// The operator's key.
    pub(crate) key: String,
    child: Option<Child>,
}

impl Program {
    /// A folder with an API key in it; the books in the database of this URL, unless that is empty.
    pub(crate) fn prepare(database: String, settings: &'static [(&'static str, &'static str)]) -> Program {
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        let mut program = Program { folder, port, database, settings, key: String::new(), child: None };
        let made = program.command(&["key", "create", "--name", "kill", "--scope", "*"]).output();
        let made = made.expect("the program runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let printed = String::from_utf8(made.stdout).expect("text");
        let secret = printed.lines().find_map(|line| line.strip_prefix("secret")).expect("a secret");
        secret.trim().clone_into(&mut program.key);
        program
    }

    /// Where it serves, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
        let data: &Path = self.folder.path();
        command
            .args(arguments)
            .env("SALDO_SERVER__DATA", data)
            .env("SALDO_DATABASE__URL", &self.database)
            .env("SALDO_SERVER__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("SALDO_SERVER__API_REQUESTS_PER_SECOND", "1000000")
            .env("SALDO_SERVER__API_REQUESTS_BURST", "1000000")
            // Snapshots are made and restored many times.
            .env("SALDO_SERVER__SNAPSHOT_ROWS", "150")
            .env("SALDO_CREDIT__WELCOME_AMOUNT", "0")
            .env("RUST_LOG", "warn,saldo::cli=info")
            .envs(self.settings.iter().copied());
        command
    }

    /// Starts it and waits until it says that it serves.
    pub(crate) fn start(&mut self) {
        let mut command = self.command(&["serve"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let log = child.stderr.take().expect("a piped log");
        let (told, tells) = mpsc::channel();
        std::thread::spawn(move || {
            let mut begun = Vec::new();
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                if line.contains(SERVES) {
                    // Whoever waited may have given up.
                    let _ = told.send(Ok(()));
                    begun.clear();
                } else {
                    begun.push(line);
                }
            }
            let _ = told.send(Err(begun.join("\n")));
        });
        self.child = Some(child);
        match tells.recv_timeout(START_MAX) {
            Ok(Ok(())) => {}
            Ok(Err(log)) => panic!("the program ended before it served:\n{log}"),
            Err(_) => panic!("the program did not serve within {} s", START_MAX.as_secs()),
        }
    }

    /// The tables, beside the program or after it.
    pub(crate) fn tables(&self) -> Tables {
        let place = if self.database.is_empty() {
            Place::Folder(self.folder.path().to_owned())
        } else {
            Place::Server(PostgresServer::parse(&self.database).expect("a URL that is understood"))
        };
        place.open_tables().expect("tables")
    }

    /// SIGKILL: it gets no chance to do anything more.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it has ended");
        }
    }

    /// Has the binary compare the books with Stripe: its exit code, and what it printed.
    pub(crate) fn reconcile(&self) -> (Option<i32>, String) {
        let seen = self.command(&["reconcile"]).output().expect("the program runs");
        let printed = [seen.stdout, seen.stderr].concat();
        (seen.status.code(), String::from_utf8_lossy(&printed).into_owned())
    }

    /// Has the binary prove the folder.
    pub(crate) fn verify(&self) {
        let seen = self.command(&["verify"]).output().expect("the program runs");
        let printed = String::from_utf8_lossy(&seen.stdout);
        assert_eq!(seen.status.code(), Some(0), "{printed}{}", String::from_utf8_lossy(&seen.stderr));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
