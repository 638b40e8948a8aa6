//! Use that a router told of and that was not believed: staff count it once, or leave it uncounted.

use book::{Behind, LineAct, Octets, Reading, ReadingKind, TrafficNo};
use money::WalletId;
use saldo::lines;
use store::tables::staff::StaffRole;

use super::bank::actions;
use super::house::House;
use super::lines::line;
use super::offers::{PLAN, with};
use super::staff_in;

const FINDINGS: &str = "/console/boletos/findings";

/// A router says that session 7 has received so much more in no time than the 1 GB of before.
async fn jumps(house: &House, wallet: WalletId, gigawords: u32, low: u32) {
    jumps_of(house, wallet, gigawords, low, None).await;
}

/// The same, of all that the session moved or of one service's part of it.
async fn jumps_of(house: &House, wallet: WalletId, gigawords: u32, low: u32, traffic: Option<TrafficNo>) {
    let app = &house.running.app;
    let reading = Reading {
        nas: 1,
        behind: Behind::default(),
        is_dated: true,
        traffic,
        counts_all: false,
        session: 7,
        kind: ReadingKind::Interim,
        input: Some(Octets { low: 500_000_000, high: Some(0) }),
        output: Some(Octets { low, high: Some(gigawords) }),
        session_seconds: Some(601),
        at: app.ledger.now(),
    };
    lines::ask(app, wallet, LineAct::Read(reading), None).await.expect("it is read");
    house.until(|reader| reader.open_findings(None, 1), |page| !page.rows.is_empty()).await;
}

fn available(house: &House, wallet: WalletId) -> i64 {
    house.running.app.ledger.wallet(wallet).expect("a wallet").balance.available()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_believed_is_counted_once_after_a_preview() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (id, wallet) = line(&house).await;
    // 1 GB, and 60 GB more.
    jumps(&house, wallet, 14, 870_457_856).await;
    let before = available(&house, wallet);

    let page = staff.get(FINDINGS).await.text;
    let form = format!("{FINDINGS}/1/use/new");
    assert!(page.contains(&format!("href=\"{form}\">Count the use</a>")), "{page}");
    assert!(page.contains("Leave it uncounted") && !page.contains("/v1/lines"), "{page}");
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    let seen_by_viewer = viewer.get(FINDINGS).await.text;
    assert!(seen_by_viewer.contains("counters jumped") && !seen_by_viewer.contains("Count the use"));

    let asked = staff.get(&form).await.text;
    for words in [
        "value=\"60\"",
        "The router told of 60.0\u{a0}GB that were not counted.",
        "On joao@example.net, counting 60.0\u{a0}GB takes the balance from 48.5\u{a0}GB to \u{2212}11.5\u{a0}GB",
        "action=\"/console/boletos/findings/1/use?seen=60000000000&#38;told=60000000000\"",
    ] {
        assert!(asked.contains(words), "{words}: {asked}");
    }
    let count = |seen: i64| format!("{FINDINGS}/1/use?seen={seen}&told=60000000000");
    let seen = house.seen();
    for (amount, reason, words) in [
        ("0", "it was a film", "above zero, at most 60.0\u{a0}GB"),
        ("60.5", "it was a film", "above zero, at most 60.0\u{a0}GB"),
        ("-1", "it was a film", "above zero, at most 60.0\u{a0}GB"),
        ("lots", "it was a film", "above zero, at most 60.0\u{a0}GB"),
        ("", "it was a film", "above zero, at most 60.0\u{a0}GB"),
        ("60", "  ", "Say why"),
    ] {
        let fields = [("amount", amount), ("reason", reason)];
        let refused = staff.submit(&form, &count(60_000_000_000), &fields).await;
        assert_eq!(refused.status.as_u16(), 422, "{amount}: {}", refused.text);
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    // Another amount than the form told of is told of first.
    let less = [("amount", "4"), ("reason", "it was a film")];
    let again = staff.submit(&form, &count(60_000_000_000), &less).await;
    assert_eq!(again.status.as_u16(), 200, "{}", again.text);
    assert!(
        again.text.contains("to 44.5\u{a0}GB") && again.text.contains("seen=4000000000"),
        "{}",
        again.text
    );
    assert_eq!((house.seen(), available(&house, wallet)), (seen, before), "nothing was counted");

    // What the form did not know of, since it jumped later, is told of first.
    let old = format!("{FINDINGS}/1/use?seen=4000000000&told=30000000000");
    let again = staff.submit("/console", &old, &less).await;
    assert_eq!(again.status.as_u16(), 200, "{}", again.text);
    assert_eq!((house.seen(), available(&house, wallet)), (seen, before), "nothing was counted");

    for _ in 0..2 {
        let counted = staff.submit("/console", &count(4_000_000_000), &less).await;
        assert_eq!(counted.status.as_u16(), 303, "{}", counted.text);
        assert_eq!(available(&house, wallet), before - 4_000_000_000, "once");
    }
    let more = [("amount", "5"), ("reason", "it was a film")];
    let refused = staff.submit("/console", &count(5_000_000_000), &more).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    assert_eq!(available(&house, wallet), before - 4_000_000_000);

    assert!(staff.get(FINDINGS).await.text.contains("Nothing to look at."));
    let done = staff.get(&format!("{FINDINGS}?done=1")).await.text;
    assert!(done.contains("4.0\u{a0}GB counted as use on ") && done.contains(" by Staff."), "{done}");
    assert!(!done.contains("Count the use") && !done.contains("If the use was real"), "{done}");
    let log = actions(&house).await;
    for line in [format!("line.add_use {id}"), "finding.resolve 1".to_owned()] {
        assert_eq!(log.iter().filter(|known| **known == line).count(), 1, "{log:?}");
    }
    let audit = house.get("/v1/audit-log").await.text;
    assert!(audit.contains("it was a film"), "{audit}");
    for missing in ["2/use/new", "999/use/new"] {
        assert_eq!(staff.get(&format!("{FINDINGS}/{missing}")).await.status.as_u16(), 404, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_believed_may_stay_uncounted() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Finance).await;
    let mut admin = staff_in(&house, "ada@example.com", StaffRole::Admin).await;
    admin.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (_, wallet) = line(&house).await;
    jumps(&house, wallet, 20, 0).await;
    let before = available(&house, wallet);
    staff.submit(FINDINGS, &format!("{FINDINGS}/1/resolution"), &[]).await.expect(303);
    let done = staff.get(&format!("{FINDINGS}?done=1")).await.text;
    assert!(done.contains("Left uncounted on ") && done.contains(" by Staff."), "{done}");
    let late = [("amount", "1"), ("reason", "it was a film")];
    let told = 20_i64 * (1 << 32) - 1_000_000_000;
    let refused =
        staff.submit("/console", &format!("{FINDINGS}/1/use?seen=1000000000&told={told}"), &late).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    assert_eq!(available(&house, wallet), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_within_a_session_is_said_to_have_used_cannot_be_counted() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, "free", "")).await.expect(303);
    let (_, wallet) = line(&house).await;
    jumps_of(&house, wallet, 14, 870_457_856, Some(TrafficNo(0))).await;
    let before = available(&house, wallet);
    // It is told, and may be put aside; but its bytes are in the session's own counters too, or cost nothing.
    let page = staff.get(FINDINGS).await.text;
    assert!(page.contains("counters jumped") && !page.contains("Count the use"), "{page}");
    assert_eq!(staff.get(&format!("{FINDINGS}/1/use/new")).await.status.as_u16(), 404);
    let fields = [("amount", "1"), ("reason", "it was a film")];
    let form = format!("{FINDINGS}/1/use?seen=1000000000&told=60000000000");
    let refused = staff.submit("/console", &form, &fields).await;
    assert_eq!(refused.status.as_u16(), 404, "{}", refused.text);
    assert_eq!(available(&house, wallet), before, "nothing was counted");
    staff.submit(FINDINGS, &format!("{FINDINGS}/1/resolution"), &[]).await.expect(303);
    assert!(staff.get(FINDINGS).await.text.contains("Nothing to look at."));
}
