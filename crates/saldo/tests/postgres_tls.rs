//! The program on a PostgreSQL server that speaks TLS alone: whom it trusts, and what it says of a server it does not trust.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A server whose certificate names `localhost`; it ends when its input does.
struct Server {
    child: Child,
    port: u16,
    issuer: String,
}

impl Server {
    fn start() -> Server {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/tests/server/serve.sh");
        let mut child = Command::new(script)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script that starts PostgreSQL");
        let mut printed = BufReader::new(child.stdout.take().expect("a piped output")).lines();
        let mut line =
            || printed.next().expect("PostgreSQL started; if not, why stands above").expect("text");
        line(); // its socket's address: nobody enters by it here
        let issuer = line();
        Server { child, port, issuer }
    }

    fn url(&self, host: &str, options: &str) -> String {
        format!("postgres://saldo@{host}:{}/postgres{options}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait(); // it has been told to end
    }
}

/// Runs the program with the database at `url`, trusting the issuers in the file `trusted`.
fn saldo(arguments: &[&str], url: &str, trusted: &str, data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_saldo"))
        .args(arguments)
        .env("SALDO_DATABASE__URL", url)
        .env("SALDO_SERVER__DATA", data)
        .env("SSL_CERT_FILE", trusted)
        .output()
        .expect("the program runs")
}

#[test]
fn a_database_is_entered_over_tls_where_its_certificate_is_trusted_and_names_it() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let enter = |url: &str, trusted: &str| {
        saldo(&["key", "create", "--name", "it", "--scope", "*"], url, trusted, folder.path())
    };
    let strangers = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres_tls/another-issuer.pem");
    for (host, options, trusted, wanted) in [
        ("localhost", "?sslmode=disable", &*server.issuer, "no pg_hba.conf entry"),
        ("localhost", "?sslmode=require", strangers, "UnknownIssuer"),
        ("127.0.0.1", "?sslmode=require", &server.issuer, "certificate not valid for name"),
    ] {
        let refused = enter(&server.url(host, options), trusted);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{host}{options}: {told}");
        assert!(told.contains(wanted), "{host}{options}: {told}");
        assert!(refused.stdout.is_empty(), "{host}{options}");
    }

    let entered = enter(&server.url("localhost", "?sslmode=require"), &server.issuer);
    assert!(entered.status.success(), "{}", String::from_utf8_lossy(&entered.stderr));
    // What was written is there for the next that comes the same way.
    let listed =
        saldo(&["key", "list"], &server.url("localhost", "?sslmode=require"), &server.issuer, folder.path());
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    assert!(String::from_utf8_lossy(&listed.stdout).contains("it"));
}
