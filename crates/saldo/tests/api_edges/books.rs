//! The books are verified while they are served: what was found is told on the console's first page and in the metrics.

use std::time::Duration;

use money::StaffId;
use saldo::{books, clock, ids, passwords};
use store::tables::staff::{Staff, StaffRole};
use store::views::{ViewChange, ViewChanges};

use crate::browser::Browser;
use crate::house::House;

/// The longest that a verification of so little is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
const PASSWORD: &str = "four words are easier";

/// What the verification at the start found.
async fn found(house: &House) -> books::Seen {
    let mut told = house.running.app.books.subscribe();
    let seen = tokio::time::timeout(PATIENCE, told.wait_for(|seen| seen.at.is_some())).await;
    seen.expect("in time").expect("the books").clone()
}

async fn console(house: &House) -> String {
    let mut browser = Browser::new(house);
    let answer = browser.sign_in("/console/sign-in", "bia@example.com", PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/console"));
    browser.get("/console").await.text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_and_the_metrics_say_how_the_books_are() {
    let house = House::open().await;
    let staff = Staff {
        id: StaffId::from_u128(ids::fresh()),
        email: "bia@example.com".to_owned(),
        name: "Bia".to_owned(),
        password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
        role: StaffRole::Admin,
        created_at: clock::now(),
        disabled_at: None,
    };
    house.running.app.tables.write(|tx| tx.insert_staff(&staff)).expect("staff");
    assert_eq!(found(&house).await.findings, Vec::<String>::new());
    assert!(console(&house).await.contains("Books verified just now, no difference."));
    let metrics = house.get("/metrics").await.text;
    assert!(metrics.contains("saldo_books_findings 0\n"), "{metrics}");
    assert!(metrics.contains("saldo_books_verified_timestamp_seconds 1"), "{metrics}");

    house.customer("ana").await;
    house.get("/v1/customers").await.expect(200);
    let landed = house.running.app.ledger.landed().borrow().position;
    assert!(house.running.app.wait_projected(landed, PATIENCE).await);
    let mut change = ViewChanges::default();
    change.push(ViewChange::BalanceSet { wallet_no: 0, posted: 99_000_000, pending: 0, held: 0 });
    house.running.app.tables.write_views(|tx| tx.apply_views(&change)).expect("a changed view");
    let house = house.restart().await;
    let seen = found(&house).await;
    assert!(seen.findings[0].contains("wallet_view") && seen.findings[0].contains("99000000"), "{seen:?}");
    let page = console(&house).await;
    assert!(page.contains("role=\"alert\"") && page.contains("The books are damaged"), "{page}");
    assert!(page.contains("table wallet_view") && page.contains("run “saldo verify”"), "{page}");
    assert!(house.get("/metrics").await.text.contains("saldo_books_findings 1\n"));
    assert_eq!(house.get("/readyz").await.status.as_u16(), 200, "what can be served is served");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_where_that_is_turned_off() {
    let house = House::open_with(|config| config.server.verify_hours = 0).await;
    assert!(!house.get("/metrics").await.text.contains("saldo_books_"));
    assert_eq!(house.running.app.books.seen(), books::Seen::default());
    house.close().await;
}
