//! Subscribers' lines as staff see them, and the two buttons.

use book::{Behind, LineAct, LineStatus, Octets, Reading, ReadingKind};
use money::{LineId, Timestamp, WalletId};
use saldo::audit::Author;
use saldo::billing;
use saldo::clock;
use saldo::lines::{self, Address, NewLine, NewSubscriber};
use serde_json::json;
use store::tables::invoices::OverdueLine;
use store::tables::staff::StaffRole;

use super::house::House;
use super::offers::{PLAN, with};
use super::staff_in;

/// A subscriber with a line of plan 1, of which a router has reported 1.5 GB.
pub(super) async fn line(house: &House) -> (LineId, WalletId) {
    let app = &house.running.app;
    let new = NewSubscriber {
        name: "Sample Subscriber".to_owned(),
        email: None,
        external_key: None,
        locale: "pt-BR".to_owned(),
        document: "52998224725".to_owned(),
        address: Address::default(),
    };
    let customer = lines::subscribe(app, Author::operator(), new).await.expect("a subscriber").id;
    let access_login = Some("joao@example.net".to_owned());
    let new = NewLine { customer, plan_no: 1, anchor_day: 1, access_login };
    let line = lines::open(app, Author::operator(), new).await.expect("a line");
    let reading = Reading {
        nas: 1,
        behind: Behind::default(),
        is_dated: true,
        traffic: None,
        counts_all: false,
        session: 7,
        kind: ReadingKind::Interim,
        input: Some(Octets { low: 500_000_000, high: None }),
        output: Some(Octets { low: 1_000_000_000, high: None }),
        session_seconds: Some(600),
        at: app.ledger.now(),
    };
    lines::ask(app, line.wallet, LineAct::Read(reading), None).await.expect("it is read");
    let landed = app.ledger.landed().borrow().position;
    assert!(app.wait_projected(landed, std::time::Duration::from_secs(60)).await);
    (line.id, line.wallet)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_listed_and_shown_with_what_its_router_said() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    assert!(staff.get("/console/lines").await.text.contains("No line yet."));
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, _) = line(&house).await;
    let list = staff.get("/console/lines").await.text;
    for words in ["Sample Subscriber", "529.982.247-25", "joao@example.net", "Fibra 50 Mega", "Enabled"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let page = staff.get(&format!("/console/lines/{id}")).await.text;
    let check = ["Check", "Monthly allowance + ", "Current balance", "50.0\u{a0}GB + 0", "48.5\u{a0}GB"];
    for words in check {
        assert!(page.contains(words), "{words}: {page}");
    }
    for words in ["500.0\u{a0}MB", "1.0\u{a0}GB", "Connected", "Nothing was bought for this line yet."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for missing in ["/console/lines/nonsense", "/console/lines/line_00000000000000000000000000"] {
        assert_eq!(staff.get(missing).await.status.as_u16(), 404, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_who_blocked_a_line_and_since_when() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, wallet) = line(&house).await;
    let page = format!("/console/lines/{id}");
    assert!(!staff.get(&page).await.text.contains("Why it is blocked"));
    // Since when is a fact of the book, whose clock a demo moves.
    house.advance(14 * 86_400).await;
    let because = [("status", "blocked"), ("reason", "  Moved: waits for its new place ")];
    staff.submit(&page, &format!("{page}/status"), &because).await.expect(303);
    let shown = staff.get(&page).await.text;
    for words in [
        "Why it is blocked",
        "Blocked by Staff since ",
        "Reason: Moved: waits for its new place</p>",
        "No router has confirmed this yet",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("reduced access"), "{shown}");
    let line = house.get(&format!("/v1/lines/{id}")).await.expect(200);
    let customer = line["customer"].as_str().expect("whose").to_owned();
    let his = staff.get(&format!("/console/customers/{customer}")).await.text;
    assert!(his.contains("Blocked by Staff since ") && his.contains("Reason: Moved"), "{his}");
    let log = house.get("/v1/audit-log").await.text;
    assert!(log.contains("Moved: waits for its new place"), "{log}");
    let blocked = &line["blocked"];
    assert_eq!(blocked["reason"], "Moved: waits for its new place", "{line}");
    assert_eq!((&blocked["why"], &blocked["overdue"]), (&json!("by_hand"), &json!([])), "{line}");
    assert!(blocked["by"].as_str().is_some_and(|by| by.starts_with("stf_")), "{line}");
    let since = Timestamp::parse(blocked["since"].as_str().expect("since when")).expect("a time");
    assert!(since.since(clock::now()) > 13 * Timestamp::DAY, "by the machine's clock: {line}");

    // By a program, and by nobody of whom anything is known.
    let status = |status: &str| json!({"status": status});
    let path = format!("/v1/lines/{id}/status");
    assert_eq!(house.post(&path, &status("enabled")).await.expect(200)["blocked"], json!(null));
    let blocked = house.post(&path, &status("blocked")).await.expect(200);
    assert_eq!(blocked["status"], "blocked");
    let known = house.get(&format!("/v1/lines/{id}")).await.expect(200)["blocked"].clone();
    assert!(known["by"].as_str().is_some_and(|by| by.starts_with("key_")), "{known}");
    assert_eq!(known["reason"], json!(null), "a program may say why, and need not");
    assert!(staff.get(&page).await.text.contains("Blocked by the API key"));
    house.post(&path, &status("enabled")).await.expect(200);
    let act = LineAct::SetStatus { status: LineStatus::Blocked };
    lines::ask(&house.running.app, wallet, act, None).await.expect("it is blocked");
    let unknown = house.get(&format!("/v1/lines/{id}")).await.expect(200)["blocked"].clone();
    assert_eq!((&unknown["why"], &unknown["since"]), (&json!("unknown"), &json!(null)));
    assert!(staff.get(&page).await.text.contains("Nothing tells since when"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_block_stays_blocked_though_the_program_had_blocked_it_as_overdue_meanwhile() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, wallet) = line(&house).await;
    let app = &house.running.app;
    let act = LineAct::SetStatus { status: LineStatus::Blocked };
    lines::ask(app, wallet, act, None).await.expect("it is blocked");
    let blocked_at = Some(app.ledger.now());
    let overdue =
        OverdueLine { line: id, blocked_at, trusted_cycle: None, trusted_until: None, enabled_at: None };
    app.write(move |tx| tx.put_overdue_line(&overdue)).await.expect("it is written down");
    let because = [("status", "blocked"), ("reason", "Fraud")];
    let page = format!("/console/lines/{id}");
    staff.submit(&page, &format!("{page}/status"), &because).await.expect(303);
    // Nothing is overdue any more, and the program looks.
    billing::review(app).await.expect("a look");
    let line = house.get(&format!("/v1/lines/{id}")).await.expect(200);
    assert_eq!(line["status"], "blocked", "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_found_by_words_and_status() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, _) = line(&house).await;
    let list = "/console/lines";
    let has = |page: &str| page.contains(&format!("{list}/{id}"));
    for all in [
        "",
        "?find=&status=",
        "?find=Joao",
        "?find=JOAO%40example",
        "?status=enabled",
        "?find=joao&status=enabled",
    ] {
        let page = staff.get(&format!("{list}{all}")).await.text;
        assert!(has(&page), "{all}: {page}");
    }
    for none in [
        "?find=maria",
        "?status=blocked",
        "?status=cancelled",
        "?status=waiting",
        "?find=joao&status=blocked",
        "?find=%25",
    ] {
        let page = staff.get(&format!("{list}{none}")).await.text;
        assert!(!has(&page) && page.contains("No line is found so."), "{none}: {page}");
    }
    let page = format!("{list}/{id}");
    let blocked = [("status", "blocked"), ("reason", "A test")];
    staff.submit(&page, &format!("{page}/status"), &blocked).await.expect(303);
    let found = staff.get(&format!("{list}?status=blocked")).await.text;
    assert!(has(&found) && found.contains("<option value=\"blocked\" selected>"), "{found}");
    for wrong in ["?status=gone", "?status=%25"] {
        let refused = staff.get(&format!("{list}{wrong}")).await;
        assert!(refused.status.is_client_error(), "{wrong}: {}", refused.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_login_is_changed_by_those_who_may() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, _) = line(&house).await;
    let (page, form) = (format!("/console/lines/{id}"), format!("/console/lines/{id}/access-login"));
    assert!(staff.get(&page).await.text.contains("Change access login"));
    assert!(staff.get(&form).await.text.contains("value=\"joao@example.net\""));
    let changed = staff.submit(&form, &form, &[("access_login", " joao.novo ")]).await;
    assert_eq!(changed.header("location"), Some(format!("{page}?saved=1").as_str()), "{}", changed.text);
    let shown = staff.get(&format!("{page}?saved=1")).await.text;
    assert!(shown.contains("joao.novo") && shown.contains("was saved"), "{shown}");
    let log = house.running.app.read(|tables| tables.audit(None, 1)).await.expect("the log").rows;
    assert_eq!(
        (log[0].action.as_str(), log[0].object.as_str()),
        ("line.set_access_login", id.to_string().as_str())
    );
    assert_eq!(log[0].before.as_deref(), Some(r#"{"access_login":"joao@example.net"}"#));
    assert_eq!(log[0].after.as_deref(), Some(r#"{"access_login":"joao.novo"}"#));

    let customer = house.get(&format!("/v1/lines/{id}")).await.expect(200)["customer"].clone();
    let plan = house.get("/v1/plans").await.expect(200)["data"][0]["id"].clone();
    let other = json!({"customer": customer, "plan": plan, "anchor_day": 1, "access_login": "outro"});
    house.post("/v1/lines", &other).await.expect(201);
    let long = "x".repeat(254);
    for (login, words) in [
        ("outro", "Another line has this access login."),
        (&long, "at most 253"),
        ("a\u{7}b", "cannot be printed"),
        ("a b c", "no blanks"),
        ("a\u{a0}b", "no blanks"),
        ("a\u{200f}b", "cannot be printed"),
    ] {
        let answer = staff.submit(&form, &form, &[("access_login", login)]).await;
        assert_eq!(answer.status.as_u16(), 422, "{login}");
        assert!(
            answer.text.contains(words) && answer.text.contains("aria-invalid"),
            "{login}: {}",
            answer.text
        );
    }
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert!(!viewer.get(&page).await.text.contains("Change access login"));
    assert_eq!(viewer.get(&form).await.status.as_u16(), 403);
    assert_eq!(viewer.submit(&page, &form, &[("access_login", "x")]).await.status.as_u16(), 403);
    assert_eq!(staff.get("/console/lines/nonsense/access-login").await.status.as_u16(), 404);
    let known =
        house.running.app.read(move |tables| tables.line(id)).await.expect("a read").expect("the line");
    assert_eq!(known.access_login.as_deref(), Some("joao.novo"), "what was refused has changed nothing");

    // Without one there is still something to press on, and it stands before all that happened.
    staff.submit(&form, &form, &[("access_login", "")]).await.expect(303);
    let his = staff.get(&format!("/console/customers/{}", customer.as_str().expect("whose"))).await.text;
    let link = his.find(&format!("{page}\"><strong>no access login</strong>"));
    assert!(link.is_some() && link < his.find("timeline-heading"), "{his}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_blocked_and_enabled_by_those_who_may() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, wallet) = line(&house).await;
    let (page, action) = (format!("/console/lines/{id}"), format!("/console/lines/{id}/status"));
    // Who is cut off asks why: without a reason nothing is blocked.
    let too_long = "x".repeat(201);
    for reason in ["", "   ", "a\u{7}b", "x\u{202e}y", &too_long] {
        let answer = staff.submit(&page, &action, &[("status", "blocked"), ("reason", reason)]).await;
        assert_eq!(answer.status.as_u16(), 422, "{reason:?}");
    }
    assert!(staff.get(&page).await.text.contains("Block line"));
    for (status, words) in [("blocked", "Enable line"), ("enabled", "Block line")] {
        staff.submit(&page, &action, &[("status", status), ("reason", "A test")]).await.expect(303);
        let shown = staff.get(&page).await.text;
        assert!(shown.contains(words), "{status}: {shown}");
    }
    for wrong in ["cancelled", "on", ""] {
        let answer = staff.submit(&page, &action, &[("status", wrong)]).await;
        assert_eq!(answer.status.as_u16(), 422, "{wrong}");
    }
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert!(!viewer.get(&page).await.text.contains("Block line"));
    assert_eq!(viewer.submit(&page, &action, &[("status", "blocked")]).await.status.as_u16(), 403);
    let line = house.running.app.read(move |tables| {
        let wallet = tables.wallet_view(wallet)?.expect("its wallet");
        tables.line_view_by_wallet(wallet.wallet_no)
    });
    assert_eq!(
        line.await.expect("a read").map(|line| line.status),
        Some(LineStatus::Enabled.code().to_owned())
    );
    let log = house.running.app.read(|tables| tables.audit(None, 3)).await.expect("the log").rows;
    assert!(log.iter().any(|row| row.action == "line.set_status" && row.object == id.to_string()), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_stands_open_is_followed() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, wallet) = line(&house).await;
    let live = format!("/console/lines/{id}/live");
    let page = staff.get(&format!("/console/lines/{id}")).await.text;
    assert!(page.contains(&format!("data-live-url=\"{live}\"")), "{page}");
    for part in ["acts", "state", "check", "purchases", "sessions"] {
        assert!(page.contains(&format!("data-live=\"line_{part}\"")), "{part}: {page}");
    }
    let stream = staff.request(reqwest::Method::GET, &live).send().await.expect("a stream");
    assert_eq!(stream.status().as_u16(), 200);
    let mut stream = Told { stream, text: String::new() };
    stream.until(&["event: line_state", "Enabled", "event: line_acts", "Block line"]).await;

    // Blocked; its router confirms that; and what it reports, all without the page being asked for again.
    let act = |act| lines::ask(&house.running.app, wallet, act, None);
    act(LineAct::SetStatus { status: LineStatus::Blocked }).await.expect("it is blocked");
    // The program confirms it by itself as well, since the session's router is not there any more: whoever is later changes nothing.
    if let Err(refused) = act(LineAct::Restrict { at: clock::now() }).await {
        assert_eq!(refused.code, "reading_old", "{refused:?}");
    }
    stream.until(&["Enable line", "The router has confirmed that the access is restricted"]).await;
    act(LineAct::AddUse { total: 1_000_000_000, outside: 0 }).await.expect("it is counted");
    stream.until(&["47.5\u{a0}GB"]).await;

    // It ends with the session of whoever looks.
    staff.submit("/console", "/console/sign-out", &[]).await.expect(303);
    act(LineAct::SetStatus { status: LineStatus::Enabled }).await.expect("it is enabled");
    stream.until(&["event: ended"]).await;
    assert_eq!(staff.get(&live).await.status.as_u16(), 303, "nobody is signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_stands_open_ends_with_the_rights_of_who_looks() {
    let house = House::open().await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let other = staff_in(&house, "leo@example.com", StaffRole::Admin).await;
    admin.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, _) = line(&house).await;
    let leo = house.running.app.read(|reader| reader.staff_by_email("leo@example.com")).await;
    let leo = format!("/console/staff/{}", leo.expect("a look").expect("somebody").id);
    let open = async || {
        let stream = other.request(reqwest::Method::GET, &format!("/console/lines/{id}/live")).send().await;
        Told { stream: stream.expect("a stream"), text: String::new() }
    };
    let mut as_admin = open().await;
    as_admin.until(&["event: line_acts", "Block line"]).await;
    admin.submit("/console/staff", &format!("{leo}/role"), &[("role", "read_only")]).await.expect(303);
    as_admin.until(&["event: ended"]).await;
    // What is opened in the new role shows no buttons of the old one.
    let mut as_viewer = open().await;
    let drawn = as_viewer.until(&["event: line_acts", "event: line_sessions"]).await;
    assert!(!drawn.contains("Block line"), "{drawn}");
    admin.submit("/console/staff", &format!("{leo}/disabling"), &[]).await.expect(303);
    as_viewer.until(&["event: ended"]).await;
}

/// What a page that stands open was told.
struct Told {
    stream: reqwest::Response,
    text: String,
}

impl Told {
    /// Reads on until all of this was told, gives it and forgets it.
    async fn until(&mut self, words: &[&str]) -> String {
        let reading = async {
            while !words.iter().all(|words| self.text.contains(words)) {
                let chunk = self.stream.chunk().await.expect("it goes on").expect("it has not ended");
                self.text.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        let told = tokio::time::timeout(super::house::PATIENCE, reading).await;
        assert!(told.is_ok(), "{words:?}: {}", self.text);
        std::mem::take(&mut self.text)
    }
}
