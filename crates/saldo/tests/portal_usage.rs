//! What a customer used, as the portal and the API tell it: what meters counted and what was charged for directly are one sum.

#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod browser;
mod house;

use browser::{Browser, between, login};
use house::House;
use money::Timestamp;
use saldo::customers::CreatedCustomer;
use serde_json::{Value, json};

/// Seconds of a day.
const DAY: i64 = 24 * 3_600;

/// Goes to the next noon, so that what follows lies within one day.
async fn go_to_noon(house: &House) -> String {
    let since_midnight =
        house.running.app.ledger.now().as_micros().rem_euclid(Timestamp::DAY) / Timestamp::SECOND;
    house.advance(u32::try_from(DAY + DAY / 2 - since_midnight).expect("within two days")).await;
    today(house)
}

fn today(house: &House) -> String {
    house.running.app.ledger.now().to_string()[..10].to_owned()
}

async fn charge(house: &House, ana: &CreatedCustomer, amount: &str, kind: &str) -> String {
    let wanted =
        json!({"wallet": ana.wallet.to_string(), "amount": {"amount": amount, "unit": "USD"}, "kind": kind});
    let charge = house.post("/v1/charges", &wanted).await.expect(201);
    charge["id"].as_str().expect("an id").to_owned()
}

/// Hours of use of a kind of charges: how many, and what they took.
async fn hours_of(house: &House, ana: &CreatedCustomer, kind: &str) -> Vec<(Value, Value)> {
    let hours = house.get(&format!("/v1/wallets/{}/usage?kind={kind}", ana.wallet)).await.expect(200);
    let hours = hours["data"].as_array().cloned().unwrap_or_default();
    hours.iter().map(|hour| (hour["quantity"].clone(), hour["posted"]["amount"].clone())).collect()
}

/// The sum of a page of usage, and its items with quantity and amount.
fn told(page: &str) -> (String, Vec<[String; 3]>) {
    let total = between(page, "<p class=\"fact\">", "</p>").expect("a sum").to_owned();
    let table = between(page, "<tbody role=\"rowgroup\">", "</tbody>").unwrap_or_default();
    let cells = |row: &str| {
        let mut cells =
            row.split("</td>").filter_map(|cell| cell.rsplit_once('>').map(|(_, text)| text.to_owned()));
        std::array::from_fn(|_| cells.next().expect("a cell"))
    };
    let rows = table.split("</tr>").filter(|row| row.contains("<td"));
    (total, rows.map(cells).collect())
}

fn item(item: &str, quantity: &str, amount: &str) -> [String; 3] {
    [item, quantity, amount].map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_charged_for_is_use_by_hour_day_and_month() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let day = go_to_noon(&house).await;
    house.guard(&house.key_of(&ana).await).await.expect(200);
    for (amount, kind) in [("7.00", "image.render"), ("1.50", "image.render"), ("0.25", "sms")] {
        charge(&house, &ana, amount, kind).await;
    }
    assert_eq!(hours_of(&house, &ana, "image.render").await, [(json!("2"), json!("8.50"))]);
    assert_eq!(hours_of(&house, &ana, "sms").await, [(json!("1"), json!("0.25"))]);

    let mut browser = Browser::signed_in(&house, &ana).await;
    let items =
        [item("Active hours", "1", "$0.25"), item("Image render", "2", "$8.50"), item("Sms", "1", "$0.25")];
    for path in [
        "/usage",
        &format!("/usage?day={day}"),
        &format!("/usage?by=day&month={}", &day[..7]),
        "/usage?by=month",
    ] {
        let page = browser.get(path).await.text;
        assert_eq!(told(&page), ("$9.00".to_owned(), items.to_vec()), "{path}: {page}");
        let table = between(&page, "<details class=\"behind\">", "</details>").unwrap_or_default();
        assert!(table.contains("$9.00"), "{path}: {table}");
    }
    let billing = browser.get("/billing").await.text;
    assert!(billing.contains("12:00–13:00: $9.00"), "{billing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_taken_back_stands_beside_its_kind_on_the_day_it_came_back() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let first = go_to_noon(&house).await;
    let taken_back = charge(&house, &ana, "7.00", "image.render").await;
    charge(&house, &ana, "1.50", "image.render").await;
    let second = go_to_noon(&house).await;
    charge(&house, &ana, "2.00", "image.render").await;
    house.post(&format!("/v1/charges/{taken_back}/reversal"), &json!({})).await.expect(201);
    let hours = [(json!("2"), json!("8.50")), (json!("1"), json!("-5.00"))];
    assert_eq!(hours_of(&house, &ana, "image.render").await, hours);

    let mut browser = Browser::signed_in(&house, &ana).await;
    let page = browser.get(&format!("/usage?day={first}")).await.text;
    assert_eq!(told(&page), ("$8.50".to_owned(), vec![item("Image render", "2", "$8.50")]));
    let page = browser.get(&format!("/usage?day={second}")).await.text;
    let items =
        vec![item("Image render", "1", "$2.00"), item("Image render, charges taken back", "1", "−$7.00")];
    assert_eq!(told(&page), ("−$5.00".to_owned(), items));
    let table = between(&page, "<details class=\"behind\">", "</details>").unwrap_or_default();
    assert!(table.contains("−$5.00"), "the table adds up to the sum: {page}");
    // What is left is what was granted less what was used.
    assert_eq!(house.figures(ana.wallet).await, ["21.50", "0.00", "21.50"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn use_is_asked_for_by_meter_or_by_kind() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    charge(&house, &ana, "1.00", "sms").await;
    for (query, field, code) in [
        ("", "meter", "meter_missing"),
        ("?meter=api_call&kind=sms", "meter", "meter_missing"),
        ("?kind=api_call", "kind", "kind_unknown"),
        ("?kind=", "kind", "kind_unknown"),
        ("?meter=sms", "meter", "meter_unknown"),
    ] {
        let problem = house.get(&format!("/v1/wallets/{}/usage{query}", ana.wallet)).await.expect(422);
        assert_eq!(
            (problem["code"].as_str(), problem["field"].as_str()),
            (Some(code), Some(field)),
            "{query}"
        );
    }
}
