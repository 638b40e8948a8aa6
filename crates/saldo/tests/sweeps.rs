//! What is looked at again and again beside everything else: that one thing hangs or is refused stops no other, and is told.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use house::House;
use money::{Amount, GrantId, IntentId, RefundId, Timestamp, Unit};
use saldo::clock;
use saldo::intents::{self, Wish};
use sandbox::Act;
use serde_json::json;
use store::tables::bank::FindingCode;
use store::tables::catalog::PriceTerms;
use store::tables::claims::{ClaimCause, TakenBackRow};
use store::tables::lines::OnWriteOff;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::refund_orders::{RefundOrder, RefundOrderState};
use store::views::WalletRow;
use tokio::net::TcpListener;

/// How old what is written down here is already, beyond what anybody waits for.
const OLD: i64 = 5 * Timestamp::MINUTE;

fn dollars(text: &str) -> Amount {
    Amount::parse(text, Unit::USD).expect("an amount")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_followed_of_one_payment_keeps_no_other_waiting() {
    let house = House::open().await;
    let (bia, ana) = (house.customer("bia").await, house.customer("ana").await);
    let mut paid = Vec::new();
    for customer in [&bia, &ana] {
        let id = customer.customer.id;
        let wanted = json!({"customer": id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
        let topup = house.post("/v1/topups", &wanted).await.expect(201);
        if id == bia.customer.id {
            // In a currency that no book has: whatever is written down of it, the books cannot follow.
            let session = topup["checkout_url"].as_str().and_then(|url| url.rsplit('/').next());
            let session = session.expect("a session").to_owned();
            let convert = Act::Convert { session, currency: "eur".to_owned() };
            house.sandbox.act(convert).await.expect("it is open");
        }
        house.pay(&topup, "4242424242424242").await;
        let is_paid = |rows: &Vec<Payment>| rows.iter().any(|row| row.status == PaymentStatus::Succeeded);
        let rows = house.until(move |reader| Ok(reader.payments_of(id, None, 1)?.rows), is_paid).await;
        paid.push(rows[0].id);
    }
    let [first, second] = paid[..] else { panic!("two payments") };
    let wallet = ana.wallet;
    let is_credited = |row: &Option<WalletRow>| row.as_ref().is_some_and(|row| row.posted == 35_000_000);
    house.until(move |reader| reader.wallet_view(wallet), is_credited).await;
    let is_credited = |row: &Option<Payment>| row.as_ref().is_some_and(|row| row.credited_entry.is_some());
    let entry = house.until(move |reader| reader.payment(second), is_credited).await;
    let entry = entry.and_then(|row| row.credited_entry).expect("an entry");
    let app = &house.running.app;
    let write = move |tx: &store::Tx<'_>| {
        tx.set_payment_credited(first, entry)?;
        for payment in [first, second] {
            let row = TakenBackRow::nothing(payment, ClaimCause::Refund);
            tx.put_taken_back(&TakenBackRow { wanted: 4_000_000, ..row })?;
        }
        Ok(())
    };
    app.write(write).await.expect("written");
    saldo::claims::sweep(app).await.expect("a sweep");
    assert_eq!(house.figures(ana.wallet).await[0], "31.00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_prices_come_into_force_while_stripe_hangs() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let id = ana.customer.id;
    let wanted = json!({"customer": id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, "4242424242424242").await;
    let is_paid = |rows: &Vec<_>| !rows.is_empty();
    let payments = house.until(move |reader| Ok(reader.payments_of(id, None, 1)?.rows), is_paid).await;
    let order = RefundOrder {
        id: RefundId::from_u128(7),
        payment: payments[0].id,
        amount: dollars("3.00"),
        reason: None,
        note: String::new(),
        state: RefundOrderState::Open,
        provider_refund: None,
        error: None,
        ordered_by: "program".to_owned(),
        ordered_at: clock::now().plus(-OLD),
        updated_at: clock::now().plus(-OLD),
        decided_by: None,
        decided_at: None,
        resolved_at: None,
        on_data: OnWriteOff::TakeBack,
    };
    house.running.app.write(move |tx| tx.insert_refund_order(&order)).await.expect("an order");
    let data = house.close().await;

    // Takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let house = House::open_in(data, |config| config.stripe.api_url = url).await;
    house.meter_of_hours().await;
    let app = &house.running.app;
    let from = app.ledger.now().plus(Timestamp::SECOND);
    let price = json!({"kind": "per_unit", "price": {"amount": "0.01", "unit": "USD"}});
    let meter = json!({"slug": "tokens", "aggregation": "sum", "sum_field": "n", "price": price});
    house.post("/v1/meters", &meter).await.expect(201);
    let dearer = json!({"kind": "per_unit", "price": {"amount": "0.02", "unit": "USD"}});
    let dearer = json!({"price": dearer, "valid_from": from.to_string()});
    house.post("/v1/meters/tokens/prices", &dearer).await.expect(201);
    let meter_no = app.sold().meter("tokens").expect("the meter").meter_no;
    let (asking, asked) = silent.accept().await.expect("Stripe is asked");
    let is_dearer = |_: &()| {
        let terms = app.sold().price(meter_no).map(|price| price.terms);
        matches!(terms, Some(PriceTerms::PerUnit(price)) if price.to_decimal() == "0.02")
    };
    house.until(|_| Ok(()), is_dearer).await;
    drop((asking, asked));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_book_goes_on_to_refuse_is_told_once() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let app = &house.running.app;
    let now = app.ledger.now();
    let wish = |number| Wish::Grant {
        wallet: ana.wallet,
        customer: ana.customer.id,
        grant: GrantId::from_u128(number),
        amount: dollars("5.00"),
        reason: None,
        expires_at: Some(now.plus(-Timestamp::HOUR)),
    };
    let old = wish(1).intent(IntentId::from_u128(1), clock::now().plus(-OLD));
    let young = wish(2).intent(IntentId::from_u128(2), clock::now());
    let both = [old.clone(), young.clone()];
    app.write(move |tx| both.iter().try_for_each(|intent| tx.insert_intent(intent))).await.expect("intents");
    for _ in 0..3 {
        intents::send(app, &[old.clone(), young.clone()]).await.expect("answers");
    }
    let found = app.read(|reader| Ok(reader.open_findings(None, 10)?.rows)).await.expect("findings");
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.code, finding.customer), (FindingCode::IntentRefused, Some(ana.customer.id)));
    assert!(finding.detail.contains("grant") && finding.detail.contains("expiry_past"), "{}", finding.detail);
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.00", "25.00"]);
    house.close().await;
}
