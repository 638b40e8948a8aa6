//! Refunds and disputes of a payment that bought data: the data goes where the money goes.

use book::LineAct;
use money::StaffId;
use saldo::audit::Author;
use saldo::lines::offers::{self, PackDraft};
use saldo::{clock, ids, passwords};
use sandbox::{Act, DisputeEnding};
use serde_json::json;
use store::tables::bank::{Finding, FindingCode};
use store::tables::claims::{ClaimCause, PaymentClaim};
use store::tables::lines::OnWriteOff;
use store::tables::payments::Payment;
use store::tables::refund_orders::RefundOrder;
use store::tables::staff::{Staff, StaffRole};
use store::views::PurchaseState;

use super::browser::{Browser, PASSWORD};
use super::house;
use super::house::provider::{ALLOWANCE, GB, PACK, PRICE_CENTAVOS, Provider};
use super::{DECLINED, VISA};

/// Its refunds are taken by Stripe, and come back.
const REFUND_FAILS: &str = "4000000000005126";

/// What of the pack belongs to so many centavos of its price.
fn part(centavos: i64) -> i64 {
    PACK / i64::try_from(PRICE_CENTAVOS).expect("small") * centavos
        + PACK % i64::try_from(PRICE_CENTAVOS).expect("small") * centavos
            / i64::try_from(PRICE_CENTAVOS).expect("small")
}

impl Provider {
    /// Buys the pack with this card; its payment.
    async fn paid(&self, browser: &mut Browser<'_>, card: &str) -> Payment {
        let checkout = self.begin(browser).await;
        self.pay(&checkout, card).await;
        self.until_purchase_is(PurchaseState::Paid).await;
        self.newest_payment().await
    }

    async fn newest_payment(&self) -> Payment {
        let customer = self.line.customer;
        let read = self.app().read(move |reader| reader.payments_of(customer, None, 1)).await;
        read.expect("a look").rows.remove(0)
    }

    /// Waits until so much is left, and the books have followed all that is claimed of the payment.
    async fn until_left(&self, payment: &Payment, wanted: i64) {
        let id = payment.id;
        let rows = move |reader: &store::Reader<'_>| {
            Ok([reader.taken_back(id, ClaimCause::Refund)?, reader.taken_back(id, ClaimCause::Dispute)?])
        };
        let waiting = async {
            loop {
                let rows = self.app().read(rows).await.expect("a look");
                if self.available() == wanted && rows.iter().flatten().all(|row| !row.is_behind()) {
                    return;
                }
                house::look_again().await;
            }
        };
        let waited = tokio::time::timeout(house::PATIENCE, waiting).await;
        assert!(waited.is_ok(), "{wanted} is awaited, and {} is left", self.available());
        let landed = self.app().ledger.landed().borrow().position;
        assert!(self.app().wait_projected(landed, house::PATIENCE).await);
        self.adds_up().await;
    }

    /// The formula of the cycle comes to the balance, in the views as in the book.
    async fn adds_up(&self) {
        let line = self.line.id;
        let read = self.app().read(move |reader| {
            let no = reader.line_view(line)?.map_or(0, |view| view.wallet_no);
            reader.cycles(no, None, 1)
        });
        let cycle = read.await.expect("a look").rows.remove(0);
        assert_eq!(cycle.balance(), self.app().ledger.wallet(self.line.wallet).expect("it").balance.posted);
    }

    async fn act(&self, act: Act) {
        self.house.sandbox.act(act).await.expect("it fits");
    }

    async fn refund(&self, payment: &Payment, centavos: Option<i64>) {
        self.act(Act::Refund { payment: payment.provider_payment.clone(), amount: centavos }).await;
    }

    /// Disputes all that is left of a payment; its name.
    async fn dispute(&self, payment: &Payment) -> String {
        self.act(Act::Dispute { payment: payment.provider_payment.clone(), amount: None }).await;
        let id = payment.id;
        let of_payment = move |reader: &store::Reader<'_>| reader.claims_of(id);
        let is_told =
            |claims: &Vec<PaymentClaim>| claims.iter().any(|claim| claim.cause == ClaimCause::Dispute);
        let claims = self.house.until(of_payment, is_told).await;
        let dispute = claims.into_iter().find(|claim| claim.cause == ClaimCause::Dispute);
        dispute.expect("a dispute").provider_id
    }

    async fn uses(&self, total: i64) {
        self.ask(LineAct::AddUse { total, outside: 0 }).await;
    }

    /// Has the pack say another thing of what will not be paid.
    async fn pack_says(&self, on_write_off: OnWriteOff) {
        let sold = self.app().sold();
        let row = sold.pack(self.pack_no).expect("the pack").clone();
        let draft = PackDraft {
            plan_no: row.plan_no,
            quantity: row.quantity,
            price: row.price,
            chargings: book::Charging::ALL.map(|(way, _)| way).to_vec(),
            release: row.release,
            validity_days: row.validity_days,
            per_cycle_max: row.per_cycle_max,
            sold: true,
            on_write_off,
        };
        offers::put_pack(self.app(), Author::operator(), Some(self.pack_no), draft).await.expect("a change");
    }

    /// Gives the subscriber an address, so that he is told.
    async fn has_email(&self) {
        let id = self.line.customer;
        let known = self.app().read(move |reader| reader.customer(id)).await.expect("a look").expect("him");
        let told = store::tables::customers::Customer { email: Some("joao@example.com".to_owned()), ..known };
        self.app().write(move |tx| tx.update_customer(&told)).await.expect("an address");
    }

    /// A browser in which somebody of staff has signed in who may do everything.
    async fn staff(&self) -> Browser<'_> {
        const EMAIL: &str = "bia@example.com";
        let staff = Staff {
            id: StaffId::from_u128(ids::fresh()),
            email: EMAIL.to_owned(),
            name: "Bia".to_owned(),
            password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
            role: StaffRole::Admin,
            created_at: clock::now(),
            disabled_at: None,
        };
        self.app().write(move |tx| tx.insert_staff(&staff)).await.expect("staff");
        let mut browser = Browser::new(&self.house);
        let answer = browser.sign_in("/console/sign-in", EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), Some("/console"));
        browser
    }

    async fn has_no_findings(&self) {
        let findings = self.app().read(|reader| reader.findings(9)).await.expect("a look");
        assert_eq!(findings, [], "nobody needs to look");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_in_steps_takes_the_data_in_steps_and_everybody_sees_it() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let payment = provider.paid(&mut browser, VISA).await;
    for (centavos, left, badge) in [(Some(990), PACK - part(990), "Partly refunded"), (None, 0, "Refunded")] {
        provider.refund(&payment, centavos).await;
        provider.until_left(&payment, left).await;
        let invoices = browser.get("/invoices").await.text;
        assert!(invoices.contains(badge) && invoices.contains("data was taken back."), "{badge}: {invoices}");
    }
    let page = browser.get(&provider.page()).await.text;
    for words in ["Adjustments", "Credit purchase refunded", "R$24.90 given back: 10.0\u{a0}GB taken back"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    provider.has_no_findings().await;
    provider.agrees_with_stripe().await;
    assert_eq!(provider.available(), 0);
    // At zero he may buy again.
    provider.paid(&mut browser, VISA).await;
    assert_eq!(provider.available(), PACK);
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_used_stays_used_and_a_restart_takes_nothing_twice() {
    let mut provider = Provider::open_portal().await;
    let payment = {
        let mut browser = provider.signed_in().await;
        provider.paid(&mut browser, VISA).await
    };
    provider.uses(4 * GB).await;
    provider.refund(&payment, Some(1_245)).await;
    provider.until_left(&payment, GB).await;
    provider.agrees_with_stripe().await;
    provider.refund(&payment, None).await;
    let id = payment.id;
    let is_told = |claims: &Vec<PaymentClaim>| claims.len() == 2;
    provider.house.until(move |reader| reader.claims_of(id), is_told).await;
    // Wherever the program was with it, the next one goes on.
    for _ in 0..2 {
        provider = provider.restart().await;
        provider.until_left(&payment, 0).await;
    }
    assert_eq!(provider.app().ledger.wallet(provider.line.wallet).expect("it").balance.posted, 0, "no debt");
    provider.has_no_findings().await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_back_brings_the_data_back() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let payment = provider.paid(&mut browser, VISA).await;
    provider.act(Act::RefundSentBackLater { payment: payment.provider_payment.clone(), amount: None }).await;
    provider.until_left(&payment, 0).await;
    let id = payment.id;
    let refund = provider.app().read(move |reader| reader.claims_of(id)).await.expect("a look").remove(0);
    provider.act(Act::RefundFails { refund: refund.provider_id }).await;
    provider.until_left(&payment, PACK).await;
    // Nobody ordered it here who would agree with him on another way.
    let found = provider.all_findings(1).await;
    let words = format!("R$24.90 of {}, refunded at Stripe, could not be paid out", payment.provider_payment);
    assert!(found[0].detail.starts_with(&words), "{found:?}");
    provider.agrees_with_stripe().await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_orders_a_refund_may_leave_the_data() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    provider.has_email().await;
    let payment = provider.paid(&mut browser, VISA).await;
    let path = format!("/v1/payments/{}/refunds", payment.id);
    let house = &provider.house;
    let wrong = house.post(&path, &json!({"data": "all"})).await.expect(422);
    assert_eq!((&wrong["code"], &wrong["field"]), (&json!("invalid_field"), &json!("data")));
    let of = |centavos: &str| json!({"amount": centavos, "unit": "BRL"});
    let left = house.post(&path, &json!({"amount": of("10.00"), "data": "leave"})).await.expect(201);
    assert_eq!((&left["data"], &left["state"]), (&json!("leave"), &json!("made")));
    provider.until_left(&payment, PACK).await;
    let taken = house.post(&path, &json!({"amount": of("4.90")})).await.expect(201);
    assert_eq!(taken["data"], "take");
    provider.until_left(&payment, PACK - part(490)).await;
    let purchase = provider.newest_purchase().await.purchase;
    let told = house.get(&format!("/v1/purchases/{purchase}")).await.expect(200);
    assert_eq!(told["taken_back"], json!({"amount": part(490).to_string(), "unit": "BYTE"}));
    // What the bank takes beyond that goes as the pack says.
    let dispute = provider.dispute(&payment).await;
    provider.until_left(&payment, PACK - part(490) - part(1_000)).await;
    provider.act(Act::Close { dispute, ending: DisputeEnding::Won }).await;
    provider.until_left(&payment, PACK - part(490)).await;
    provider.has_no_findings().await;
    provider.agrees_with_stripe().await;
    let log = provider.app().read(|reader| reader.audit(None, 20)).await.expect("the log");
    let orders: Vec<_> = log.rows.iter().filter(|row| row.action == "refund.create").collect();
    assert_eq!(orders.len(), 2);
    let mails = provider
        .house
        .until(
            |tables| tables.mails(None, 50),
            |page| page.rows.iter().filter(|mail| mail.kind == "payment_claimed").count() == 2,
        )
        .await;
    for words in ["Seus dados ficam como estão.", "o que você já usou não será cobrado.", "/invoices"] {
        assert!(mails.rows.iter().any(|mail| mail.body.contains(words)), "{words}: {mails:?}");
    }
    assert!(orders[1].after.as_deref().is_some_and(|after| after.contains("leave")), "{orders:?}");
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_ordered_here_that_fails_brings_back_what_it_took() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let payment = provider.paid(&mut browser, REFUND_FAILS).await;
    let path = format!("/v1/payments/{}/refunds", payment.id);
    provider.house.post(&path, &json!({})).await.expect(201);
    let id = payment.id;
    let is_failed = |all: &Vec<RefundOrder>| {
        all.first().is_some_and(|order| order.state == store::tables::refund_orders::RefundOrderState::Failed)
    };
    provider.house.until(move |reader| reader.refund_orders_of(id, 5), is_failed).await;
    provider.until_left(&payment, PACK).await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_bought_credit_has_no_data_to_leave() {
    let house = house::House::open().await;
    let customer = house.customer("ana").await;
    let wanted =
        json!({"customer": customer.customer.id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, VISA).await;
    let id = customer.customer.id;
    let is_credited = |page: &store::tables::Page<Payment, _>| {
        page.rows.first().is_some_and(|payment| payment.credited_entry.is_some())
    };
    let payment =
        house.until(move |reader| reader.payments_of(id, None, 1), is_credited).await.rows.remove(0);
    let path = format!("/v1/payments/{}/refunds", payment.id);
    let refused = house.post(&path, &json!({"data": "leave"})).await.expect(422);
    assert_eq!((&refused["code"], &refused["field"]), (&json!("no_data_bought"), &json!("data")));
    let none = house.get(&path).await.expect(200);
    assert_eq!(none["data"], json!([]), "nothing was ordered");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_takes_the_data_as_its_pack_says() {
    for (says, ending, while_open, after, findings) in [
        (OnWriteOff::TakeBack, DisputeEnding::Won, 0, PACK, 0),
        (OnWriteOff::TakeBack, DisputeEnding::Lost, 0, 0, 0),
        (OnWriteOff::Leave, DisputeEnding::Lost, PACK, PACK, 0),
        (OnWriteOff::KeepDebt, DisputeEnding::Lost, PACK, PACK, 1),
        (OnWriteOff::KeepDebt, DisputeEnding::Won, PACK, PACK, 1),
    ] {
        let provider = Provider::open_portal().await;
        provider.pack_says(says).await;
        let mut browser = provider.signed_in().await;
        let payment = provider.paid(&mut browser, VISA).await;
        let dispute = provider.dispute(&payment).await;
        // What the pack says later is for payments that are disputed later.
        let later = if says == OnWriteOff::TakeBack { OnWriteOff::Leave } else { OnWriteOff::TakeBack };
        provider.pack_says(later).await;
        provider.until_left(&payment, while_open).await;
        provider.act(Act::Close { dispute, ending }).await;
        provider.until_left(&payment, after).await;
        // What came back nobody has to collect.
        let is_owed = says == OnWriteOff::KeepDebt && ending == DisputeEnding::Lost;
        let is_so = |rows: &Vec<Finding>| rows.len() == usize::from(is_owed);
        provider.house.until(|reader| Ok(reader.open_findings(None, 9)?.rows), is_so).await;
        let found = provider.all_findings(findings).await;
        assert!(found.iter().all(|one| one.code == FindingCode::CardGivenBack), "{found:?}");
        assert!(is_owed || found.iter().all(|one| one.detail.contains("came back")), "{found:?}");
        provider.agrees_with_stripe().await;
        provider.house.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_that_somebody_has_dealt_with_is_told_again_when_its_dispute_is_won() {
    let provider = Provider::open_portal().await;
    provider.pack_says(OnWriteOff::KeepDebt).await;
    let mut browser = provider.signed_in().await;
    let payment = provider.paid(&mut browser, VISA).await;
    let dispute = provider.dispute(&payment).await;
    let one = |rows: &Vec<Finding>| rows.len() == 1;
    let open = |reader: &store::Reader<'_>| Ok(reader.open_findings(None, 9)?.rows);
    let owed = provider.house.until(open, one).await.remove(0);
    assert!(owed.detail.contains("is disputed"), "{}", owed.detail);
    provider.app().write(move |tx| tx.resolve_finding(owed.finding_no, clock::now())).await.expect("done");
    provider.act(Act::Close { dispute, ending: DisputeEnding::Won }).await;
    provider.until_left(&payment, PACK).await;
    let back = provider.house.until(open, one).await.remove(0);
    assert!(back.detail.contains("R$24.90 of ") && back.detail.contains("dealt with"), "{}", back.detail);
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_contested_reads_so_and_not_as_given_back_and_staff_have_their_own_words() {
    let provider = Provider::open_portal().await;
    let (mut browser, mut staff) = (provider.signed_in().await, provider.staff().await);
    let payment = provider.paid(&mut browser, VISA).await;
    let dispute = provider.dispute(&payment).await;
    provider.until_left(&payment, 0).await;
    let page = browser.get(&provider.page()).await.text;
    let step =
        "Contested at the bank: 10.0\u{a0}GB taken until it decides, and set back if the payment stands";
    assert!(page.contains(&format!("{step}</strong> <time ")) && !page.contains("given back"), "{page}");
    let invoices = browser.get("/invoices").await.text;
    let of_data =
        "bank, which keeps the payment until it decides. 10.0\u{a0}GB of its data is taken until then.";
    assert!(invoices.contains(&format!("Contested at your {of_data}")), "{invoices}");
    let topup = payment.topup.expect("its page");
    for path in [
        format!("/console/payments/{}", payment.id),
        "/console/payments".to_owned(),
        "/console/payments.csv".to_owned(),
        format!("/console/topups/{topup}"),
        format!("/console/lines/{}", provider.line.id),
        format!("/console/customers/{}", payment.customer),
    ] {
        let page = staff.get(&path).await.text;
        assert!(page.contains(of_data), "{path}: {page}");
        assert!(!page.contains("your bank") && !page.contains("given back:"), "{path}: {page}");
    }
    let line = staff.get(&format!("/console/lines/{}", provider.line.id)).await.text;
    assert!(line.contains(&format!("{step} · ")), "{line}");
    let page = staff.get(&format!("/console/payments/{}", payment.id)).await.text;
    for words in ["Data held back until the bank decides", "the cardholder says that he did not pay"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Data taken back") && !page.contains("fraudulent"), "{page}");
    provider.act(Act::Close { dispute, ending: DisputeEnding::Won }).await;
    provider.until_left(&payment, PACK).await;
    let page = browser.get(&provider.page()).await.text;
    let words = "Contested at the bank, which decided that the payment stands: no data is taken";
    assert!(page.contains(words), "{page}");
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_says_which_pack_it_bought_and_a_refund_without_an_amount_says_so() {
    let provider = Provider::open_portal().await;
    let (mut browser, mut staff) = (provider.signed_in().await, provider.staff().await);
    let payment = provider.paid(&mut browser, VISA).await;
    let purchase = provider.newest_purchase().await.purchase;
    let url = format!("/console/payments/{}", payment.id);
    let link = format!("href=\"/console/lines/{}#{purchase}\"", provider.line.id);
    for path in [url.clone(), format!("{url}/refund")] {
        let page = staff.get(&path).await.text;
        assert!(page.contains(&link) && page.contains("10.0\u{a0}GB · joao"), "{path}: {page}");
    }
    assert!(staff.get("/console/payments").await.text.contains("10.0\u{a0}GB · joao"));

    let opened = staff.get(&format!("{url}/refund")).await;
    assert_eq!(opened.status.as_u16(), 200);
    assert!(opened.text.contains("value=\"24.90\"") && !opened.text.contains("id=\"problem\""));
    for nothing in ["", "%20"] {
        let asked = staff.get(&format!("{url}/refund?amount={nothing}")).await;
        assert_eq!(asked.status.as_u16(), 422, "{}", asked.text);
        let words = "Type how much goes back: at most R$24.90.";
        assert!(asked.text.contains(words) && asked.text.contains("aria-invalid=\"true\""), "{}", asked.text);
    }
    let typed = staff.get(&format!("{url}/refund?amount=4,90&data=leave")).await;
    assert!(typed.text.contains("This is not an amount of money. Write it like 10.00."), "{}", typed.text);
    // What becomes of the data is said where it is chosen, and nowhere else.
    let form = format!("{url}/refund?amount=4.90");
    let drawn = staff.get(&format!("{form}&data=leave")).await.text;
    assert!(drawn.contains("Not used yet: can be taken<") && !drawn.contains("is taken"), "{drawn}");
    let fields = [("amount", ""), ("left", "24900000"), ("data", "take")];
    let refused = staff.submit(&form, &format!("{url}/refunds"), &fields).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let id = payment.id;
    assert_eq!(provider.app().read(move |tables| tables.refund_orders_of(id, 5)).await.expect("a look"), []);

    // What was given back of it, and what stays hers.
    provider.refund(&payment, Some(1_245)).await;
    provider.until_left(&payment, PACK / 2).await;
    let words = "R$12.45 given back: 5.0\u{a0}GB taken back, 5.0\u{a0}GB kept";
    let page = browser.get(&provider.page()).await.text;
    assert!(page.contains(words), "{page}");
    let home = staff.get("/console").await.text;
    assert!(home.contains("Before taking off the R$12.45 given back today"), "{home}");
    assert!(!home.contains("held-brl-by-day"), "nobody holds credit in reais: {home}");
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_cancelled_meanwhile_loses_it_too() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let payment = provider.paid(&mut browser, VISA).await;
    provider.cancel_line().await;
    provider.refund(&payment, None).await;
    provider.until_left(&payment, 0).await;
    provider.has_no_findings().await;
    provider.agrees_with_stripe().await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_that_ended_with_its_cycle_is_lost_once_and_comes_back_if_it_was_taken_before() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let first = provider.paid(&mut browser, VISA).await;
    let dispute = provider.dispute(&first).await;
    provider.until_left(&first, 0).await;
    let second = provider.paid(&mut browser, VISA).await;
    assert_eq!(provider.available(), PACK);
    // No cycle is longer than 31 days; one of them turns.
    provider.house.advance(31 * 86_400).await;
    provider.until_left(&second, ALLOWANCE).await;
    provider.refund(&second, None).await;
    provider.until_left(&second, ALLOWANCE).await;
    provider.act(Act::Close { dispute, ending: DisputeEnding::Won }).await;
    provider.until_left(&first, ALLOWANCE + PACK).await;
    provider.has_no_findings().await;
    provider.agrees_with_stripe().await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_heard_of_before_its_payment_waits_for_it() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    provider.house.sandbox.faults().change(|faults| faults.webhook_hold = true);
    let checkout = provider.begin(&mut browser).await;
    provider.pay(&checkout, VISA).await;
    let topup = provider.topup().await;
    let session = topup.checkout_session.expect("a session");
    let intent: stripe::answer::CheckoutSession =
        provider.app().stripe.send(&stripe::Request::retrieve_checkout_session(&session)).await.expect("it");
    let name = intent.payment_intent.expect("a payment").id().to_owned();
    provider.act(Act::Refund { payment: name, amount: None }).await;
    provider.house.sandbox.faults().change(|faults| faults.webhook_hold = false);
    saldo::payments::sync_session(provider.app(), &session).await.expect("it is read");
    provider.until_purchase_is(PurchaseState::Paid).await;
    let payment = provider.newest_payment().await;
    let id = payment.id;
    let is_claimed = |claims: &Vec<PaymentClaim>| !claims.is_empty();
    provider.house.until(move |reader| reader.claims_of(id), is_claimed).await;
    provider.until_left(&payment, 0).await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_is_told_though_another_card_was_declined_before() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let checkout = provider.begin(&mut browser).await;
    provider.pay(&checkout, DECLINED).await;
    provider.pay(&checkout, VISA).await;
    let purchase = provider.until_purchase_is(PurchaseState::Paid).await.purchase;
    let payment = provider.newest_payment().await;
    provider.refund(&payment, Some(490)).await;
    provider.until_left(&payment, PACK - part(490)).await;
    let told = provider.house.get(&format!("/v1/purchases/{purchase}")).await.expect(200);
    assert_eq!(told["taken_back"], json!({"amount": part(490).to_string(), "unit": "BYTE"}));
    provider.house.close().await;
}
