//! Write-offs that meet a payment: the form that stood open while the bank's file came, and both at the same moment.

use store::tables::boletos::BoletoState;
use store::views::PurchaseState;

use super::bank::{FILES, RETURNS, actions, buyer, open, purchase_state, remit, return_file, seller, state};
use super::browser::token_of;

#[tokio::test(flavor = "multi_thread")]
async fn a_write_off_that_comes_after_the_payment_is_refused() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (_, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let received = remit(&mut staff).await;
    let opened = return_file(&received, 1, &[(0, "02", 0)]);
    staff.submit_file(FILES, RETURNS, "1.ret", opened.as_bytes()).await;
    // The form stands open while the bank's file says that it was paid.
    let page = format!("/console/boletos/{}", boleto.id);
    let token = token_of(&staff.get(&page).await.text);
    let paid = return_file(&received, 2, &[(0, "06", 2_490)]);
    staff.submit_file(FILES, RETURNS, "2.ret", paid.as_bytes()).await;
    let before = (house.seen(), actions(&house).await);
    let action = format!("{page}/write-off");
    for wish in ["take_back", "leave", "keep_debt"] {
        let late = staff.post(&action, &[("csrf", &token), ("on_write_off", wish)]).await;
        assert_eq!(late.status.as_u16(), 409, "{wish}: {}", late.text);
    }
    assert_eq!((house.seen(), actions(&house).await), before);
    assert_eq!(state(&house, &boleto).await, BoletoState::Paid);
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::Paid);
    assert!(!staff.get(&page).await.text.contains("/write-off\""), "the form is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn written_off_while_a_return_that_pays_it_is_loaded_nothing_is_lost_or_doubled() {
    for round in 0..6 {
        let house = open().await;
        let mut staff = seller(&house, "purchase").await;
        let (wallet, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
        let received = remit(&mut staff).await;
        let opened = return_file(&received, 1, &[(0, "02", 0)]);
        staff.submit_file(FILES, RETURNS, "1.ret", opened.as_bytes()).await;
        let token = token_of(&staff.get(FILES).await.text);
        let paid = return_file(&received, 2, &[(0, "06", 2_490)]);
        let action = format!("/console/boletos/{}/write-off", boleto.id);
        let fields = [("csrf", token.as_str()), ("on_write_off", "take_back")];
        let write_off = house.send(staff.form(&action, &fields));
        let load = house.send(staff.file_form(RETURNS, &token, "2.ret", paid.as_bytes()));
        // Whoever is polled first is a little ahead.
        let (off, loaded) = if round % 2 == 0 {
            tokio::join!(write_off, load)
        } else {
            let (loaded, off) = tokio::join!(load, write_off);
            (off, loaded)
        };
        assert_eq!(loaded.status.as_u16(), 200, "{}", loaded.text);
        house.until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
        let (is_off, paid) = (off.status.as_u16() == 303, purchase_state(&house, &boleto).await);
        assert!(is_off || off.status.as_u16() == 409, "{}", off.text);
        let available = house.running.app.ledger.wallet(wallet).expect("the wallet").balance.available();
        let findings = house.running.app.read(|reader| reader.findings(9)).await.expect("a look");
        assert_eq!(state(&house, &boleto).await, BoletoState::Paid);
        // Written off first, a person is told that it was paid all the same. What was paid for is there, once.
        assert_eq!(findings.is_empty(), !is_off, "{findings:?}");
        assert_eq!(available, 10_000_000_000, "{} {paid:?}", off.status);
    }
}
