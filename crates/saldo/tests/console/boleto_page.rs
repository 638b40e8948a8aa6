//! What the page of a boleto tells staff on the telephone: what it is for, what paid it, what was decided; and what was paid too much.

use book::PaidBy;
use money::{SettlementId, Unit};
use saldo::overpaid;
use saldo::settlements::{self, Came, Owing};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::staff::StaffRole;

use super::bank::{FILES, RETURNS, actions, buyer, open, remit, return_file, seller, state};
use super::browser::between;
use super::house::House;
use super::staff_in;

const FINDINGS: &str = "/console/boletos/findings";

/// Pays what the boleto is for in another way.
async fn pays(house: &House, boleto: &BoletoRow, id: u128, by: PaidBy) {
    let app = &house.running.app;
    let what = Owing::Purchase(boleto.purchase.expect("a purchase"));
    let id = SettlementId::from_u128(id);
    let (amount, at) = (boleto.amount, app.ledger.now());
    let came = Came { id, what, boleto: None, by, amount, late_fee: 0, at };
    let settle = move |tx: &store::Tx<'_>| {
        settlements::settle(tx, &came)?;
        tx.set_settlement_reference(id, "E0000000020261122")
    };
    app.write(settle).await.expect("it came");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_what_it_is_for_what_paid_it_and_who_decided_what() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (_, paid) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let (_, kept) = buyer(&house, "Álvaro Souza", "39053344705", "01310100").await;
    let (_, by_hand) = buyer(&house, "Bia Lima", "11144477735", "01310100").await;
    let page = |boleto: &BoletoRow| format!("/console/boletos/{}", boleto.id);

    let before = staff.get(&page(&paid)).await.text;
    assert!(before.contains("<dt>Payment</dt><dd>Not yet</dd>"), "{before}");
    let line = between(&before, "href=\"/console/lines/", "\"").expect("a line").to_owned();
    let (line, purchase) = line.split_once('#').expect("its purchase");
    assert_eq!(Some(purchase.to_owned()), paid.purchase.map(|purchase| purchase.to_string()));
    let there = staff.get(&format!("/console/lines/{line}")).await.text;
    assert!(there.contains(&format!("<tr role=\"row\" id=\"{purchase}\">")), "{there}");
    assert!(before.contains(&format!("href=\"/console/customers/{}\"", paid.customer)), "{before}");

    pays(&house, &paid, 1, PaidBy::Pix).await;
    let text = staff.get(&page(&paid)).await.text;
    assert!(text.contains("Paid by Pix on ") && text.contains(": R$24.90"), "{text}");
    assert!(text.contains("E0000000020261122") && !text.contains("Became credit"), "{text}");
    assert!(!text.contains("<dt>Written off</dt>"), "nobody decided anything: {text}");
    pays(&house, &paid, 2, PaidBy::Pix).await;
    let text = staff.get(&page(&paid)).await.text;
    assert_eq!(text.matches("Paid by Pix on ").count(), 2, "{text}");
    assert!(text.contains("E0000000020261122 · Became credit"), "{text}");

    let action = |boleto: &BoletoRow| format!("{}/write-off", page(boleto));
    staff.submit(&page(&kept), &action(&kept), &[("on_write_off", "keep_debt")]).await.expect(303);
    staff.submit(&page(&kept), &action(&kept), &[("on_write_off", "leave")]).await.expect(303);
    let text = staff.get(&page(&kept)).await.text;
    let decided = text.split("<dt>Written off</dt>").nth(1).expect("what was decided");
    let first = decided.find("The credit is left, the debt of R$24.90 is kept").expect("the first");
    let second = decided.find("The credit is left, the debt of R$24.90 is forgiven").expect("the second");
    assert!(first < second && decided.matches("Staff, ").count() == 2, "{decided}");

    let purchase = by_hand.purchase.expect("a purchase");
    let settle = format!("/console/purchases/{purchase}/settlement");
    staff.submit(&page(&kept), &settle, &[("reason", "em dinheiro, no balcão")]).await.expect(303);
    let text = staff.get(&page(&by_hand)).await.text;
    assert!(text.contains("Payment written down by hand on "), "{text}");
    assert!(text.contains("Staff: em dinheiro, no balcão"), "{text}");
    assert_eq!(state(&house, &by_hand).await, BoletoState::WrittenOff);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_twice_is_given_back_once_from_its_finding() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (_, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let (_, other) = buyer(&house, "Álvaro Souza", "39053344705", "01310100").await;
    let received = remit(&mut staff).await;
    let twice = return_file(&received, 1, &[(0, "02", 0), (0, "06", 2_490), (0, "06", 2_490)]);
    assert_eq!(staff.submit_file(FILES, RETURNS, "1.ret", twice.as_bytes()).await.status.as_u16(), 200);
    let customer = boleto.customer;
    let left = || {
        let look = house.running.app.read(move |reader| overpaid::left(reader, customer, Unit::BRL));
        async move { look.await.expect("a look").value() }
    };
    house.until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
    assert_eq!(left().await, boleto.amount.value());

    let form = format!("/console/customers/{customer}/giving-back/new?finding=1");
    let page = staff.get(FINDINGS).await.text;
    let link = format!("href=\"{form}\">Give back</a>");
    assert!(page.contains(&link), "{page}");
    let of_boleto = format!("/console/boletos/{}", boleto.id);
    let there = staff.get(&of_boleto).await.text;
    assert!(there.contains(&link) && there.contains("Became credit"), "{there}");
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert!(!viewer.get(FINDINGS).await.text.contains("Give back"));
    assert_eq!(viewer.get(&form).await.status.as_u16(), 403);

    let asked = staff.get(&form).await.text;
    assert!(asked.contains("The credit is João da Silva&#39;s."), "{asked}");
    assert!(asked.contains("value=\"24.90\"") && asked.contains("value=\"Paid a second time\""), "{asked}");
    let action = format!("/console/customers/{customer}/giving-back?finding=1");
    assert!(asked.contains(&format!("action=\"{action}\"")), "{asked}");
    // A finding of another customer, and one that is not there.
    for wrong in [
        format!("/console/customers/{}/giving-back/new?finding=1", other.customer),
        format!("/console/customers/{customer}/giving-back/new?finding=9"),
    ] {
        assert_eq!(staff.get(&wrong).await.status.as_u16(), 404, "{wrong}");
    }
    let giving = [("amount", "24.90"), ("paid_by", "pix"), ("reason", "E2 devolvido")];
    let told = staff.submit(&form, &action, &giving).await;
    assert_eq!(told.status.as_u16(), 303, "{}", told.text);
    assert_eq!(left().await, 0);
    // The same form again changes nothing; another sum is told.
    let seen = house.seen();
    assert_eq!(staff.submit("/console", &action, &giving).await.status.as_u16(), 303);
    let listed = staff.get("/console/payments").await.text;
    assert!(listed.contains("Credit given back by hand, once: R$24.90."), "{listed}");
    let of_a_card = staff.get("/console/payments?card=4242").await.text;
    assert!(!of_a_card.contains("given back by hand"), "{of_a_card}");
    let less = [("amount", "10.00"), ("paid_by", "pix"), ("reason", "E2 devolvido")];
    let refused = staff.submit("/console", &action, &less).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    assert!(refused.text.contains("something was given back already"), "{}", refused.text);
    assert_eq!(house.seen(), seen);

    // It is dealt with, and says so.
    assert!(staff.get(FINDINGS).await.text.contains("Nothing to look at."));
    let done = staff.get(&format!("{FINDINGS}?done=1")).await.text;
    let words = ["R$24.90 given back by Pix on ", "Written down by Staff."];
    assert!(words.iter().all(|words| done.contains(words)) && !done.contains("giving-back/new"), "{done}");
    let there = staff.get(&of_boleto).await.text;
    assert!(words.iter().all(|words| there.matches(words).count() == 2), "paid, and found: {there}");
    assert!(!there.contains("giving-back/new") && !there.contains("Pay it back if he asks"), "{there}");
    let again = staff.get(&form).await;
    assert_eq!(again.status.as_u16(), 303, "there is nothing to give back of it");
    let log = actions(&house).await;
    for line in [format!("credit.give_back {customer}"), "finding.resolve 1".to_owned()] {
        assert_eq!(log.iter().filter(|known| **known == line).count(), 1, "{log:?}");
    }
}
