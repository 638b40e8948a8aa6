//! The month-end page and its file.

use saldo::audit::Author;
use saldo::{clock, reconciliation};
use sandbox::Act;
use serde_json::json;
use store::tables::reconciliation::{MovementSort, MovementStanding, ReconciliationRun, StripeMovement};
use store::tables::staff::StaffRole;

use super::house::House;
use super::staff_in;

const VISA: &str = "4242424242424242";

/// Has Stripe and the books compared, and waits for its end.
async fn reconcile(house: &House) {
    let app = &house.running.app;
    let ask = |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), None, clock::now());
    let run_no = app.write(ask).await.expect("a run");
    app.reconciliation_news.notify_one();
    let is_done = |run: &Option<ReconciliationRun>| run.as_ref().is_some_and(|run| run.run_no == run_no);
    house.until(|reader| reader.last_reconciliation(), is_done).await;
}

/// A payout of five dollars of which Stripe has told, and which no book has heard of.
fn payout_on_its_way() -> StripeMovement {
    StripeMovement {
        id: "txn_on_its_way".to_owned(),
        kind: "payout".to_owned(),
        sort: MovementSort::Payout,
        amount: -500,
        fee: 0,
        currency: "usd".to_owned(),
        source: Some("po_on_its_way".to_owned()),
        made_at: clock::now(),
        standing: MovementStanding::New,
        payment: None,
        cause: None,
        matched: 0,
        fee_matched: 0,
        intent: None,
        fee_intent: None,
        is_settled: 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn payouts_that_match_that_came_back_and_that_are_not_booked_yet_are_told_apart() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let mut staff = staff_in(&house, "rui@example.com", StaffRole::Finance).await;
    let pay_out = || async {
        let paid =
            house.sandbox.act(Act::PayOut { currency: "usd".to_owned() }).await.expect("there is money");
        paid["id"].as_str().expect("a payout").to_owned()
    };
    for amount in ["10.00", "20.00"] {
        let wanted =
            json!({"customer": ana.customer.id.to_string(), "amount": {"amount": amount, "unit": "USD"}});
        let topup = house.post("/v1/topups", &wanted).await.expect(201);
        house.pay(&topup, VISA).await;
        let payout = pay_out().await;
        if amount == "20.00" {
            house.sandbox.act(Act::PayoutFails { payout }).await.expect("it is on its way");
        }
    }
    reconcile(&house).await;
    house.running.app.write(|tx| tx.insert_stripe_movement(&payout_on_its_way())).await.expect("written");
    let came_back = "One payout of $19.12 did not arrive";
    for (matched, open) in [("2 payouts of $28.53", true), ("3 payouts of $33.53", false)] {
        let page = staff.get("/console/month-end").await.text;
        for words in [matched, came_back] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(page.contains("One payout of $5.00 is not in the books yet."), open, "{page}");
        if open {
            // The file tells what the journal has: what is open is no part of it.
            let today = page.split("max=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("today");
            let file = staff.get(&format!("/console/month-end.csv?day={today}")).await.text;
            for line in ["USD,payouts,made,28.53\r\n", "USD,payouts,came_back,19.12\r\n"] {
                assert!(file.contains(line), "{line}: {file}");
            }
        }
        reconcile(&house).await;
    }
    // What came back is at Stripe and in the books.
    let run =
        house.running.app.read(|reader| reader.last_reconciliation()).await.expect("a look").expect("a run");
    assert_eq!(run.drifting, 0, "{run:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_read_the_sums_of_a_month_and_take_them_as_a_file() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let charge = json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "3.25", "unit": "USD"}, "kind": "report"});
    house.post("/v1/charges", &charge).await.expect(201);
    let mut staff = staff_in(&house, "viewer@example.com", StaffRole::ReadOnly).await;
    let page = staff.get("/console/month-end").await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    for words in
        ["This is not over", "$25.00", "\u{2212}$3.25", "$21.75", "Promotional credit", "Earned by charges"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let file = staff.get("/console/month-end.csv").await;
    assert!(file.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")), "{}", file.text);
    for line in
        ["USD,liability,opening,0", "USD,liability,used,-3.25", "USD,liability,closing,21.75", "final,no"]
    {
        assert!(file.text.contains(line), "{line}: {}", file.text);
    }
    for wrong in ["2026-13", "1999-01", "9999-12", "soon"] {
        let refused = staff.get(&format!("/console/month-end?month={wrong}")).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
        let refused = staff.get(&format!("/console/month-end.csv?month={wrong}")).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_the_past_is_told_as_it_stood_and_what_is_no_day_is_said_at_its_field() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    house.advance(3 * 86_400).await;
    let charge = json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "3.25", "unit": "USD"}, "kind": "report"});
    house.post("/v1/charges", &charge).await.expect(201);
    house.advance(86_400).await;
    let mut staff = staff_in(&house, "viewer@example.com", StaffRole::ReadOnly).await;
    let page = staff.get("/console/month-end").await;
    let min = page.text.split("min=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a first day");
    let max = page.text.split("max=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("today");
    let day = |back: i64| {
        let today: jiff::civil::Date = max.parse().expect("a day");
        today.checked_sub(jiff::Span::new().days(back)).expect("a day").to_string()
    };
    // The day before the charge, and the day of it.
    for (back, closing) in [(2, "25"), (1, "21.75")] {
        let url = format!("/console/month-end.csv?day={}", day(back));
        let file = staff.get(&url).await;
        assert_eq!(file.status.as_u16(), 200, "{}", file.text);
        for line in [format!("{},UTC,USD,liability,closing,{closing}", day(back)), "final,yes".to_owned()] {
            assert!(file.text.contains(&line), "{line}: {}", file.text);
        }
        assert_eq!(staff.get(&url).await.text, file.text, "a second run gives the same bytes");
        let page = staff.get(&format!("/console/month-end?day={}", day(back))).await;
        assert!(page.text.contains(&format!("${closing}")), "{}", page.text);
        assert!(!page.text.contains("This is not over"), "{}", page.text);
    }
    let earlier: jiff::civil::Date = min.parse().expect("a day");
    let before = earlier.yesterday().expect("a day").to_string();
    let wrong = [
        ("day=soon".to_owned(), "Write the day as 2026-11-17."),
        (format!("day={}", day(-1)), "This day has not begun."),
        (format!("day={before}"), "There were no books yet."),
        ("month=2026-13".to_owned(), "Choose a month of the list."),
    ];
    for (query, words) in wrong {
        let page = staff.get(&format!("/console/month-end?{query}")).await;
        assert_eq!(page.status.as_u16(), 422, "{query}: {}", page.text);
        assert!(page.text.contains(words) && page.text.contains("aria-invalid"), "{query}: {}", page.text);
        let file = staff.get(&format!("/console/month-end.csv?{query}")).await;
        assert_eq!(file.status.as_u16(), 422, "{query}: {}", file.text);
    }
}
