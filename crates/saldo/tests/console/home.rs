//! The first page: what needs a person, how the books stand beside Stripe, and what the last thirty days brought.

use axum::http::Method;
use money::{Amount, Unit};
use saldo::audit::Author;
use saldo::{clock, reconciliation};
use sandbox::Act;
use serde_json::json;
use store::tables::customers::Customer;
use store::tables::reconciliation::ReconciliationRun;
use store::tables::staff::StaffRole;

use super::browser::between;
use super::house::{House, PATIENCE};
use super::staff_in;
use super::support::paid;

const DAY: u32 = 86_400;

/// What stands under this heading of a figure.
fn figure(page: &str, name: &str) -> String {
    let card = between(page, &format!("id=\"{name}-heading\""), "</section>").unwrap_or_default();
    between(card, "<p class=\"fact\">", "</p>").unwrap_or_default().to_owned()
}

/// Day by day, the newest last, as the table behind a drawing has it.
fn days(page: &str, name: &str) -> Vec<String> {
    let card = between(page, &format!("id=\"{name}-heading\""), "</section>").unwrap_or_default();
    let cells = card.split("<td class=\"number\">").skip(1);
    cells.filter_map(|cell| cell.split('<').next()).map(str::to_owned).collect()
}

async fn verified(house: &House) {
    let looking = async {
        while house.running.app.books.seen().at.is_none() {
            super::house::look_again().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("books that are verified");
}

async fn shown(house: &House) {
    let landed = house.running.app.ledger.landed().borrow().position;
    assert!(house.running.app.wait_projected(landed, PATIENCE).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_those_of_the_books_day_by_day() {
    let house = House::open_with(|config| {
        config.notices.low_balance = Some(Amount::parse("5.00", Unit::USD).expect("an amount"));
    })
    .await;
    let ana = paid(&house).await.customer;
    let charge = |amount: &str| json!({"wallet": ana.wallet.to_string(), "amount": {"amount": amount, "unit": "USD"}, "kind": "report"});
    house.post("/v1/charges", &charge("3.00")).await.expect(201);
    house.advance(2 * DAY).await;
    house.post("/v1/charges", &charge("30.00")).await.expect(201);
    shown(&house).await;
    house.until(|tables| tables.lately_low(5), |low| low.len() == 1).await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let page = admin.get("/console").await.text;
    assert_eq!(figure(&page, "sold-by-day"), "$0.00");
    assert_eq!(days(&page, "sold-by-day"), ["$10.00"]);
    assert_eq!(figure(&page, "all-used-by-day"), "$30.00");
    assert_eq!(days(&page, "all-used-by-day"), ["$3.00", "$30.00"]);
    // $25.00 as a welcome and $10.00 paid.
    assert_eq!(figure(&page, "held-by-day"), "$2.00");
    assert_eq!(days(&page, "held-by-day"), ["$32.00", "$32.00", "$2.00"]);
    assert_eq!(figure(&page, "low-by-day"), "1");
    let lately = between(&page, "Lately fallen below their threshold", "</table>").expect("a list");
    assert!(lately.contains("ana") && lately.contains("$2.00"), "{lately}");
    // Two more days: what was is drawn where it was.
    house.advance(2 * DAY).await;
    shown(&house).await;
    let page = admin.get("/console").await.text;
    assert_eq!(figure(&page, "all-used-by-day"), "$0.00");
    assert_eq!(days(&page, "all-used-by-day"), ["$3.00", "$30.00"]);
    assert_eq!(days(&page, "held-by-day"), ["$32.00", "$32.00", "$2.00", "$2.00", "$2.00"]);
    assert_eq!(days(&page, "low-by-day"), ["1", "1", "1"]);
    let grant = json!({"amount": {"amount": "10.00", "unit": "USD"}, "source": "promotional"});
    house.post(&format!("/v1/wallets/{}/grants", ana.wallet), &grant).await.expect(201);
    house.until(|tables| tables.lately_low(5), |low| low.is_empty()).await;
    let page = admin.get("/console").await.text;
    assert_eq!(
        (figure(&page, "low-by-day"), days(&page, "low-by-day")),
        ("0".to_owned(), vec!["1".to_owned(); 2])
    );
    // Support sees who is near zero, and no sums.
    let mut support = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let page = support.get("/console").await.text;
    assert!(page.contains("Customers near zero") && !page.contains("Sold today"), "{page}");
    // The menu and the line of the sandbox name Stripe to everybody; what the page itself shows does not.
    let shown = between(&page, "<main", "</main>").expect("a main part");
    assert!(!shown.contains("Stripe"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drift_is_never_zero_before_it_is_known() {
    let house = House::open().await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    verified(&house).await;
    let page = admin.get("/console").await.text;
    assert!(page.contains("Stripe has not been compared with the books yet."), "{page}");
    assert!(!page.contains("drift with"), "{page}");
    let ask = |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), None, clock::now());
    house.running.app.write(ask).await.expect("a run");
    house.running.app.reconciliation_news.notify_one();
    let is_done = |run: &Option<ReconciliationRun>| run.is_some();
    house.until(|tables| tables.last_reconciliation(), is_done).await;
    let page = admin.get("/console").await.text;
    assert!(page.contains("All clear. Books verified just now, drift with Stripe $0.00."), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_sent_again_from_the_customers_page() {
    let house = House::open().await;
    let known = paid(&house).await;
    let mut support = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let page = format!("/console/customers/{}", known.customer.customer.id);
    let act = format!("/console/payments/{}/receipt", known.payment.id);
    let sent = support.submit(&page, &act, &[("return_to", &page)]).await;
    assert_eq!(sent.header("location"), Some(format!("{page}?sent=2").as_str()), "{}", sent.text);
    assert!(
        support.get(&format!("{page}?sent=2")).await.text.contains("The receipt was sent to 2 addresses.")
    );
    let mails = house.running.app.read(|tables| Ok(tables.mails(None, 50)?.rows)).await.expect("mails");
    let mut told: Vec<_> =
        mails.iter().filter(|mail| mail.kind == "receipt").map(|mail| mail.recipient.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["ana.lima@example.com", "ana@example.com"]);
    // Both stand in what happened with her, at whatever address they went, and go on to when she has another.
    let id = known.customer.customer.id;
    let moved = house.running.app.write(move |tx| {
        let Some(row) = tx.customer(id)? else { return Ok(()) };
        tx.update_customer(&Customer { email: Some("ana@new.example".to_owned()), ..row })
    });
    moved.await.expect("another address");
    let timeline = support.get(&page).await.text;
    for mail in mails.iter().filter(|mail| ["receipt", "credit_added"].contains(&mail.kind.as_str())) {
        assert!(timeline.contains(&format!("/console/mails/{}", mail.id)), "{mail:?}: {timeline}");
    }
    let log = house.get("/v1/audit-log").await.expect(200);
    assert_eq!(log["data"][0]["action"], "receipt.send");
    // No way to another page, and nothing without a receipt.
    let sheet = format!("/console/payments/{}", known.payment.id);
    let away = support.submit(&sheet, &act, &[("return_to", "https://example.com/console/customers/")]).await;
    assert_eq!(away.header("location"), Some(format!("{sheet}?sent=2").as_str()));
    let none = format!("/console/payments/{}/receipt", money::PaymentId::from_u128(7));
    assert_eq!(support.submit(&page, &none, &[]).await.status.as_u16(), 404);
    let mut finance = staff_in(&house, "fin@example.com", StaffRole::Finance).await;
    assert!(finance.get(&page).await.text.contains("Send receipt again"));
    assert_eq!(finance.submit(&page, &act, &[]).await.status.as_u16(), 303);
    let mut reader = staff_in(&house, "rui@example.com", StaffRole::ReadOnly).await;
    assert!(!reader.get(&page).await.text.contains("Send receipt again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_has_what_the_operator_sells_and_every_address_stays() {
    const OF_LINES: [&str; 4] = ["/console/plans", "/console/routers", "/console/lines", "/console/boletos"];
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let has = |page: &str, url: &str| page.contains(&format!("<li><a href=\"{url}\""));
    // Who has begun nothing may begin both.
    let both = staff.get("/console").await.text;
    assert!(OF_LINES.iter().all(|url| has(&both, url)) && has(&both, "/console/topups"), "{both}");
    house.meter_of_hours().await;
    let of_money = staff.get("/console").await.text;
    assert!(has(&of_money, "/console/topups") && has(&of_money, "/console/audit"), "{of_money}");
    for url in OF_LINES {
        assert!(!has(&of_money, url), "{url}");
        assert_eq!(staff.get(url).await.status.as_u16(), 200, "{url}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_back_today_stands_beside_what_was_sold() {
    let house = House::open().await;
    let known = paid(&house).await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    shown(&house).await;
    assert!(!admin.get("/console").await.text.contains("given back today"));
    let payment = known.payment.provider_payment.as_str();
    house.stripe(Method::POST, "/v1/refunds", &[("payment_intent", payment), ("amount", "400")]).await;
    let id = known.payment.id;
    house.until(move |tables| tables.claims_of(id), |claims| !claims.is_empty()).await;
    shown(&house).await;
    let page = admin.get("/console").await.text;
    assert_eq!(figure(&page, "sold-by-day"), "$10.00");
    assert!(page.contains("Before taking off the $4.00 given back today"), "{page}");
    // What Stripe told of it is listed with what goes back, not with what was paid.
    let inbox = admin.get("/console/inbox").await.text;
    assert!(inbox.contains("$4.00 · ana") && inbox.contains("$10.00 · ana"), "{inbox}");
    house.advance(2 * DAY).await;
    let page = admin.get("/console").await.text;
    assert!(!page.contains("given back today"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_tells_by_when_it_is_to_be_answered_and_that_this_is_over() {
    let house = House::open().await;
    let known = paid(&house).await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let payment = known.payment.provider_payment.clone();
    house.sandbox.act(Act::Dispute { payment, amount: None }).await.expect("it fits");
    let id = known.payment.id;
    house.until(move |tables| tables.claims_of(id), |claims| !claims.is_empty()).await;
    let url = format!("/console/payments/{id}");
    let page = admin.get("/console").await.text;
    assert!(page.contains("1 dispute waits for an answer to the bank. Answer by "), "{page}");
    assert!(admin.get(&url).await.text.contains("answer until "));
    house.advance(60 * DAY).await;
    let page = admin.get("/console").await.text;
    assert!(page.contains("1 dispute waits for an answer to the bank. The deadline passed on "), "{page}");
    let page = admin.get(&url).await.text;
    assert!(page.contains("the deadline passed on ") && !page.contains("answer until "), "{page}");
    // Once it was answered it waits for the bank alone.
    let dispute = house
        .running
        .app
        .read(move |tables| tables.claims_of(id))
        .await
        .expect("claims")
        .remove(0)
        .provider_id;
    house.sandbox.act(Act::Review { dispute }).await.expect("it fits");
    house.until(move |tables| tables.claims_of(id), |claims| claims[0].due_at.is_none()).await;
    let page = admin.get("/console").await.text;
    assert!(!page.contains("waits for an answer to the bank"), "{page}");
}
