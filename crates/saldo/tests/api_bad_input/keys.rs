//! Keys of others, revoked ones, and ones that may less.

use reqwest::Method;
use serde_json::json;

use crate::bench::{Bench, expect};

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_others() {
    let bench = Bench::open().await;
    let house = &bench.house;
    let bia = house.customer("bia").await;
    let key = house.key_of(&bia).await;
    let wallet = format!("/v1/wallets/{}", bench.ana.wallet);
    let customer = house.send(house.request(Method::GET, &wallet).bearer_auth(&key));
    bench.refuses("a customer's key", customer, expect(403, "key_of_customer", "", "opens the guard")).await;
    // Whose wallet pays at the guard follows from the key alone.
    house
        .send(
            house
                .request(Method::GET, &format!("/guard?customer={}", bench.ana.customer.id))
                .bearer_auth(&key),
        )
        .await
        .expect(200);
    assert_eq!(house.figures(bench.ana.wallet).await, ["24.00", "0.00", "24.00"]);
    assert_eq!(house.figures(bia.wallet).await, ["25.00", "0.25", "24.75"]);

    let made = house
        .post("/v1/api-keys", &json!({"name": "k", "customer": bia.customer.id.to_string()}))
        .await
        .expect(201);
    let secret = made["secret"].as_str().unwrap_or_default().to_owned();
    house.guard(&secret).await.expect(200);
    let revocation = format!("/v1/api-keys/{}/revocation", made["id"].as_str().unwrap_or_default());
    house.post(&revocation, &json!({})).await.expect(200);
    bench.refuses("a revoked key", house.guard(&secret), expect(401, "key_invalid", "", "revoked")).await;

    let reader = json!({"name": "reader", "scopes": ["credit:read", "keys:write"]});
    let reader = house.post("/v1/api-keys", &reader).await.expect(201)["secret"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let write =
        house.request(Method::POST, "/v1/charges").bearer_auth(&reader).header("idempotency-key", "r");
    bench
        .refuses(
            "a reader's write",
            house.send(write.json(&bench.charge)),
            expect(403, "scope_missing", "", "credit:write"),
        )
        .await;
    let more =
        house.request(Method::POST, "/v1/api-keys").bearer_auth(&reader).header("idempotency-key", "r");
    let more = house.send(more.json(&json!({"name": "more", "scopes": ["*"]})));
    bench.refuses("more than one has", more, expect(403, "scope_missing", "", "cannot give it")).await;
    bench.house.close().await;
}
