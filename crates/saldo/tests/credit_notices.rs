//! Customers are told that their credit is low, or expires: once, in their language, and not if they do not want to be.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;

use browser::{Browser, login};
use house::House;
use money::{Amount, Timestamp, Unit, WalletId};
use saldo::customers::{self, CreatedCustomer, NewCustomer};
use serde_json::json;
use store::Reader;
use store::tables::outbox::Mail;

async fn open() -> House {
    House::open_with(|config| {
        config.notices.low_balance = Some(Amount::parse("5.00", Unit::USD).expect("an amount"));
        config.notices.expiry_before = Some(7 * Timestamp::DAY);
    })
    .await
}

/// Takes so much; the charge's id.
async fn charge(house: &House, wallet: WalletId, amount: &str) -> String {
    let charge =
        json!({"wallet": wallet.to_string(), "amount": {"amount": amount, "unit": "USD"}, "kind": "report"});
    let taken = house.post("/v1/charges", &charge).await.expect(201);
    taken["id"].as_str().expect("an id").to_owned()
}

async fn give(house: &House, wallet: WalletId, amount: &str, expires_at: Option<Timestamp>) {
    let expires_at =
        expires_at.map(|at| jiff::Timestamp::from_microsecond(at.as_micros()).expect("a time").to_string());
    let grant = json!({"amount": {"amount": amount, "unit": "USD"}, "source": "promotional", "expires_at": expires_at});
    house.post(&format!("/v1/wallets/{wallet}/grants"), &grant).await.expect(201);
}

/// Waits until it is written down that the wallet is on this side of its threshold, after so many falls.
async fn seen(house: &House, wallet: WalletId, is_low: bool, falls: u32) {
    let look = move |reader: &Reader<'_>| {
        let Some(row) = reader.wallet_view(wallet)? else { return Ok(None) };
        reader.watched_wallet(Unit::USD, row.wallet_no)
    };
    let wanted = (Some(u8::from(is_low)), Some(falls));
    house.until(look, |row| row.as_ref().is_some_and(|row| (row.is_low, row.falls) == wanted)).await;
}

/// All mails of this kind to this address, once nothing is left to deliver.
async fn mails(house: &House, kind: &'static str, to: &CreatedCustomer) -> Vec<Mail> {
    let undelivered = |reader: &Reader<'_>| Ok(reader.notices(None, 100)?.rows);
    house.until(undelivered, |rows| rows.iter().all(|row| row.delivered_at.is_some())).await;
    let all = house.running.app.read(|reader| Ok(reader.mails(None, 100)?.rows)).await.expect("mails");
    let to = to.customer.email.clone().unwrap_or_default();
    all.into_iter().filter(|mail| mail.kind == kind && mail.recipient == to).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn low_credit_is_told_once_for_each_fall() {
    let house = open().await;
    let ana = house.customer("ana").await;
    seen(&house, ana.wallet, false, 0).await;
    charge(&house, ana.wallet, "20.00").await;
    charge(&house, ana.wallet, "0.25").await;
    seen(&house, ana.wallet, true, 1).await;
    let told = mails(&house, "low_balance", &ana).await;
    assert_eq!(told.len(), 1);
    for words in ["$4.75", "$5.00", "/recharge", "/mail-wishes"] {
        assert!(told[0].body.contains(words), "{words}: {}", told[0].body);
    }
    // Further down is no other fall; above and down again is.
    charge(&house, ana.wallet, "1.00").await;
    give(&house, ana.wallet, "1.25", None).await;
    seen(&house, ana.wallet, false, 1).await;
    charge(&house, ana.wallet, "0.01").await;
    seen(&house, ana.wallet, true, 2).await;
    assert_eq!(mails(&house, "low_balance", &ana).await.len(), 2);

    // A program that starts again looks at all of them and tells nobody; the next fall is told.
    let house = house.restart().await;
    let bia = NewCustomer {
        name: "Bia".to_owned(),
        email: Some("bia@example.com".to_owned()),
        locale: "pt-BR".to_owned(),
        ..NewCustomer::default()
    };
    let bia = customers::create(&house.running.app, bia).await.expect("a customer");
    seen(&house, bia.wallet, false, 0).await;
    charge(&house, bia.wallet, "24.00").await;
    seen(&house, bia.wallet, true, 1).await;
    let told = mails(&house, "low_balance", &bia).await;
    assert!(told.len() == 1 && told[0].subject.contains("está baixo: US$\u{a0}1,00"), "{told:?}");
    assert_eq!(mails(&house, "low_balance", &ana).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_threshold_in_the_configuration_tells_nobody() {
    let house = open().await;
    let (ana, bia) = (house.customer("ana").await, house.customer("bia").await);
    // A wallet that is low when it is seen first has not fallen.
    seen(&house, ana.wallet, false, 0).await;
    seen(&house, bia.wallet, false, 0).await;
    charge(&house, ana.wallet, "15.00").await;
    charge(&house, bia.wallet, "22.00").await;
    seen(&house, ana.wallet, false, 0).await;
    seen(&house, bia.wallet, true, 1).await;
    // 10.00 and 3.00 are left; the operator asks for 20.00 instead of 5.00 and starts again.
    let data = house.close().await;
    let house = House::open_in(data, |config| {
        config.notices.low_balance = Some(Amount::parse("20.00", Unit::USD).expect("an amount"));
    })
    .await;
    seen(&house, ana.wallet, true, 0).await;
    assert_eq!(mails(&house, "low_balance", &ana).await, []);
    assert_eq!(mails(&house, "low_balance", &bia).await.len(), 1);
    // By that threshold the next fall is told.
    give(&house, ana.wallet, "15.00", None).await;
    seen(&house, ana.wallet, false, 0).await;
    charge(&house, ana.wallet, "6.00").await;
    seen(&house, ana.wallet, true, 1).await;
    let told = mails(&house, "low_balance", &ana).await;
    assert!(told.len() == 1 && told[0].body.contains("$20.00"), "{told:?}");
    assert_eq!(mails(&house, "low_balance", &bia).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_down_and_up_by_charges_and_reversals_is_told_once_a_day() {
    let house = open().await;
    let ana = house.customer("ana").await;
    charge(&house, ana.wallet, "19.90").await;
    seen(&house, ana.wallet, false, 0).await;
    // 5.10 is left: each job reserves half a dollar, and gives it back.
    for _ in 0..3 {
        let reserved = charge(&house, ana.wallet, "0.50").await;
        seen(&house, ana.wallet, true, 1).await;
        house.post(&format!("/v1/charges/{reserved}/reversal"), &json!({})).await.expect(201);
        seen(&house, ana.wallet, false, 1).await;
    }
    assert_eq!(mails(&house, "low_balance", &ana).await.len(), 1);
    // What is added makes the next fall news.
    give(&house, ana.wallet, "1.00", None).await;
    charge(&house, ana.wallet, "1.50").await;
    seen(&house, ana.wallet, true, 2).await;
    give(&house, ana.wallet, "0.50", None).await;
    seen(&house, ana.wallet, false, 2).await;
    let last = charge(&house, ana.wallet, "0.20").await;
    seen(&house, ana.wallet, true, 3).await;
    // So does another day.
    house.advance(86_400).await;
    house.post(&format!("/v1/charges/{last}/reversal"), &json!({})).await.expect(201);
    seen(&house, ana.wallet, false, 3).await;
    charge(&house, ana.wallet, "1.00").await;
    seen(&house, ana.wallet, true, 4).await;
    assert_eq!(mails(&house, "low_balance", &ana).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_chooses_when_he_is_told_or_that_he_is_not() {
    let house = open().await;
    let ana = house.customer("ana").await;
    seen(&house, ana.wallet, false, 0).await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let page = browser.get("/mail-wishes").await.text;
    for words in ["E-mail notices", "Empty: $5.00", "7 days before credit expires"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for wrong in ["0", "-1", "a lot", "99999999"] {
        let refused =
            browser.submit("/mail-wishes", "/mail-wishes", &[("low", "yes"), ("amount", wrong)]).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
    }
    // Another threshold that lies above what there is is no fall.
    let fields = [("low", "yes"), ("amount", "30"), ("expiry", "yes")];
    assert!(browser.submit("/mail-wishes", "/mail-wishes", &fields).await.status.is_redirection());
    seen(&house, ana.wallet, true, 0).await;
    give(&house, ana.wallet, "5.00", None).await;
    seen(&house, ana.wallet, false, 0).await;
    charge(&house, ana.wallet, "0.01").await;
    seen(&house, ana.wallet, true, 1).await;
    assert_eq!(mails(&house, "low_balance", &ana).await.len(), 1);
    // Who wants none gets none.
    assert!(
        browser.submit("/mail-wishes", "/mail-wishes", &[("amount", "30")]).await.status.is_redirection()
    );
    give(&house, ana.wallet, "5.00", None).await;
    seen(&house, ana.wallet, false, 1).await;
    charge(&house, ana.wallet, "10.00").await;
    seen(&house, ana.wallet, true, 2).await;
    assert_eq!(mails(&house, "low_balance", &ana).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_that_expires_is_told_once_for_each_grant() {
    let house = open().await;
    let ana = house.customer("ana").await;
    let in_days = |days: i64| Some(house.running.app.ledger.now().plus(days * Timestamp::DAY));
    give(&house, ana.wallet, "3.00", in_days(30)).await;
    // Given for no longer than the notice is early, and for long.
    give(&house, ana.wallet, "1.00", in_days(5)).await;
    give(&house, ana.wallet, "2.00", in_days(300)).await;
    house.advance(22 * 86_400).await;
    charge(&house, ana.wallet, "0.50").await;
    house.advance(2 * 86_400).await;
    let look = |reader: &Reader<'_>| Ok(reader.notices(None, 100)?.rows);
    house.until(look, |rows| rows.iter().any(|row| row.id.kind == "grant_expiring")).await;
    let told = mails(&house, "grant_expiring", &ana).await;
    assert_eq!(told.len(), 1, "{told:?}");
    for words in ["$2.50", "/mail-wishes"] {
        assert!(told[0].body.contains(words), "{words}: {}", told[0].body);
    }
    // A grant of another customer shows that it was looked for again.
    let bia = house.customer("bia").await;
    give(&house, bia.wallet, "4.00", in_days(8)).await;
    house.advance(2 * 86_400).await;
    house.until(look, |rows| rows.iter().filter(|row| row.id.kind == "grant_expiring").count() == 2).await;
    assert_eq!(mails(&house, "grant_expiring", &bia).await.len(), 1);
    assert_eq!(mails(&house, "grant_expiring", &ana).await.len(), 1);
}
