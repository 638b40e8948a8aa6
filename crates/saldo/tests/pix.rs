//! Purchases charged by Pix, from the click to the callback that says it was paid, and every callback that may come instead.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;
mod subscriber;

use book::{Awaiting, Charging, Validity};
use brazil::pix::BrCode;
use hmac::{Hmac, Mac as _};
use house::Answer;
use house::provider::{PACK, PRICE_CENTAVOS, Provider, reais, return_file};
use money::StaffId;
use reqwest::Method;
use saldo::audit::Author;
use saldo::config::PixCallback;
use saldo::lines::offers::PlanDraft;
use saldo::{billing, clock, documents, ids, lines, passwords, purchases};
use serde_json::{Value, json};
use sha2::Sha256;
use store::tables::bank::FindingCode;
use store::tables::boletos::BoletoState;
use store::tables::inbox::InboxState;
use store::tables::invoices::InvoiceState;
use store::tables::lines::{OnWriteOff, PackRelease};
use store::tables::outbox::{Notice, NoticeId};
use store::tables::pix::{PixCharge, PixState};
use store::tables::settlements::Owed;
use store::tables::staff::{Staff, StaffRole};
use store::views::PurchaseState;
use subscriber::{CALLBACK, SECRET};

/// The id of a payment: 32 letters and digits.
fn end_to_end(no: u32) -> String {
    format!("E00000000202611221430{no:0>11}")
}

/// A payment as the provider tells of it.
fn told(charge: &PixCharge, no: u32) -> Value {
    json!({"endToEndId": end_to_end(no), "txid": charge.txid, "chave": charge.pix_key,
        "valor": charge.amount.to_decimal(), "horario": "2026-11-22T14:30:00.000Z"})
}

impl Provider {
    async fn call(&self, path: &str, body: &Value) -> Answer {
        self.house.send(self.house.request(Method::POST, path).json(body)).await
    }

    async fn tell(&self, payments: &[Value]) {
        self.call(CALLBACK, &json!({ "pix": payments })).await.expect(200);
    }

    /// Buys by Pix in a browser and waits for the charge.
    async fn buy_by_pix(&self) -> PixCharge {
        let mut browser = self.signed_in().await;
        let told = self.buy_in(&mut browser, Charging::Pix).await;
        let page = format!("{}#progress-heading", self.page());
        assert_eq!(told.header("location"), Some(page.as_str()), "{}", told.text);
        self.pix_of(self.newest_purchase().await.purchase).await
    }

    /// How many events of Pix are in this state, once none waits.
    async fn events(&self, state: InboxState) -> usize {
        self.house.until(|reader| reader.inbox_count(InboxState::Received), |count| *count == 0).await;
        let rows = self.app().read(move |reader| reader.inbox(state, None, 50)).await.expect("a look");
        rows.rows.len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pix_releases_what_it_pays_and_the_page_says_so() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let (page, fields) = provider.choose(&mut browser, Charging::Pix).await;
    for words in [
        "costs R$24.90 and will be charged by Pix: the code holds for 30 minutes. It is released when it is paid.",
        "<option value=\"pix\" selected>Pix</option>",
        "<option value=\"card\">Card</option>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    subscriber::send(&mut browser, &fields).await;
    let charge = provider.pix_of(provider.newest_purchase().await.purchase).await;
    let BrCode::Static(code) = BrCode::parse(&charge.br_code).expect("a code") else { panic!("static") };
    assert_eq!(code.txid.expect("a txid").as_str(), charge.txid);
    assert_eq!(code.amount.expect("an amount").to_string(), "24.90");
    assert_eq!(code.key.as_str(), charge.pix_key);
    let page = browser.get(&provider.page()).await.text;
    for words in [
        charge.br_code.as_str(),
        "Copy the Pix code",
        "class=\"qr\"",
        "Cancel purchase",
        "data-live=\"line-progress\"",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(
        page.contains("<li><strong>Waits for the Pix</strong></li>") && !page.contains("router"),
        "{page}"
    );
    let awaits = format!("data-awaits=\"{}\"", charge.purchase.expect("a purchase"));
    assert!(page.contains(&awaits), "{page}");
    let invoices = browser.get("/invoices").await.text;
    for words in ["Waiting for payment", charge.br_code.as_str(), "Cancel purchase"] {
        assert!(invoices.contains(words), "{words}: {invoices}");
    }
    assert_eq!(provider.available(), 0, "nothing is released before it is paid");

    provider.tell(&[told(&charge, 1)]).await;
    let paid = provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!((paid.paid_by.as_deref(), provider.available()), (Some("pix"), PACK));
    let page = browser.get(&provider.page()).await.text;
    assert!(page.contains("Credit released") && !page.contains(&charge.br_code), "{page}");
    assert_eq!(provider.pix_state(&charge.txid).await, PixState::Paid);
    // A page that was open while it waited goes where the purchase is confirmed.
    let confirmed = format!("{}&bought={}", provider.page(), paid.purchase);
    let shown = [format!("data-confirms=\"{}\"", paid.purchase), confirmed.replace('&', "&#38;")];
    assert!(shown.iter().all(|words| page.contains(words)) && !page.contains(&awaits), "{shown:?} {page}");
    let page = browser.get(&confirmed).await.text;
    assert!(page.contains("Purchase confirmed") && page.contains("data-result"), "{page}");
    let invoices = browser.get("/invoices").await.text;
    let came = format!("by Pix ({})", end_to_end(1));
    assert!(invoices.contains(&came) && !invoices.contains("Your credit"), "{invoices}");

    let seen = provider.house.seen();
    provider.tell(&[told(&charge, 1)]).await;
    provider.call(&format!("{CALLBACK}/pix"), &json!({"pix": [told(&charge, 1)]})).await.expect(200);
    assert_eq!(provider.events(InboxState::Processed).await, 1, "the same payment, told again, is one event");
    assert_eq!(provider.house.seen(), seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_twice_by_two_payments_is_credit_the_second_time() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    provider.tell(&[told(&charge, 1), told(&charge, 2)]).await;
    let found = provider.all_findings(1).await;
    assert_eq!(found[0].code, FindingCode::PaidTwice);
    provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (PACK, "24.90"));
    // Neither payment is lost to him who made it: both are told, and what he has as credit.
    let shown = async |browser: &mut browser::Browser<'_>| browser.get("/invoices").await.text;
    let mut browser = provider.signed_in().await;
    let looking = async { while !shown(&mut browser).await.contains("Your credit") {} };
    tokio::time::timeout(house::PATIENCE, looking).await.expect("the credit is shown");
    let page = shown(&mut browser).await;
    for words in ["Your credit: R$24.90", "Paid too much, by Pix", &end_to_end(1), &end_to_end(2)] {
        assert_eq!(page.matches(words).count(), 1, "{words}: {page}");
    }
    assert_eq!(page.matches("kept as your credit").count(), 1, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_a_persons_to_look_at() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    let seen = provider.house.seen();
    let with = |no, field: &str, value: Value| {
        let mut payment = told(&charge, no);
        payment[field] = value;
        payment
    };
    provider
        .tell(&[
            with(1, "valor", json!("24.89")),
            with(2, "valor", json!("49.80")),
            with(3, "chave", json!("someone@example.com")),
            with(4, "txid", json!("0000000000000000000000000")),
            with(5, "txid", Value::Null),
        ])
        .await;
    let mut codes: Vec<_> = provider.all_findings(5).await.into_iter().map(|finding| finding.code).collect();
    codes.sort_by_key(|code| code.word());
    let (value, unknown) = (FindingCode::OtherValue, FindingCode::UnknownTxid);
    assert_eq!(codes, [FindingCode::OtherKey, value, value, unknown, unknown]);
    assert_eq!(provider.events(InboxState::Processed).await, 5);
    assert_eq!(provider.house.seen(), seen, "the book was not asked");
    assert_eq!(provider.pix_state(&charge.txid).await, PixState::Open);

    let mut given_back = told(&charge, 6);
    given_back["devolucoes"] = json!([{"id": "D1", "rtrId": "D1", "valor": "24.90", "status": "DEVOLVIDO"}]);
    provider.tell(&[given_back]).await;
    assert_eq!(provider.all_findings(6).await[0].code, FindingCode::GivenBack);
    provider.until_purchase_is(PurchaseState::Paid).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_prove_themselves_and_are_read_whole() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    let seen = provider.house.seen();
    let body = json!({"pix": [told(&charge, 1)]});
    for path in ["/webhooks/pix", "/webhooks/pix/another-secret-of-the-house", "/webhooks/pix/x/pix"] {
        let refused = provider.call(path, &body).await;
        refused.expect(401);
        assert_eq!(refused.code(), "callback_not_proven", "{path}");
    }
    assert_eq!(provider.call(&format!("{CALLBACK}/x/y"), &body).await.status.as_u16(), 404);
    let with = |field: &str, value: Value| {
        let mut payment = told(&charge, 1);
        payment[field] = value;
        json!({"pix": [told(&charge, 2), payment]})
    };
    let too_many: Vec<Value> = (0..501).map(|no| told(&charge, no)).collect();
    let cases = [
        (json!([]), "callback_malformed", ""),
        (json!({}), "pix_missing", "pix"),
        (json!({"pix": "all"}), "pix_missing", "pix"),
        (json!({"pix": too_many}), "batch_too_large", "pix"),
        (json!({"pix": [1]}), "payment_malformed", "pix[0]"),
        (with("endToEndId", json!("E1")), "payment_malformed", "pix[1].endToEndId"),
        (with("txid", json!("with-dash")), "payment_malformed", "pix[1].txid"),
        (with("valor", json!("24,90")), "payment_malformed", "pix[1].valor"),
        (with("valor", json!("24.9")), "payment_malformed", "pix[1].valor"),
        (with("valor", json!("0.00")), "payment_malformed", "pix[1].valor"),
        (with("valor", json!(24.9)), "payment_malformed", "pix[1]"),
        (with("devolucoes", json!([{"id": "D1"}])), "payment_malformed", "pix[1].devolucoes"),
    ];
    for (body, code, field) in cases {
        let refused = provider.call(CALLBACK, &body).await;
        let problem =
            refused.expect(if code == "callback_malformed" { 400 } else { refused.status.as_u16() });
        assert!(refused.status.is_client_error(), "{body}: {}", refused.text);
        assert_eq!(
            (problem["code"].as_str(), problem["field"].as_str().unwrap_or_default()),
            (Some(code), field)
        );
    }
    let garbage = provider.house.request(Method::POST, CALLBACK).body("{\"pix\"");
    assert_eq!(provider.house.send(garbage).await.code(), "callback_malformed");
    provider.call(CALLBACK, &json!({"evento": "teste_webhook"})).await.expect(200);
    assert_eq!(provider.events(InboxState::Processed).await, 0, "nothing of what was refused was taken");
    assert_eq!(provider.house.seen(), seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_may_prove_a_callback() {
    let header = "x-pix-signature".parse().expect("a name");
    let callback = PixCallback::Hmac { header, secret: SECRET.to_owned() };
    let provider = Provider::open_portal_with(callback).await;
    let charge = provider.buy_by_pix().await;
    let body = json!({"pix": [told(&charge, 1)]}).to_string();
    let sign = |secret: &str| {
        let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret.as_bytes()).expect("a key");
        hex::encode(mac.chain_update(body.as_bytes()).finalize().into_bytes())
    };
    let send = |path: &'static str, signature: String| {
        let request = provider.house.request(Method::POST, path).header("x-pix-signature", signature);
        provider.house.send(request.body(body.clone()))
    };
    send("/webhooks/pix", sign("another-secret-of-all")).await.expect(401);
    send("/webhooks/pix", "not hex".to_owned()).await.expect(401);
    send(CALLBACK, sign(SECRET)).await.expect(401);
    send("/webhooks/pix", format!("sha256={}", sign(SECRET))).await.expect(200);
    provider.until_purchase_is(PurchaseState::Paid).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pix_that_nobody_pays_ends_and_one_that_comes_late_still_counts() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    provider.house.advance(31 * 60).await;
    purchases::sweep(provider.app()).await.expect("a sweep");
    assert_eq!(Some(provider.until_purchase_is(PurchaseState::Dropped).await.purchase), charge.purchase);
    assert_eq!(provider.pix_state(&charge.txid).await, PixState::Expired);
    let mut browser = provider.signed_in().await;
    let page = browser.get(&provider.page()).await.text;
    assert!(page.contains("The time of this Pix is over") && !page.contains("class=\"qr\""), "{page}");

    let again = provider.buy_by_pix().await;
    assert_ne!((again.purchase, &again.txid), (charge.purchase, &charge.txid), "he may choose again");
    provider.tell(&[told(&charge, 1)]).await;
    provider.house.until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
    provider.tell(&[told(&again, 2)]).await;
    provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (2 * PACK, "0.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_subscriber_may_give_up_and_choose_again() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    let mut browser = provider.signed_in().await;
    let give_up = format!("/purchases/{}/cancellation", charge.purchase.expect("a purchase"));
    let told = browser.submit(&provider.page(), &give_up, &[]).await;
    assert_eq!(told.header("location"), Some(provider.page().as_str()), "{}", told.text);
    assert_eq!(provider.newest_purchase().await.state, PurchaseState::Dropped);
    assert_eq!(provider.pix_state(&charge.txid).await, PixState::Cancelled);
    let again = browser.submit(&provider.page(), &give_up, &[]).await;
    assert_eq!(again.status.as_u16(), 409, "it does not wait any more");
    let nobodys = browser.submit(&provider.page(), "/purchases/pur_0/cancellation", &[]).await;
    assert_eq!(nobodys.status.as_u16(), 404);
    let told = provider.buy_in(&mut browser, Charging::NextInvoice).await;
    assert!(told.header("location").is_some_and(|url| url.contains("bought=")), "{}", told.text);
    assert_eq!(provider.available(), PACK);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_ask_for_one_pix() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let (_, first) = provider.choose(&mut browser, Charging::Pix).await;
    let (_, card) = provider.choose(&mut browser, Charging::Card).await;
    assert_eq!(subscriber::send(&mut browser, &first).await.status.as_u16(), 303);
    assert_eq!(subscriber::send(&mut browser, &first).await.status.as_u16(), 303);
    let refused = subscriber::send(&mut browser, &card).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    provider.pix_of(provider.newest_purchase().await.purchase).await;
    let customer = provider.line.customer;
    let all = provider.app().read(move |reader| reader.pix_of(customer, 10)).await.expect("a look");
    assert_eq!(all.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_no_more_leaves_credit() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    provider.cancel_line().await;
    provider.tell(&[told(&charge, 1)]).await;
    assert_eq!(provider.all_findings(1).await[0].code, FindingCode::PaymentRefused);
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (0, "24.90"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_before_a_restart_counts_after_it() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    let body = told(&charge, 1).to_string().into_bytes();
    let (id, now) = (end_to_end(1), clock::now());
    // As if the program had ended between its answer and its work.
    let provider = {
        let app = provider.app();
        app.tables.write(|tx| tx.receive("pix", &id, "pix", None, &body, now)).expect("a stored event");
        provider.restart().await
    };
    provider.until_purchase_is(PurchaseState::Paid).await;
    provider.tell(&[told(&charge, 1)]).await;
    assert_eq!(provider.events(InboxState::Processed).await, 1);
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (PACK, "0.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boleto_may_be_paid_by_pix_and_is_not_payable_then() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let bought = provider.buy_in(&mut browser, Charging::Boleto).await;
    let rows = provider
        .house
        .until(|reader| reader.boletos_in(BoletoState::Written, 2), |rows| !rows.is_empty())
        .await;
    let boleto = rows[0].clone();
    let page = browser.get(bought.header("location").expect("the page with the purchase")).await.text;
    let place = format!("href=\"/invoices#{}\"", boleto.id);
    for words in
        ["Purchase confirmed", "The bank is still registering the boleto", "Boleto: Being registered", &place]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(browser.get("/invoices").await.text.contains(&format!("id=\"{}\"", boleto.id)));
    let ask = format!("/boletos/{}/pix", boleto.id);
    for _ in 0..2 {
        let told = browser.submit("/invoices", &ask, &[]).await;
        assert_eq!(told.header("location"), Some("/invoices"), "{}", told.text);
    }
    let charge = provider.pix_of(boleto.purchase.expect("a purchase")).await;
    assert_eq!(charge.boleto, Some(boleto.id));
    let page = browser.get("/invoices").await.text;
    assert!(page.contains(&charge.br_code) && !page.contains("Pay by Pix"), "{page}");

    provider.tell(&[told(&charge, 1)]).await;
    provider.until_purchase_is(PurchaseState::Paid).await;
    let page = browser.get("/invoices").await.text;
    assert!(page.contains("Paid by Pix") && page.contains("Do not pay this boleto"), "{page}");
    for gone in ["class=\"qr\"", "Pay by Pix", "Copy the linha digitável"] {
        assert!(!page.contains(gone), "{gone}: {page}");
    }
    let remitted = documents::send_remittance(provider.app(), Author::operator()).await.expect("an answer");
    assert!(remitted.file.is_none(), "the bank never hears of it");
    let refused = browser.submit("/invoices", &ask, &[]).await;
    assert_eq!(refused.status.as_u16(), 409);
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (PACK, "0.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_written_off_boleto_still_claims_is_shown_and_paid_by_pix() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    provider.buy_in(&mut browser, Charging::Boleto).await;
    let written = |reader: &store::Reader<'_>| reader.boletos_in(BoletoState::Written, 2);
    let boleto = provider.house.until(written, |rows| !rows.is_empty()).await.remove(0);
    let keep = Some(OnWriteOff::KeepDebt);
    let written_off = documents::write_off(provider.app(), Author::operator(), boleto.id, keep);
    written_off.await.expect("it is written off");
    let page = browser.get("/invoices").await.text;
    for words in ["Still owed", "Pay it by Pix here", "Pay by Pix"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Copy the linha digitável") && !page.contains("/pdf"), "{page}");
    browser.submit("/invoices", &format!("/boletos/{}/pix", boleto.id), &[]).await;
    let charge = provider.pix_of(boleto.purchase.expect("a purchase")).await;
    provider.tell(&[told(&charge, 1)]).await;
    provider.until_purchase_is(PurchaseState::Paid).await;
    let page = browser.get("/invoices").await.text;
    assert!(page.contains("Paid by Pix") && !page.contains("Still owed"), "{page}");

    // Where there is no Pix, he is told whom to ask.
    let without = Provider::open_portal_as(PackRelease::Purchase, |config| config.pix = None, |_| {}).await;
    let mut browser = without.signed_in().await;
    without.buy_in(&mut browser, Charging::Boleto).await;
    let boleto = without.house.until(written, |rows| !rows.is_empty()).await.remove(0);
    let written_off = documents::write_off(without.app(), Author::operator(), boleto.id, keep);
    written_off.await.expect("it is written off");
    let page = browser.get("/invoices").await.text;
    assert!(page.contains("to pay it.") && !page.contains("Pay by Pix"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boleto_that_releases_when_it_is_paid_is_what_its_purchase_waits_for() {
    let provider = Provider::open_portal_as(PackRelease::Payment, |_| {}, |_| {}).await;
    let mut browser = provider.signed_in().await;
    let told = provider.buy_in(&mut browser, Charging::Boleto).await;
    assert_eq!(told.status.as_u16(), 303, "{}", told.text);
    provider.house.until(|reader| reader.boletos_in(BoletoState::Written, 2), |rows| rows.len() == 1).await;
    // A boleto takes days: the purchase stands there as long as it waits.
    for _ in 0..2 {
        let page = browser.get(&provider.page()).await.text;
        for words in ["<strong>Waits for the payment of the boleto</strong>", "Boleto: Being registered"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        for way_out in ["Cancel purchase", "Pay by Pix"] {
            assert!(page.contains(way_out), "{way_out}: {page}");
        }
        for wrong in ["router", "Credit released"] {
            assert!(!page.contains(wrong), "{wrong}: {page}");
        }
        provider.house.advance(2 * 86_400).await;
    }
    assert_eq!(provider.available(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boleto_that_is_waited_for_may_be_paid_by_pix_or_given_up() {
    let provider = Provider::open_portal_as(PackRelease::Payment, |_| {}, |_| {}).await;
    let mut browser = provider.signed_in().await;
    let in_state = |state| move |reader: &store::Reader<'_>| reader.boletos_in(state, 3);
    provider.buy_in(&mut browser, Charging::Boleto).await;
    let boleto = provider.house.until(in_state(BoletoState::Written), |rows| rows.len() == 1).await.remove(0);
    let purchase = boleto.purchase.expect("a purchase");
    let give_up = format!("/purchases/{purchase}/cancellation");

    // A Pix in its place, asked for where the purchase stands.
    let there = format!("{}#progress-heading", provider.page());
    let ask = format!("/boletos/{}/pix", boleto.id);
    let told_where = browser.submit(&provider.page(), &ask, &[("return_to", there.as_str())]).await;
    assert_eq!(told_where.header("location"), Some(there.as_str()), "{}", told_where.text);
    let away = browser.submit(&provider.page(), &ask, &[("return_to", "https://evil.example/")]).await;
    assert_eq!(away.header("location"), Some("/invoices"), "to no other site");
    let charge = provider.pix_of(purchase).await;
    let page = browser.get(&provider.page()).await.text;
    assert!(page.contains(&charge.br_code) && page.contains("Cancel purchase"), "{page}");

    // Given up: nobody is asked for it any more, and the bank never hears of it.
    let told_where = browser.submit(&provider.page(), &give_up, &[]).await;
    assert_eq!(told_where.header("location"), Some(provider.page().as_str()), "{}", told_where.text);
    assert_eq!(provider.newest_purchase().await.state, PurchaseState::Dropped);
    assert_eq!(provider.pix_state(&charge.txid).await, PixState::Cancelled);
    let rows = provider.app().read(in_state(BoletoState::WrittenOff)).await.expect("a look");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [boleto.id]);
    let again = browser.submit(&provider.page(), &give_up, &[]).await;
    assert_eq!(again.status.as_u16(), 409, "it does not wait any more");
    let log = provider.house.get("/v1/audit-log").await.text;
    assert!(log.contains("boleto.write_off"), "{log}");

    // He buys again, the bank registers it, and the Pix of the first is paid all the same.
    let page = browser.get(&provider.page()).await.text;
    assert!(page.contains("You may choose again") && !page.contains("Cancel purchase"), "{page}");
    provider.buy_in(&mut browser, Charging::Boleto).await;
    provider.house.until(in_state(BoletoState::Written), |rows| rows.len() == 1).await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    provider.tell(&[told(&charge, 1)]).await;
    assert_eq!(provider.events(InboxState::Processed).await, 1);
    provider.house.until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (PACK, "0.00"));

    // What the bank holds is written off there with the next remittance; paid meanwhile, it is released.
    let second = provider.newest_purchase().await;
    assert_eq!(second.state, PurchaseState::Awaiting);
    let give_up = format!("/purchases/{}/cancellation", second.purchase);
    browser.submit(&provider.page(), &give_up, &[]).await.expect(303);
    let rows = provider.app().read(in_state(BoletoState::ToWriteOff)).await.expect("a look");
    assert_eq!(rows.len(), 1, "the bank is to be told");
    provider.load(&return_file(&received, 2, &[("06", PRICE_CENTAVOS)])).await;
    provider.house.until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (2 * PACK, "0.00"));
    let late = browser.submit(&provider.page(), &give_up, &[]).await;
    assert_eq!(late.status.as_u16(), 409, "it was paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_up_anothers_boleto() {
    let provider = Provider::open_portal_as(PackRelease::Payment, |_| {}, |_| {}).await;
    let mut browser = provider.signed_in().await;
    provider.buy_in(&mut browser, Charging::Boleto).await;
    let purchase = provider.newest_purchase().await.purchase;
    provider.house.until(|reader| reader.boletos_in(BoletoState::Written, 2), |rows| rows.len() == 1).await;
    let stranger = provider.house.customer("ana").await;
    let refused =
        purchases::give_up(provider.app(), Author::operator(), stranger.customer.id, purchase).await;
    assert_eq!(refused.expect_err("another's").code, "not_found");
    assert_eq!(provider.newest_purchase().await.state, PurchaseState::Awaiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_what_is_unpaid_leaves_the_ways_that_owe_nothing() {
    let limited = |plan: &mut PlanDraft| {
        plan.unpaid_max = Some(reais(3_000));
        plan.balance_max = 5 * PACK;
    };
    let provider = Provider::open_portal_as(PackRelease::Purchase, |_| {}, limited).await;
    let mut browser = provider.signed_in().await;
    provider.buy_in(&mut browser, Charging::Boleto).await.expect(303);
    assert_eq!(provider.available(), PACK);
    let (page, fields) = provider.choose(&mut browser, Charging::Boleto).await;
    for words in [
        "<option value=\"boleto\" disabled>Boleto (limit of unpaid credit reached)</option>",
        "<option value=\"next_invoice\" disabled>Next invoice (limit of unpaid credit reached)</option>",
        "limit of unpaid credit would be passed: pay now",
        "It is released when it is paid.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let charging = fields.iter().find(|(name, _)| name == "charging").map(|(_, value)| value.as_str());
    assert!(matches!(charging, Some("card" | "pix")), "another way is chosen: {charging:?}");
    // Asked for all the same, by a page of before.
    let owing: Vec<(String, String)> = fields
        .iter()
        .map(|(name, value)| (name.clone(), if name == "charging" { "boleto".into() } else { value.clone() }))
        .collect();
    let refused = subscriber::send(&mut browser, &owing).await;
    assert_eq!(refused.status.as_u16(), 409);
    assert!(refused.text.contains("limit of unpaid credit reached"), "{}", refused.text);
    provider.buy_in(&mut browser, Charging::Pix).await.expect(303);
    let charge = provider.pix_of(provider.newest_purchase().await.purchase).await;
    provider.tell(&[told(&charge, 1)]).await;
    provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!(provider.available(), 2 * PACK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pix_instead_of_an_invoices_boleto_pays_the_invoice_and_unblocks_the_line() {
    let blocks = |plan: &mut PlanDraft| plan.block_after_days = Some(0);
    let provider = Provider::open_portal_as(PackRelease::Purchase, |_| {}, blocks).await;
    let (month, ..) = billing::preview(provider.app()).await.expect("a month");
    billing::begin(provider.app(), Author::operator(), month).await.expect("a run");
    provider.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    provider.house.advance(40 * 86_400).await;
    provider.app().settlement_news.notify_one();
    provider.until_line_is("blocked").await;
    let customer = provider.line.customer;
    let invoice = move |reader: &store::Reader<'_>| Ok(reader.invoices_of(customer, None, 1)?.rows.pop());
    let owed = provider.app().read(invoice).await.expect("a look").expect("an invoice");
    let boleto = provider.app().read(move |reader| reader.boleto_of_invoice(owed.id)).await.expect("a look");
    let boleto = boleto.expect("its boleto");

    let mut browser = provider.signed_in().await;
    let page = browser.get("/invoices").await.text;
    assert!(page.contains("Pay by Pix") && page.contains("blocked because something is unpaid"), "{page}");
    let asks = "<p>It can be used once in a cycle. It works again at once, until ";
    assert!(page.contains(asks), "trust is asked for twice: {page}");
    let before = page;
    let ask = format!("/boletos/{}/pix", boleto.id);
    let told_to = browser.submit("/invoices", &ask, &[]).await;
    assert_eq!(told_to.header("location"), Some("/invoices"), "{}", told_to.text);
    let charges = provider.app().read(move |reader| reader.pix_of(customer, 10)).await.expect("a look");
    let [charge] = charges.as_slice() else { panic!("{charges:?}") };
    assert_eq!((charge.invoice, charge.purchase), (Some(owed.id), None));
    // Fine and interest as at the bank: 2 %, and 1 % a month.
    let late_fee = charge.amount.value() - owed.total.value();
    assert!(late_fee > owed.total.value() / 50 && late_fee < owed.total.value() / 20, "{late_fee}");
    let today = format!("Paid today it comes to R${}.", charge.amount.to_decimal());
    assert!(before.contains(&today), "{today}: {before}");
    let page = browser.get("/invoices").await.text;
    assert!(page.contains(&charge.br_code) && !page.contains("Pay by Pix"), "{page}");

    provider.tell(&[told(charge, 1)]).await;
    provider.until_line_is("enabled").await;
    let paid = provider.app().read(invoice).await.expect("a look").expect("the invoice");
    assert_eq!((paid.state, paid.paid_by.as_deref()), (InvoiceState::Paid, Some("pix")));
    let page = browser.get("/invoices").await.text;
    for gone in [charge.br_code.as_str(), "Pay by Pix", "blocked because", "Copy the linha digitável"] {
        assert!(!page.contains(gone), "{gone}: {page}");
    }
    assert_eq!(browser.submit("/invoices", &ask, &[]).await.status.as_u16(), 409);
    let earned = |accounts: &Vec<store::views::AccountRow>| {
        accounts.iter().any(|row| row.account == "revenue:late_fee" && row.balance == late_fee)
    };
    provider.house.until(|reader| reader.accounts(), earned).await;
    // Told again nothing comes of it; another payment of it is credit.
    provider.tell(&[told(charge, 1)]).await;
    assert_eq!(provider.credit().await.value(), 0);
    provider.tell(&[told(charge, 2)]).await;
    assert_eq!(provider.all_findings(1).await[0].code, FindingCode::PaidTwice);
    assert_eq!(provider.credit().await, charge.amount, "all of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_pack_is_charged_by_its_first_way_until_another_is_chosen() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let (page, fields) = provider.choose(&mut browser, Charging::Pix).await;
    let of = |fields: &[(String, String)], name: &str| {
        fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).expect("a field")
    };
    assert_eq!(of(&fields, "charging"), "pix", "{page}");
    let chosen = format!("{}&line_before={}&charging=pix", provider.page(), provider.line.id);
    let chosen = format!("{chosen}&credit={}&credit_before=", of(&fields, "pack"));
    for (before, way) in [("another", "boleto"), (of(&fields, "pack").as_str(), "pix")] {
        let page = browser.get(&format!("{chosen}{before}")).await.text;
        let sent = page.split("name=\"charging\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(sent, Some(way), "{before}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_beside_a_trusted_line_is_listed_and_what_was_given_up_is_owed_no_more() {
    let blocks = |plan: &mut PlanDraft| plan.block_after_days = Some(30);
    let provider = Provider::open_portal_as(PackRelease::Purchase, |_| {}, blocks).await;
    let (month, ..) = billing::preview(provider.app()).await.expect("a month");
    billing::begin(provider.app(), Author::operator(), month).await.expect("a run");
    provider.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    provider.house.advance(50 * 86_400).await;
    provider.app().settlement_news.notify_one();
    provider.until_line_is("blocked").await;
    let (customer, line) = (provider.line.customer, provider.line.id);
    billing::trust(provider.app(), Author::operator(), customer, line).await.expect("trusted");
    provider.until_line_is("enabled").await;
    let entry = provider.line.clone();
    let app = std::sync::Arc::clone(provider.app());
    let overdue = provider.app().read(move |reader| billing::all_overdue_now(&app, reader, &entry));
    let overdue = overdue.await.expect("a look");
    let owed = move |reader: &store::Reader<'_>| Ok(reader.invoices_of(customer, None, 9)?.rows);
    let owed = provider.app().read(owed).await.expect("a look");
    let invoice = owed.last().expect("an invoice").clone();
    assert!(overdue.iter().any(|it| it.amount == invoice.total && it.invoice.is_some()), "{overdue:?}");

    let author = Author::operator();
    let boleto =
        provider.app().read(move |reader| reader.boleto_of_invoice(invoice.id)).await.expect("a look");
    let boleto = boleto.expect("its boleto").id;
    documents::write_off(provider.app(), author, boleto, None).await.expect("it is written off");
    let page = provider.signed_in().await.get("/invoices").await.text;
    assert!(page.contains("It cannot be paid any more, and you owe nothing for it."), "{page}");
    assert!(!page.contains("Paid today it comes to"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_settles_by_hand_with_a_reason() {
    let provider = Provider::open_portal().await;
    let charge = provider.buy_by_pix().await;
    let (settle, page) = (
        format!("/console/purchases/{}/settlement", charge.purchase.expect("a purchase")),
        format!("/console/lines/{}", provider.line.id),
    );
    for (email, role) in [("look@example.com", StaffRole::ReadOnly), ("do@example.com", StaffRole::Admin)] {
        let staff = Staff {
            id: StaffId::from_u128(ids::fresh()),
            email: email.to_owned(),
            name: "Staff".to_owned(),
            password_hash: passwords::hash(browser::PASSWORD).await.expect("a hash"),
            role,
            created_at: clock::now(),
            disabled_at: None,
        };
        provider.app().write(move |tx| tx.insert_staff(&staff)).await.expect("staff");
    }
    let mut viewer = browser::Browser::new(&provider.house);
    viewer.sign_in("/console/sign-in", "look@example.com", browser::PASSWORD).await;
    assert!(!viewer.get(&page).await.text.contains("Record a payment"));
    assert_eq!(viewer.submit(&page, &settle, &[("reason", "seen")]).await.status.as_u16(), 403);

    let mut staff = browser::Browser::new(&provider.house);
    staff.sign_in("/console/sign-in", "do@example.com", browser::PASSWORD).await;
    assert!(staff.get(&page).await.text.contains("Record a payment"));
    let long = "x".repeat(201);
    for reason in ["", "  ", &long] {
        assert_eq!(
            staff.submit(&page, &settle, &[("reason", reason)]).await.status.as_u16(),
            422,
            "{reason}"
        );
    }
    let told_to = staff.submit(&page, &settle, &[("reason", "on the bank's statement")]).await;
    assert_eq!(told_to.header("location"), Some(page.as_str()), "{}", told_to.text);
    let paid = provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!((paid.paid_by.as_deref(), provider.available()), (Some("hand"), PACK));
    assert_eq!(
        provider.pix_state(&charge.txid).await,
        PixState::Cancelled,
        "nobody is asked for it any more"
    );
    assert_eq!(staff.submit(&page, &settle, &[("reason", "again")]).await.status.as_u16(), 409);
    let log = provider.house.get("/v1/audit-log").await;
    assert!(
        log.text.contains("purchase.settle") && log.text.contains("on the bank's statement"),
        "{}",
        log.text
    );

    provider.tell(&[told(&charge, 1)]).await;
    assert_eq!(provider.all_findings(1).await[0].code, FindingCode::PaidTwice);
    assert_eq!(provider.credit().await.to_decimal(), "24.90");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pix_that_was_paid_does_not_wait_for_stripe() {
    // Whoever connects is never answered, as while Stripe hangs.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let provider = Provider::open_portal_and(|config| config.stripe.api_url = url).await;
    let charge = provider.buy_by_pix().await;
    let event = json!({"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "livemode": false,
        "created": 1, "data": {"object": {"id": "pi_1", "object": "payment_intent"}}});
    let (body, now) = (event.to_string(), clock::now());
    let receive = move |tx: &store::Tx<'_>| {
        tx.receive("stripe", "evt_1", "payment_intent.succeeded", None, body.as_bytes(), now)
    };
    assert!(provider.app().write(receive).await.expect("it is stored"));
    provider.app().inbox_news.notify_one();
    // The work on it has begun, and lasts.
    let (_held, _) =
        tokio::time::timeout(house::PATIENCE, silent.accept()).await.expect("a call").expect("it");
    provider.tell(&[told(&charge, 1)]).await;
    provider.until_purchase_is(PurchaseState::Paid).await;
    let stripe = provider.app().read(|reader| reader.inbox_event("stripe", "evt_1")).await.expect("a look");
    assert_eq!(stripe.expect("the event").state, InboxState::Received, "Stripe has not answered yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_whose_code_is_late_is_not_dropped_and_a_dropped_one_gets_no_code() {
    let provider = Provider::open_portal().await;
    let (app, customer) = (provider.app(), provider.line.customer);
    // The outbox is far behind: the notice that the purchase is about to be told by is there, and not to be delivered yet.
    let from = *app.projected.borrow() + 1;
    let late = move |position| Notice {
        id: NoticeId { position, ordinal: 0, kind: "purchased".to_owned() },
        customer: None,
        wallet: None,
        payload: "{}".to_owned(),
        created_at: clock::now(),
        delivered_at: None,
        attempts: 0,
        next_attempt_at: None,
        last_error: None,
    };
    let hold = move |tx: &store::Tx<'_>| {
        (from..from + 50).try_for_each(|position| {
            (0..20).try_for_each(|ordinal| {
                let notice = late(position);
                let id = NoticeId { ordinal, ..notice.id };
                tx.insert_notice(&Notice { id, ..notice }).map(drop)
            })
        })
    };
    app.write(hold).await.expect("they are held back");
    let buying = provider.buying(Charging::Pix, 0);
    let entry = lines::buy(app, provider.line.wallet, buying).await.expect("it may be bought");
    assert!(app.wait_projected(entry.position(), house::PATIENCE).await);
    provider.house.advance(180).await;
    purchases::sweep(app).await.expect("a sweep");
    assert_eq!(
        provider.newest_purchase().await.state,
        PurchaseState::Awaiting,
        "its code is to be written yet"
    );

    // The notice comes, and no code can be written: nobody could ever pay it.
    let (id, at) = (buying.purchase, app.ledger.now());
    let owed = Owed { purchase: id, customer, payload: "{}".to_owned(), created_at: at };
    app.write(move |tx| tx.put_owed(&owed)).await.expect("it is owed");
    purchases::sweep(app).await.expect("a sweep");
    provider.until_purchase_is(PurchaseState::Dropped).await;

    // Told again after that, it gets none any more.
    let awaiting = Awaiting {
        purchase: id,
        pack: buying.pack,
        charging: Charging::Pix,
        quantity: buying.quantity,
        price: buying.price,
        validity: Validity::Cycle,
    };
    let key = app.config.pix.clone();
    let charged = app.write(move |tx| saldo::pix::charge(tx, key.as_ref(), (customer, &awaiting), at));
    charged.await.expect("a look").expect("nothing is in the way");
    let codes = app.read(move |reader| reader.pix_of(customer, 10)).await.expect("a look");
    assert_eq!(codes, []);
}
