//! A real FreeRADIUS, set up as docs/operate/freeradius.md says, between a real client and the program. `cargo xtask test` installs both.

use std::net::UdpSocket as StdUdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use saldo::keys;
use store::tables::lines::AtZero;
use tempfile::TempDir;

use crate::house::PATIENCE;
use crate::provider::{ALLOWANCE, LOGIN, Provider, SECRET, SLOW, SPEED};

/// How long FreeRADIUS may take until it answers, at each try.
const TRY: &str = "1";
/// Tries while it starts.
const TRIES: usize = 20;

struct FreeRadius {
    server: Server,
    access: u16,
    accounting: u16,
}

/// A FreeRADIUS that runs in a folder of its own until it is dropped.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
}

impl FreeRadius {
    /// Starts it in front of the program. `accounting_by` is what it does with a report.
    async fn start(provider: &Provider, accounting_by: &str) -> FreeRadius {
        let key = keys::create(&provider.house.running.app, None, "freeradius", saldo::nas::SCOPE).await;
        let (access, accounting) = (free_port(), free_port());
        let text = CONFIGURATION
            .replace("@url@", &provider.house.url)
            .replace("@key@", &key.expect("a key").secret)
            .replace("@secret@", SECRET)
            .replace("@access@", &access.to_string())
            .replace("@accounting@", &accounting.to_string())
            .replace("@server@", &provider.port().port().to_string())
            .replace("@by@", accounting_by);
        let server = FreeRadius { server: Server::start(&text), access, accounting };
        for _ in 0..TRIES {
            if server.client("status", server.access, "Message-Authenticator=0x00").await.0 {
                return server;
            }
        }
        panic!("it does not answer:\n{}", server.log());
    }

    fn log(&self) -> String {
        self.server.read("log")
    }

    /// What radclient says, and whether it got the answer that it wanted.
    async fn client(&self, what: &'static str, port: u16, attributes: &str) -> (bool, String) {
        client(what, port, attributes.to_owned()).await
    }
}

impl Server {
    /// Starts it with this configuration, in which `@folder@` is its folder.
    pub(crate) fn start(configuration: &str) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let text = configuration.replace("@folder@", &folder.path().display().to_string());
        std::fs::write(folder.path().join("radiusd.conf"), text).expect("a file");
        let log = std::fs::File::create(folder.path().join("log")).expect("a file");
        let child = Command::new("freeradius")
            .args(["-f", "-l", "stdout", "-xx", "-d"])
            .arg(folder.path())
            .env("TZ", "UTC")
            .stdout(log)
            .stderr(Stdio::null())
            .spawn()
            .expect("freeradius, of Debian's package of that name, starts");
        Server { child, folder }
    }

    /// A file that it has written; nothing if it has not.
    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }
}

/// A real client asks a server once.
pub(crate) async fn client(what: &'static str, port: u16, attributes: String) -> (bool, String) {
    let asking = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("request");
        std::fs::write(&file, attributes).expect("a file");
        let server = format!("127.0.0.1:{port}");
        Command::new("radclient")
            .args(["-x", "-r", "1", "-t", TRY, "-f"])
            .arg(&file)
            .args([&server, what, SECRET])
            .output()
            .expect("radclient, of Debian's freeradius-utils, runs")
    });
    let output = tokio::time::timeout(PATIENCE, asking).await.expect("in time").expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), text)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let socket = StdUdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}

fn report(status: &str, bytes: i64) -> String {
    format!(
        "User-Name={LOGIN},Acct-Status-Type={status},Acct-Session-Id=77000001,NAS-IP-Address=127.0.0.1,\
         Acct-Output-Octets={bytes},Acct-Session-Time=60"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_client_is_answered() {
    let provider = Provider::open(AtZero::Slow).await;
    let port = provider.port().port();
    for _ in 0..2 {
        let (answered, text) = client("acct", port, report("Interim-Update", 1_000)).await;
        assert!(answered && text.contains("Accounting-Response"), "{text}");
    }
    let (answered, text) = client("status", port, "Message-Authenticator=0x00".to_owned()).await;
    assert!(answered, "{text}");
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_and_reports_by_rlm_rest() {
    let provider = Provider::open(AtZero::Slow).await;
    let server = FreeRadius::start(&provider, "rest").await;
    let asked = format!("User-Name={LOGIN},User-Password=senha,NAS-IP-Address=127.0.0.1");
    let (accepted, text) = server.client("auth", server.access, &asked).await;
    assert!(
        accepted && text.contains(SPEED) && text.contains("Class = 0x73643a66"),
        "{text}\n{}",
        server.log()
    );
    let (_, text) = server.client("acct", server.accounting, &report("Stop", ALLOWANCE)).await;
    assert!(text.contains("Accounting-Response"), "{text}\n{}", server.log());
    assert_eq!(provider.posted(), 0);
    let (_, text) = server.client("auth", server.access, &asked).await;
    assert!(text.contains(SLOW), "{text}\n{}", server.log());
    let nobody = report("Start", 0).replace(LOGIN, "maria");
    let (answered, text) = server.client("acct", server.accounting, &nobody).await;
    assert!(!answered, "what is not recorded is not answered: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_passes_reports_on() {
    let provider = Provider::open(AtZero::Slow).await;
    let server = FreeRadius::start(&provider, "ok").await;
    let (_, text) = server.client("acct", server.accounting, &report("Interim-Update", 5_000)).await;
    assert!(text.contains("Accounting-Response"), "{text}\n{}", server.log());
    let waiting = async {
        while provider.posted() != ALLOWANCE - 5_000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it is counted");
    let (_, text) = server.client("acct", server.accounting, &report("Interim-Update", 5_000)).await;
    assert!(text.contains("Accounting-Response"), "{text}");
    assert_eq!(provider.posted(), ALLOWANCE - 5_000);
}

/// Bytes and state of each session, fewest bytes first.
async fn sessions(provider: &Provider) -> Vec<(i64, String)> {
    let wallet_no = provider.seen().await.0.wallet_no;
    let app = &provider.house.running.app;
    let rows = app.read(move |reader| reader.sessions_of(wallet_no, 10)).await.expect("sessions");
    let mut sessions: Vec<_> = rows.into_iter().map(|row| (row.output, row.state)).collect();
    sessions.sort();
    sessions
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_behind_it_that_begins_to_count_ends_its_own_sessions_only() {
    let provider = Provider::open(AtZero::Slow).await;
    let server = FreeRadius::start(&provider, "ok").await;
    let named = |router: &str, text: &str| text.replace("NAS-IP-Address=127.0.0.1", router);
    let (north, south, west) = (
        "NAS-IP-Address=10.0.0.1",
        "NAS-IP-Address=10.0.0.2,NAS-Identifier=torre-3",
        "NAS-Identifier=torre-3",
    );
    for (router, bytes) in [(north, 100), (south, 200), (west, 300)] {
        let text = report("Interim-Update", bytes).replace("77000001", &format!("7700{bytes}"));
        let (_, said) = server.client("acct", server.accounting, &named(router, &text)).await;
        assert!(said.contains("Accounting-Response"), "{said}\n{}", server.log());
    }
    let open = |bytes| (bytes, "open".to_owned());
    let closed = |bytes| (bytes, "closed".to_owned());
    provider.until("all are counted", |provider| provider.posted() == ALLOWANCE - 600).await;
    assert_eq!(sessions(&provider).await, [open(100), open(200), open(300)]);
    for (router, expected) in [
        ("NAS-IP-Address=10.9.9.9", [open(100), open(200), open(300)]),
        (north, [closed(100), open(200), open(300)]),
        (west, [closed(100), open(200), closed(300)]),
        (south, [closed(100), closed(200), closed(300)]),
    ] {
        let on = format!("Acct-Status-Type=Accounting-On,{router}");
        let (_, said) = server.client("acct", server.accounting, &on).await;
        assert!(said.contains("Accounting-Response"), "{said}\n{}", server.log());
        let looking = async {
            while sessions(&provider).await != expected {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, looking).await;
        assert!(in_time.is_ok(), "{router}: {:?}", sessions(&provider).await);
    }
    assert_eq!(provider.posted(), ALLOWANCE - 600);
}

/// The rest and the sections of the page, with what a server needs to run in a folder of its own.
const CONFIGURATION: &str = include_str!("freeradius.conf");

#[test]
fn the_page_says_what_is_tested() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operate/freeradius.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let tested =
        squeezed(&CONFIGURATION.replace("@url@", "http://127.0.0.1:7070").replace("@key@", "sk_saldo_..."));
    let begin = page.find("    rest {\n").expect("the page shows the module");
    let end = begin + page[begin..].find("\n    }\n").expect("it ends") + "\n    }\n".len();
    assert!(tested.contains(&squeezed(&page[begin..end])), "docs/operate/freeradius.md shows another module");
}
