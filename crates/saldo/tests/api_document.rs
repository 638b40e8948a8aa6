//! The OpenAPI document says what the program does: it is the committed one, and every operation of it asks for the key and the
//! scope that it names.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use std::collections::BTreeSet;
use std::path::Path;

use house::{House, fresh_key};
use reqwest::Method;
use saldo::keys;
use serde_json::Value;

/// Set to write the document anew instead of comparing it.
const REWRITE: &str = "SALDO_REWRITE_OPENAPI";

#[test]
fn the_committed_document_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/openapi.json");
    let made = format!("{:#}\n", saldo::api::document());
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&path, made).expect("the document is written");
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/api/openapi.json is old: run this test with {REWRITE}=1 and look at the difference"
    );
}

#[test]
fn nothing_it_refers_to_is_missing() {
    let document = saldo::api::document();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.len() > 20, "{references:?}");
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} is not there");
    }
    let ids: Vec<_> = operations(&document).into_iter().map(|one| one.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_asks_for_its_key_and_its_scope() {
    let house = House::open().await;
    let app = &house.running.app;
    let powerless = keys::create(app, None, "powerless", "").await.expect("a key").secret;
    let customers = house.key_of(&house.customer("ana").await).await;
    let seen = house.seen();
    let mut asked = 0;
    for operation in operations(&saldo::api::document()) {
        // The doors beside `/v1` know who asks in their own ways; each has tests of its own.
        if ["/guard", "/radius/", "/webhooks/", "/stripe/"]
            .iter()
            .any(|door| operation.path.starts_with(door))
        {
            continue;
        }
        let path = operation.path.replace("{id}", "x").replace("{slug}", "x").replace("{subject}", "x");
        let request = || {
            let request = house.request(operation.method.clone(), &path);
            request
                .header("idempotency-key", fresh_key())
                .header("content-type", "application/json")
                .body("{}")
        };
        let id = &operation.id;
        assert_eq!(house.send(request()).await.expect(401)["code"], "key_missing", "{id}");
        assert_eq!(
            house.send(request().bearer_auth("sk_saldo_x")).await.expect(401)["code"],
            "key_invalid",
            "{id}"
        );
        assert_eq!(
            house.send(request().bearer_auth(&customers)).await.expect(403)["code"],
            "key_of_customer",
            "{id}"
        );
        let refused = house.send(request().bearer_auth(&powerless)).await.expect(403);
        assert_eq!(refused["code"], "scope_missing", "{id}");
        assert_eq!(refused["detail"], format!("This key lacks the scope {}.", operation.scope), "{id}");
        asked += 1;
    }
    assert!(asked >= 30, "{asked}");
    assert_eq!(house.seen(), seen);
    house.close().await;
}

struct Operation {
    id: String,
    path: String,
    method: Method,
    scope: String,
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().expect("operations").iter().map(move |(method, operation)| Operation {
            id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
            path: path.clone(),
            method: method.to_uppercase().parse().expect("a method"),
            scope: operation["security"][0]["operator"][0].as_str().unwrap_or_default().to_owned(),
        })
    });
    all.collect()
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, references)),
        _ => {}
    }
}
