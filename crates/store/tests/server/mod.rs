//! A PostgreSQL for tests. `cargo xtask test` starts one for all of them and names it in `SALDO_TEST_POSTGRES`; where nobody did,
//! a test starts its own, which ends with it.

#![allow(
    dead_code,
    clippy::expect_used,
    reason = "for several tests, each of which uses some of it; they fail by panicking"
)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, OnceLock};

use store::{PostgresServer, Tables};
use tokio_postgres::NoTls;

const URL_VARIABLE: &str = "SALDO_TEST_POSTGRES";

/// Kept while this process lives: the server ends when its input does.
static STARTED: OnceLock<(String, Option<(Child, ChildStdin)>)> = OnceLock::new();
static SHELVES: AtomicU32 = AtomicU32::new(0);
/// The database that [`laid_out_url`] copies, and the lock of who lays it out.
const LAID_OUT: &str = "laid_out";
const LAYING_OUT: u32 = 1_001;

/// A schema of its own on the server: a test finds in it what it has put there. Connections to it bear its name.
pub(crate) fn empty_url() -> String {
    let schema = format!("t{}_{}", std::process::id(), SHELVES.fetch_add(1, Ordering::Relaxed));
    run(url(), &format!("CREATE SCHEMA {schema}"));
    format!("{}?options=-csearch_path%3D{schema}&application_name={schema}", url())
}

/// A database of its own on the server, which [`shut`] and [`open_again`] know.
pub(crate) fn empty_database_url() -> String {
    database_url("")
}

/// A database of its own on the server, laid out as the program leaves one that it was started on once. It is copied: laying out each anew takes
/// many times as long as most of what is tried there.
pub(crate) fn laid_out_url() -> String {
    static ONCE: Once = Once::new();
    ONCE.call_once(lay_out_once);
    database_url(&format!("TEMPLATE {LAID_OUT}"))
}

fn database_url(from: &str) -> String {
    let name = format!("d{}_{}", std::process::id(), SHELVES.fetch_add(1, Ordering::Relaxed));
    run(url(), &format!("CREATE DATABASE {name} {from}"));
    url_of(&name)
}

fn url_of(database: &str) -> String {
    let (server, _) = url().rsplit_once('/').expect("a URL that names a database");
    format!("{server}/{database}?application_name={database}")
}

/// Lays out the database that others are copied from, unless another process has. One does at a time; who died meanwhile left it half done and
/// open to connections.
fn lay_out_once() {
    with_client(url(), async |client| {
        let say =
            async |sql: String| client.batch_execute(&sql).await.expect("statements that are understood");
        say(format!("SELECT pg_advisory_lock({LAYING_OUT})")).await;
        let known = "SELECT datname FROM pg_database WHERE datname = $1 AND NOT datallowconn";
        if client.query_opt(known, &[&LAID_OUT]).await.expect("a look").is_some() {
            return;
        }
        say(format!("DROP DATABASE IF EXISTS {LAID_OUT} WITH (FORCE)")).await;
        say(format!("CREATE DATABASE {LAID_OUT}")).await;
        let laying_out = || {
            let server = PostgresServer::parse(&url_of(LAID_OUT)).expect("a URL that is understood");
            server.open_journal().expect("a journal");
            Tables::open_postgres(&server).expect("tables");
        };
        std::thread::spawn(laying_out).join().expect("it is laid out");
        say(format!("ALTER DATABASE {LAID_OUT} ALLOW_CONNECTIONS false")).await;
        let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1";
        client.query(end, &[&LAID_OUT]).await.expect("its connections end");
    });
}

/// Takes a database of its own away: its connections end and nobody gets a new one.
pub(crate) fn shut(url: &str) {
    run(self::url(), &format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", name_of(url)));
    disconnect(url);
}

/// Gives it back.
pub(crate) fn open_again(url: &str) {
    run(self::url(), &format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", name_of(url)));
}

/// What its connections are called.
fn name_of(url: &str) -> &str {
    url.rsplit_once("application_name=").expect("a URL of ours").1
}

/// The server with an empty schema.
pub(crate) fn empty() -> PostgresServer {
    PostgresServer::parse(&empty_url()).expect("a URL that is understood")
}

/// Opens empty tables.
pub(crate) type Open = fn() -> Tables;

/// In memory and on the server.
pub(crate) const ENGINES: [Open; 2] = [
    || Tables::open_in_memory().expect("tables in memory"),
    || Tables::open_postgres(&empty()).expect("tables on the server"),
];

/// Empty tables in memory and on the server.
pub(crate) fn tables() -> [Tables; 2] {
    ENGINES.map(|open| open())
}

/// Runs statements there, as another client of the server.
pub(crate) fn run(url: &str, sql: &str) {
    with_client(url, async |client| client.batch_execute(sql).await.expect("statements that are understood"));
}

/// Ends every connection that was made with this URL, as a server does that is restarted.
pub(crate) fn disconnect(url: &str) {
    let ended = format!(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '{}'",
        name_of(url)
    );
    run(self::url(), &ended);
}

/// Does something with another connection to the server.
pub(crate) fn with_client<T>(url: &str, work: impl AsyncFnOnce(tokio_postgres::Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let done = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
        let connection = tokio::spawn(connection);
        let done = work(client).await;
        connection.await.expect("it ends").expect("it ends well");
        done
    });
    runtime.shutdown_background();
    done
}

fn url() -> &'static str {
    &STARTED.get_or_init(start).0
}

fn start() -> (String, Option<(Child, ChildStdin)>) {
    if let Ok(url) = std::env::var(URL_VARIABLE) {
        return (url, None);
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/tests/server/serve.sh");
    let mut server = Command::new(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the script that starts PostgreSQL");
    let input = server.stdin.take().expect("a piped input");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("a piped output")).read_line(&mut line).expect("its line");
    assert!(!line.is_empty(), "PostgreSQL did not start; what it said stands above");
    (line.trim().to_owned(), Some((server, input)))
}
