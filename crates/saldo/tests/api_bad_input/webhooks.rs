//! Webhooks that are not signed, not whole, or not ours.

use reqwest::Method;
use serde_json::json;
use store::tables::inbox::InboxState;

use crate::bench::{Bench, expect};
use crate::house::WEBHOOK_SECRET;

#[tokio::test(flavor = "multi_thread")]
async fn webhooks() {
    let bench = Bench::open().await;
    let house = &bench.house;
    let body = json!({"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": 1,
        "livemode": false, "api_version": "2026-10-28.endive", "data": {"object": {"id": "cs_foreign"}}})
    .to_string();
    let post = |signature: Option<String>, body: String| {
        let request = house.request(Method::POST, saldo::webhooks::WEBHOOK_PATH);
        house.send(match signature {
            Some(signature) => request.header("stripe-signature", signature).body(body),
            None => request.body(body),
        })
    };
    let signed = |secret: &str, ago: i64| Some(house.signature(&body, secret, ago));
    let cases = [
        ("unsigned webhook", None, body.clone()),
        ("forged webhook", signed("whsec_other", 0), body.clone()),
        ("changed webhook", signed(WEBHOOK_SECRET, 0), body.replace("evt_1", "evt_2")),
        ("stale webhook", signed(WEBHOOK_SECRET, 301), body.clone()),
        // Much further than is tolerated: it comes nearer while the cases before it are played.
        ("webhook from the future", signed(WEBHOOK_SECRET, -3_600), body.clone()),
    ];
    for (what, signature, body) in cases {
        bench
            .refuses(
                what,
                post(signature, body),
                expect(400, "signature_invalid", "", "The signature was refused"),
            )
            .await;
    }
    let nonsense = "{\"hello\":1}";
    let sent = post(Some(house.signature(nonsense, WEBHOOK_SECRET, 0)), nonsense.to_owned());
    bench.refuses("signed nonsense", sent, expect(400, "event_malformed", "", "not an event")).await;

    // Signed and well formed, but of a checkout that is not ours: stored, looked at, put aside.
    let seen = house.seen();
    assert_eq!(post(signed(WEBHOOK_SECRET, 0), body.clone()).await.status.as_u16(), 200);
    let aside = house.until(|reader| reader.inbox_count(InboxState::Ignored), |count| *count == 1);
    aside.await;
    assert_eq!(house.seen(), seen);
    assert_eq!(house.figures(bench.ana.wallet).await, ["24.00", "0.00", "24.00"]);
    bench.house.close().await;
}
