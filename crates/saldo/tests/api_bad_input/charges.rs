//! Charges: fields, amounts, wallets and kinds.

use serde_json::json;

use crate::bench::{Bench, expect, usd};

#[tokio::test(flavor = "multi_thread")]
async fn fields_and_amounts() {
    let bench = Bench::open().await;
    let cases = [
        (
            "unknown field",
            bench.charge_with("colour", json!("red")),
            expect(422, "unknown_field", "colour", "colour is not a field"),
        ),
        (
            "unknown inner field",
            bench.charge_with("amount", json!({"amount": "1", "unit": "USD", "x": 1})),
            expect(422, "unknown_field", "amount.x", "amount.x"),
        ),
        (
            "wrong type",
            bench.charge_with("kind", json!(7)),
            expect(422, "invalid_field", "kind", "kind must be a text, not 7."),
        ),
        (
            "amount as a number",
            bench.charge_with("amount", json!({"amount": 1, "unit": "USD"})),
            expect(422, "invalid_field", "amount.amount", "amount.amount must be a text, not 1."),
        ),
        (
            "missing field",
            json!({"wallet": bench.ana.wallet.to_string(), "kind": "sms"}),
            expect(422, "missing_field", "amount", "amount is missing"),
        ),
        (
            "negative amount",
            bench.charge_with("amount", usd("-1.00")),
            expect(422, "amount_not_positive", "amount", "above zero"),
        ),
        (
            "zero amount",
            bench.charge_with("amount", usd("0.00")),
            expect(422, "amount_not_positive", "amount", "above zero"),
        ),
        (
            "huge amount",
            bench.charge_with("amount", usd("99999999999999999999")),
            expect(422, "amount_too_large", "amount.amount", "amount.amount"),
        ),
        (
            "amount beyond a wallet",
            bench.charge_with("amount", usd("9000000000000")),
            expect(422, "amount_too_large", "", "more than a wallet can hold"),
        ),
        (
            "amount beyond the credit",
            bench.charge_with("amount", usd("24.000001")),
            expect(402, "insufficient_credit", "", "24.000001 USD is needed and 24.00 USD is available"),
        ),
        (
            "over-precise amount",
            bench.charge_with("amount", usd("0.0000001")),
            expect(422, "amount_over_precise", "amount.amount", "decimal places"),
        ),
        (
            "amount in words",
            bench.charge_with("amount", usd("one")),
            expect(422, "amount_malformed", "amount.amount", "not a decimal number"),
        ),
        (
            "other currency",
            bench.charge_with("amount", json!({"amount": "1.00", "unit": "BRL"})),
            expect(422, "unit_mismatch", "", "another unit"),
        ),
        (
            "unknown currency",
            bench.charge_with("amount", json!({"amount": "1.00", "unit": "XYZ"})),
            expect(422, "unit_unknown", "amount.unit", "amount.unit must be"),
        ),
        (
            "no wallet",
            json!({"amount": usd("1"), "kind": "sms"}),
            expect(422, "wallet_missing", "wallet", "wallet or customer"),
        ),
        (
            "unknown wallet",
            bench.charge_with("wallet", json!("wal_00000000000000000000000001")),
            expect(404, "wallet_unknown", "", "no such wallet"),
        ),
        (
            "id of another kind",
            bench.charge_with("wallet", json!(bench.ana.customer.id.to_string())),
            expect(422, "invalid_id", "wallet", "beginning with wal_"),
        ),
        (
            "kind in capitals",
            bench.charge_with("kind", json!("SMS!")),
            expect(422, "invalid_kind", "kind", "kind must be a word"),
        ),
    ];
    for (what, body, expected) in cases {
        bench.refuses(what, bench.house.post("/v1/charges", &body), expected).await;
    }
    bench.house.close().await;
}
