//! The API: each operation by nobody, by a key that is none, by a customer's key, by an operator's key with every other scope, and by one
//! with the one that it needs.

use reqwest::Method;
use saldo::{api, keys};
use serde_json::{Value, json};

use super::house::{Answer, House, fresh_key};
use super::table::API;

/// The name of nothing.
const NOTHING: &str = "nothing";

/// A wish that says nothing: it is refused for what it says, if not for who asks.
async fn call(house: &House, (method, template): (&str, &str), key: Option<&str>) -> Answer {
    let parts = template.split('/').map(|part| if part.starts_with('{') { NOTHING } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    let method: Method = method.parse().expect("a method");
    let mut request = house.request(method.clone(), &path).header("idempotency-key", fresh_key());
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    house.send(if method == Method::GET { request } else { request.json(&json!({})) }).await
}

/// All scopes that do not hold this one.
fn every_other(scope: &str) -> String {
    let group = scope.split(':').next().unwrap_or(scope);
    let is_other = |known: &&str| {
        let writes_what_it_reads = scope.ends_with(":read") && **known == format!("{group}:write");
        *known != scope && !writes_what_it_reads
    };
    api::SCOPES.iter().map(|(known, _)| *known).filter(is_other).collect::<Vec<_>>().join(" ")
}

async fn key(house: &House, scopes: &str) -> String {
    keys::create(&house.running.app, None, "doors", scopes).await.expect("a key").secret
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_asks_for_the_scope_that_its_table_names() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let own = house.key_of(&ana).await;
    let session = Some("not a key");
    let before = house.seen();
    let mut otherwise = Vec::new();
    let mut kept: Vec<(&str, String, String)> = Vec::new();
    for (method, path, scope) in API {
        if !kept.iter().any(|(known, ..)| *known == scope) {
            kept.push((scope, key(&house, scope).await, key(&house, &every_other(scope)).await));
        }
        let (_, exact, others) = kept.iter().find(|(known, ..)| *known == scope).expect("just made");
        for (key, status, code) in [
            (None, 401, "key_missing"),
            (session, 401, "key_invalid"),
            (Some(own.as_str()), 403, "key_of_customer"),
            (Some(others.as_str()), 403, "scope_missing"),
        ] {
            let answer = call(&house, (method, path), key).await;
            let said: Value = serde_json::from_str(&answer.text).unwrap_or_default();
            if answer.status.as_u16() != status || said["code"] != code {
                otherwise.push(format!("{method} {path}: {} {}, not {code}", answer.status, said["code"]));
            }
        }
        assert_eq!(house.seen(), before, "{method} {path} changed something");
        let answer = call(&house, (method, path), Some(exact)).await;
        if [401, 403, 405, 500].contains(&answer.status.as_u16()) {
            otherwise.push(format!("{method} {path} with {scope}: {} {}", answer.status, answer.text));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    house.close().await;
}

/// The description of the API names the same scopes.
#[test]
fn the_description_names_the_same_scopes() {
    let document = api::document();
    for (method, path, scope) in API {
        let told = &document["paths"][path][method.to_lowercase()]["security"][0]["operator"][0];
        assert_eq!(told, scope, "{method} {path}");
    }
}
