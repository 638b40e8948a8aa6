//! Receipts and statements as customers get them: on pages, by mail, and on paper that is read back.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;

use std::process::Command;

use browser::{Browser, login};
use house::House;
use money::{Amount, PaymentId, Unit};
use reqwest::Method;
use saldo::audit::Author;
use saldo::customers::CreatedCustomer;
use saldo::receipts;
use serde_json::json;
use store::Reader;

const VISA: &str = "4242424242424242";

/// Pays so many dollars by card; waits until the posted balance is `posted`.
async fn pays(house: &House, customer: &CreatedCustomer, dollars: &str, posted: &str) -> PaymentId {
    let id = customer.customer.id.to_string();
    let wanted = json!({"customer": id, "amount": {"amount": dollars, "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, VISA).await;
    let (wallet, wanted) = (customer.wallet, Amount::parse(posted, Unit::USD).expect("an amount").value());
    let look = move |reader: &Reader<'_>| reader.wallet_view(wallet);
    house.until(look, |row| row.as_ref().is_some_and(|row| row.posted == wanted)).await;
    let payments = house.get(&format!("/v1/payments?customer={id}")).await.expect(200);
    payments["data"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a payment")
}

/// Downloads a PDF; its text.
async fn paper(browser: &mut Browser<'_>, path: &str) -> String {
    let request = browser.request(Method::GET, path);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, answer.bytes().await.expect("a body")).expect("a file");
    let read = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output();
    let read = read.expect("pdftotext: `cargo xtask test` installs it");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).expect("text").replace('\u{a0}', " ")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_payment_has_one_receipt_and_numbers_have_no_gap() {
    let house = House::open_with(|config| {
        let written = &mut config.brand.written;
        written.legal_name = "Aurora Digital Ltda.".to_owned();
        written.tax_id = "12.ABC.345/01DE-35".to_owned();
        written.address = "Av. Paulista, 1000".to_owned();
        written.tax_line = "Services are not subject to VAT.".to_owned();
    })
    .await;
    let (ana, bia) = (house.customer("ana").await, house.customer("bia").await);
    let first = pays(&house, &ana, "10.00", "35.00").await;
    pays(&house, &bia, "20.00", "45.00").await;
    let third = pays(&house, &ana, "30.00", "65.00").await;
    let given = house.running.app.read(move |reader| Ok((reader.receipt(first)?, reader.receipt(third)?)));
    let (Some(one), Some(three)) = given.await.expect("receipts") else { panic!("no receipt") };
    assert_eq!((one.number, three.number, one.year), (1, 3, three.year));
    let left = house.running.app.read(|reader| reader.payments_without_receipt(10)).await;
    assert_eq!(left.expect("payments"), []);

    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let url = format!("/receipts/{first}");
    let list = browser.get("/recharge").await.text;
    assert!(list.contains(&format!("href=\"{url}\"")), "{list}");
    let page = browser.get(&url).await.text;
    let text = paper(&mut browser, &format!("{url}/pdf")).await;
    let name = format!("Receipt {}", one.name());
    for words in [
        name.as_str(),
        "Aurora Digital Ltda.",
        "12.ABC.345/01DE-35",
        "Av. Paulista, 1000",
        &ana.customer.name,
        "Visa •••• 4242",
        "ch_",
        "Prepaid credit",
        "$10.00",
        "Services are not subject to VAT.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
        assert!(text.contains(words), "{words}: {text}");
    }
    // What went back stands on it; the receipt is the same one.
    let row = house.get(&format!("/v1/payments/{first}")).await.expect(200);
    let intent = row["provider_payment"].as_str().expect("an intent");
    house.stripe(Method::POST, "/v1/refunds", &[("payment_intent", intent), ("amount", "400")]).await;
    let refunded = move |reader: &Reader<'_>| reader.payment(first);
    house.until(refunded, |row| row.as_ref().is_some_and(|row| row.refunded > 0)).await;
    let text = paper(&mut browser, &format!("{url}/pdf")).await;
    for words in [name.as_str(), "Refunded on", "−$4.00", "$6.00"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // Nobody else sees it, and nothing is there that was not given.
    login(&house, &bia).await;
    let mut other = Browser::signed_in(&house, &bia).await;
    for path in [url.clone(), format!("{url}/pdf"), "/receipts/pay_none".to_owned()] {
        assert_eq!(other.get(&path).await.status.as_u16(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_of_a_payment_names_its_receipt_and_staff_can_send_it_again() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    house.sandbox.faults().change(|faults| faults.webhook_duplicate = true);
    let payment = pays(&house, &ana, "10.00", "35.00").await;
    let mails = |reader: &Reader<'_>| Ok(reader.mails(None, 50)?.rows);
    let link = format!("/receipts/{payment}");
    let told = house.until(mails, |mails| mails.iter().any(|mail| mail.kind == "credit_added")).await;
    let told = told.iter().find(|mail| mail.kind == "credit_added").expect("it was there");
    assert!(told.body.contains(&link), "{}", told.body);
    // Told twice by Stripe, heard once more, found again by a start: the receipt goes out once.
    house.hear_again().await;
    let once = house.receipts_mailed(payment).await;
    assert_eq!(once.iter().map(|mail| mail.kind.as_str()).collect::<Vec<_>>(), ["credit_added"]);
    let house = house.restart().await;
    assert_eq!(house.receipts_mailed(payment).await, once);
    let sent = receipts::send_again(&house.running.app, Author::operator(), payment).await;
    assert_eq!(sent.map_err(|problem| problem.detail), Ok(1));
    let again = house.until(mails, |mails| mails.iter().any(|mail| mail.kind == "receipt")).await;
    let again = again.iter().find(|mail| mail.kind == "receipt").expect("it was there");
    assert!(again.body.contains(&link) && again.body.contains("$10.00"), "{}", again.body);
    let unknown = receipts::send_again(&house.running.app, Author::operator(), PaymentId::from_u128(1)).await;
    assert_eq!(unknown.map_err(|problem| problem.status.as_u16()), Err(404));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_on_paper_has_every_movement_with_the_balance_after_it() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    pays(&house, &ana, "10.00", "35.00").await;
    for n in 1..=70 {
        let charge = json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "0.10", "unit": "USD"},
            "kind": format!("report_{n}")});
        house.post("/v1/charges", &charge).await.expect(201);
    }
    let wallet = ana.wallet;
    let look = move |reader: &Reader<'_>| reader.wallet_view(wallet);
    house.until(look, |row| row.as_ref().is_some_and(|row| row.posted == 28_000_000)).await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let text = paper(&mut browser, "/statement.pdf").await;
    assert!(text.contains("Balance before") && text.contains("Page 2 of 2"), "{text}");
    for n in 1..=70 {
        let line = text.lines().find(|line| line.contains(&format!("Report {n} ")));
        let line = line.unwrap_or_else(|| panic!("charge {n}: {text}"));
        let cents = 3_500 - 10 * n;
        let balance = format!("${}.{:02}", cents / 100, cents % 100);
        assert!(line.contains("−$0.10") && line.trim_end().ends_with(&balance), "{balance}: {line}");
    }
    assert!(text.lines().any(|line| line.starts_with("Balance after") && line.contains("$28.00")), "{text}");
    // Days on which nothing happened: the balance is what it was.
    let text = paper(&mut browser, "/statement.pdf?from=2020-01-01&until=2020-01-31").await;
    assert!(text.contains("Balance after") && text.contains("$0.00"), "{text}");
    let answer =
        browser.submit("/statement", "/language", &[("language", "pt-BR"), ("next", "/statement")]).await;
    assert!(answer.status.is_redirection(), "{}", answer.text);
    let text = paper(&mut browser, "/statement.pdf").await;
    for words in ["Extrato de crédito", "Saldo anterior", "Saldo final", "Página 1 de", "US$ 28,00"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for wrong in [
        "from=2020-01-01",
        "from=2020-02-30&until=2020-03-01",
        "from=2020-02-02&until=2020-01-01",
        "month=2020-13",
    ] {
        for file in ["pdf", "csv"] {
            let status = browser.get(&format!("/statement.{file}?{wrong}")).await.status;
            assert!(status.is_client_error(), "{wrong}: {status}");
        }
    }
    // Days that are none are told at the field, in the page they were typed on.
    let page = browser.get("/statement.pdf?from=2020-02-02&until=2020-01-01").await;
    assert_eq!(page.status.as_u16(), 422);
    for words in ["O último dia é anterior ao primeiro.", "value=\"2020-02-02\"", "id=\"days-wrong\""] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
}
