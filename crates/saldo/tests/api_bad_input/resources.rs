//! Grants, customers, meters, top-ups, the clock and keys.

use serde_json::{Value, json};

use crate::bench::{Bench, expect, usd};

#[tokio::test(flavor = "multi_thread")]
async fn grants_customers_meters_and_the_clock() {
    let bench = Bench::open().await;
    let grants = format!("/v1/wallets/{}/grants", bench.ana.wallet);
    let grant = |field: &str, value: Value| {
        let mut grant = json!({"amount": usd("5"), "source": "promotional"});
        grant[field] = value;
        grant
    };
    let window =
        json!({"kind": "per_active_window", "amount": usd("1"), "window_seconds": 59, "anchor": "clock"});
    let meter =
        |slug: &str, price: &Value| json!({"slug": slug, "aggregation": "active_time", "price": price});
    let topup = |amount: Value| json!({"customer": bench.ana.customer.id.to_string(), "amount": amount});
    let cases = [
        (
            "past expiry",
            grants.as_str(),
            grant("expires_at", json!("2020-01-01T00:00:00Z")),
            expect(422, "expiry_past", "", "expiry must be later"),
        ),
        (
            "expiry without offset",
            &grants,
            grant("expires_at", json!("2030-01-01T00:00:00")),
            expect(422, "invalid_time", "expires_at", "RFC 3339"),
        ),
        (
            "expiry after the last time",
            &grants,
            grant("expires_at", json!("9999-12-31T23:59:59Z")),
            expect(422, "time_out_of_range", "expires_at", "to 9999-12-30T22:00:00.999999Z"),
        ),
        (
            "negative grant",
            &grants,
            grant("amount", usd("-5")),
            expect(422, "amount_not_positive", "amount", "above zero"),
        ),
        (
            "grant of another currency",
            &grants,
            grant("amount", json!({"amount": "5", "unit": "BRL"})),
            expect(422, "unit_mismatch", "", "another unit"),
        ),
        (
            "adjustment without reason",
            &grants,
            grant("source", json!("adjustment")),
            expect(422, "missing_field", "reason", "reason is missing"),
        ),
        (
            "purchased by hand",
            &grants,
            grant("source", json!("purchased")),
            expect(
                422,
                "invalid_field",
                "source",
                "must be \"promotional\" or \"adjustment\", not \"purchased\"",
            ),
        ),
        (
            "nameless customer",
            "/v1/customers",
            json!({"name": " "}),
            expect(422, "invalid_name", "name", "1 to 200 bytes"),
        ),
        (
            "no address",
            "/v1/customers",
            json!({"name": "B", "email": "b"}),
            expect(422, "invalid_email", "email", "email must be"),
        ),
        (
            "taken address",
            "/v1/customers",
            json!({"name": "B", "email": "ANA@example.com"}),
            expect(409, "already_exists", "email", "email is already taken"),
        ),
        (
            "unknown language",
            "/v1/customers",
            json!({"name": "B", "locale": "fr"}),
            expect(422, "invalid_locale", "locale", "en or pt-BR"),
        ),
        (
            "taken slug",
            "/v1/meters",
            meter(
                "api_call",
                &json!({"kind": "per_active_window", "amount": usd("1"), "window_seconds": 60, "anchor": "clock"}),
            ),
            expect(409, "already_exists", "slug", "slug is already taken"),
        ),
        (
            "short window",
            "/v1/meters",
            meter("m", &window),
            expect(422, "invalid_window", "price.window_seconds", "60 to 86400"),
        ),
        (
            "price that does not fit",
            "/v1/meters",
            meter("m", &json!({"kind": "per_unit", "price": usd("1")})),
            expect(422, "price_does_not_fit", "price.kind", "per_active_window"),
        ),
        (
            "price of the past",
            "/v1/meters/tokens/prices",
            json!({"price": {"kind": "per_unit", "price": usd("1")}, "valid_from": "2020-01-01T00:00:00Z"}),
            expect(422, "valid_from_past", "valid_from", "not be before now"),
        ),
        (
            "price of an unknown meter",
            "/v1/meters/nope/prices",
            json!({"price": {"kind": "per_unit", "price": usd("1")}}),
            expect(404, "not_found", "", "no such meter"),
        ),
        (
            "top-up too small",
            "/v1/topups",
            topup(usd("4.99")),
            expect(422, "amount_out_of_range", "amount", "from 5.00 USD"),
        ),
        (
            "top-up too large",
            "/v1/topups",
            topup(usd("5000.01")),
            expect(422, "amount_out_of_range", "amount", "to 5000.00 USD"),
        ),
        (
            "top-up finer than a cent",
            "/v1/topups",
            topup(usd("10.001")),
            expect(422, "amount_over_precise", "amount", "whole cents"),
        ),
        (
            "top-up in another currency",
            "/v1/topups",
            topup(json!({"amount": "10", "unit": "BRL"})),
            expect(422, "unit_mismatch", "amount", "must be in USD"),
        ),
        (
            "top-up of nobody",
            "/v1/topups",
            json!({"customer": "cus_00000000000000000000000001", "amount": usd("10")}),
            expect(404, "not_found", "", "no such customer"),
        ),
        (
            "clock that stands",
            "/v1/test-clock/advance",
            json!({"seconds": 0}),
            expect(422, "clock_advance", "", "1 second to 366 days"),
        ),
        (
            "clock that goes back",
            "/v1/test-clock/advance",
            json!({"seconds": -1}),
            expect(
                422,
                "invalid_field",
                "seconds",
                "seconds must be a whole number that is not negative, not -1.",
            ),
        ),
        (
            "unknown scope",
            "/v1/api-keys",
            json!({"name": "k", "scopes": ["all"]}),
            expect(422, "scope_unknown", "scopes", "not a scope"),
        ),
        (
            "empty batch",
            "/v1/charges/batch",
            json!({"charges": []}),
            expect(422, "invalid_batch", "charges", "1 to 1000"),
        ),
    ];
    for (what, path, body, expected) in cases {
        bench.refuses(what, bench.house.post(path, &body), expected).await;
    }
    bench.house.close().await;
}
