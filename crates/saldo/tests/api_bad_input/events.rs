//! Usage events.

use money::Timestamp;
use serde_json::{Value, json};

use crate::bench::{Bench, expect};

#[tokio::test(flavor = "multi_thread")]
async fn events() {
    let bench = Bench::open().await;
    let now = bench.house.running.app.ledger.now();
    let event = |field: &str, value: Value| {
        let mut event = json!({"specversion": "1.0", "id": "1", "source": "s", "type": "tokens",
            "subject": bench.ana.customer.id.to_string(), "data": {"n": 1}});
        event[field] = value;
        event
    };
    let tomorrow = now.plus(Timestamp::DAY).to_string();
    let last_year = now.plus(-365 * Timestamp::DAY).to_string();
    let cases = [
        ("unknown meter", event("type", json!("nope")), expect(422, "meter_unknown", "type", "not a meter")),
        (
            "unknown subject",
            event("subject", json!("nobody")),
            expect(422, "subject_unknown", "subject", "belongs to no customer"),
        ),
        (
            "event from tomorrow",
            event("time", json!(tomorrow)),
            expect(422, "event_in_future", "", "in the future"),
        ),
        (
            "event from last year",
            event("time", json!(last_year)),
            expect(422, "event_too_late", "", "longer ago"),
        ),
        ("time in words", event("time", json!("now")), expect(422, "invalid_time", "time", "RFC 3339")),
        (
            "other version",
            event("specversion", json!("0.3")),
            expect(422, "specversion_unknown", "specversion", "1.0"),
        ),
        ("no id", event("id", Value::Null), expect(422, "missing_field", "id", "id is missing")),
        ("id as a number", event("id", json!(7)), expect(422, "invalid_field", "id", "must be text")),
        (
            "attribute in capitals",
            event("Colour", json!("red")),
            expect(422, "unknown_field", "Colour", "not an attribute's name"),
        ),
        (
            "negative quantity",
            event("data", json!({"n": -1})),
            expect(422, "quantity_negative", "data.n", "below zero"),
        ),
        (
            "huge quantity",
            event("data", json!({"n": 1e300})),
            expect(422, "invalid_quantity", "data.n", "data.n"),
        ),
        (
            "finer than is counted",
            event("data", json!({"n": 0.000_000_1})),
            expect(422, "invalid_quantity", "data.n", "at most 6 decimal places"),
        ),
        (
            "quantity in words",
            event("data", json!({"n": "many"})),
            expect(422, "invalid_quantity", "data.n", "must be a number"),
        ),
        (
            "no quantity",
            event("data", json!({})),
            expect(422, "missing_field", "data.n", "data.n is missing"),
        ),
    ];
    for (what, body, expected) in cases {
        let sent =
            bench.post_raw("/v1/events", "application/cloudevents+json", body.to_string().into_bytes());
        bench.refuses(what, sent, expected).await;
        let sent =
            bench.post_raw("/api/v1/events", "application/cloudevents+json", body.to_string().into_bytes());
        bench.refuses(what, sent, expect(400, "events_refused", "", "1 of the events")).await;
    }
    let many = Value::Array((0..1_001).map(|_| event("id", json!("1"))).collect()).to_string();
    let sent = bench.post_raw("/v1/events", "application/cloudevents-batch+json", many.into_bytes());
    bench.refuses("too many events", sent, expect(413, "batch_too_long", "", "at most 1000")).await;
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_counted_exactly_however_they_are_written() {
    let bench = Bench::open().await;
    // At $0.01 each: what is written in different ways costs the same.
    for (nth, (written, left)) in [
        ("1E2", "23.00"),
        ("1e+2", "22.00"),
        ("100.0", "21.00"),
        ("1000.00e-1", "20.00"),
        ("\"100\"", "19.00"),
    ]
    .into_iter()
    .enumerate()
    {
        let subject = bench.ana.customer.id;
        let event = format!(
            r#"{{"specversion":"1.0","id":"n{nth}","source":"s","type":"tokens","subject":"{subject}","data":{{"n":{written}}}}}"#
        );
        let sent = bench.post_raw("/v1/events", "application/cloudevents+json", event.into_bytes()).await;
        assert_eq!(sent.expect(200)["data"][0]["outcome"], "accepted", "{written}");
        assert_eq!(bench.house.figures(bench.ana.wallet).await[2], left, "{written}");
    }
    bench.house.close().await;
}
