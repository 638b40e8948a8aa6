//! Routers: added and changed by staff, heard from the next packet on; their secrets come out nowhere.

use std::time::Duration;

use radius::{Packet, Secret, status_server, verify_response};
use saldo::nas;
use store::tables::staff::StaffRole;
use tokio::net::UdpSocket;

use super::house::House;
use super::lines::line;
use super::offers::{PLAN, with};
use super::staff_in;

const SECRET: &str = "segredo-da-torre";
const ROUTER: [(&str, &str); 4] =
    [("name", "Torre norte"), ("address", "127.0.0.1"), ("secret", SECRET), ("coa_port", "3799")];
/// How long an answer is waited for that must not come.
const SILENCE: Duration = Duration::from_millis(300);

/// Whether a router with this secret, asking from 127.0.0.1, is answered.
async fn is_heard(house: &House, secret: &str) -> bool {
    let secret = Secret::new(secret).expect("a secret");
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    socket.connect(house.running.app.nas.accounting_address().expect("a port")).await.expect("an address");
    let question = status_server(1, &[7; 16], &secret).expect("a packet");
    socket.send(&question).await.expect("it is sent");
    let mut bytes = [0; 4_096];
    match tokio::time::timeout(SILENCE, socket.recv(&mut bytes)).await {
        Ok(length) => {
            let answer = Packet::parse(&bytes[..length.expect("a datagram")]).expect("a packet");
            verify_response(&answer, &Packet::parse(&question).expect("ours"), &secret).is_ok()
        }
        Err(_) => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_is_heard_as_soon_as_it_is_saved_and_its_secret_stays_hidden() {
    let house = House::open_with(|config| config.radius.accounting_listen = "127.0.0.1:0".to_owned()).await;
    let _listening = nas::listen(&house.running.app).await.expect("a port").expect("a listener");
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    assert!(staff.get("/console/routers").await.text.contains("No router yet."));
    assert!(!is_heard(&house, SECRET).await, "nobody knows it");
    let saved = staff.submit("/console/routers/new", "/console/routers", &ROUTER).await;
    assert_eq!(saved.header("location"), Some("/console/routers?saved=1"), "{}", saved.text);
    assert!(is_heard(&house, SECRET).await, "without a restart");

    // Left empty, the secret stays.
    let kept = with(&with(&ROUTER, "secret", ""), "name", "Torre sul");
    staff.submit("/console/routers/1", "/console/routers/1", &kept).await.expect(303);
    assert!(is_heard(&house, SECRET).await);
    let changed = with(&ROUTER, "secret", "outro-segredo");
    staff.submit("/console/routers/1", "/console/routers/1", &changed).await.expect(303);
    assert!(!is_heard(&house, SECRET).await);
    assert!(is_heard(&house, "outro-segredo").await);

    for page in ["/console/routers?saved=1", "/console/routers/1"] {
        let page = staff.get(page).await.text;
        assert!(page.contains("Torre norte") && !page.contains("segredo"), "{page}");
    }
    let log = house.running.app.read(|reader| reader.audit(None, 10)).await.expect("the log").rows;
    let actions: Vec<&str> = log.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions[..3], ["router.change", "router.change", "router.create"]);
    assert!(log.iter().all(|line| !format!("{line:?}").contains("segredo")), "{log:?}");
    assert!(log[0].after.as_deref().is_some_and(|after| after.contains("\"has_new_secret\":true")));
    assert!(log[1].after.as_deref().is_some_and(|after| after.contains("\"has_new_secret\":false")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_router_cannot_be_is_named_and_changes_nothing() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let wrong = [
        ("name", "  ", "1 to 80 characters"),
        ("address", "torre.example.net", "not an IP address"),
        ("address", "10.0.0.0/8", "not an IP address"),
        ("address", "0.0.0.0", "not an IP address"),
        ("secret", "", "needs the secret"),
        ("secret", "short", "8 to 128"),
        ("secret", "two words are", "8 to 128"),
        ("coa_port", "0", "1 to 65535"),
        ("coa_port", "65536", "1 to 65535"),
        ("coa_port", "abc", "1 to 65535"),
    ];
    for (field, value, words) in wrong {
        let sent = with(&ROUTER, field, value);
        let answer = staff.submit("/console/routers/new", "/console/routers", &sent).await;
        assert_eq!(answer.status.as_u16(), 422, "{field} {value}");
        assert!(answer.text.contains(words), "{field} {value}: {}", answer.text);
        assert!(answer.text.contains("aria-invalid=\"true\""), "{field} {value}");
        assert!(!answer.text.contains(SECRET), "{field} {value}");
    }
    staff.submit("/console/routers/new", "/console/routers", &ROUTER).await.expect(303);
    let taken = [
        (with(&ROUTER, "address", "192.0.2.1"), "this name already"),
        // The same address in other letters.
        (with(&with(&ROUTER, "name", "Other"), "address", "::ffff:127.0.0.1"), "this address already"),
    ];
    for (sent, words) in taken {
        let answer = staff.submit("/console/routers/new", "/console/routers", &sent).await;
        assert!(answer.status.as_u16() == 422 && answer.text.contains(words), "{}", answer.text);
    }
    assert_eq!(staff.get("/console/routers/7").await.status.as_u16(), 404);
    assert_eq!(staff.submit("/console", "/console/routers/7", &ROUTER).await.status.as_u16(), 404);
    assert_eq!(
        staff.post("/console/routers", &ROUTER).await.status.as_u16(),
        403,
        "without the form's token"
    );
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    let page = viewer.get("/console/routers").await.text;
    assert!(page.contains("Torre norte") && !page.contains("/console/routers/1"), "{page}");
    for forbidden in ["/console/routers/new", "/console/routers/1"] {
        assert_eq!(viewer.get(forbidden).await.status.as_u16(), 403, "{forbidden}");
    }
    let sent = with(&ROUTER, "name", "Mine");
    assert_eq!(viewer.submit("/console", "/console/routers/1", &sent).await.status.as_u16(), 403);
    let routers = house.running.app.read(|reader| reader.routers()).await.expect("routers");
    assert_eq!(routers.iter().map(|router| router.name.as_str()).collect::<Vec<_>>(), ["Torre norte"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_is_removed_unless_it_counts() {
    let house = House::open_with(|config| config.radius.accounting_listen = "127.0.0.1:0".to_owned()).await;
    let _listening = nas::listen(&house.running.app).await.expect("a port").expect("a listener");
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    staff.submit("/console/routers/new", "/console/routers", &ROUTER).await.expect(303);
    let (id, _) = line(&house).await;
    let now = house.running.app.ledger.now();
    house.running.app.write(move |tx| tx.router_seen(1, now)).await.expect("it is noted");
    let (list, removal) = ("/console/routers", "/console/routers/1/removal");
    let kept = staff.submit(list, removal, &[]).await;
    assert_eq!(kept.header("location"), Some("/console/routers?in_use=1"), "{}", kept.text);
    assert!(staff.get("/console/routers?in_use=1").await.text.contains("has open sessions"));
    assert!(is_heard(&house, SECRET).await);

    // Silent for long: what it held is not counted anyway.
    house.advance(16 * 60).await;
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert_eq!(viewer.submit(list, removal, &[]).await.status.as_u16(), 403);
    assert_eq!(staff.post(removal, &[]).await.status.as_u16(), 403, "without the form's token");
    let removed = staff.submit(list, removal, &[]).await;
    assert_eq!(removed.header("location"), Some("/console/routers?removed=1"), "{}", removed.text);
    assert!(staff.get("/console/routers?removed=1").await.text.contains("No router yet."));
    assert!(!is_heard(&house, SECRET).await, "nobody knows it");
    assert_eq!(staff.submit(list, removal, &[]).await.status.as_u16(), 404);
    assert!(
        staff.get(&format!("/console/lines/{id}")).await.text.contains("Torre norte"),
        "its sessions keep its name"
    );
    let log = house.running.app.read(|reader| reader.audit(None, 1)).await.expect("the log").rows;
    assert_eq!(log[0].action, "router.remove");

    // Name and address are free again; the number is not.
    staff.submit("/console/routers/new", "/console/routers", &ROUTER).await.expect(303);
    let routers = house.running.app.read(|reader| reader.routers()).await.expect("routers");
    assert_eq!(routers.iter().map(|router| router.nas_no).collect::<Vec<_>>(), [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_holds_sessions_and_says_nothing_is_named_on_the_first_page() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    staff.submit("/console/routers/new", "/console/routers", &ROUTER).await.expect(303);
    assert!(staff.get("/console/routers").await.text.contains("Never reported"));
    line(&house).await;
    let now = house.running.app.ledger.now();
    house.running.app.write(move |tx| tx.router_seen(1, now)).await.expect("it is noted");
    assert!(staff.get("/console/routers").await.text.contains("Reports"));
    assert!(!staff.get("/console").await.text.contains("Needs a person"));
    house.advance(16 * 60).await;
    let list = staff.get("/console/routers").await.text;
    assert!(list.contains("Silent since"), "{list}");
    let home = staff.get("/console").await.text;
    for words in ["1 router with open sessions has not reported", "href=\"/console/routers\">Open routers"] {
        assert!(home.contains(words), "{words}: {home}");
    }
}
