//! A real FreeRADIUS as the router: it hears CoA and Disconnect, answers them, and writes down what it understood. A real client
//! reports for it.

use std::time::Duration;

use store::tables::lines::AtZero;

use crate::freeradius::{Server, client, free_port};
use crate::provider::{ALLOWANCE, LOGIN, PACK, Provider, SECRET, SLOW, SPEED};

const CONFIGURATION: &str = include_str!("freeradius_router.conf");
/// A session that it changes as it is asked.
const OBEDIENT: &str = "77000001";
/// A session that it does not know.
const GONE: &str = "77000503";
/// A session that it cannot change but only end.
const RIGID: &str = "77000406";
/// Pause between two looks at what it has written.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A provider whose router is FreeRADIUS.
struct Stage {
    provider: Provider,
    server: Server,
}

/// A request as FreeRADIUS has written it down: its name, and each attribute with its value, without their quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Heard {
    kind: String,
    attributes: Vec<(String, String)>,
}

impl Heard {
    fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.attributes.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

impl Stage {
    async fn open() -> Stage {
        let port = free_port();
        let text = CONFIGURATION
            .replace("@secret@", SECRET)
            .replace("@port@", &port.to_string())
            .replace("@gone@", GONE)
            .replace("@rigid@", RIGID);
        let server = Server::start(&text);
        let provider = Provider::open_for(AtZero::Slow, port).await;
        let stage = Stage { provider, server };
        stage
            .until("FreeRADIUS is ready", |stage| stage.server.read("log").contains("Ready to process"))
            .await;
        stage
    }

    /// What FreeRADIUS has heard, oldest first.
    fn heard(&self) -> Vec<Heard> {
        let text = self.server.read("heard");
        // The last one may not be written to its end.
        let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
        let request = |text: &str| {
            let mut lines = text.trim().lines();
            let kind = lines.next().unwrap_or_default().to_owned();
            let pair = |line: &str| {
                let (name, value) = line.trim().split_once(" = ")?;
                Some((name.to_owned(), value.trim_matches('"').to_owned()))
            };
            // What FreeRADIUS adds of itself is left out.
            let attributes =
                lines.filter_map(pair).filter(|(name, _)| name != "Packet-Type" && name != "Timestamp");
            Heard { kind, attributes: attributes.collect() }
        };
        whole.split("\n\n").filter(|text| !text.trim().is_empty()).map(request).collect()
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Stage) -> bool) {
        let waiting = async {
            while !is_so(self) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let in_time = tokio::time::timeout(crate::house::PATIENCE, waiting).await;
        assert!(in_time.is_ok(), "{what}: {:?}\n{}", self.heard(), self.server.read("log"));
    }

    async fn until_heard(&self, count: usize) -> Vec<Heard> {
        self.until("it hears", |stage| stage.heard().len() >= count).await;
        self.heard()
    }

    /// A real client reports of a session, as the router would.
    async fn report(&self, session: &str, status: &str, bytes: i64, more: &str) {
        let (high, low) = (bytes >> 32, bytes & 0xffff_ffff);
        let text = format!(
            "User-Name={LOGIN},Acct-Status-Type={status},Acct-Session-Id={session},NAS-IP-Address=127.0.0.1,\
             Framed-IP-Address=100.64.0.9,Acct-Output-Octets={low},Acct-Output-Gigawords={high}{more}"
        );
        let (answered, said) = client("acct", self.provider.port().port(), text).await;
        assert!(answered, "{said}");
    }

    async fn changes(&self, outcome: &str) -> u64 {
        let name = format!("saldo_radius_changes_total{{outcome=\"{outcome}\"}}");
        self.provider.metric(&name).await
    }

    async fn until_changes(&self, outcome: &str, count: u64) {
        let waiting = async {
            while self.changes(outcome).await < count {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let in_time = tokio::time::timeout(crate::house::PATIENCE, waiting).await;
        assert!(in_time.is_ok(), "{outcome}: {:?}", self.heard());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_understands_a_coa_and_only_its_reports_prove_that_it_was_done() {
    let stage = Stage::open().await;
    stage.report(OBEDIENT, "Start", 0, "").await;
    stage.report(OBEDIENT, "Interim-Update", ALLOWANCE + 100_000_000, ",Acct-Session-Time=60").await;
    let asked = stage.until_heard(1).await.remove(0);
    assert_eq!(asked.kind, "CoA-Request");
    let names = [
        "Acct-Session-Id",
        "Class",
        "Event-Timestamp",
        "Framed-IP-Address",
        "Message-Authenticator",
        "Mikrotik-Rate-Limit",
        "NAS-IP-Address",
        "User-Name",
    ];
    assert_eq!(asked.names(), names);
    for (name, value) in [
        ("User-Name", LOGIN),
        ("Acct-Session-Id", OBEDIENT),
        ("NAS-IP-Address", "127.0.0.1"),
        ("Framed-IP-Address", "100.64.0.9"),
        ("Mikrotik-Rate-Limit", SLOW),
    ] {
        assert_eq!(asked.value(name), Some(value));
    }
    stage.until_changes("acknowledged", 1).await;
    assert_eq!(stage.provider.seen().await.0.restricted_since, None, "an acknowledgement is no proof");

    // The router echoes the Class that it was given: this report is of after the change.
    let class = asked.value("Class").expect("a Class").to_owned();
    let carried = format!(",Acct-Session-Time=90,Class={class}");
    stage.report(OBEDIENT, "Interim-Update", ALLOWANCE + 150_000_000, &carried).await;
    stage.provider.until_restricted(true).await;
    let overshoot = stage.provider.posted();
    assert!((-150_000_000..=-100_000_000).contains(&overshoot), "{overshoot}");

    stage.provider.buy().await;
    let restored = stage.until_heard(2).await.remove(1);
    assert_eq!((restored.kind.as_str(), restored.value("Mikrotik-Rate-Limit")), ("CoA-Request", Some(SPEED)));
    assert_ne!(restored.value("Class"), Some(class.as_str()));
    stage.until_changes("acknowledged", 2).await;
    assert!(stage.provider.seen().await.0.restricted_since.is_some(), "an acknowledgement is no proof");
    let carried = format!(",Acct-Session-Time=120,Class={}", restored.value("Class").expect("another Class"));
    stage.report(OBEDIENT, "Interim-Update", ALLOWANCE + 150_000_000, &carried).await;
    stage.provider.until_restricted(false).await;
    assert_eq!(stage.provider.posted(), PACK + overshoot);
    assert_eq!(stage.changes("confirmed").await, 2);
    assert_eq!(stage.heard().len(), 2, "each was asked for once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_it_does_not_know_is_over_for_us_too() {
    let stage = Stage::open().await;
    stage.report(GONE, "Start", 0, "").await;
    stage.report(GONE, "Interim-Update", ALLOWANCE, ",Acct-Session-Time=60").await;
    stage.until_changes("refused", 1).await;
    let provider = &stage.provider;
    let is_over = async {
        loop {
            let wallet_no = provider.seen().await.0.wallet_no;
            let app = &provider.house.running.app;
            let sessions = app.read(move |reader| reader.sessions_of(wallet_no, 10)).await.expect("sessions");
            if sessions.len() == 1 && sessions[0].state == "closed" {
                return;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(crate::house::PATIENCE, is_over).await.expect("the session is closed");
    assert_eq!(provider.posted(), 0, "what it had counted stays counted");
    // Nothing of the line moves any more, as if it had hung up.
    provider.until_restricted(true).await;
    let kinds: Vec<String> = stage.heard().into_iter().map(|heard| heard.kind).collect();
    assert_eq!(kinds, ["CoA-Request"], "who knows no session cannot end it either");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cannot_change_it_is_asked_to_end_and_only_the_stop_proves_it() {
    let stage = Stage::open().await;
    stage.report(RIGID, "Start", 0, "").await;
    stage.report(RIGID, "Interim-Update", ALLOWANCE, ",Acct-Session-Time=60").await;
    let heard = stage.until_heard(2).await;
    assert_eq!((heard[0].kind.as_str(), heard[1].kind.as_str()), ("CoA-Request", "Disconnect-Request"));
    let names = [
        "Acct-Session-Id",
        "Event-Timestamp",
        "Framed-IP-Address",
        "Message-Authenticator",
        "NAS-IP-Address",
        "User-Name",
    ];
    assert_eq!(heard[1].names(), names, "a Disconnect says which session and nothing else");
    stage.until_changes("acknowledged", 1).await;
    assert_eq!(stage.changes("refused").await, 1);
    assert_eq!(stage.provider.seen().await.0.restricted_since, None, "an acknowledgement is no proof");
    stage.report(RIGID, "Stop", ALLOWANCE + 5, ",Acct-Session-Time=61").await;
    stage.provider.until_restricted(true).await;
    assert_eq!(stage.provider.posted(), -5);
    // It dials again and reports at the speed that it was told when it was let in.
    stage.report(OBEDIENT, "Start", 0, &format!(",Mikrotik-Rate-Limit={SLOW}")).await;
    stage.provider.buy().await;
    let heard = stage.until_heard(3).await;
    assert_eq!(
        (heard[2].value("Acct-Session-Id"), heard[2].value("Mikrotik-Rate-Limit")),
        (Some(OBEDIENT), Some(SPEED))
    );
}
