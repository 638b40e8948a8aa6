//! One idempotency key, one effect: also when two tries come at the same moment, and where a secret was in the first answer.

use serde_json::{Value, json};

use crate::house::{Answer, House, fresh_key, together};

/// Tries that come at the same moment.
const AT_ONCE: usize = 8;

fn topup(customer: &str, amount: &str) -> Value {
    json!({"customer": customer, "amount": {"amount": amount, "unit": "USD"}})
}

async fn topups_begun(house: &House, customer: &str) -> Vec<Value> {
    let list = house.get(&format!("/v1/topups?customer={customer}")).await.expect(200);
    list["data"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_amounts_under_one_key_one_begins() {
    let house = House::open().await;
    for round in 0..5 {
        let ana = house.customer(&format!("ana{round}")).await.customer.id.to_string();
        let (key, seen) = (fresh_key(), house.seen());
        let bodies: Vec<Value> = (0..AT_ONCE).map(|n| topup(&ana, ["10.00", "20.00"][n % 2])).collect();
        let answers = together(bodies.iter().map(|body| house.post_under(&key, "/v1/topups", body))).await;
        let begun = topups_begun(&house, &ana).await;
        assert_eq!(begun.len(), 1, "{begun:?}");
        let (same, other): (Vec<(&Answer, &Value)>, _) =
            answers.iter().zip(&bodies).partition(|(_, body)| body["amount"] == begun[0]["amount"]);
        assert_eq!((same.len(), other.len()), (AT_ONCE / 2, AT_ONCE / 2));
        for (answer, _) in same {
            assert_eq!(answer.expect(201), begun[0], "the same answer to all");
        }
        for (answer, _) in other {
            let problem = answer.expect(409);
            assert_eq!(problem["code"], "idempotency_key_reused");
            assert!(problem["detail"].as_str().is_some_and(|text| text.contains("used before")), "{problem}");
        }
        assert_eq!(house.seen(), seen, "no credit moves by it");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cancellation_under_one_key_has_one_answer() {
    let house = House::open().await;
    let ana = house.customer("ana").await.customer.id.to_string();
    let begun = house.post("/v1/topups", &topup(&ana, "10.00")).await.expect(201);
    let path = format!("/v1/topups/{}/cancellation", begun["id"].as_str().expect("an id"));
    let key = fresh_key();
    let answers = together((0..AT_ONCE).map(|_| house.post_under(&key, &path, &Value::Null))).await;
    let first = answers[0].expect(200);
    assert_eq!(first["state"], "cancelled");
    assert!(answers.iter().all(|answer| answer.expect(200) == first));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_keys_secret_is_shown_by_one_answer_alone() {
    let house = House::open().await;
    let (key, wanted) = (fresh_key(), json!({"name": "backend", "scopes": ["credit:read"]}));
    let answers = together((0..AT_ONCE).map(|_| house.post_under(&key, "/v1/api-keys", &wanted))).await;
    let answers: Vec<Value> = answers.iter().map(|answer| answer.expect(201)).collect();
    let shown: Vec<&Value> = answers.iter().filter(|answer| !answer["secret"].is_null()).collect();
    assert_eq!(shown.len(), 1, "one answer shows it");
    let secret = shown[0]["secret"].as_str().expect("text");
    assert!(secret.starts_with("sk_saldo_") && shown[0]["secret_notice"].is_null());
    for again in answers.iter().filter(|answer| answer["secret"].is_null()) {
        assert_eq!(again["id"], shown[0]["id"], "one key was made");
        let notice = again["secret_notice"].as_str().expect("a sentence");
        assert!(notice.contains("revoke this key") && notice.contains("new Idempotency-Key"), "{notice}");
        assert!(again.as_object().expect("an object").contains_key("secret"), "null is said, not left out");
    }
    let other = json!({"name": "other", "scopes": ["credit:read"]});
    assert_eq!(
        house.post_under(&key, "/v1/api-keys", &other).await.expect(409)["code"],
        "idempotency_key_reused"
    );
    let listed = house.get("/v1/api-keys").await.expect(200);
    let named = listed["data"].as_array().expect("a list").iter().filter(|row| row["name"] == "backend");
    assert_eq!(named.count(), 1);
    house.close().await;
}
