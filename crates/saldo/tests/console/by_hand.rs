//! Credit that staff give for a payment that was not as it was asked for: once, and settled for reconciliation, too.

use money::{Amount, GrantId, IntentId, Timestamp, Unit};
use saldo::audit::Author;
use saldo::customers::CreatedCustomer;
use saldo::intents::{self, Wish};
use saldo::reconciliation::{self, Found};
use saldo::{clock, findings, ids};
use sandbox::{Act, DisputeEnding};
use serde_json::json;
use store::tables::bank::{Finding, FindingCode};
use store::tables::credit_requests::{CreditDirection, CreditRequest, CreditRequestState};
use store::tables::payments::Payment;
use store::tables::reconciliation::ReconciliationRun;
use store::tables::staff::StaffRole;
use store::tables::topups::TopupState;

use super::browser::{Browser, login};
use super::house::House;
use super::{insert_staff, staff_in};

const VISA: &str = "4242424242424242";

/// A customer whose payment of ten dollars was made in another currency.
async fn paid_otherwise(house: &House, name: &str, currency: &str) -> (CreatedCustomer, Payment) {
    let customer = house.customer(name).await;
    login(house, &customer).await;
    let id = customer.customer.id;
    let wanted = json!({"customer": id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    let session = topup["checkout_url"].as_str().and_then(|url| url.rsplit('/').next()).expect("a session");
    let convert = Act::Convert { session: session.to_owned(), currency: currency.to_owned() };
    house.sandbox.act(convert).await.expect("it is open");
    house.pay(&topup, VISA).await;
    let look = move |reader: &store::Reader<'_>| reader.topups_of(id, None, 1);
    house.until(look, |page| page.rows.iter().all(|topup| topup.state == TopupState::Withheld)).await;
    let payment = payment_of(house, &customer).await;
    (customer, payment)
}

async fn payment_of(house: &House, customer: &CreatedCustomer) -> Payment {
    let id = customer.customer.id;
    let page = house.running.app.read(move |reader| reader.payments_of(id, None, 1)).await.expect("payments");
    page.rows.into_iter().next().expect("a payment")
}

/// What differs between Stripe and the books: in how many currencies, and why.
async fn differences(house: &House) -> (u32, Vec<String>) {
    let app = &house.running.app;
    let ask = |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), None, clock::now());
    let run_no = app.write(ask).await.expect("a run");
    app.reconciliation_news.notify_one();
    let is_done = |run: &Option<ReconciliationRun>| run.as_ref().is_some_and(|run| run.run_no == run_no);
    let run = house.until(|reader| reader.last_reconciliation(), is_done).await.expect("a run");
    let found: Found = serde_json::from_str(run.result.as_deref().expect("a result")).expect("what it found");
    (run.drifting, found.differences.into_iter().map(|one| one.cause).collect())
}

fn form_of(customer: &CreatedCustomer, payment: &Payment) -> (String, String) {
    let asked = format!("/console/customers/{}/credit", customer.customer.id);
    (format!("{asked}/new?payment={}", payment.id), asked)
}

/// Asks for credit of so much for this payment; where that leads.
async fn credit(
    staff: &mut Browser<'_>,
    (customer, payment): (&CreatedCustomer, &Payment),
    amount: &str,
) -> String {
    let (_, asked) = form_of(customer, payment);
    let id = payment.id.to_string();
    let fields = [
        ("payment", id.as_str()),
        ("direction", "give"),
        ("amount", amount),
        ("reason", "correction"),
        ("note", "converted at Stripe"),
    ];
    // Sent from a form that was opened before.
    let answer = staff.submit(&format!("/console/payments/{}", payment.id), &asked, &fields).await;
    answer.header("location").unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

async fn open_findings(house: &House, is_so: impl Fn(&[Finding]) -> bool) -> Vec<Finding> {
    let look = |reader: &store::Reader<'_>| Ok(reader.open_findings(None, 9)?.rows);
    house.until(look, |rows: &Vec<Finding>| is_so(rows)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_for_what_was_withheld_is_given_once_and_settles_it() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    for (currency, came, fees) in [("brl", "R$50.00", 0), ("eur", "9.26\u{a0}EUR", 1)] {
        let (ana, payment) = paid_otherwise(&house, currency, currency).await;
        let of = (&ana, &payment);
        let page = format!("/console/payments/{}", payment.id);
        let (form, asked) = form_of(&ana, &payment);
        let (_, causes) = differences(&house).await;
        assert!(causes.contains(&"other_currency".to_owned()), "{causes:?}");
        let drawn = staff.get(&page).await.text;
        assert!(drawn.contains(&form) && drawn.contains("has credited nothing"), "{drawn}");
        for words in ["What came", came, "What was asked for", "$10.00"] {
            assert!(drawn.contains(words), "{words}: {drawn}");
        }
        let differs = staff.get("/console/reconciliation").await.text;
        assert!(differs.contains("What differs") && !differs.contains("What was settled"), "{differs}");
        assert!(differs.contains(&format!("<a href=\"{page}\">")), "{differs}");
        assert!(is_told_in_cents(&differs, currency), "{differs}");
        // In a currency of the books it is given back from here, in any other at Stripe, and the page says so.
        let is_ours = currency == "brl";
        assert_eq!(drawn.contains(&format!("{page}/refund")), is_ours, "{drawn}");
        assert_eq!(drawn.contains("Give it back at Stripe: from here it cannot be."), !is_ours, "{drawn}");
        let refund = staff.get(&format!("{page}/refund?amount=5.00")).await.text;
        assert_eq!(refund.contains("give it back at Stripe"), !is_ours, "{refund}");
        if !is_ours {
            let refunds = format!("/v1/payments/{}/refunds", payment.id);
            let api = house.post(&refunds, &json!({"note": "x"})).await.expect(409);
            assert_eq!(api["code"], "payment_other_currency");
        }
        let drawn = staff.get(&form).await.text;
        assert!(drawn.contains(&payment.provider_payment) && !drawn.contains("Take credit away"), "{drawn}");
        assert!(drawn.contains(came) && drawn.contains("$10.00 was asked for."), "{drawn}");

        // It is of its customer, given and not taken, and of a payment that there is.
        for (field, value, status) in [
            ("payment", "pay_01h455vb4pex5vsknk084sn02q", 404),
            ("payment", "no payment", 404),
            ("direction", "take", 422),
            ("amount", "0", 422),
            ("amount", "10,00", 422),
            ("amount", "abc", 422),
        ] {
            let id = payment.id.to_string();
            let mut fields = vec![("payment", id.as_str()), ("direction", "give"), ("amount", "9.00")];
            fields.retain(|(name, _)| *name != field);
            fields.extend([("reason", "correction"), ("note", "x"), (field, value)]);
            let answer = staff.submit(&form, &asked, &fields).await;
            assert_eq!(answer.status.as_u16(), status, "{field}: {}", answer.text);
            if field == "amount" {
                let is_number = value == "0";
                assert_eq!(answer.text.contains("Type an amount above zero."), is_number, "{}", answer.text);
                let words = "This is not an amount of money. Write it like 10.00.";
                assert_eq!(answer.text.contains(words), !is_number, "{}", answer.text);
            }
            assert_eq!(house.figures(ana.wallet).await[0], "25.00", "{field}");
        }
        let other = house.customer(&format!("not-{currency}")).await;
        let foreign = staff.get(&form_of(&other, &payment).0).await;
        assert_eq!(foreign.status.as_u16(), 404, "{}", foreign.text);

        let there = credit(&mut staff, of, "9.50").await;
        assert!(there.starts_with("/console/credit/"), "{there}");
        let told = staff.get(&there).await.text;
        for words in [payment.id.to_string().as_str(), came, "$10.00"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        assert_eq!(house.figures(ana.wallet).await[0], "34.50");
        let drawn = staff.get(&page).await.text;
        assert!(!drawn.contains("has credited nothing") && !drawn.contains(&form), "{drawn}");
        assert!(drawn.contains("$9.50, Booked"), "{drawn}");
        let row = Browser::signed_in(&house, &ana).await.get("/recharge").await.text;
        let receipt = format!("/receipts/{}", payment.id);
        for words in ["</svg>Success</span>", "We added the credit by hand", receipt.as_str()] {
            assert!(row.contains(words), "{words}: {row}");
        }
        let receipt = Browser::signed_in(&house, &ana).await.get(&receipt).await.text;
        assert!(receipt.contains(came) && receipt.contains("Total"), "{receipt}");
        // Nobody is told of it any more, and the two sides agree; of a currency that no book has, Stripe's fee stays named.
        assert!(open_findings(&house, |_| true).await.is_empty());
        let dealt = staff.get("/console/boletos/findings?done=1").await.text;
        assert!(dealt.contains("Credited by hand on"), "{dealt}");
        let listed = staff.get("/console/payments?show=unmatched").await.text;
        assert!(!listed.contains(&payment.id.to_string()), "{listed}");
        let (drifting, causes) = differences(&house).await;
        assert_eq!((drifting, causes.len()), (0, fees), "{causes:?}");
        let settled = staff.get("/console/reconciliation").await.text;
        assert!(!settled.contains("What differs"), "{settled}");
        assert_eq!(settled.contains("What was settled"), fees > 0, "{settled}");
        if fees > 0 {
            assert!(settled.contains("0.57\u{a0}EUR") && settled.contains(&page), "{settled}");
        }

        // Neither staff nor Stripe's next word of it credit it again.
        let there = credit(&mut staff, of, "9.50").await;
        assert_eq!(there, format!("{page}?not=payment_not_waiting"));
        assert!(staff.get(&there).await.text.contains("waits for no credit"));
        let late = staff.get(&form).await;
        assert_eq!(late.header("location"), Some(there.as_str()), "{}", late.text);
        assert_eq!(house.figures(ana.wallet).await[0], "34.50");

        // It goes back at Stripe: that the credit stays is for staff to see.
        let intent = payment.provider_payment.clone();
        house.sandbox.act(Act::Refund { payment: intent, amount: None }).await.expect("it fits");
        let rows = open_findings(&house, |rows| !rows.is_empty()).await;
        assert_eq!(rows[0].code, FindingCode::CardGivenBack);
        assert!(matches!(findings::Found::read(&rows[0]), Some(findings::Found::CreditByHandStays { .. })));
        let told = staff.get("/console/boletos/findings").await.text;
        assert!(told.contains("that credit is still there") && told.contains("Take the credit"), "{told}");
        let drawn = staff.get(&page).await.text;
        assert!(drawn.contains("that credit is still there until staff take it"), "{drawn}");
        assert!(!drawn.contains("is being taken back"), "nothing is taken by itself: {drawn}");
        let (drifting, causes) = differences(&house).await;
        assert_eq!((drifting, causes.len()), (0, fees), "{causes:?}");
        assert_eq!(house.figures(ana.wallet).await[0], "34.50");
        let resolution = format!("/console/boletos/findings/{}/resolution", rows[0].finding_no);
        staff.submit("/console/boletos/findings", &resolution, &[]).await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_for_a_payment_waits_for_a_colleague_and_not_longer_than_its_money() {
    let house = House::open().await;
    let (ana, payment) = paid_otherwise(&house, "ana", "brl").await;
    let of = (&ana, &payment);
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Support).await;
    let there = credit(&mut staff, of, "60.00").await;
    let request = there.split('?').next().expect("a request").to_owned();
    let id = request.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let state = async || {
        let row = house.running.app.read(move |reader| reader.credit_request(id)).await.expect("a look");
        row.expect("a request").state
    };
    assert_eq!(state().await, CreditRequestState::Waiting);
    assert_eq!(open_findings(&house, |_| true).await.len(), 1, "nothing is dealt with yet");
    let page = format!("/console/payments/{}", payment.id);
    assert_eq!(credit(&mut staff, of, "5.00").await, format!("{page}?not=payment_credit_asked"));
    assert!(staff.get(&page).await.text.contains("$60.00, Waits for approval"));
    // As long as it waits nobody asks for more, and the money stays.
    let late = staff.get(&form_of(&ana, &payment).0).await;
    assert_eq!(late.header("location"), Some(format!("{page}?not=payment_credit_asked").as_str()));
    let mut finance = staff_in(&house, "fay@example.com", StaffRole::Finance).await;
    let drawn = finance.get(&page).await.text;
    assert!(!drawn.contains(&format!("{page}/refund\"")), "{drawn}");
    let drawn = finance.get(&format!("{page}/refund?amount=5.00")).await.text;
    assert!(drawn.contains("was asked for and is not booked yet"), "{drawn}");
    let refunds = format!("/v1/payments/{}/refunds", payment.id);
    let refused = house.post(&refunds, &json!({"note": "x"})).await.expect(409);
    assert_eq!(refused["code"], "payment_credit_waiting");
    // Its money goes back before anybody says yes.
    let intent = payment.provider_payment.clone();
    house.sandbox.act(Act::Refund { payment: intent, amount: None }).await.expect("it fits");
    let customer = ana.customer.id;
    let look = move |reader: &store::Reader<'_>| Ok(reader.payments_of(customer, None, 1)?.rows);
    house.until(look, |rows: &Vec<Payment>| rows.iter().all(|paid| paid.refunded > 0)).await;
    let mut colleague = staff_in(&house, "caio@example.com", StaffRole::Admin).await;
    let answer = colleague.submit(&request, &format!("{request}/approval"), &[]).await;
    let there = answer.header("location").unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    assert!(colleague.get(&there).await.text.contains("waits for no credit"), "{there}");
    assert_eq!(state().await, CreditRequestState::Waiting);
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    let (drifting, causes) = differences(&house).await;
    assert_eq!((drifting, causes.len()), (0, 0), "{causes:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_of_what_was_credited_by_hand_is_told_until_it_is_won() {
    let house = House::open().await;
    let (ana, payment) = paid_otherwise(&house, "ana", "brl").await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    credit(&mut staff, (&ana, &payment), "10.00").await;
    assert_eq!(differences(&house).await, (0, Vec::new()));
    let opened = Act::Dispute { payment: payment.provider_payment.clone(), amount: None };
    let dispute = house.sandbox.act(opened).await.expect("it fits");
    open_findings(&house, |rows| rows.len() == 1).await;
    assert_eq!(differences(&house).await, (0, Vec::new()));
    let dispute = dispute["id"].as_str().expect("an id").to_owned();
    house.sandbox.act(Act::Close { dispute, ending: DisputeEnding::Won }).await.expect("it fits");
    open_findings(&house, <[Finding]>::is_empty).await;
    let dealt = staff.get("/console/boletos/findings?done=1").await.text;
    assert!(dealt.contains("the money came back"), "{dealt}");
    assert_eq!(differences(&house).await, (0, Vec::new()));
    assert_eq!(house.figures(ana.wallet).await[0], "35.00");
    house.close().await;
}

/// Whether a page tells what differs of these ten dollars in units and not in cents.
fn is_told_in_cents(page: &str, currency: &str) -> bool {
    match currency {
        // What came, without Stripe's fee.
        "eur" => page.contains("8.69\u{a0}EUR") && !page.contains("869\u{a0}EUR"),
        _ => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_back_after_staff_have_dealt_with_some_is_told_by_itself() {
    let house = House::open().await;
    let (ana, payment) = paid_otherwise(&house, "ana", "brl").await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    credit(&mut staff, (&ana, &payment), "10.00").await;
    let refund = |centavos| Act::Refund { payment: payment.provider_payment.clone(), amount: Some(centavos) };
    let told = async |words: &'static [&'static str]| {
        let is_so =
            |rows: &[Finding]| matches!(rows, [one] if words.iter().all(|words| one.detail.contains(words)));
        open_findings(&house, is_so).await.remove(0)
    };
    house.sandbox.act(refund(1_000)).await.expect("it fits");
    let first = told(&["R$10.00 of "]).await;
    assert!(!first.detail.contains("In all"), "{}", first.detail);
    // Nobody has dealt with either.
    house.sandbox.act(refund(500)).await.expect("it fits");
    assert_eq!(told(&["R$15.00 of "]).await.finding_no, first.finding_no);
    resolve(&mut staff, &first).await;
    house.sandbox.act(refund(1_200)).await.expect("it fits");
    let second = told(&["R$12.00 of ", "In all it is R$27.00 by now."]).await;
    assert_ne!(second.finding_no, first.finding_no);
    resolve(&mut staff, &second).await;

    // The rest is contested, dealt with, and then won: nobody else would say that it is there again.
    let opened = Act::Dispute { payment: payment.provider_payment.clone(), amount: None };
    let dispute = house.sandbox.act(opened).await.expect("it fits");
    let third = told(&["R$23.00 of ", "In all it is R$50.00 by now."]).await;
    resolve(&mut staff, &third).await;
    let dispute = dispute["id"].as_str().expect("an id").to_owned();
    house.sandbox.act(Act::Close { dispute, ending: DisputeEnding::Won }).await.expect("it fits");
    let back = told(&["R$23.00 of ", "came back after that had been dealt with"]).await;
    let page = staff.get("/console/boletos/findings").await.text;
    assert!(page.contains("give back credit that was taken"), "{page}");
    resolve(&mut staff, &back).await;
    assert!(open_findings(&house, |_| true).await.is_empty());
    assert_eq!(house.figures(ana.wallet).await[0], "35.00", "nothing is taken by itself");
    house.close().await;
}

async fn resolve(staff: &mut Browser<'_>, finding: &Finding) {
    let resolution = format!("/console/boletos/findings/{}/resolution", finding.finding_no);
    staff.submit("/console/boletos/findings", &resolution, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_back_between_the_yes_and_the_books_is_told_when_they_have_it() {
    let house = House::open().await;
    let (ana, payment) = paid_otherwise(&house, "ana", "brl").await;
    let staff = insert_staff(&house, "bia@example.com", StaffRole::Admin).await;
    let (app, id) = (&house.running.app, IntentId::from_u128(ids::fresh()));
    let amount = Amount::parse("10.00", Unit::USD).expect("an amount");
    // As it is after a crash: somebody has said yes, and the books were not asked yet.
    let request = CreditRequest {
        id,
        customer: ana.customer.id,
        wallet: ana.wallet,
        direction: CreditDirection::Give,
        amount,
        reason: "correction".to_owned(),
        note: "converted".to_owned(),
        expires_at: None,
        state: CreditRequestState::Approved,
        refusal: None,
        asked_by: staff,
        asked_at: app.ledger.now(),
        decided_by: None,
        decided_at: None,
        payment: Some(payment.id),
        payment_gone: Some(0),
    };
    app.write(move |tx| tx.insert_credit_request(&request)).await.expect("a request");
    let back = Act::Refund { payment: payment.provider_payment.clone(), amount: Some(2_000) };
    house.sandbox.act(back).await.expect("it fits");
    let look = move |reader: &store::Reader<'_>| reader.payment(payment.id);
    house.until(look, |paid| paid.as_ref().is_some_and(|paid| paid.refunded > 0)).await;
    let wish = Wish::Grant {
        wallet: ana.wallet,
        customer: ana.customer.id,
        grant: GrantId::from_u128(ids::fresh()),
        amount,
        reason: Some(book::Reason::Correction),
        expires_at: None,
    };
    let intent = wish.intent(id, clock::now());
    let row = intent.clone();
    app.write(move |tx| tx.insert_intent(&row)).await.expect("an intent");
    intents::send(app, &[intent]).await.expect("it is booked");
    let is_told = |rows: &[Finding]| rows.iter().any(|one| one.code == FindingCode::CardGivenBack);
    let rows = open_findings(&house, is_told).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].detail.starts_with("R$20.00 of "), "{}", rows[0].detail);
    assert_eq!(house.figures(ana.wallet).await[0], "35.00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_names_a_payment_that_credited_nothing_once() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let mut withheld = Vec::new();
    for currency in ["brl", "eur"] {
        withheld.push(paid_otherwise(&house, currency, currency).await.1.id);
    }
    differences(&house).await;
    for id in withheld {
        // For a while it may still be on its way to its credit.
        let before = clock::now().plus(-Timestamp::HOUR);
        let old = move |tx: &store::Tx<'_>| tx.set_payment_reason(id, "not_as_asked", before);
        house.running.app.write(old).await.expect("a payment of old");
    }
    let home = staff.get("/console").await.text;
    assert!(home.contains("2 payments were paid and have credited nothing."), "{home}");
    for words in ["findings about boletos", "finding about boletos", "Stripe and the books differ"] {
        assert!(!home.contains(words), "{words}: {home}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_credit_is_given_than_is_left_of_a_payment() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let id = ana.customer.id;
    let wanted = json!({"customer": id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    let row = house.running.app.read(move |reader| reader.customer(id)).await.expect("a look");
    let at_stripe = row.and_then(|row| row.stripe_customer_id).expect("a customer at Stripe");
    let topup = topup["id"].as_str().expect("an id");
    house.pay_elsewhere(&at_stripe, "5000", &[("topup_id", topup)]).await;
    let payments = move |reader: &store::Reader<'_>| Ok(reader.payments_of(id, None, 1)?.rows);
    house.until(payments, |rows: &Vec<Payment>| rows.len() == 1).await;
    let payment = payment_of(&house, &ana).await;
    // Thirty of the fifty go back.
    let intent = payment.provider_payment.clone();
    house.sandbox.act(Act::Refund { payment: intent, amount: Some(3_000) }).await.expect("it fits");
    house.until(payments, |rows: &Vec<Payment>| rows[0].refunded > 0).await;

    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let (form, asked) = form_of(&ana, &payment);
    let drawn = staff.get(&form).await.text;
    assert!(drawn.contains("value=\"20.00\""), "what is left is offered: {drawn}");
    let name = payment.id.to_string();
    let fields = |amount: &'static str| {
        vec![
            ("payment", name.as_str()),
            ("direction", "give"),
            ("amount", amount),
            ("reason", "correction"),
            ("note", "x"),
        ]
    };
    let above = staff.submit(&form, &asked, &fields("20.01")).await;
    assert_eq!(above.status.as_u16(), 422, "{}", above.text);
    assert!(above.text.contains("more than what is left of this payment"), "{}", above.text);
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    let given = staff.submit(&form, &asked, &fields("20.00")).await;
    assert_eq!(given.status.as_u16(), 303, "{}", given.text);
    assert_eq!(house.figures(ana.wallet).await[0], "45.00");
    assert_eq!(differences(&house).await, (0, Vec::new()));
    house.close().await;
}
