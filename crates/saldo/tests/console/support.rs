//! Those who support customers: refunds with what they take, credit with a second pair of eyes, webhooks worked on again, search.

use money::{IntentId, LoginId, TopupId};
use saldo::customers::CreatedCustomer;
use saldo::{clock, ids};
use sandbox::Act;
use serde_json::json;
use store::tables::credit_requests::{CreditRequest, CreditRequestState};
use store::tables::inbox::InboxState;
use store::tables::logins::Login;
use store::tables::payments::Payment;
use store::tables::staff::StaffRole;
use store::tables::topups::{Topup, TopupState};

use super::browser::{Browser, between};
use super::house::House;
use super::staff_in;

/// A customer who has paid $10.00, and what there is of that.
pub(super) struct Paid {
    pub(super) customer: CreatedCustomer,
    /// His login, which has no password yet.
    pub(super) login: LoginId,
    pub(super) topup: TopupId,
    pub(super) payment: Payment,
    /// The webhook that told of it.
    pub(super) event: String,
    /// $60.00 that a colleague asked for, which wait.
    pub(super) asked: IntentId,
}

/// A customer who pays $10.00, and $60.00 more that staff asked for.
pub(super) async fn paid(house: &House) -> Paid {
    let customer = house.customer("ana").await;
    let topup = topup(house, &customer).await;
    house.pay(&topup, "4242424242424242").await;
    let is_credited = |topup: &Topup| topup.state == TopupState::Credited;
    let page = house.until(|reader| reader.topups(None, 5), |page| page.rows.iter().any(is_credited)).await;
    let topup = page.rows.into_iter().find(is_credited).expect("a top-up");
    let payment = topup.outcome_payment.expect("a payment");
    let payment =
        house.running.app.read(move |reader| reader.payment(payment)).await.expect("a look").expect("it");
    house.until(|reader| reader.inbox(InboxState::Received, None, 1), |page| page.rows.is_empty()).await;
    let events = house.running.app.read(|reader| reader.inbox(InboxState::Processed, None, 50));
    let event = events.await.expect("a look").rows.pop().expect("an event").event_id;
    let login = Login {
        id: LoginId::from_u128(ids::fresh()),
        customer: customer.customer.id,
        email: "ana.lima@example.com".to_owned(),
        password_hash: None,
        created_at: clock::now(),
        last_sign_in_at: None,
    };
    let id = login.id;
    house.running.app.write(move |tx| tx.insert_login(&login)).await.expect("a login");
    let mut colleague = staff_in(house, "caio@example.com", StaffRole::Admin).await;
    let asked = ask(&mut colleague, &customer, "give", "60.00").await;
    Paid { customer, login: id, topup: topup.id, payment, event, asked }
}

async fn topup(house: &House, customer: &CreatedCustomer) -> serde_json::Value {
    let wanted =
        json!({"customer": customer.customer.id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    house.post("/v1/topups", &wanted).await.expect(201)
}

/// Staff ask for credit; the request's name.
async fn ask(staff: &mut Browser<'_>, customer: &CreatedCustomer, direction: &str, amount: &str) -> IntentId {
    let url = format!("/console/customers/{}/credit", customer.customer.id);
    let form = format!("{url}/new");
    let drawn = staff.get(&form).await.text;
    let name = between(&drawn, "name=\"request\" value=\"", "\"").expect("a name").to_owned();
    let mut fields = vec![("direction", direction), ("amount", amount), ("reason", "goodwill")];
    fields.extend([("note", "it was our fault"), ("request", name.as_str())]);
    let answer = staff.submit(&form, &url, &fields).await;
    // Sent twice it is asked for once, and under the same name nothing else is.
    let again = staff.submit(&form, &url, &fields).await;
    assert_eq!(again.header("location"), answer.header("location"), "{}", again.text);
    fields[1].1 = "1.00";
    assert_eq!(staff.submit(&form, &url, &fields).await.status.as_u16(), 409);
    let there = answer.header("location").unwrap_or_else(|| panic!("{}", answer.text));
    let id = there.strip_prefix("/console/credit/").and_then(|rest| rest.split('?').next());
    assert_ne!(id, Some(name.as_str()), "what names an intent is not the browser's to choose");
    id.and_then(|id| id.parse().ok()).expect("a request")
}

async fn request(house: &House, id: IntentId) -> CreditRequest {
    let found = house.running.app.read(move |reader| reader.credit_request(id)).await;
    found.expect("a look").expect("a request")
}

async fn actions(house: &House) -> Vec<String> {
    let log = house.running.app.read(|reader| reader.audit(None, 100)).await.expect("the log");
    log.rows.into_iter().map(|row| row.action).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_tells_before_what_it_takes_and_takes_exactly_that() {
    let house = House::open().await;
    let paid = paid(&house).await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    // Of the $35.00 here all but $3.00 is used: the welcome credit burns first.
    let used = json!({"amount": {"amount": "32.00", "unit": "USD"}, "reason": "misuse"});
    house.post(&format!("/v1/wallets/{}/deductions", paid.customer.wallet), &used).await.expect(201);
    let url = format!("/console/payments/{}", paid.payment.id);
    let preview = staff.get(&format!("{url}/refund?amount=4.00")).await.text;
    assert!(preview.contains("<dd>$3.00</dd>") && preview.contains("<dd>$1.00</dd>"), "{preview}");
    assert!(preview.contains("The customer will owe $1.00"), "{preview}");
    assert_eq!(house.figures(paid.customer.wallet).await[0], "3.00", "looking changes nothing");

    let form = format!("{url}/refund?amount=4.00");
    let orders = format!("{url}/refunds");
    for (amount, expected) in [("10.01", 422), ("0", 422), ("-1", 422), ("4.001", 422), ("many", 422)] {
        let answer = staff.submit(&form, &orders, &[("amount", amount), ("left", "10000000")]).await;
        assert_eq!(answer.status.as_u16(), expected, "{amount}: {}", answer.text);
        assert_eq!(house.figures(paid.customer.wallet).await[0], "3.00", "{amount}");
    }
    let fields = [
        ("amount", "4.00"),
        ("reason", "requested_by_customer"),
        ("note", "half of it failed"),
        ("left", "10000000"),
    ];
    let unseen = staff.submit(&form, &orders, &fields[..3]).await;
    assert_eq!(unseen.status.as_u16(), 409, "who has seen no preview is shown one: {}", unseen.text);
    let answer = staff.submit(&form, &orders, &fields).await;
    let there = answer.header("location").expect("the payment").to_owned();
    let page = staff.get(&there).await.text;
    assert!(page.contains("$4.00 is on its way back") && page.contains("Partly refunded"), "{page}");
    assert_eq!(house.figures(paid.customer.wallet).await[0], "-1.00");
    let customer = staff.get(&format!("/console/customers/{}", paid.customer.customer.id)).await.text;
    assert!(customer.contains("than the customer had") && !customer.contains("than you had"), "{customer}");
    assert!(staff.get(&format!("{url}/refund")).await.text.contains("value=\"6.00\""));
    assert!(actions(&house).await.contains(&"refund.create".to_owned()));

    // Another tab still shows the preview of before: it is shown anew, and nothing is given back.
    let stale = staff.submit(&form, &orders, &fields).await;
    assert_eq!(stale.status.as_u16(), 409, "{}", stale.text);
    assert!(stale.text.contains("$6.00 is left") && stale.text.contains("Refund $4.00"), "{}", stale.text);
    assert_eq!(house.figures(paid.customer.wallet).await[0], "-1.00");

    let fields = [("amount", "6.00"), ("left", "6000000")];
    let rest = staff.submit(&format!("{url}/refund?amount=6.00"), &orders, &fields).await;
    assert_eq!(rest.status.as_u16(), 303, "{}", rest.text);
    assert_eq!(house.figures(paid.customer.wallet).await[0], "-7.00");
    let again = staff
        .post(&orders, &[("csrf", &super::browser::token_of(&page)), ("amount", "1.00"), ("left", "0")])
        .await;
    assert_eq!(again.status.as_u16(), 409, "{}", again.text);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_above_the_limit_waits_for_somebody_else() {
    let house = House::open().await;
    let paid = paid(&house).await;
    let (customer, before) = (&paid.customer, "35.00");
    assert_eq!(request(&house, paid.asked).await.state, CreditRequestState::Waiting);
    let mut bia = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let own = ask(&mut bia, customer, "give", "50.01").await;
    let page = format!("/console/credit/{own}");
    assert!(!bia.get(&page).await.text.contains("/approval"), "nobody approves what he asked for");
    let token = super::browser::token_of(&bia.get(&page).await.text);
    bia.post(&format!("{page}/approval"), &[("csrf", &token)]).await;
    assert_eq!(request(&house, own).await.state, CreditRequestState::Waiting);
    assert_eq!(house.figures(customer.wallet).await[0], before, "nothing is booked before");

    // She says yes where they are listed, to what others asked for.
    let asked = format!("/console/credit/{}", paid.asked);
    let waiting = "/console/credit?show=waiting";
    let list = bia.get(waiting).await.text;
    assert!(list.contains(&format!("action=\"{asked}/approval\"")), "{list}");
    assert!(!list.contains(&format!("{page}/approval")) && list.contains("You asked for this"), "{list}");
    bia.submit(waiting, &format!("{asked}/approval"), &[]).await;
    assert_eq!(house.figures(customer.wallet).await[0], "95.00");
    assert_eq!(request(&house, paid.asked).await.state, CreditRequestState::Booked);
    for act in ["approval", "rejection"] {
        bia.post(&format!("{asked}/{act}"), &[("csrf", &token)]).await;
        assert_eq!(house.figures(customer.wallet).await[0], "95.00", "{act} once more");
        assert_eq!(request(&house, paid.asked).await.state, CreditRequestState::Booked, "{act} once more");
    }
    bia.submit(&page, &format!("{page}/rejection"), &[]).await;
    assert_eq!(request(&house, own).await.state, CreditRequestState::Rejected);
    // She took it back: nobody rejected it.
    for (where_told, words) in
        [(page.as_str(), "Taken back on"), ("/console/credit", "</svg>Taken back</span>")]
    {
        let told = bia.get(where_told).await.text;
        assert!(told.contains(words) && !told.contains("</svg>Rejected</span>"), "{words}: {told}");
    }

    // What one gives alone within a day is summed up: twice 25.01 is above the limit of 50.00.
    let mut dora = staff_in(&house, "dora@example.com", StaffRole::Support).await;
    let first = ask(&mut dora, customer, "give", "25.00").await;
    assert_eq!(request(&house, first).await.state, CreditRequestState::Booked);
    let second = ask(&mut dora, customer, "give", "25.01").await;
    assert_eq!(request(&house, second).await.state, CreditRequestState::Waiting);
    let back = ask(&mut dora, customer, "take", "25.00").await;
    assert_eq!(request(&house, back).await.state, CreditRequestState::Booked);

    let small = ask(&mut bia, customer, "take", "50.00").await;
    assert_eq!(request(&house, small).await.state, CreditRequestState::Booked);
    let too_much = ask(&mut bia, customer, "take", "46.00").await;
    let refused = request(&house, too_much).await;
    assert_eq!(refused.state, CreditRequestState::Refused, "{refused:?}");
    assert_eq!(house.figures(customer.wallet).await[0], "45.00");
    assert!(bia.get(&format!("/console/credit/{too_much}")).await.text.contains("not available any more"));
    let open = house.running.app.read(|reader| reader.open_intents(None, 5)).await.expect("a look");
    assert!(open.rows.is_empty(), "what was refused is not sent again: {:?}", open.rows);
    let log = actions(&house).await;
    for action in ["credit_request.create", "credit_request.approve", "credit_request.reject"] {
        assert!(log.iter().any(|known| known == action), "{action}: {log:?}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_for_credit_are_named_and_change_nothing() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let mut bia = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let url = format!("/console/customers/{}/credit", ana.customer.id);
    for (fields, words) in [
        ([("amount", ""), ("note", "x"), ("expires_at", ""), ("direction", "give")], "above zero"),
        ([("amount", "-5"), ("note", "x"), ("expires_at", ""), ("direction", "give")], "above zero"),
        ([("amount", "10.001"), ("note", "x"), ("expires_at", ""), ("direction", "give")], "Whole cents"),
        ([("amount", "5"), ("note", " "), ("expires_at", ""), ("direction", "give")], "Say why"),
        ([("amount", "5"), ("note", "x"), ("expires_at", "soon"), ("direction", "give")], "2026-12-31"),
        ([("amount", "5"), ("note", "x"), ("expires_at", "2020-01-01"), ("direction", "give")], "over"),
        ([("amount", "5"), ("note", "x"), ("expires_at", ""), ("direction", "gift")], "Choose one"),
        (
            [("amount", "5"), ("note", "x"), ("expires_at", "2090-01-01"), ("direction", "take")],
            "Only credit",
        ),
        (
            [("amount", "100000000.01"), ("note", "x"), ("expires_at", ""), ("direction", "give")],
            "100,000,000",
        ),
        (
            [("amount", "5"), ("note", "x"), ("expires_at", "9999-12-31"), ("direction", "give")],
            "too far away",
        ),
    ] {
        let answer = bia.submit(&format!("{url}/new"), &url, &fields).await;
        assert_eq!(answer.status.as_u16(), 422, "{fields:?}");
        assert!(answer.text.contains(words), "{fields:?}: {}", answer.text);
        assert_eq!(house.figures(ana.wallet).await[0], "25.00", "{fields:?}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_worked_on_again_and_one_that_was_lost_is_made_up_for() {
    let house = House::open().await;
    let paid = paid(&house).await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let url = format!("/console/inbox/stripe/{}", paid.event);
    let page = staff.get(&url).await.text;
    assert!(page.contains("Processed") && page.contains(&paid.event), "{page}");
    staff.submit(&url, &format!("{url}/replay"), &[]).await;
    house.until(|reader| reader.inbox(InboxState::Received, None, 1), |page| page.rows.is_empty()).await;
    assert_eq!(house.figures(paid.customer.wallet).await[0], "35.00", "it is credited once");
    assert!(actions(&house).await.contains(&"inbox.replay".to_owned()));
    let missing = staff.submit(&url, "/console/inbox/stripe/evt_none/replay", &[]).await;
    assert_eq!(missing.status.as_u16(), 404);
    house.close().await;

    // Signed with a secret that is not ours: no webhook is taken, as if none had come.
    let house =
        House::open_with(|config| config.stripe.webhook_secrets = vec!["whsec_other".to_owned()]).await;
    let ana = house.customer("ana").await;
    let topup = topup(&house, &ana).await;
    house.pay(&topup, "4242424242424242").await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let url = format!("/console/topups/{}", topup["id"].as_str().unwrap_or_default());
    for _ in 0..2 {
        staff.submit(&url, &format!("{url}/reading"), &[]).await;
        assert_eq!(house.figures(ana.wallet).await[0], "35.00");
    }
    assert!(staff.get(&url).await.text.contains("Credited"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn search_leads_straight_to_what_is_found_alone() {
    let house = House::open().await;
    let paid = paid(&house).await;
    house.customer("anabel").await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::ReadOnly).await;
    let customer = format!("/console/customers/{}", paid.customer.customer.id);
    let payment = format!("/console/payments/{}", paid.payment.id);
    let topup = format!("/console/topups/{}", paid.topup);
    let charge = paid.payment.provider_charge.clone().expect("a charge");
    let entry = paid.payment.credited_entry.expect("an entry").to_string();
    for (words, there) in [
        (paid.customer.customer.id.to_string(), &customer),
        (paid.customer.wallet.to_string(), &customer),
        ("ana@example.com".to_owned(), &customer),
        ("4242".to_owned(), &customer),
        (paid.payment.id.to_string(), &payment),
        // As somebody read it out.
        (paid.payment.id.to_string().to_uppercase(), &payment),
        (paid.asked.to_string(), &format!("/console/credit/{}", paid.asked)),
        (paid.login.to_string(), &customer),
        (paid.payment.provider_payment.clone(), &payment),
        (charge, &payment),
        (paid.topup.to_string(), &topup),
        (paid.event.clone(), &format!("/console/inbox/stripe/{}", paid.event)),
    ] {
        let answer = staff.get(&format!("/console/search?q={words}")).await;
        assert_eq!(answer.header("location"), Some(there.as_str()), "{words}: {}", answer.text);
    }
    // An entry leads to his page from there on: it stands first.
    let answer = staff.get(&format!("/console/search?q={entry}")).await;
    let there = answer.header("location").expect("a page").to_owned();
    assert!(there.starts_with(&format!("{customer}?before=")), "{there}");
    let page = staff.get(there.split('#').next().unwrap_or_default()).await.text;
    let first = page.split("id=\"timeline-heading\"").nth(1).and_then(|rest| rest.split("</li>").next());
    assert!(first.is_some_and(|first| first.contains("Recharge, Visa")), "{page}");
    let several = staff.get("/console/search?q=ANA").await.text;
    assert!(several.contains("anabel") && several.contains("ana@example.com"), "{several}");
    let empty = staff.get("/console/search?q=").await;
    assert!(empty.status.as_u16() == 200 && !empty.text.contains("Nothing was found"), "{}", empty.text);
    for nothing in ["pay_x", "pi_none", "%25", "nobody+here"] {
        let answer = staff.get(&format!("/console/search?q={nothing}")).await;
        assert_eq!(answer.status.as_u16(), 200, "{nothing}");
        assert!(answer.text.contains("Nothing was found"), "{nothing}: {}", answer.text);
    }
    let history = staff.get(&customer).await.text;
    for told in ["Welcome credit", "Recharge, Visa", "Payment of $10.00", "it was our fault"] {
        assert!(history.contains(told), "{told}: {history}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_was_deleted_at_stripe_is_told_on_his_page() {
    let house = House::open().await;
    let known = paid(&house).await;
    let id = known.customer.customer.id;
    let mut staff = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let page = format!("/console/customers/{id}");
    assert!(!staff.get(&page).await.text.contains("Deleted at Stripe"));
    let row = house.running.app.read(move |tables| tables.customer(id)).await.expect("a look").expect("him");
    let gone = row.stripe_customer_id.expect("a customer at Stripe");
    house.sandbox.act(Act::DeleteCustomer { customer: gone.clone() }).await.expect("he is there");
    let told =
        move |tables: &store::Reader<'_>| tables.changes(&id.to_string(), "customer.deleted_at_stripe", 5);
    house.until(told, |rows| rows.len() == 1).await;
    let shown = staff.get(&page).await.text;
    assert!(shown.contains("Deleted at Stripe, with the saved cards.") && shown.contains(&gone), "{shown}");
}
