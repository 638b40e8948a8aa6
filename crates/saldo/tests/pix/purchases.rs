//! Purchases charged by Pix: bought, given up, run out, chosen again, and settled by hand.

use book::Charging;
use brazil::pix::BrCode;
use money::StaffId;
use saldo::lines::offers::PlanDraft;
use saldo::{clock, ids, passwords, purchases};
use serde_json::json;
use store::tables::bank::FindingCode;
use store::tables::inbox::InboxState;
use store::tables::lines::PackRelease;
use store::tables::pix::PixState;
use store::tables::staff::{Staff, StaffRole};
use store::views::PurchaseState;

use crate::browser::{Browser, PASSWORD};
use crate::house::provider::{PACK, Provider, reais};
use crate::subscriber::{CALLBACK, send};
use crate::{end_to_end, told};

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
    send(&mut browser, &fields).await;
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
    assert_eq!(send(&mut browser, &first).await.status.as_u16(), 303);
    assert_eq!(send(&mut browser, &first).await.status.as_u16(), 303);
    let refused = send(&mut browser, &card).await;
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
    let refused = send(&mut browser, &owing).await;
    assert_eq!(refused.status.as_u16(), 409);
    assert!(refused.text.contains("limit of unpaid credit reached"), "{}", refused.text);
    provider.buy_in(&mut browser, Charging::Pix).await.expect(303);
    let charge = provider.pix_of(provider.newest_purchase().await.purchase).await;
    provider.tell(&[told(&charge, 1)]).await;
    provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!(provider.available(), 2 * PACK);
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
            password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
            role,
            created_at: clock::now(),
            disabled_at: None,
        };
        provider.app().write(move |tx| tx.insert_staff(&staff)).await.expect("staff");
    }
    let mut viewer = Browser::new(&provider.house);
    viewer.sign_in("/console/sign-in", "look@example.com", PASSWORD).await;
    assert!(!viewer.get(&page).await.text.contains("Record a payment"));
    assert_eq!(viewer.submit(&page, &settle, &[("reason", "seen")]).await.status.as_u16(), 403);

    let mut staff = Browser::new(&provider.house);
    staff.sign_in("/console/sign-in", "do@example.com", PASSWORD).await;
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
