//! Purchases charged by boleto, from the click to the bank's word that it was paid, and every file a bank may send instead.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use book::{Charging, LineAct, LineStatus};
use brazil::Centavos;
use house::House;
use house::provider::{
    Bought, PACK, PRICE_CENTAVOS, Provider, bank, reais, return_file, return_file_with_interest,
};
use reqwest::Method;
use saldo::audit::Author;
use saldo::config::Pix;
use saldo::documents::{self, ReturnError};
use saldo::{clock, lines, pix};
use serde_json::json;
use store::tables::bank::FindingCode;
use store::tables::boletos::BoletoState;
use store::tables::inbox::InboxState;
use store::tables::lines::PackRelease;
use store::tables::pix::{PixCharge, PixState};
use store::tables::settlements::SettlementOutcome;
use store::views::PurchaseState;

/// What Pix's provider proves itself with.
const SECRET: &str = "a-secret-of-the-house";

async fn open_with_pix(release: PackRelease) -> Provider {
    Provider::open_with(release, |config| config.pix = Some(Pix::sample(SECRET).expect("a key")), |_| {})
        .await
}

/// Asks for a Pix instead of the boleto.
async fn ask_for_pix(provider: &Provider, bought: &Bought) -> PixCharge {
    let (customer, purchase) = (provider.line.customer, bought.purchase);
    pix::ask_instead_of(provider.app(), customer, bought.boleto.id).await.expect("a Pix may be asked for");
    let charge = provider.app().read(move |reader| reader.pix_of_purchase(purchase)).await.expect("a look");
    charge.expect("a Pix")
}

/// Pays the Pix and waits until that was worked on.
async fn pay_pix(provider: &Provider, charge: &PixCharge) {
    let valor = charge.amount.to_decimal();
    let id = format!("E{:0>31}", &charge.txid[..20]);
    let body = json!({"pix": [{"endToEndId": id, "txid": charge.txid, "valor": valor}]});
    let request = provider.house.request(Method::POST, &format!("/webhooks/pix/{SECRET}")).json(&body);
    provider.house.send(request).await.expect(200);
    provider.house.until(|reader| reader.inbox_count(InboxState::Processed), |count| *count == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bought_registered_paid() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let bought = provider.buy().await;
    assert_eq!(provider.available(), PACK, "released at once");
    let boleto = &bought.boleto;
    assert_eq!((boleto.our_number, boleto.amount), (1, reais(PRICE_CENTAVOS)));
    assert_eq!(boleto.customer, provider.line.customer);
    let barcode = brazil::boleto::Barcode::parse(&boleto.barcode).expect("44 digits");
    assert_eq!(barcode.amount().count(), PRICE_CENTAVOS);
    assert_eq!(barcode.linha_digitavel().to_string(), boleto.linha_digitavel);
    let due = jiff::tz::TimeZone::UTC
        .to_datetime(jiff::Timestamp::from_microsecond(boleto.created_at.as_micros()).expect("an instant"));
    let due = due.date().checked_add(jiff::Span::new().days(4)).expect("a day");
    assert_eq!(boleto.due_on, due.to_string());

    let received = provider.remit().await;
    assert_eq!(received.file_number, 1);
    assert_eq!(received.titles.len(), 1);
    assert_eq!(received.titles[0].payer_name, "JOAO DA SILVA");
    assert_eq!(provider.boleto(&bought).await.state, BoletoState::Sent);
    let again = documents::send_remittance(provider.app(), Author::operator()).await.expect("an answer");
    assert!(again.file.is_none(), "nothing is sent twice");

    let loaded = provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    assert_eq!((loaded.registered, loaded.paid, loaded.findings.len()), (1, 0, 0));
    assert_eq!(provider.boleto(&bought).await.state, BoletoState::Open);

    let settled = return_file(&received, 2, &[("06", PRICE_CENTAVOS)]);
    let loaded = provider.load(&settled).await;
    assert_eq!((loaded.registered, loaded.paid, loaded.findings.len()), (0, 1, 0));
    let purchase = provider.purchase(&bought).await;
    assert_eq!((purchase.state, purchase.paid_by.as_deref()), (PurchaseState::Paid, Some("boleto")));
    let boleto = provider.boleto(&bought).await;
    assert_eq!((boleto.state, boleto.paid_amount), (BoletoState::Paid, Some(reais(PRICE_CENTAVOS).value())));
    assert_eq!(provider.available(), PACK, "a payment of what was released moves no credit");

    let seen = provider.house.seen();
    let again = provider.load(&settled).await;
    assert!(again.loaded_before.is_some() && again.paid == 0 && again.findings.is_empty());
    assert_eq!(provider.house.seen(), seen, "loaded twice changes nothing");
    assert!(provider.findings(&bought).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_releases_what_waited_for_it() {
    let provider = Provider::open(PackRelease::Payment).await;
    let bought = provider.buy().await;
    assert_eq!(provider.available(), 0, "it waits");
    let received = provider.remit().await;
    provider.load(&provider.day(&received, 1)).await;
    assert_eq!(provider.purchase(&bought).await.state, PurchaseState::Paid);
    assert_eq!(provider.available(), PACK);
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_twice_is_one_pack_and_the_rest_is_credit() {
    for release in [PackRelease::Purchase, PackRelease::Payment] {
        let provider = Provider::open(release).await;
        let bought = provider.buy().await;
        let received = provider.remit().await;
        let both = [("02", 0), ("06", PRICE_CENTAVOS), ("06", PRICE_CENTAVOS)];
        let file = return_file(&received, 1, &both);
        let loaded = provider.load(&file).await;
        assert_eq!((loaded.paid, loaded.findings.len()), (1, 1));
        assert_eq!(provider.available(), PACK, "one pack");
        assert_eq!(provider.credit().await, reais(PRICE_CENTAVOS), "the second payment is the customer's");
        provider.load(&file).await;
        // The same day, amount and bank in another file: the same payment told again, as far as anybody can see.
        provider.load(&return_file(&received, 2, &[("17", PRICE_CENTAVOS)])).await;
        assert_eq!((provider.available(), provider.credit().await), (PACK, reais(PRICE_CENTAVOS)));
        assert_eq!(provider.findings(&bought).await, [FindingCode::PaidTwice, FindingCode::PaidTwice]);
        let purchase = bought.purchase;
        let came = provider.app().read(move |reader| reader.settlements_of_purchase(purchase)).await;
        let outcomes: Vec<_> = came.expect("a look").iter().map(|came| came.outcome).collect();
        assert_eq!(outcomes.len(), 2);
        assert!(outcomes.contains(&SettlementOutcome::Paid) && outcomes.contains(&SettlementOutcome::Credit));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boleto_and_a_pix_of_one_purchase_are_one_pack_whichever_comes_first() {
    for release in [PackRelease::Purchase, PackRelease::Payment] {
        let provider = open_with_pix(release).await;
        let bought = provider.buy().await;
        let received = provider.remit().await;
        let charge = ask_for_pix(&provider, &bought).await;
        pay_pix(&provider, &charge).await;
        assert_eq!((provider.credit().await, provider.available()), (reais(0), PACK));
        assert_eq!(
            provider.boleto(&bought).await.state,
            BoletoState::ToWriteOff,
            "the bank is to hear of it"
        );
        let again = pix::ask_instead_of(provider.app(), provider.line.customer, bought.boleto.id).await;
        assert_eq!(again.expect_err("it is paid").code, "boleto_not_open");
        provider.load(&provider.day(&received, 1)).await;
        assert_eq!((provider.credit().await, provider.available()), (reais(PRICE_CENTAVOS), PACK));
        assert_eq!(provider.findings(&bought).await, [FindingCode::PaidTwice]);
    }
    let provider = open_with_pix(PackRelease::Payment).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    let charge = ask_for_pix(&provider, &bought).await;
    provider.load(&provider.day(&received, 1)).await;
    let txid = charge.txid.clone();
    let known = provider.app().read(move |reader| reader.pix_charge(&txid)).await.expect("a look");
    assert_eq!(known.expect("the Pix").state, PixState::Cancelled, "nobody is asked for it any more");
    pay_pix(&provider, &charge).await;
    assert_eq!((provider.credit().await, provider.available()), (reais(PRICE_CENTAVOS), PACK));
    assert_eq!(provider.findings(&bought).await, [FindingCode::PaidTwice]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cent_that_came_is_lost_late_fees_are_earned_and_the_rest_is_credit() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    // R$ 24,90 are owed; R$ 0,50 are interest, and R$ 10,00 more came.
    let told = [("02", 0, 0), ("06", PRICE_CENTAVOS + 50 + 1_000, 50)];
    let loaded = provider.load(&return_file_with_interest(&received, 1, &told)).await;
    assert_eq!(loaded.findings.iter().map(|found| found.code).collect::<Vec<_>>(), [FindingCode::PaidTwice]);
    assert_eq!(provider.credit().await, reais(1_000));
    assert_eq!(provider.purchase(&bought).await.state, PurchaseState::Paid);
    let accounts = provider.app().read(|reader| reader.accounts()).await.expect("a look");
    let booked = |name: &str| {
        let found = accounts.iter().find(|row| row.account == name && row.unit == money::Unit::BRL);
        found.map_or(0, |row| row.balance.abs())
    };
    assert_eq!(booked("clearing:boleto"), reais(PRICE_CENTAVOS + 50 + 1_000).value(), "all that came");
    assert_eq!((booked("revenue:late_fee"), booked("receivable")), (reais(50).value(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_for_a_cancelled_line_becomes_credit_and_somebody_hears_of_it() {
    let provider = Provider::open(PackRelease::Payment).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    provider.ask(LineAct::SetStatus { status: LineStatus::Cancelled }).await;
    provider.load(&provider.day(&received, 1)).await;
    assert_eq!((provider.available(), provider.credit().await), (0, reais(PRICE_CENTAVOS)));
    assert_eq!(provider.boleto(&bought).await.state, BoletoState::Paid, "the money came");
    assert_eq!(provider.findings(&bought).await, [FindingCode::PaymentRefused]);
    // Nothing is left to be sent.
    let later = clock::now().plus(money::Timestamp::DAY);
    assert_eq!(saldo::intents::resend(provider.app(), later).await.expect("a look"), 0);
    assert_eq!(provider.credit().await, reais(PRICE_CENTAVOS));
    let found = provider.app().read(|reader| reader.findings(10)).await.expect("a look");
    assert_eq!(found.len(), 1);
    assert!(found[0].detail.contains("the line is cancelled"), "{}", found[0].detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_do_not_fit_are_listed_and_change_nothing() {
    let cases = [
        ("03", 0, FindingCode::Rejected, BoletoState::Rejected),
        ("26", 0, FindingCode::OrderRejected, BoletoState::Sent),
        ("06", PRICE_CENTAVOS - 1, FindingCode::PaidLess, BoletoState::Sent),
    ];
    for (code, paid, finding, state) in cases {
        let provider = Provider::open(PackRelease::Payment).await;
        let bought = provider.buy().await;
        let received = provider.remit().await;
        let loaded = provider.load(&return_file(&received, 1, &[(code, paid)])).await;
        assert_eq!((loaded.paid, loaded.findings.len()), (0, 1), "{code}");
        assert_eq!(provider.findings(&bought).await, [finding]);
        assert_eq!(provider.boleto(&bought).await.state, state);
        assert_eq!(provider.available(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_values_and_unknown_titles_are_listed() {
    let provider = Provider::open(PackRelease::Payment).await;
    let bought = provider.buy().await;
    let mut received = provider.remit().await;
    received.titles[0].amount = Centavos::new(100).expect("an amount");
    let loaded = provider.load(&return_file(&received, 1, &[("06", PRICE_CENTAVOS)])).await;
    assert_eq!(loaded.findings[0].code, FindingCode::OtherValue);
    received.titles[0].nosso_numero = "12387980000000099".to_owned();
    let loaded = provider.load(&return_file(&received, 2, &[("06", 100)])).await;
    assert_eq!(loaded.findings[0].code, FindingCode::UnknownTitle);
    assert_eq!(loaded.findings[0].file_line, Some(3));
    assert_eq!(provider.boleto(&bought).await.state, BoletoState::Sent);
    assert_eq!(provider.available(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_whole_or_not_ours_is_refused_by_name() {
    let provider = Provider::open(PackRelease::Payment).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    let good = provider.day(&received, 1);
    let (head, _) = good.rsplit_once("\r\n001").expect("lines");
    let of_another = good.replace("\r\n001", "\r\n756").replacen("001", "756", 1);
    let seen = provider.house.seen();
    for (file, code) in [
        (head.to_owned(), "cnab_truncated"),
        (of_another, "cnab_other_bank"),
        (good.replace("000619000", "000619999"), "cnab_other_account"),
        (String::new(), "cnab_file_empty"),
        ("\u{0}garbage".to_owned(), "cnab_truncated"),
    ] {
        let taken = documents::load(provider.app(), Author::operator(), file.into_bytes()).await;
        let refused = taken.expect("an answer").map(|_| ());
        assert_eq!(refused.map_err(|error| error.code()), Err(code));
    }
    assert_eq!(provider.house.seen(), seen);
    assert_eq!(provider.boleto(&bought).await.state, BoletoState::Sent);
    provider.load(&good).await;
    let other = return_file(&received, 1, &[("06", PRICE_CENTAVOS)]);
    let refused = provider
        .app()
        .tables
        .write(|tx| documents::load_return(tx, &bank(), &Author::operator(), other.as_bytes(), clock::now()));
    assert!(matches!(refused, Err(ReturnError::NumberKnown { file_number: 1, .. })), "{refused:?}");
    assert!(provider.findings(&bought).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_loaded_while_nobody_served_is_booked_at_the_next_start() {
    let provider = Provider::open(PackRelease::Payment).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    let file = provider.day(&received, 1);
    let take = |tx: &store::Tx<'_>| {
        documents::load_return(tx, &bank(), &Author::operator(), file.as_bytes(), clock::now())
    };
    let loaded = provider.app().tables.write(take).expect("it is taken");
    assert_eq!(loaded.paid, 1);
    assert_eq!(provider.available(), 0, "nobody has asked the book");
    let Provider { house, line, pack_no } = provider;
    let provider = Provider { house: house.restart().await, line, pack_no };
    assert_eq!(provider.available(), PACK);
    assert_eq!(provider.purchase(&bought).await.state, PurchaseState::Paid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boleto_that_the_bank_would_not_take_is_named_and_waits() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let bought = provider.buy().await;
    let customer = provider.line.customer;
    let payer = provider.app().read(move |reader| reader.payer(customer)).await.expect("a look");
    let payer = payer.expect("a payer");
    let nowhere = store::tables::lines::Payer { postcode: "1".to_owned(), ..payer.clone() };
    provider.app().tables.write(|tx| tx.put_payer(&nowhere)).expect("a payer without an address");
    let remitted = documents::send_remittance(provider.app(), Author::operator()).await.expect("an answer");
    assert!(remitted.file.is_none());
    assert!(remitted.left_out[0].why.contains("postal code"), "{}", remitted.left_out[0].why);
    assert_eq!(provider.boleto(&bought).await.state, BoletoState::Written);
    provider.app().tables.write(|tx| tx.put_payer(&payer)).expect("an address");
    assert_eq!(provider.remit().await.titles.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bank_nothing_is_bought_by_boleto() {
    let provider = Provider::in_house(House::open().await, PackRelease::Purchase, |_| {}).await;
    let seen = provider.house.seen();
    let refused =
        lines::buy(provider.app(), provider.line.wallet, provider.buying(Charging::Boleto, 0)).await;
    let refused = refused.expect_err("no bank");
    assert_eq!(refused.code, "boletos_not_configured");
    assert!(refused.detail.contains("names no bank"), "{}", refused.detail);
    assert_eq!(provider.house.seen(), seen, "the book was not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_invoice_makes_no_boleto() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let buying = provider.buying(Charging::NextInvoice, 0);
    lines::buy(provider.app(), provider.line.wallet, buying).await.expect("it may be bought");
    let told = provider
        .house
        .until(
            |reader| reader.notices(None, 10),
            |page| {
                page.rows.iter().any(|notice| notice.id.kind == "purchased" && notice.delivered_at.is_some())
            },
        )
        .await;
    assert_eq!(told.rows.iter().filter(|notice| notice.id.kind == "purchased").count(), 1);
    let purchase = buying.purchase;
    let boleto = provider.app().read(move |reader| reader.boleto_of_purchase(purchase)).await;
    assert!(boleto.expect("a look").is_none());
    assert_eq!(provider.available(), PACK);
}
