//! Pix and boletos of the same debt: a boleto that is paid by Pix, and what of it may be paid then.

use book::Charging;
use saldo::audit::Author;
use saldo::lines::offers::PlanDraft;
use saldo::{billing, documents, purchases};
use store::tables::bank::FindingCode;
use store::tables::boletos::BoletoState;
use store::tables::inbox::InboxState;
use store::tables::invoices::InvoiceState;
use store::tables::lines::{OnWriteOff, PackRelease};
use store::tables::pix::PixState;
use store::views::PurchaseState;

use crate::house::provider::{PACK, PRICE_CENTAVOS, Provider, return_file};
use crate::told;

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
