//! The audit log: every write of the API leaves one line that says who, what, on which object, when and in which request; a
//! repetition and a refusal leave none, and no secret is ever in it.

use reqwest::Method;
use saldo::clock;
use serde_json::{Value, json};
use store::tables::audit::AuditRow;

use crate::house::{House, fresh_key};

async fn log(house: &House) -> Vec<Value> {
    house.get("/v1/audit-log?limit=200").await.expect(200)["data"].as_array().expect("a list").clone()
}

fn usd(amount: &str) -> Value {
    json!({"amount": amount, "unit": "USD"})
}

/// The writes: method, address, body, status, action.
fn writes(customer: &str, wallet: &str) -> Vec<(Method, String, Value, u16, &'static str)> {
    let price = json!({"kind": "per_unit", "price": usd("0.01")});
    let meter = json!({"slug": "tokens", "aggregation": "sum", "sum_field": "n", "price": price});
    let post = |path: String, body: Value, status, action| (Method::POST, path, body, status, action);
    vec![
        post("/v1/customers".to_owned(), json!({"name": "Bia"}), 201, "customer.create"),
        (
            Method::PATCH,
            format!("/v1/customers/{customer}"),
            json!({"name": "Ana Lima"}),
            200,
            "customer.change",
        ),
        post(format!("/v1/wallets/{wallet}/subjects"), json!({"subject": "s-1"}), 201, "subject.create"),
        (Method::DELETE, format!("/v1/wallets/{wallet}/subjects/s-1"), Value::Null, 200, "subject.delete"),
        post(
            format!("/v1/wallets/{wallet}/grants"),
            json!({"amount": usd("5"), "source": "promotional"}),
            201,
            "grant.create",
        ),
        post(
            format!("/v1/wallets/{wallet}/deductions"),
            json!({"amount": usd("1"), "reason": "misuse"}),
            201,
            "deduction.create",
        ),
        post("/v1/meters".to_owned(), meter, 201, "meter.create"),
        post("/v1/meters/tokens/prices".to_owned(), json!({ "price": price }), 201, "price.create"),
        post("/v1/topups".to_owned(), json!({"customer": customer, "amount": usd("10")}), 201, "topup.begin"),
        post(
            "/v1/api-keys".to_owned(),
            json!({"name": "k", "scopes": ["credit:read"]}),
            201,
            "api_key.create",
        ),
        post("/v1/test-clock/advance".to_owned(), json!({"seconds": 60}), 200, "test_clock.advance"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_write_leaves_one_line_and_a_repetition_none() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let (customer, wallet) = (ana.customer.id.to_string(), ana.wallet.to_string());
    let me =
        log(&house).await.iter().find(|row| row["after"]["name"] == "house").expect("the key's line").clone();
    let send = async |method: &Method, path: &str, body: &Value, key: &str| {
        let request = house.request(method.clone(), path).bearer_auth(&house.operator);
        let request = request.header("idempotency-key", key).header("x-forwarded-for", "203.0.113.7");
        house.send(if body.is_null() { request } else { request.json(body) }).await
    };
    for (method, path, body, status, action) in writes(&customer, &wallet) {
        let (before, key) = (log(&house).await, fresh_key());
        let answer = send(&method, &path, &body, &key).await;
        let done = answer.expect(status);
        let after = log(&house).await;
        assert_eq!(after.len(), before.len() + 1, "{action}");
        let line = &after[0];
        assert_eq!(line["action"], action, "{line}");
        assert_eq!(line["actor"], me["object"], "{line}");
        assert_eq!(line["request_id"].as_str(), answer.header("x-request-id"), "{line}");
        assert_eq!(line["ip"], "203.0.113.7", "{line}");
        assert!(line["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{line}");
        let named = ["slug", "subject", "id"].iter().find_map(|name| done[name].as_str());
        if let Some(named) = named.filter(|_| action != "price.create") {
            assert_eq!(line["object"], named, "{line}");
        }
        // Again: the first answer, but for the secret of a key, and no second line.
        let again = send(&method, &path, &body, &key).await.expect(status);
        assert!(again == done || action == "api_key.create", "{action}: {again} is not {done}");
        assert_eq!(log(&house).await, after, "{action} again");
        if let Some(secret) = done["secret"].as_str() {
            let revocation = format!("/v1/api-keys/{}/revocation", done["id"].as_str().expect("an id"));
            house.post(&revocation, &json!({})).await.expect(200);
            assert_eq!(log(&house).await[0]["action"], "api_key.revoke");
            assert!(!json!(log(&house).await).to_string().contains(secret), "a secret is in the log");
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_told_and_a_refusal_leaves_no_line() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let path = format!("/v1/customers/{}", ana.customer.id);
    let change = |body: Value| {
        let request = house.request(Method::PATCH, &path).bearer_auth(&house.operator);
        house.send(request.header("idempotency-key", fresh_key()).json(&body))
    };
    change(json!({"external_key": "a-1"})).await.expect(200);
    let lines = log(&house).await;
    assert!(lines[0]["before"]["external_key"].is_null(), "{}", lines[0]);
    assert_eq!(lines[0]["after"]["external_key"], "a-1");

    let deduction = format!("/v1/wallets/{}/deductions", ana.wallet);
    let too_much = json!({"amount": usd("25.01"), "reason": "misuse"});
    house.post(&deduction, &too_much).await.expect(402);
    change(json!({"locale": "fr"})).await.expect(422);
    house.post("/v1/customers", &json!({"name": ""})).await.expect(422);
    // Charges are traffic: the journal has each, and the log none.
    let charge = json!({"wallet": ana.wallet.to_string(), "amount": usd("1"), "kind": "sms"});
    let charge = house.post("/v1/charges", &charge).await.expect(201);
    assert_eq!(log(&house).await, lines);
    let reversal = format!("/v1/charges/{}/reversal", charge["id"].as_str().expect("an id"));
    house.post(&reversal, &Value::Null).await.expect(201);
    assert_eq!(log(&house).await[0]["action"], "charge.reverse");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_pages_and_its_own_scope() {
    let house = House::open().await;
    for name in ["ana", "bia", "caio"] {
        house.customer(name).await;
    }
    let first = house.get("/v1/audit-log?limit=2").await.expect(200);
    let next = first["next_cursor"].as_str().expect("more");
    let second = house.get(&format!("/v1/audit-log?limit=2&cursor={next}")).await.expect(200);
    let number = |page: &Value, at: usize| page["data"][at]["number"].as_u64().expect("a number");
    assert_eq!(number(&first, 1), number(&second, 0) + 1, "no line is lost between pages");
    assert_eq!(first["data"][0]["actor"], "operator");
    let powerless =
        saldo::keys::create(&house.running.app, None, "k", "credit:write").await.expect("a key").secret;
    let answer = house.send(house.request(Method::GET, "/v1/audit-log").bearer_auth(powerless)).await;
    let problem = answer.expect(403);
    assert_eq!(problem["code"], "scope_missing");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("audit:read")), "{problem}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_old_name_whom_they_concern_after_the_next_start() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let meter = json!({"slug": "tokens", "aggregation": "count", "price": {"kind": "per_unit", "price": usd("0.01")}});
    house.post("/v1/meters", &meter).await.expect(201);
    let (customer, wallet) = (ana.customer.id, ana.wallet);
    let given = json!({"amount": usd("1.00"), "source": "promotional"});
    let grant = house.post(&format!("/v1/wallets/{wallet}/grants"), &given).await.expect(201);
    let grant = grant["id"].as_str().expect("a grant").to_owned();
    // As they were written before lines named anybody: of a grant, which views tell of, of his wallet, of himself, of what is gone, of a
    // meter.
    let objects = [
        grant,
        wallet.to_string(),
        customer.to_string(),
        "pay_01h455vb4pex5vsknk084sn02q".to_owned(),
        "tokens".to_owned(),
    ];
    let first = house.running.app.read(|reader| reader.audit(None, 1)).await.expect("a log").rows.remove(0);
    let lines = objects.map(|object| AuditRow {
        action: "of.old".to_owned(),
        object,
        customer: None,
        ..first.clone()
    });
    let write = move |tx: &store::Tx<'_>| {
        lines.iter().try_for_each(|line| tx.insert_audit(line).map(|_| ()))?;
        tx.put_setting("audit_named", "0", clock::now())?;
        // The views lag behind the journal when the program starts again.
        tx.clear_views("views")
    };
    house.running.app.write(write).await.expect("written");
    let house = house.restart().await;
    let all = |seen: &Option<String>| seen.as_deref() == Some("all");
    house.until(|reader| reader.setting("audit_named"), all).await;
    let lines = house.running.app.read(|reader| reader.audit(None, 50)).await.expect("a log").rows;
    let named: Vec<_> =
        lines.iter().filter(|line| line.action == "of.old").map(|line| line.customer).collect();
    assert_eq!(named, [None, None, Some(customer), Some(customer), Some(customer)]);
    house.close().await;
}
