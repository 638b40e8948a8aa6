//! What a callback says, proves and does, once, late or with nothing that fits it.

use book::{Awaiting, Charging, Validity};
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use saldo::config::PixCallback;
use saldo::{clock, lines, purchases};
use serde_json::{Value, json};
use sha2::Sha256;
use store::tables::bank::FindingCode;
use store::tables::inbox::InboxState;
use store::tables::outbox::{Notice, NoticeId};
use store::tables::pix::PixState;
use store::tables::settlements::Owed;
use store::views::PurchaseState;

use crate::browser::Browser;
use crate::house::provider::{PACK, Provider};
use crate::house::{PATIENCE, look_again};
use crate::subscriber::{CALLBACK, SECRET};
use crate::{end_to_end, told};

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
    let shown = async |browser: &mut Browser<'_>| browser.get("/invoices").await.text;
    let mut browser = provider.signed_in().await;
    let looking = async {
        while !shown(&mut browser).await.contains("Your credit") {
            look_again().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("the credit is shown");
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
    let (_held, _) = tokio::time::timeout(PATIENCE, silent.accept()).await.expect("a call").expect("it");
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
    assert!(app.wait_projected(entry.position(), PATIENCE).await);
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
